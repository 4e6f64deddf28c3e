from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.http.sniff import Shape, described, looks_like_page, may_be_page, shape, shown


@pytest.mark.parametrize(
    "first",
    [
        b"<!DOCTYPE html><p>",
        b"\n\t <html lang=de>",
        b"\xef\xbb\xbf<!doctype html>",
        b"<!-- a comment --><p>",
        b"<script src=//t.test/a.js></script>" + b" " * 100,
    ],
)
def test_markup(first: bytes) -> None:
    assert looks_like_page(first)
    assert shape({}, first) is Shape.HTML


@pytest.mark.parametrize(
    "first",
    [
        b"\n\n",
        b"<",
        b"<ma",
        b"\xef",
        b"\xef\xbb",
        b"\xef\xbb\xbf",
        b" <?xml version='1.0'?>" + b" " * 99,
        # Chromium takes all of these for HTML.
        b"<html\n lang=en>" + b"x" * 99,
        b"<article>" + b"x" * 99,
        b"<p/>" + b"x" * 99,
        b"\x0b<htmlx>" + b"x" * 99,
    ],
)
def test_what_may_become_markup_is_in_doubt(first: bytes) -> None:
    assert looks_like_page(first)
    assert shape({}, first) is Shape.DOUBT


@pytest.mark.parametrize("first", [b"", b"{}", b"hello <b>", b"\x89PNG", b"%PDF-1.7", b"x<html>"])
def test_other_bytes(first: bytes) -> None:
    assert not looks_like_page(first)
    assert shape({}, first) is Shape.OTHER


@given(st.binary(max_size=100), st.binary(max_size=50), st.binary(max_size=20))
def test_nothing_raises(first: bytes, kind: bytes, disposition: bytes) -> None:
    fields = {b"content-type": kind, b"content-disposition": disposition}
    found = shape(fields, first)
    assert found is Shape.OTHER or shown(kind)
    assert found in (Shape.OTHER, Shape.DOCUMENT) or may_be_page(fields)


@given(
    st.integers(1, 40),
    st.sampled_from([b"<!doctype html><p>", b"\xef\xbb\xbf <html>", b"\n<?xml ?>"]),
)
def test_the_first_bytes_of_a_page_are_never_taken_for_something_else(
    length: int, page: bytes
) -> None:
    assert shape({}, page[:length]) is not Shape.OTHER


@pytest.mark.parametrize(
    ("kind", "made"),
    [
        (b"text/html", Shape.HTML),
        (b" Text/HTML;charset=x", Shape.HTML),
        (b"text/html charset=x", Shape.HTML),
        (b"text/html(a comment)", Shape.HTML),
        (b"text/vnd.turbo-stream.html; charset=utf-8", Shape.HTML),
        (b"", Shape.HTML),
        (b"*/*; q=1", Shape.HTML),
        (b"text", Shape.HTML),
        (b"charset=utf-8", Shape.HTML),
        (b"text/", Shape.HTML),
        (b"*/*, unknown/unknown", Shape.HTML),
        (b"text/plain, text/html", Shape.HTML),
        (b"text/html, */*", Shape.HTML),
        (b"application/xhtml+xml", Shape.DOUBT),
        (b"text/html, application/xhtml+xml", Shape.DOUBT),
        (b"text/html, multipart/x-mixed-replace", Shape.DOUBT),
        (b"image/svg+xml", Shape.DOCUMENT),
        (b"TEXT/XML; charset=utf-8", Shape.DOCUMENT),
        (b"application/xml", Shape.DOCUMENT),
        (b"application/atom+xml", Shape.DOCUMENT),
        (b"text/xsl", Shape.DOCUMENT),
        (b"multipart/x-mixed-replace; boundary=x", Shape.DOCUMENT),
        (b"application/json", Shape.OTHER),
        (b"application/json; charset=utf-8", Shape.OTHER),
        (b"application/problem+json", Shape.OTHER),
        (b"text/plain", Shape.OTHER),
        (b"text/event-stream", Shape.OTHER),
        (b"multipart/mixed; boundary=x", Shape.OTHER),
        (b"image/svg", Shape.OTHER),
    ],
)
def test_what_a_browser_makes_of_a_type(kind: bytes, made: Shape) -> None:
    fields = {b"content-type": kind}
    assert shape(fields, b"<!doctype html>") is made
    assert shown(kind) is (made is not Shape.OTHER)
    assert may_be_page(fields) is (made in (Shape.HTML, Shape.DOUBT))


@pytest.mark.parametrize("kind", [b"text/html", b"application/xhtml+xml", b"image/svg+xml", b""])
def test_a_download_is_no_page(kind: bytes) -> None:
    fields = {b"content-type": kind, b"content-disposition": b" Attachment; filename=a"}
    assert not may_be_page(fields)
    assert shape(fields, b"<html>") is Shape.OTHER


@pytest.mark.parametrize(
    ("coding", "made"),
    [
        (b"chunked", Shape.HTML),
        (b" Identity", Shape.HTML),
        (b"gzip, chunked", Shape.DOUBT),
        (b"x", Shape.DOUBT),
    ],
)
def test_a_coding_that_a_server_does_not_make_is_in_doubt(coding: bytes, made: Shape) -> None:
    fields = {b"content-type": b"text/html", b"transfer-encoding": coding}
    assert shape(fields, b"<html>") is made
    fields[b"content-type"] = b"image/png"
    assert shape(fields, b"<html>") is Shape.OTHER


def test_headers_that_come_several_times() -> None:
    assert described([(b"A", b"1"), (b"a", b"2")]) == {b"a": b"1"}
    types = [(b"Content-Type", b"text/plain"), (b"content-type", b"text/html")]
    assert described(types) == {b"content-type": b"text/plain, text/html"}
    assert described([*types[1:], *types[1:]]) == {b"content-type": b"text/html"}
    codings = [(b"transfer-encoding", b"gzip"), (b"transfer-encoding", b"chunked")]
    assert described(codings) == {b"transfer-encoding": b"gzip, chunked"}
    same = [(b"content-disposition", b"attachment")] * 2
    assert described(same) == {b"content-disposition": b"attachment"}
    assert described([*same, (b"Content-Disposition", b"inline")]) == {}


@pytest.mark.parametrize(
    ("disposition", "page"),
    [
        (b"attachment", False),
        (b" Attachment ; filename=x.html", False),
        (b"inline", True),
        # Chromium shows these.
        (b"attachment inline", True),
        (b"attachment=1", True),
        (b"attachment filename=x.html", True),
        (b"attachment\tinline", True),
    ],
)
def test_a_download_says_so(disposition: bytes, page: bool) -> None:
    fields = {b"content-type": b"text/html", b"content-disposition": disposition}
    assert may_be_page(fields) is page
