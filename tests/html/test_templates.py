"""A template that begins with a `col` holds columns: the parser ignores other start tags in it.

What begins with one of those is markup to it, though others take that for text.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from tests.html.parting import check, pages, soup, words
from tests.html.test_forerunner import gated
from tests.html.test_noscripts import IMAGE, loaded

from consentguard.html.engine import Scanner
from consentguard.html.names import TEMPLATE_LIMIT

PAGES = pages(
    [
        b"<template><col><title></template>@",
        b"<template><link><!-- a --> b </p><col><style></template>@",
        b"<template><title>a</title><col class=a><p><xmp></template>@",
        b"<template><col><svg><desc><textarea></template>@",
        b"<svg><desc><template><col><title></template></desc></svg>@",
        b"<svg></svg><template><col><div><script></template>@",
        b"<template><col><template><p></template><iframe></template>@",
        b"<template><template><col></template><col><plaintext></template>@",
        b"<noscript><template><col></noscript><title></template>@",
    ],
    IMAGE,
)


@pytest.mark.parametrize("page", PAGES)
def test_no_image_is_hidden_from_us(page: bytes) -> None:
    check(page, loaded)


@pytest.mark.parametrize(
    "page",
    [
        b"<template><col><col span=2></template><title>a</title>",
        b"<template><p><col><title><b></title></template>",
        b"<template><table><colgroup><col></colgroup><tr><td><textarea><i></textarea></template>",
        b"<template><template><col></template><title><b></title></template>",
    ],
)
def test_what_is_read_alike_is_left_alone(page: bytes) -> None:
    assert gated(page) == page


def test_what_is_ignored_is_left_out() -> None:
    page = b"<template><col class=a><p><title></p></template>b"
    assert gated(page) == b"<template><col class=a></p></template>b"


def test_templates_are_nested_so_deep_and_no_deeper() -> None:
    for depth in (TEMPLATE_LIMIT, TEMPLATE_LIMIT + 1):
        scanner = Scanner()
        scanner.feed(b"<template>" * depth)
        assert scanner.overflow is (depth > TEMPLATE_LIMIT)


WORDS = words("""
<template> <template> <template> </template> </template> <col> <col> <title> </title> <style>
</style> <script> </script> <textarea> </textarea> <xmp> </xmp> <iframe> </iframe> <noscript>
</noscript> <link> <p> </p> <table> </table> <colgroup> <tr> <td> <svg> </svg> <desc> </desc> <!--
--> <img|src=//t.test/x> <img|src=//t.test/x> x
""")


@given(soup(WORDS))
def test_in_any_soup(page: bytes) -> None:
    assert loaded(gated(page)) == []
