"""Every row of the table of responses, through the shells: whole, byte by byte, cut anywhere."""

from __future__ import annotations

import gzip
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.contract.shapes import (
    BANNER,
    DRAWING,
    FRAGMENT,
    GATED,
    HTML,
    PAGE,
    PARTS,
    TAG,
    TRACKER,
    XHTML,
    Answer,
    Case,
    bytewise,
    covered,
    cut,
    kind,
    through_asgi,
    through_wsgi,
    whole,
)

from consentguard.http import reply
from consentguard.http.csp import FENCE

ANY: Any = None

CASES = (
    Case("page", (HTML,), PAGE, "rewritten", banner=True),
    Case("page", (kind(b" Text/HTML ;charset=utf-8"),), PAGE, "rewritten", banner=True, status=404),
    Case("fragment", (HTML,), FRAGMENT, "rewritten"),
    Case("fragment", (kind(b"text/vnd.turbo-stream.html; charset=utf-8"),), FRAGMENT, "rewritten"),
    Case("empty page", (HTML,), b"", "rewritten"),
    Case("XHTML", (kind(b"application/xhtml+xml"),), XHTML, "fenced"),
    Case("XHTML", (kind(b"application/xhtml+xml; charset=utf-8"),), PAGE, "fenced"),
    Case("XML", (kind(b"image/svg+xml"),), DRAWING, "fenced"),
    Case("XML", (kind(b"Text/XML; charset=utf-8"),), XHTML, "fenced"),
    Case("XML", (kind(b"application/rss+xml"),), b"<rss/>", "fenced"),
    Case("XML", (kind(b"image/svg+xml"),), DRAWING, "passes", path="/raw/a.svg"),
    Case("replaced parts", (kind(b"multipart/x-mixed-replace; boundary=x"),), PARTS, "fenced"),
    Case("other", (kind(b"application/json"),), b'{"a": "<p>"}', "passes"),
    Case("other", (kind(b"text/plain; charset=utf-8"),), PAGE, "passes"),
    Case("other", (kind(b"multipart/mixed; boundary=x"),), PARTS, "passes"),
    Case("no type", (), PAGE, "rewritten or fenced", banner=True),
    Case("no type", (kind(b"*/*"),), PAGE, "rewritten or fenced", banner=True),
    Case("no type", (kind(b"page"),), PAGE, "rewritten or fenced", banner=True),
    Case("no type", (), b"\xef\xbb\xbf" + PAGE, "rewritten or fenced", banner=True),
    Case("no type", (), b"<?xml version='1.0'?>" + XHTML, "fenced"),
    Case("no type", (), b'{"a": 1}', "passes"),
    Case("several types", (kind(b"text/plain"), HTML), PAGE, "rewritten or fenced", banner=True),
    Case("several types", (HTML, kind(b"text/html")), PAGE, "rewritten", banner=True),
    Case("several types", (kind(b"text/plain, text/html"),), PAGE, "rewritten", banner=True),
    Case("several types", (HTML, kind(b"application/xml")), PAGE, "fenced"),
    Case("no sniffing", (HTML, (b"x-content-type-options", b"nosniff")), PAGE, "rewritten", True),
    Case("download", (HTML, (b"content-disposition", b"attachment")), PAGE, "passes"),
    Case(
        "encoded",
        (HTML, (b"content-encoding", b"gzip")),
        gzip.compress(PAGE, mtime=0),
        "rewritten or fenced",
        banner=True,
        read=gzip.decompress,
    ),
    Case("encoded", (HTML, (b"content-encoding", b"lzma")), PAGE, "fenced"),
    Case(
        "charset",
        (kind(b"text/html; charset=utf-16le"),),
        PAGE.decode().encode("utf-16-le"),
        "rewritten or fenced",
        banner=True,
        read=lambda data: data.decode("utf-16-le").encode(),
    ),
    Case("charset", (kind(b"text/html; charset=utf-8"),), b"\xff\xfe<\0", "rewritten or fenced"),
    Case("wrong length", (HTML, (b"content-length", b"3")), PAGE, "rewritten", banner=True),
    Case(
        "transfer coding",
        (HTML, (b"transfer-encoding", b"chunked")),
        PAGE,
        "rewritten",
        banner=True,
        wsgi=False,
    ),
    Case(
        "transfer coding",
        (HTML, (b"transfer-encoding", b"gzip"), (b"transfer-encoding", b"chunked")),
        PAGE,
        "fenced",
        wsgi=False,
    ),
    Case("HEAD", (HTML, (b"content-length", b"99")), b"", "bare", method="HEAD"),
    Case("no content", (HTML,), b"", "bare", status=304),
    Case("no content", (HTML,), b"", "bare", status=204),
    Case("part", (HTML, (b"content-range", b"bytes 0-9/99")), PAGE[7:], "fenced", status=206),
    Case("event stream", (kind(b"text/event-stream"),), b"data: <p>\n\n", "passes"),
)


