"""A record in words, and as data."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from consentguard.locales import load
from consentguard.model import ConsentRecord
from consentguard.pages import recorded

RECORD = ConsentRecord(
    site="Example",
    time=1_800_000_000,
    kind="save",
    receipt="r1",
    region="eea",
    preset="eea-gdpr",
    granted=("analytics",),
    denied=("advertising", "media"),
    services={"youtube": True, "vimeo": False},
    policy_version="3",
    policy_digest="abc",
    text_digest="def",
    language="de",
    person="yes",
    gpc=True,
    device="mobile",
)


def said(read: Callable[[str], Any], record: ConsentRecord, lang: str = "en") -> dict[str, str]:
    found = read(recorded.facts(record, load(lang)))
    names = [e.text for e in found.all("dt")]
    return dict(zip(names, [e.text for e in found.all("dd")], strict=True))


def test_all_that_it_says(read: Callable[[str], Any]) -> None:
    assert said(read, RECORD) == {
        "Time": "January 15, 2027, 08:00 UTC",
        "What was pressed": "Save choices",
        "Allowed": "Analytics",
        "Refused": "Advertising, Embedded media",
        "Services allowed": "youtube",
        "Services refused": "vimeo",
        "Region": "eea (eea-gdpr)",
        "Version of this policy": "3",
        "Language": "de",
        "Signal of the browser": "Your opt-out signal was honoured",
        "Device": "Phone",
    }


def test_what_there_is_not_has_no_line(read: Callable[[str], Any]) -> None:
    bare = replace(RECORD, granted=(), services={}, gpc=False, preset="eea", policy_version="")
    found = said(read, bare, "de")
    assert found["Region"] == "eea"
    assert len(found) == 6


def test_names_stand_in_a_line() -> None:
    assert recorded.names([], load("en")) == ""
    assert recorded.names(["a"], load("en")) == "a"
    assert recorded.names(["a", "b", "c"], load("ja")) == "a、b、c"


def test_programs_get_all_of_it() -> None:
    found = json.loads(json.dumps(recorded.data(RECORD)))
    assert found["time"] == "2027-01-15T08:00:00Z"
    assert (found["denied"], found["gpc"]) == (["advertising", "media"], True)
