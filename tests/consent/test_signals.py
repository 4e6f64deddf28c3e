from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentguard.consent.signals import FIELD, NONE, read


@pytest.mark.parametrize(
    ("headers", "gpc"),
    [
        ([], False),
        ([(b"sec-gpc", b"1")], True),
        ([(b"sec-gpc", b" 1\t")], True),
        ([(b"sec-gpc", b"0")], False),
        ([(b"sec-gpc", b"true")], False),
        ([(b"sec-gpc", b"?1")], False),
        ([(b"sec-gpc", b"11")], False),
        ([(b"sec-gpc", b"")], False),
        ([(b"sec-gpc", b"1\xa0")], False),
        ([(b"sec-gpc", b"0"), (b"sec-gpc", b"1")], True),
        ([(b"x-sec-gpc", b"1")], False),
        ([(b"dnt", b"1")], False),
    ],
)
def test_only_the_value_1_is_a_signal(headers: list[tuple[bytes, bytes]], gpc: bool) -> None:
    assert read(headers).gpc is gpc


HEADERS = st.lists(st.tuples(st.sampled_from([b"sec-gpc", b"cookie"]), st.binary(max_size=3)))


@settings(deadline=None)
@given(HEADERS, HEADERS)
def test_another_header_never_takes_a_signal_away(
    one: list[tuple[bytes, bytes]], two: list[tuple[bytes, bytes]]
) -> None:
    assert read([*one, *two]).gpc >= read(one).gpc
    assert read([*one, (b"sec-gpc", b"1"), *two]).gpc


@given(HEADERS)
def test_without_its_header_there_is_no_signal(headers: list[tuple[bytes, bytes]]) -> None:
    assert read([h for h in headers if h[0] != FIELD]) == NONE
