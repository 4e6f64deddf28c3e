from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from itsdangerous import Signer
from tests.conftest import NOW, a_policy
from tests.consent.cases import CALIFORNIA, EEA, STORED, allowed, chosen, decided

from consentguard.consent.choose import choose, store
from consentguard.consent.decide import decide
from consentguard.consent.token import (
    MAX_BYTES,
    MAX_READ,
    SKEW,
    State,
    Stored,
    Tokens,
    Unreadable,
)
from consentguard.errors import KeyMissing
from consentguard.model import Signals

TOKENS = Tokens(["secret"], "site")
ACCEPTED = chosen("accept", services={"video": True})
VALUE = TOKENS.write(ACCEPTED)


def read(*values: str | bytes, tokens: Tokens = TOKENS, now: float = NOW) -> State:
    return tokens.read(values, now)


def signed(payload: Any, tokens: Tokens = TOKENS) -> str:
    """A good signature over anything: what another version of us could have written."""
    text = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return tokens._signer.sign(base64.urlsafe_b64encode(text).rstrip(b"=")).decode()


def allows_no_more_than_none(state: State) -> None:
    assert isinstance(state, Unreadable)
    for region in (CALIFORNIA, EEA):
        decision = decided(state, region)
        assert set(decision.granted) == {"necessary", "cdn", "consent-management"}
        assert allowed(decision) <= allowed(decided(None, region))


@settings(deadline=None)
@given(STORED)
def test_what_was_written_is_read(stored: Stored) -> None:
    value = TOKENS.write(stored)
    assert len(value) <= MAX_BYTES
    assert read(value) == read(value.encode()) == stored


def test_the_value_is_a_cookie_s_value() -> None:
    # RFC 6265 §4.1.1: cookie-octet.
    assert all(c.isascii() and (c.isalnum() or c in "-_.") for c in VALUE)


def test_no_cookie_is_no_choice() -> None:
    assert read() is None


@pytest.mark.parametrize("site", ["other", "", "site:2", "sit"])
def test_a_token_of_another_site_proves_nothing(site: str) -> None:
    allows_no_more_than_none(read(Tokens(["secret"], site).write(ACCEPTED)))


def test_a_token_of_another_key_proves_nothing() -> None:
    allows_no_more_than_none(read(Tokens(["secret2"], "site").write(ACCEPTED)))


def test_rotated_keys_the_old_one_reads_and_the_newest_signs() -> None:
    both = Tokens(["secret", b"newer"], "site")
    newest = Tokens(["newer"], "site")
    assert read(VALUE, tokens=both) == ACCEPTED
    value = both.write(ACCEPTED)
    assert read(value, tokens=newest) == ACCEPTED
    allows_no_more_than_none(read(value))
    allows_no_more_than_none(read(VALUE, tokens=newest))


@pytest.mark.parametrize("keys", [[], [""], ["good", ""], [b""]])
def test_no_key_or_an_empty_one_says_how_to_make_one(keys: list[str | bytes]) -> None:
    with pytest.raises(KeyMissing, match="secret key"):
        Tokens(keys, "site")


def test_duplicated_cookies_prove_nothing_even_if_alike() -> None:
    allows_no_more_than_none(read(VALUE, VALUE))
    assert read(VALUE, "x") == Unreadable("duplicated")


@pytest.mark.parametrize(
    "value",
    [
        "",
        ".",
        "a.b",
        "deleted",
        VALUE + ".",
        VALUE + VALUE,
        VALUE.replace(".", ""),
        VALUE.partition(".")[0],
        "\ud800",
        "é" * 10,
        b"\xff\x00.\xff",
        "[" * 3000,
        VALUE.rpartition(".")[0] + ".",
        f'"{VALUE}"',
        f" {VALUE}",
    ],
)
def test_what_we_did_not_sign_proves_nothing(value: str | bytes) -> None:
    allows_no_more_than_none(read(value))


def test_an_oversized_value_is_not_even_checked() -> None:
    assert read("x" * (MAX_READ + 1)) == Unreadable("oversized")
    assert read(VALUE + "A" * MAX_READ) == Unreadable("oversized")
    assert read("é" * (MAX_READ // 2 + 1)) == Unreadable("oversized")


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_tampering_with_any_byte_never_allows_anything(data: st.DataObject) -> None:
    raw = bytearray(VALUE.encode())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at] = data.draw(st.integers(0, 255))
    state = read(bytes(raw))
    # The last character of base64 has bits that say nothing: then it is the same statement.
    assert state == ACCEPTED or isinstance(state, Unreadable)
    if isinstance(state, Unreadable):
        allows_no_more_than_none(state)


@settings(deadline=None)
@given(st.integers(0, len(VALUE) - 1), st.integers(1, 20))
def test_cutting_and_doubling_never_allows_anything(at: int, length: int) -> None:
    assert isinstance(read(VALUE[:at] + VALUE[at + length :]), Unreadable)
    assert isinstance(read(VALUE[:at] + VALUE[at : at + length] * 2 + VALUE[at:]), Unreadable)


@settings(deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200))
def test_any_value_is_read_without_an_exception(value: bytes | str) -> None:
    assert isinstance(read(value), Unreadable)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=9) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=12,
)


def fields(version: int = 1, time: Any = int(NOW), **other: Any) -> list[Any]:
    """A payload with some fields replaced."""
    good = {"region": "r", "receipt": "", "granted": {}, "denied": [], "services": {}, "strict": ""}
    return [version, time, *(good | other).values()]


