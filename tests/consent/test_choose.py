from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import NOW, a_policy
from tests.consent.cases import (
    CALIFORNIA,
    DAY,
    EEA,
    POLICY,
    PURPOSES,
    REGIONS,
    SERVICES,
    STATES,
    STORED,
    UNBUNDLED,
    chosen,
    decided,
    exempt,
)

from consentguard.consent.choose import choose, store
from consentguard.consent.token import State, Stored, Tokens, Unreadable
from consentguard.errors import BadRequest
from consentguard.model import Model, Region

SENT = st.dictionaries(st.sampled_from(PURPOSES), st.booleans())
WORDS = st.dictionaries(st.sampled_from(SERVICES), st.booleans())


@pytest.mark.parametrize("region", [EEA, CALIFORNIA, STATES])
def test_accept_grants_all_but_unbundled_explicit_and_denied_on_click_included(
    region: Region,
) -> None:
    choice = choose(POLICY, region, "accept", {}, {})
    assert choice.granted == set(PURPOSES) - exempt(region) - UNBUNDLED
    assert {"login", "security", "tag-manager"} <= choice.granted
    assert choice.denied == set()
    assert choice.is_grant


@settings(deadline=None)
@given(REGIONS)
def test_unbundled_and_explicit_purposes_are_never_part_of_accept(region: Region) -> None:
    granted = choose(POLICY, region, "accept", dict.fromkeys(UNBUNDLED, True), {}).granted
    assert not granted & UNBUNDLED
    assert all(region.models[p] not in (Model.DENY, Model.NONE) for p in granted)


@settings(deadline=None)
@given(REGIONS, st.sampled_from(["reject", "withdraw"]), SENT, WORDS)
def test_a_refusal_denies_all_but_none_whatever_else_was_sent(
    region: Region, kind: str, sent: dict[str, bool], words: dict[str, bool]
) -> None:
    choice = choose(POLICY, region, kind, sent, words)
    assert choice.denied == set(PURPOSES) - exempt(region)
    assert not choice.granted
    assert choice.services == {}
    assert not choice.is_grant


@settings(deadline=None)
@given(REGIONS, SENT, WORDS)
def test_save_is_exactly_what_was_sent_and_silence_is_a_no(
    region: Region, sent: dict[str, bool], words: dict[str, bool]
) -> None:
    choice = choose(POLICY, region, "save", sent, words)
    grantable = {p for p in PURPOSES if region.models[p] not in (Model.NONE, Model.DENY)}
    assert choice.granted == {p for p, on in sent.items() if on} & grantable
    assert choice.denied == set(PURPOSES) - exempt(region) - choice.granted
    assert choice.services == words


def test_a_tag_manager_that_nobody_is_asked_about_is_neither_granted_nor_denied() -> None:
    policy = a_policy()
    region = policy.regions["eea-gdpr"]
    some = {"analytics": True, "advertising": True}
    choice = choose(policy, region, "save", some, {})
    assert "tag-manager" not in choice.granted | choice.denied
    assert "tag-manager" in choose(policy, region, "save", some | {"tag-manager": False}, {}).denied
    assert "tag-manager" in choose(policy, region, "reject", {}, {}).denied
    declared = a_policy("[purposes.tag-manager]")
    assert "tag-manager" in choose(declared, region, "save", some, {}).denied


@pytest.mark.parametrize("kind", ["accept", "reject", "withdraw", "save"])
def test_an_unknown_purpose_is_refused(kind: str) -> None:
    with pytest.raises(BadRequest, match="unknown purpose 'adverts'") as caught:
        choose(POLICY, EEA, kind, {"analytics": True, "adverts": False}, {})
    assert caught.value.status == 400
    with pytest.raises(BadRequest) as caught:
        choose(POLICY, EEA, kind, {"x" * 10_000: True}, {})
    assert len(str(caught.value)) < 100


def test_too_many_services_or_too_long_a_name_are_refused() -> None:
    with pytest.raises(BadRequest, match="too many services"):
        choose(POLICY, EEA, "save", {}, {f"s{n}": True for n in range(201)})
    with pytest.raises(BadRequest, match="too long a name"):
        choose(POLICY, EEA, "save", {}, {"x" * 101: True})


# -- what is stored -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "stored",
    [
        chosen("reject"),
        chosen("withdraw"),
        chosen("save"),
        chosen("save", services={"ga4": False}),
        chosen("reject", before=chosen("accept")),
    ],
)
def test_a_refusal_has_no_receipt_and_a_whole_day(stored: Stored) -> None:
    assert stored.receipt == ""
    assert stored.time % DAY == 0
    assert NOW <= stored.time < NOW + DAY
    assert not stored.granted


@pytest.mark.parametrize(
    "stored",
    [
        chosen("accept"),
        chosen("save", purposes={"analytics": True}),
        chosen("save", services={"video": True}),
    ],
)
def test_a_grant_has_its_receipt_and_its_second(stored: Stored) -> None:
    assert (stored.receipt, stored.time) == ("receipt", int(NOW))
    assert all(stored.granted[p] == POLICY.fingerprints[p] for p in stored.granted)


