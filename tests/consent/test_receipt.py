"""Receipts: a record that the site signed, and nothing else passes for one."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.consent.receipt import MOST, VERSION, Receipts
from consentguard.consent.token import Stored, Tokens, Unreadable, decoded, encoded, signer
from consentguard.errors import KeyMissing
from consentguard.model import ConsentRecord

RECORD = ConsentRecord(
    site="Example",
    time=1_800_000_000,
    kind="reject",
    receipt="",
    region="eea-gdpr",
    preset="eea-gdpr",
    granted=(),
    denied=("analytics", "media"),
    services={"youtube": False},
    policy_version="3",
    policy_digest="abc",
    text_digest="def",
    language="ar",
    person="yes",
    gpc=True,
    device="mobile",
)
RECEIPTS = Receipts(["old", "new"], "Example")


def test_what_is_signed_is_read_again_without_the_identifier() -> None:
    made = RECEIPTS.write(replace(RECORD, kind="accept", receipt="a-secret", granted=("media",)))
    assert "a-secret" not in decoded(made.partition(".")[0]).decode()
    assert RECEIPTS.read(made) == replace(RECORD, kind="accept", granted=("media",))


def test_every_key_reads_and_the_newest_signs() -> None:
    assert RECEIPTS.read(Receipts(["old"], "Example").write(RECORD)) == RECORD
    assert Receipts(["new"], "Example").read(RECEIPTS.write(RECORD)) == RECORD
    assert Receipts(["other"], "Example").read(RECEIPTS.write(RECORD)) is None


def test_another_site_or_another_statement_is_no_receipt() -> None:
    assert Receipts(["new"], "Elsewhere").read(RECEIPTS.write(RECORD)) is None
    cookie = Tokens(["new"], "Example").write(Stored(RECORD.time, "eea-gdpr"))
    assert RECEIPTS.read(cookie) is None
    read = Tokens(["new"], "Example").read([RECEIPTS.write(RECORD)], RECORD.time)
    assert isinstance(read, Unreadable)
    assert read.why == "bad signature"


def test_another_version_is_no_receipt() -> None:
    sign = signer(["old", "new"], "receipt", "Example").sign
    payload = json.loads(decoded(RECEIPTS.write(RECORD).partition(".")[0]))
    for version, readable in ((VERSION, True), (VERSION + 1, False), (None, False)):
        text = encoded(json.dumps([version, *payload[1:]]).encode())
        found = RECEIPTS.read(sign(text.encode()).decode())
        assert (found is not None) is readable


@given(st.integers(0, 2000), st.integers(1, 255))
def test_a_changed_character_is_no_receipt(place: int, change: int) -> None:
    made = RECEIPTS.write(RECORD)
    place %= len(made) - 1  # the last has bits that nobody reads
    other = made[:place] + chr(ord(made[place]) ^ change) + made[place + 1 :]
    assert RECEIPTS.read(other) is None


@given(st.text())
def test_nothing_else_is_a_receipt(text: str) -> None:
    assert RECEIPTS.read(text) is None


def test_one_that_would_be_too_long_for_an_address_is_not_made() -> None:
    services = {f"service-{n}": False for n in range(200)}
    assert RECEIPTS.write(replace(RECORD, services=services)) == ""
    assert RECEIPTS.read("x" * (MOST + 1)) is None


def test_without_a_key_there_is_none() -> None:
    with pytest.raises(KeyMissing):
        Receipts([], "Example")
