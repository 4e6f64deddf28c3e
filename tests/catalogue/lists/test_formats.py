from __future__ import annotations

import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.catalogue.dataset import parse
from consentguard.catalogue.hosts import HostIndex
from consentguard.catalogue.lists import formats
from consentguard.catalogue.lists.errors import ListError
from consentguard.catalogue.lists.formats import FORMATS, read
from consentguard.errors import ConfigError

FILTERS = "[Adblock Plus 2.0]\n! Title: Invented\n||a.test^\n"
TRACKERS = {"trackers": {"a.test": {"default": "block"}}}
PATTERNS = {"p": {"category": "advertising", "domains": ["a.test"]}}
GHOSTERY = {"categories": {"advertising": {}}, "patterns": PATTERNS}
DISCONNECT = {"categories": {"Advertising": [{"A": {"https://a.test/": ["a.test"]}}]}}
EACH = [
    ("easyprivacy", FILTERS),
    ("duckduckgo", json.dumps(TRACKERS)),
    ("ghostery", json.dumps(GHOSTERY)),
    ("disconnect", json.dumps(DISCONNECT)),
]


@pytest.mark.parametrize(("format", "text"), EACH)
def test_content_tells_the_format(format: str, text: str) -> None:
    for data in (
        text.encode(),
        b"\xef\xbb\xbf" + text.encode(),
        gzip.compress(text.encode(), mtime=0),
    ):
        found = read(data, "file")
        assert (found.format, found.entries) == (format, 1)
    assert read(text.encode(), "file", format) == found
    assert format in FORMATS


@pytest.mark.parametrize("text", ["! Title: X\n||a.test^", "||a.test^", "\n\n@@||b.test/x\n||a.b^"])
def test_filters_without_a_header(text: str) -> None:
    assert read(text.encode(), "file").format == "easyprivacy"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "none of easyprivacy, disconnect, duckduckgo, ghostery"),
        (b"<!doctype html><title>404</title>", "none of"),
        (b"\x00\xff" * 5000, "none of"),
        (b"{}", "none of"),
        (b"[1]", "none of"),
        (b'{"categories": 1, "trackers": 2}', "none of"),
        (b'{\n "trackers": {,}', "file:2:15: broken JSON"),
        (b'{"trackers": ' + b"[" * 200_000, "nesting"),
        (b'{"trackers": ' + b"9" * 5000 + b"}", "number"),
        (b'{"trackers": {}}', "nothing in it can be taken (it is empty)"),
        (b"! Title: X\n##.ad\n", "nothing in it can be taken (1 hides elements)"),
        (b"! trackerdb_id:x trackerdb_category:misc\n||a.test^", "Take trackerdb.json"),
        (b"\x1f\x8b garbage", "broken gzip"),
        (gzip.compress(FILTERS.encode(), mtime=0)[:-9], "end too early"),
    ],
)
def test_what_is_no_list(data: bytes, said: str) -> None:
    with pytest.raises(ListError) as caught:
        read(data, "file")
    assert said in str(caught.value)
    assert str(caught.value).startswith("file:")
    assert isinstance(caught.value, ConfigError)


def test_the_format_asked_for_must_fit() -> None:
    with pytest.raises(ListError, match="a list of ghostery is a JSON object"):
        read(FILTERS.encode(), "file", "ghostery")
    with pytest.raises(ListError, match="as ghostery, nothing"):
        read(json.dumps(TRACKERS).encode(), "file", "ghostery")
    with pytest.raises(ListError, match="none of"):
        read(json.dumps(TRACKERS).encode(), "file", "easyprivacy")
    assert read(b"a\n||a.test^", "file", "easyprivacy").entries == 1


def test_a_list_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "MAX_BYTES", 1 << 20)
    long = FILTERS.encode() + b"!" * (1 << 20)
    for data in (long, gzip.compress(long, mtime=0)):
        with pytest.raises(ListError, match="longer than 1 MB"):
            read(data, "file")


@given(
    st.one_of(
        st.binary(max_size=200),
        st.text(max_size=100).map(lambda text: f"{FILTERS}||{text}\n".encode("utf-8", "replace")),
        st.builds(
            lambda head, rest: head + rest,
            st.sampled_from(
                [b"\x1f\x8b", b'{"trackers":', b'{"categories":{"a":[]},', b"||a.b^\n"]
            ),
            st.binary(max_size=60),
        ),
    ),
    st.sampled_from(["", *FORMATS]),
)
def test_anything_is_a_list_or_an_error(data: bytes, format: str) -> None:
    try:
        found = read(data, "file", format)
    except ListError:
        return
    lines = found.lines("mine")
    entries = [entry for line in lines for entry in parse(line)]
    HostIndex(entries)
    assert len(entries) == len(lines) == len(found.services) > 0