def test_a_refusal_on_the_stroke_of_midnight_is_not_moved() -> None:
    midnight = -(-int(NOW) // DAY) * DAY
    assert chosen("reject", now=midnight).time == midnight
    assert chosen("reject", now=midnight + 0.5).time == midnight
    assert chosen("reject", now=midnight + 1).time == midnight + DAY


def test_the_rounded_time_is_readable_at_once() -> None:
    tokens = Tokens(["k"], "s")
    stored = chosen("reject")
    assert tokens.read([tokens.write(stored)], NOW) == stored


@settings(deadline=None)
@given(REGIONS, STORED, st.sampled_from(["accept", "reject", "withdraw", "save"]), SENT)
def test_what_is_stored_never_grants_more_than_was_chosen_now_or_before(
    region: Region, before: Stored, kind: str, sent: dict[str, bool]
) -> None:
    choice = choose(POLICY, region, kind, sent, {})
    after = store(POLICY, region, choice, before, NOW, "r")
    new = {p for p in after.granted if after.granted[p] != before.granted.get(p)}
    assert new <= choice.granted
    assert not after.denied & after.granted.keys()
    assert after.granted.keys() <= choice.granted | before.granted.keys()
    if kind != "accept":
        assert after.granted.keys() == choice.granted
    assert bool(after.receipt) is bool(after.granted)


def test_accept_leaves_unbundled_and_explicit_purposes_as_they_were() -> None:
    yes = chosen("save", purposes={"health": True, "email_marketing": False})
    after = chosen("accept", before=yes)
    assert decided(after).allows("health")
    assert not decided(after).allows("email_marketing")
    assert "email_marketing" in after.denied
    assert not decided(chosen("accept")).allows("health")
    assert not decided(chosen("accept", before=Unreadable("x"))).allows("health")


def test_accept_does_not_make_an_older_grant_younger_or_fit_today_s_meaning() -> None:
    old = Stored(int(NOW) - 100 * DAY, "eea-gdpr", "r", {"health": b"old."})
    after = chosen("accept", before=old)
    assert after.granted["health"] == b"old."
    assert after.time == old.time
    assert not decided(after).allows("health")
    expired = Stored(
        int(NOW) - 400 * DAY, "eea-gdpr", "r", {"health": POLICY.fingerprints["health"]}
    )
    again = chosen("accept", before=expired)
    assert "health" not in again.granted
    assert again.time == int(NOW)


def test_a_purpose_that_is_gone_is_not_kept() -> None:
    before = Stored(int(NOW), "eea-gdpr", "r", {"gone": b"1234"})
    assert "gone" not in chosen("accept", before=before).granted


def test_accept_after_a_refusal_of_everything_keeps_the_unasked_refused() -> None:
    after = chosen("accept", before=Stored(int(NOW), "", denied=frozenset({"*"})))
    decision = decided(after)
    assert decision.allows("advertising")
    assert not decision.allows("health")
    assert after.refuses("email_tracking")


# -- a click on one embed -----------------------------------------------------------------------


def clicked(before: State, at: float = NOW) -> Stored:
    choice = choose(POLICY, EEA, "allow", {}, {"video": True})
    return store(POLICY, EEA, choice, before, at, "receipt")


@settings(deadline=None)
@given(STORED)
def test_allow_grants_one_service_and_leaves_all_else(before: Stored) -> None:
    was, now = decided(before), decided(clicked(before))
    assert now.allows_service(POLICY.services["video"])
    assert was.granted == now.granted
    assert was.denied.keys() == now.denied.keys()
    others = {s: on for s, on in was.services.items() if s != "video"}
    assert now.services == {**others, "video": True}


def test_allow_before_any_choice_says_nothing_about_purposes() -> None:
    after = clicked(None)
    assert (after.granted, after.denied, after.services) == ({}, frozenset(), {"video": True})
    assert after.receipt == "receipt"
    assert decided(after).show_banner


def test_allow_brings_nothing_back_that_has_expired() -> None:
    before = replace(chosen("accept"), services={"ga4": True, "pixel": False})
    after = clicked(before, NOW + 800 * DAY)
    assert (after.granted, after.services) == ({}, {"pixel": False, "video": True})
    assert after.time == int(NOW + 800 * DAY)


def test_allow_keeps_where_and_when_grants_were_given() -> None:
    before = replace(chosen("accept"), region="us-states", time=int(NOW - 30 * DAY))
    after = clicked(before)
    assert (after.region, after.time) == (before.region, before.time)


def test_allow_after_a_choice_that_cannot_be_read_refuses_all_else() -> None:
    after = clicked(Unreadable("signature"))
    assert after.refuses("advertising")
    assert after.services == {"video": True}


def test_allow_after_a_refusal_ends_no_earlier() -> None:
    before = chosen("reject")
    assert before.time > NOW
    assert clicked(before).time == before.time
    assert clicked(before).refuses("media")
    assert clicked(before, NOW + 9 * DAY).time == int(NOW + 9 * DAY)


@pytest.mark.parametrize("services", [{}, {"ga4": False}, {"ga4": True, "video": False}])
def test_allow_is_a_yes_to_services(services: dict[str, bool]) -> None:
    with pytest.raises(BadRequest, match="'allow' is a yes"):
        choose(POLICY, EEA, "allow", {}, services)
