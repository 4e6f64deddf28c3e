from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.http.sniff import is_page, looks_like_page, may_be_page, shown


@pytest.mark.parametrize(
    "first",
    [
        b"<!DOCTYPE html><p>",
        b"\n\t <html lang=de>",
        b"\xef\xbb\xbf<!doctype html>",
        b"<!-- a comment --><p>",
        b"<script src=//t.test/a.js></script>" + b" " * 100,
        b"<?xml version='1.0'?>",
        b"\n\n",
        b"<",
        b"<ma",
    ],
)
def test_markup_and_what_may_become_some(first: bytes) -> None:
    assert looks_like_page(first)


@pytest.mark.parametrize(
    "first", [b"", b"{}", b"hello <b>", b"\x89PNG", b"%PDF-1.7", b"<fragment>" + b"x" * 100]
)
def test_other_bytes(first: bytes) -> None:
    assert not looks_like_page(first)


@given(st.binary(max_size=100))
def test_nothing_raises(first: bytes) -> None:
    looks_like_page(first)


@pytest.mark.parametrize(
    ("kind", "page"),
    [
        (b"text/html", True),
        (b" Text/HTML;charset=x", True),
        (b"application/xhtml+xml", True),
        (b"", True),
        (b"*/*; q=1", True),
        (b"application/json", False),
        (b"application/json; charset=utf-8", False),
        (b"text/plain", False),
    ],
)
def test_types_that_are_shown_as_pages(kind: bytes, page: bool) -> None:
    assert shown(kind) is page
    assert may_be_page({b"content-type": kind}) is page
    assert is_page({b"content-type": kind}, b"<!doctype html>") is page


def test_a_download_is_no_page() -> None:
    fields = {b"content-type": b"text/html", b"content-disposition": b" Attachment; filename=a"}
    assert not may_be_page(fields)
    assert not is_page(fields, b"<html>")


def test_without_a_type_the_first_bytes_decide() -> None:
    assert is_page({}, b"<html>")
    assert not is_page({}, b"{}")
    assert is_page({b"content-type": b"text/html"}, b"{}")
