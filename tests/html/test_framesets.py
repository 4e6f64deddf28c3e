"""What a browser reads in a frameset: it ignores nearly all tags there, and no text begins at them.

What others take for a title's text, or a script's, is markup to it.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from selectolax.lexbor import LexborHTMLParser
from tests.html.parting import check, pages, soup, words
from tests.html.test_forerunner import gated

FRAME = b"<frame src=//t.test/x>"
STYLED = b'<html style="background:url(//t.test/x)">'

HIDDEN = [
    b"<frameset><title>@</title></frameset>",
    b"<frameset><textarea>@</textarea>",
    b"<frameset><script>@</script>",
    b"<frameset><style>@</style>",
    b"<frameset><iframe>@</iframe>",
    b"<frameset><xmp>@</xmp>",
    b"<frameset><plaintext>@",
    b"<frameset><svg>@</svg>",
    b"<frameset><math><x>@",
    b"<frameset><svg><![CDATA[>@]]>",
    b"<frameset><frameset><title>@</title></frameset>",
    b"<frameset><noscript><title></noscript>@</title>",
    b"<frameset><select><title>@</title></frameset>",
    b"<svg><desc><frameset></desc><x>@",
    b"<svg><desc><frameset></desc><![CDATA[>@]]>",
    b"<svg><foreignObject><frameset></foreignObject>@",
    b"<svg><title><noscript><frameset></noscript></title>@",
]
PAGES = [
    *pages(HIDDEN, FRAME),
    b"<frameset></frameset><title>" + STYLED + b"</title>",
    b"<frameset><title>" + STYLED + b"</title>",
    b"<frameset></frameset></html><title>" + STYLED + b"</title>",
]


def loaded(page: bytes) -> list[str]:
    """What of that host a parser has in frames, and in the style of the root."""
    tree = LexborHTMLParser(page.decode("latin-1"))
    values = [root.attributes["style"] for root in tree.css("html[style]")]
    for frame in tree.css("frameset > frame"):
        around = frame.parent
        while around is not None and around.tag == "frameset":
            around = around.parent
        # Those of svg are drawn, and nobody loads them.
        if around is not None and around.tag == "html":
            values.append(frame.attributes.get("src"))
    return [value for value in values if value and "t.test" in value]


@pytest.mark.parametrize("page", PAGES)
def test_no_frame_is_hidden_from_us(page: bytes) -> None:
    check(page, loaded)


@pytest.mark.parametrize(
    "page",
    [
        b"<head><title>A</title></head><frameset cols=1,2><frame src=/a><frame src=/b>"
        b"<noframes><body><title><p>b</noframes></frameset>",
        b"<frameset><frameset><frame src=/a></frameset><frame src=/b></frameset>\n</html>",
        b"<p>a<template><frameset></template>b <b>c</b></p>",
    ],
)
def test_what_is_read_alike_is_left_alone(page: bytes) -> None:
    assert gated(page) == page


def test_framesets_end_where_readings_part() -> None:
    page = b"<frameset><frameset><frame src=/a><script>x</script><frame src=/b>"
    assert gated(page) == page.replace(b"<script>", 2 * b"</frameset><html style>" + b"<script>")


def test_in_svg_there_are_none() -> None:
    page = b"<svg><g><frameset></g><desc>a<frameset cols=1>b</desc></svg>"
    assert gated(page) == page.replace(b"<frameset cols=1>", b"")


WORDS = words("""
<frameset> <frameset|cols=1> </frameset> <frame|src=//t.test/x> <noframes> </noframes>
<html|style="background:url(//t.test/x)"> </html> <body> </body> <head> <title> </title> <style>
</style> <script> </script> <textarea> </textarea> <iframe> </iframe> <xmp> </xmp> <noscript>
</noscript> <plaintext> <svg> </svg> <math> </math> <desc> </desc> <mi> </mi> <![CDATA[ ]]> <!-- -->
<template> </template> <table> <div> </div> <select> <p> x
""")


@given(soup(WORDS))
def test_in_any_soup(page: bytes) -> None:
    assert loaded(gated(b"<frameset>" + page)) == []
