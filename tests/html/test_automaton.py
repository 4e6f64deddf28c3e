"""What is known of tags leads where the rules lead, one tag after the other."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentguard.html import automaton, openelements
from consentguard.html.automaton import Automaton
from consentguard.html.foreign import Space
from consentguard.html.spans import Span, What
from consentguard.html.treerules import TreeRules

_NAMES = b"svg g desc math mi p b i a div table td form select option object li button ruby rt x"
TAGS = [tag % name for name in _NAMES.split() for tag in (b"<%s>", b"</%s>")] + [b"<svg/>"]
_TAG = re.compile(rb"<(/?)([a-z]+)(/?)>")


def take(rules: TreeRules, tag: bytes) -> None:
    found = _TAG.fullmatch(tag)
    assert found
    if found[1]:
        rules.end(found[2])
    else:
        rules.start(found[2], {}, bool(found[3]))


def state(rules: TreeRules) -> object:
    opened = [(node.name, node.space, node.point) for node in rules.nodes]
    return opened, rules._active, rules._form, rules.strangers, rules.sheets, rules._marked


def walked(one: Automaton, page: list[bytes], between: bytes) -> int:
    """Take the tags by what is known, and by the rules where nothing is; how many were known."""
    buffer, pos, known = bytearray(between.join(page)), 0, 0
    one.arrive()
    while pos < len(buffer):
        pos, count, told = one.led(buffer, pos, len(buffer))
        assert told == []
        known += count
        if found := _TAG.search(buffer, pos):
            take(one, bytes(found[0]))
            one.arrive(bytes(found[0]))
            pos = found.end()
    return known


FLOOD = st.lists(
    st.builds(
        list[bytes].__mul__,
        st.lists(st.sampled_from(TAGS), min_size=1, max_size=5),
        st.sampled_from([1, 2, 9]),
    ),
    max_size=6,
).map(lambda parts: [tag for part in parts for tag in part])


@pytest.mark.parametrize(
    "bounds", [{}, {"STATE_LIMIT": 3}, {"WAY_LIMIT": 4}, {"NODE_LIMIT": 2}, {"_WINDOW": 8}]
)
@given(FLOOD, st.sampled_from([b"", b"text", b"a > b"]))
@settings(max_examples=150)
def test_it_leads_where_the_rules_lead(
    bounds: dict[str, int], page: list[bytes], between: bytes
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for name, bound in bounds.items():
            patch.setattr(openelements if name == "NODE_LIMIT" else automaton, name, bound)
        one, rules = Automaton(), TreeRules()
        for each in (one, rules):
            each.begin()
        walked(one, page, between)
    for tag in page:
        take(rules, tag)
    assert state(one) == state(rules)


def test_what_was_seen_once_is_known() -> None:
    unit = [b"<svg>", b"<g>", b"</g>", b"</svg>", b"<p>", b"<b>", b"</p>", b"<p>", b"</b>", b"</p>"]
    one = Automaton()
    one.begin()
    assert walked(one, unit * 100, b"") >= 97 * len(unit)


def test_what_is_reported_is_told_again() -> None:
    one = Automaton()
    one.begin()
    one.arrive()
    one.start(b"input", {}, False)
    span = Span(What.TAG, b"input", 0, 0, 0)
    one.arrive(b"<input>", span)
    page = bytearray(b"<input>text<input><i")
    told = [(b"input", Space.HTML, at) for at in ((0, 7), (11, 18))]
    assert one.led(page, 0, len(page)) == (18, 2, told)
    assert one.led(page, 0, 17)[0] == 7


def test_a_tag_with_an_end_in_a_value_is_left_to_the_rules() -> None:
    one = Automaton()
    one.begin()
    one.arrive()
    one.arrive(b"<input value='>'>")
    assert one.led(bytearray(b"<input value='>'>"), 0, 17)[:2] == (0, 0)
