"""What a browser without scripting reads in and behind a noscript: to it the content is markup.

A comment, a quote or a text that is open at the end tag takes that in, and an element that is open
there, or that the content closed, may later close an svg or not.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from selectolax.lexbor import LexborHTMLParser, LexborNode
from tests.html.parting import check, pages, soup, words
from tests.html.test_forerunner import Judge, gated

from consentguard.html.rewriter import rewrite

IMAGE = b"<img src=//t.test/x>"
#: In svg these stand around content of HTML.
POINTS = frozenset(("foreignobject", "desc", "title", "mi", "annotation-xml"))

PAGES = pages(
    [
        b"<noscript><style></noscript><script></style>@</script>",
        b"<noscript><title></noscript><script></title>@</script>",
        b"<noscript><script></noscript><textarea></script>@</textarea>",
        b"<noscript><script><!--<script></noscript><textarea></script></script>@</textarea>",
        b"<noscript><iframe></noscript><textarea></iframe>@</textarea>",
        b'<noscript><a b="</noscript><script>">@</script>',
        b"<noscript><a b='</noscript><script>'>@</script>",
        b"<noscript><!--</noscript><script>-->@</script>",
        b"<noscript><svg><desc></noscript></desc><style>@</style>",
        b"<noscript><svg><title></noscript></title><style>@</style>",
        b"<noscript><math><mi></noscript></mi><style>@</style>",
        b"<noscript><svg><![CDATA[</noscript><textarea>]]>@</textarea>",
        b"<noscript><div><svg></noscript><style>@</style>",
        b"<noscript><div><svg></b </noscript><style>@</style>",
        b"<svg><desc><noscript><div></noscript></desc></svg></div></noscript></desc><style>@</style>",
        b"<div><noscript><table></noscript><svg></div><style>@</style>",
        b"<div><noscript><table></noscript><svg><g><svg></div><style>@</style>",
        b"<ul><noscript><table></noscript><li><svg></ul><xmp>@</xmp>",
        b"<table><td><noscript><table></noscript><svg></td><style>@</style>",
        b"<b><noscript></b></noscript><svg></b><style>@</style>",
        b"<div><noscript></div></noscript><math></div><style>@</style>",
        b"<template><noscript></template></noscript><svg></template><style>@</style>",
    ],
    IMAGE,
)


def loaded(page: bytes) -> list[str]:
    """What images of that host a parser without scripting has."""
    tree = LexborHTMLParser(page.decode("latin-1"))
    sources = [one.attributes["src"] or "" for one in tree.css("img[src]") if _of_html(one)]
    return [source for source in sources if "t.test" in source]


def _of_html(one: LexborNode) -> bool:
    around = one.parent
    while around is not None and (around.tag or "").lower() not in POINTS:
        if around.tag in ("svg", "math"):
            return False
        around = around.parent
    return True


@pytest.mark.parametrize("page", PAGES)
def test_no_image_is_hidden_from_us(page: bytes) -> None:
    check(page, loaded)


@pytest.mark.parametrize(
    "page",
    [
        b"<noscript><p>a<noscript>",
        b"<noscript><p>Please <a href='/x'>switch it on</a></noscript><p>b",
        b"<noscript><style>p{}</style><!-- a --><svg><title>a</title></svg></noscript>",
        b"<div><svg><g></g></svg></div><p><svg><path></svg></p>",
        b"<svg><desc><noscript>a</noscript></desc></svg>",
    ],
)
def test_what_is_read_alike_is_left_alone(page: bytes) -> None:
    assert gated(page) == page


def test_content_that_is_not_whole_is_left_out() -> None:
    page = b"<p><noscript><p>a<!-- b</noscript><p>c"
    assert gated(page) == b"<p><noscript></noscript><p>c"


#: What is an HTML frame to a browser without scripting alone.
REACHING = pages(
    [
        b"<div><noscript><svg></div>@</noscript>",
        b"<ul><li><noscript><math></li>@</noscript>",
        b"<table><td><noscript><svg></td>@</noscript>",
        b"<div><noscript><b><svg><desc></desc></div>@</noscript>",
    ],
    b"<iframe src=//t.test/x></iframe><p>",
)


@pytest.mark.parametrize("page", REACHING)
def test_an_svg_that_ends_with_what_is_around_is_left_out(page: bytes) -> None:
    assert gated(page) == page[: page.index(b"<noscript>")] + b"<noscript></noscript>"
    assert rewrite(page, Judge(None, None))[0] == page


def test_nothing_that_is_put_in_ends_it_for_a_browser_with_scripting() -> None:
    page = b"<noscript><svg><noscript><audio src=//t.test/x></audio><body>"
    assert gated(page) == b"<noscript>"
    assert gated(page + b"</noscript>a") == b"<noscript></noscript>a"
    assert rewrite(page, Judge(None, None))[0] == page


def test_an_svg_that_the_end_of_another_closes_gets_its_own() -> None:
    page = b"<p><div><svg><g><svg><path></div>"
    out = gated(page)
    assert out == page.replace(b"</div>", b"</svg></svg></div>")


WORDS = words("""
<noscript> <noscript> </noscript> </noscript> <title> </title> <style> </style> <script> </script>
<textarea> </textarea> <xmp> </xmp> <!-- --> <a|b=" "> <svg> <svg> </svg> <math> </math> <desc>
</desc> <mi> </mi> <![CDATA[ ]]> <table> </table> <td> <div> </div> <ul> <li> </ul> <b> </b> <p>
</p> <button> </button> <template> </template> <img|src=//t.test/x> <g> </g> x
""")


@given(soup(WORDS))
def test_in_any_soup(page: bytes) -> None:
    assert loaded(gated(b"<noscript>" + page)) == []


UNENDED = [token for token in WORDS if token != b"</noscript>"]


@given(soup(UNENDED))
def test_in_any_soup_with_scripting(page: bytes) -> None:
    assert b"</noscript" not in gated(b"<noscript>" + page)