def rows() -> list[str]:
    """The first column of the table."""
    _, table, _ = re.split(r"\n=+ +=+\n(?!shape)", reply.__doc__ or "", maxsplit=2)
    return [line[:24].strip() for line in table.splitlines() if line[:24].strip()]


def test_every_row_has_a_test_and_every_test_a_row() -> None:
    assert len(rows()) == len(set(rows()))
    assert set(rows()) == covered() | {case.row for case in CASES}


def check(case: Case, answer: Answer, *, one: bool) -> None:
    """What has to hold, however the body was cut; ``one`` piece has a length."""
    assert answer.status == case.status
    if case.want == "passes":
        assert (answer.headers, answer.body) == (list(case.headers), case.body)
        return
    if case.row in ("XML", "replaced parts"):
        assert answer.headers == [*case.headers, FENCE]
    else:
        # In what is no HTML for sure is nothing of ours that asks again behind the back button.
        (kept,) = answer.every(b"cache-control")
        assert kept.removesuffix(b", no-store") == b"private, no-cache"
    if case.want == "bare":
        assert answer.body == b""
        assert not answer.fenced
        assert answer.every(b"content-length") == []
    elif answer.fenced:
        assert "fenced" in case.want
        assert answer.body == case.body
    else:
        rewritten(case, answer, one=one)


def rewritten(case: Case, answer: Answer, *, one: bool) -> None:
    """The tracker is there and inert, the rest is the app's."""
    assert "rewritten" in case.want
    original, text = case.read(case.body), case.read(answer.body)
    assert (GATED in text) is (TRACKER in original)
    assert TAG not in text
    assert (BANNER in text) is case.banner
    head, _, tail = original.partition(TAG)
    assert text.startswith(head)
    assert text.endswith(tail.removesuffix(b"</body></html>")) or case.banner
    lengths = answer.every(b"content-length")
    assert lengths == [b"%d" % len(answer.body)] or (not lengths and not one)
    assert answer.every(b"transfer-encoding") == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_body_through_asgi(case: Case) -> None:
    one = through_asgi(case, whole(case.body))
    check(case, one, one=True)
    check(case, through_asgi(case, bytewise(case.body)), one=len(case.body) < 2)

    @settings(max_examples=20)
    @given(st.lists(st.integers(0, len(case.body)), min_size=1, max_size=5))
    def anywhere(places: list[int]) -> None:
        answer = through_asgi(case, cut(case.body, places))
        check(case, answer, one=False)
        if not answer.fenced:
            assert case.read(answer.body) == case.read(one.body)

    if case.body:
        anywhere()


@pytest.mark.parametrize("how", ["list", "generator", "write"])
@pytest.mark.parametrize("case", [c for c in CASES if c.wsgi], ids=lambda case: case.id)
def test_a_body_through_wsgi(case: Case, how: str) -> None:
    pieces = [whole(case.body), bytewise(case.body), cut(case.body, [len(case.body) // 2] * 2)]
    for some in pieces:
        answer = through_wsgi(case, some, how)
        check(case, answer, one=how == "list" or not case.body)
        if not answer.fenced:
            again = through_asgi(case, whole(case.body))
            assert case.read(answer.body) == case.read(again.body)