@settings(deadline=None)
@given(JSON | st.lists(JSON, min_size=7, max_size=7).map(lambda rest: [1, *rest]))
def test_a_signed_payload_of_another_shape_raises_nothing_then_or_later(payload: Any) -> None:
    state = read(signed(payload))
    assert isinstance(state, Unreadable | Stored)
    decided(state)
    decided(state, now=NOW + 10**9)
    TOKENS.write(chosen("accept", before=state))


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"not json",
        b"\xff",
        b"[" * 2000,
        {},
        [],
        [1],
        [*fields(), 9],
        fields(0),
        fields(2),
        fields(time=None),
        fields(time="1"),
        fields(time=True),
        fields(time=1.5),
        fields(time=-1),
        fields(time=-(10**30)),
        fields(time=float("nan")),
        fields(region=1),
        fields(receipt=None),
        fields(granted=[]),
        fields(granted={"analytics": 1}),
        fields(granted={"analytics": "a"}),
        fields(denied=[1]),
        fields(denied=[[]]),
        fields(denied=None),
        fields(services=[]),
        fields(strict=[]),
    ],
)
def test_an_old_version_or_another_shape_is_not_guessed_at(payload: Any) -> None:
    allows_no_more_than_none(read(signed(payload)))


def test_a_time_in_the_future_proves_nothing() -> None:
    assert isinstance(read(signed(fields(time=int(NOW) + SKEW))), Stored)
    allows_no_more_than_none(read(signed(fields(time=int(NOW) + SKEW + 1))))
    allows_no_more_than_none(read(signed(fields(time=10**30))))
    stored = read(VALUE, now=NOW - 10 * SKEW)
    assert stored == Unreadable("from the future", int(NOW) - SKEW)


def test_the_signature_is_of_sha256_and_for_this_use_alone() -> None:
    payload = VALUE.rpartition(".")[0]
    for salt in (b"", b"consentguard.consent.1:", b"itsdangerous.Signer"):
        other = Signer("secret", salt=salt, key_derivation="hmac").sign(payload)
        assert isinstance(read(other), Unreadable)
    assert len(VALUE.rpartition(".")[2]) == 43


# -- size ---------------------------------------------------------------------------------------

MANY = a_policy("".join(f"[purposes.a-rather-long-purpose-id-{n}]\n" for n in range(300)))
HOME = MANY.regions["us-ca"]


def written(kind: str, purposes: dict[str, bool], services: dict[str, bool]) -> Stored:
    """A choice under hundreds of purposes, as it comes back from the browser."""
    choice = choose(MANY, HOME, kind, purposes, services)
    value = TOKENS.write(store(MANY, HOME, choice, None, NOW, "receipt"))
    assert len(value) <= MAX_BYTES
    state = read(value)
    assert isinstance(state, Stored)
    return state


@pytest.mark.parametrize("kind", ["reject", "withdraw", "save"])
def test_hundreds_of_refusals_survive(kind: str) -> None:
    stored = written(kind, {}, {})
    decision = decide(MANY, HOME, stored, Signals(), NOW)
    assert set(decision.granted) == {"necessary", "cdn", "consent-management"}
    assert stored.receipt == ""
    assert not decide(MANY, HOME, stored, Signals(), NOW + 10**9).allows("analytics")


def test_few_grants_among_hundreds_of_refusals_survive_too() -> None:
    stored = written("save", {"analytics": True}, {"video": True, "ga4": False})
    decision = decide(MANY, HOME, stored, Signals(), NOW)
    assert set(decision.granted) == {"necessary", "cdn", "consent-management", "analytics"}
    assert decision.services == {"video": True, "ga4": False}
    assert stored.receipt == "receipt"


def test_hundreds_of_grants_are_dropped_to_fit() -> None:
    stored = written("accept", {}, {})
    assert 0 < len(stored.granted) < 300
    assert not stored.denied


@given(
    st.dictionaries(st.sampled_from(sorted(MANY.purposes)), st.booleans(), max_size=300),
    st.dictionaries(st.text(max_size=100), st.booleans(), max_size=200),
)
@settings(max_examples=25, deadline=None)
def test_no_refusal_is_ever_lost(purposes: dict[str, bool], services: dict[str, bool]) -> None:
    full = store(MANY, HOME, choose(MANY, HOME, "save", purposes, services), None, NOW, "receipt")
    stored = written("save", purposes, services)
    assert all(stored.refuses(p) for p in full.denied)
    assert stored.granted.items() <= full.granted.items()
    refused = {s for s, on in services.items() if not on}
    assert refused <= {s for s, on in stored.services.items() if not on} or (
        not stored.granted and not stored.services and stored.refuses("analytics")
    )
    assert bool(stored.receipt) is bool(stored.granted or any(stored.services.values()))


def test_a_hundred_refused_services_mean_that_nothing_is_allowed() -> None:
    words = {f"a-rather-long-service-id-{n}": False for n in range(150)}
    stored = written("save", {"analytics": True}, words)
    assert stored == Stored(stored.time, "", denied=frozenset({"*"}))


def test_very_long_region_ids_do_not_break_the_bound() -> None:
    stored = replace(chosen("reject"), region="r" * 5000, stricter="s" * 5000)
    value = TOKENS.write(stored)
    assert len(value) <= MAX_BYTES
    state = read(value)
    assert isinstance(state, Stored)
    assert state.refuses("analytics")
