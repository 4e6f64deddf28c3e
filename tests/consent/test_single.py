"""What boxes of single services say, beside those of their purposes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.consent.single import words
from consentguard.model import Service

GA4 = Service("ga4", "Google Analytics", ("analytics",))
HOTJAR = Service("hotjar", "Hotjar", ("analytics",))
ADS = Service("ads", "Ads", ("advertising",))
BOTH = Service("both", "Both", ("analytics", "advertising"))
ALL = (GA4, HOTJAR, ADS, BOTH)
OFF = dict.fromkeys((s.id for s in ALL), False)
ON = dict.fromkeys(OFF, True)
A, B = "analytics", "advertising"


@pytest.mark.parametrize(
    ("ticked", "shown", "granted", "before", "said"),
    [
        # Nobody has chosen yet.
        ((), OFF, (), (), {}),
        ((), OFF, (A,), (), {}),
        ((), OFF, (A, B), (), {}),
        (("ga4",), OFF, (), (), {"ga4": True}),
        (("ga4",), OFF, (A,), (), {"hotjar": False}),
        (("ga4", "ads"), OFF, (A,), (), {"hotjar": False, "ads": True}),
        (("both",), OFF, (), (), {"both": True}),
        (("both",), OFF, (A,), (), {"both": True, "ga4": False, "hotjar": False}),
        # All is on.
        (("ga4", "hotjar", "ads", "both"), ON, (A, B), (A, B), {}),
        (("ga4", "ads", "both"), ON, (A, B), (A, B), {"hotjar": False}),
        ((), ON, (), (A, B), {}),
        (("ga4",), ON, (), (A, B), {"ga4": True}),
        # Hotjar alone was refused before, or granted before.
        (("ga4",), {"ga4": True, "hotjar": False}, (A,), (A,), {"hotjar": False}),
        (("ga4", "hotjar"), {"ga4": True, "hotjar": False}, (A,), (A,), {}),
        (("hotjar",), {"ga4": False, "hotjar": True}, (), (), {"hotjar": True}),
        (("hotjar",), {"ga4": False, "hotjar": True}, (A,), (), {}),
        ((), {"ga4": False, "hotjar": True}, (A,), (), {"hotjar": False}),
        ((), {"ga4": False, "hotjar": True}, (), (), {}),
    ],
)
def test_the_boxes_of_a_form(
    ticked: tuple[str, ...],
    shown: dict[str, bool],
    granted: tuple[str, ...],
    before: tuple[str, ...],
    said: dict[str, bool],
) -> None:
    listed = [s for s in ALL if s.id in shown]
    assert words(listed, ticked, shown, granted, before) == said


subsets = st.sets(st.sampled_from((A, B)))
boxes = st.fixed_dictionaries(dict.fromkeys(OFF, st.booleans()))


@given(boxes, subsets)
def test_left_as_it_was_it_says_what_was(shown: dict[str, bool], purposes: set[str]) -> None:
    """Whatever is on stays on, whatever is off stays off."""
    ticked = [s for s, on in shown.items() if on]
    said = words(ALL, ticked, shown, purposes, purposes)
    for service in ALL:
        follows = purposes.issuperset(service.purposes)
        assert said.get(service.id, follows) is shown[service.id]


@given(st.sets(st.sampled_from([s.id for s in ALL])), boxes, subsets, subsets)
def test_nothing_unticked_is_granted_by_itself(
    ticked: set[str], shown: dict[str, bool], granted: set[str], before: set[str]
) -> None:
    said = words(ALL, ticked, shown, granted, before)
    assert {s for s, on in said.items() if on} <= ticked
    assert all(said.get(s.id, granted.issuperset(s.purposes)) for s in ALL if s.id in ticked)
