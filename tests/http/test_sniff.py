from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.http.sniff import looks_like_page


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
