"""The scanner against two parsers of others: the same elements with the same attribute values.

Not compared, because the tree builder drops the element or another one takes its place:
frameset pages (13.2.6.4.20), `<template><col>` and what follows in it (13.2.6.4.18, "in column
group"), attributes of a second html or body tag (13.2.6.4.7), and `\\r`, which the input stream
replaces before the tokenizer sees it (13.2.3.5). What stands in `noscript` has a test of its own.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.html import pages
from tests.html.oracles import EVERYWHERE, lexbor, ours, turbo

_TOKENS = """
< > </ <! <!-- --> --!> -- - ! / = " ' & ; a x= src= <p </p> <b> </#> </> <?pi <!x <title> </title>
<style> </style> <textarea> </textarea> <xmp> </xmp> <noembed> </noembed> <noframes> </noframes>
<iframe> </iframe> <script> </script <script </script> <plaintext> <![CDATA[ ]]> ]] <!doctype <img
</img> <img/src=a/> &copy; &#0; <base/href=b> <input	src>
"""
_HTML = """
<p> </p> <div> </div> <a> </a> <b> </b> <i> </i> <span> </span> <li> </li> <ul> </ul> <ol> <dl> <dd>
</dd> <dt> <h1> </h2> <section> </section> <button> </button> <br> </br> <nobr> </nobr> <form>
</form> <object> </object> <marquee> </marquee> <x> </x> <select> </select> <option> <optgroup> <hr>
<input> <ruby> <rt> <rp> <em> </em> </body> </html> <template> </template> <main> <dialog> <image>
<img> <iframe> </iframe> <textarea> </textarea> <xmp> </xmp> <title> </title> text &amp; <!-- -->
"""
_TABLE = """
<table> </table> <tr> </tr> <td> </td> <th> </th> <tbody> </tbody> <thead> <tfoot> <caption>
</caption> <colgroup> </colgroup>
"""
_FOREIGN = """
<svg> </svg> <svg/> <math> </math> <mi> </mi> <mtext> <g> </g> <path/> <title> </title> <style>
</style> <script> </script> <script/> <image> <image/> <use> <desc> </desc> <foreignObject>
</foreignObject> <![CDATA[ ]]> > <font> </font> <mglyph> <a/> <annotation-xml> </annotation-xml> <x>
</x> <!-- --> ' "
"""
TOKENS = [
    *_TOKENS.split(),
    *("\n", " ", "\t", "\f", "\0", "é", "<img src=a>", "<IMG SRC='b'alt=c\"d>", "<link href=a "),
    *("<img src='?a&copy=1&amp;b&notit;&#x80;&not'>", '<img src="&sol;/x&#10y" src=z>'),
    *("<img =src=a src = b>", "<img src=>", "</SCRIPT\n>"),
]
HTML = _HTML.split()
TABLE = _TABLE.split()
FOREIGN = [
    *_FOREIGN.split(),
    *("<font color=a>", "<annotation-xml encoding=Text/HTML>", "<image xlink:href=a href=b>"),
]


def _soup(*crumbs: str, longest: int = 24) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(crumbs), max_size=longest).map("".join)


@pytest.mark.parametrize("page", pages.ALL)
def test_pages(page: bytes) -> None:
    text = page.decode().replace("noscript", "x-script")
    assert ours(text) == turbo(text)


@given(_soup(*TOKENS))
@settings(max_examples=400, deadline=None)
def test_tokens(page: str) -> None:
    assert ours(page) == turbo(page)


@given(_soup(*HTML, *FOREIGN, *FOREIGN))
@settings(max_examples=600, deadline=None)
def test_svg_and_math_among_html(page: str) -> None:
    assert ours(page) == turbo(page)


@given(_soup(*HTML, *TABLE, *TABLE, *FOREIGN))
@settings(max_examples=400, deadline=None)
def test_svg_and_math_in_tables(page: str) -> None:
    assert ours(page) == turbo(page)


@given(_soup(*TOKENS, *HTML, *TABLE, *FOREIGN, longest=60))
@settings(max_examples=300, deadline=None)
def test_everything_together(page: str) -> None:
    assert ours(page) == turbo(page)


# The binding of lexbor does not show templates in templates.
_NO_TEMPLATE = [crumb for crumb in HTML if "template" not in crumb]


@given(st.one_of(_soup(*TOKENS), _soup(*_NO_TEMPLATE, *FOREIGN, longest=12)))
@settings(max_examples=400, deadline=None)
def test_a_second_opinion(page: str) -> None:
    found = ((name, values) for name, _, values in ours(page).values())
    assert sorted(one for one in found if one[0] in EVERYWHERE) == lexbor(page)


@given(_soup(*HTML), _soup(*TOKENS), _soup(*HTML))
@settings(deadline=None)
def test_noscript_hides_nothing_from_a_browser_with_scripting(
    before: str, inside: str, after: str
) -> None:
    """13.2.6.4.4: with scripting its content is text; we report what is markup without."""
    page = f"{before}<noscript>{inside}</noscript>{after}"
    missing = turbo(page, scripting=True).items() - ours(page).items()
    assert missing == set()


@pytest.mark.parametrize(
    "inside",
    ["<img src=a>", "<iframe src=a></iframe>", "<!-- <img> --><img src=b>", "<style></style><img>"],
)
def test_noscript_without_scripting(inside: str) -> None:
    page = f"<p><noscript>{inside}</noscript><img src=c>"
    assert ours(page) == turbo(page)
