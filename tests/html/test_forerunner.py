"""What a preload scanner reads in a gated page: it runs ahead of the parser, without namespaces.

Chromium's and WebKit's know no svg and no math: a title there is text to them, a CDATA section a
comment up to its first ">", a link a link. Whatever they take for a tag they fetch.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.html import rewriter
from consentguard.html.foreign import Space
from consentguard.html.judge import Gate
from consentguard.html.rewriter import Gated, Rewriter, rewrite
from consentguard.html.scanner import Scanner
from consentguard.html.spans import What

GATE = Gate("analytics", "tracker")
WHOLE = Gate("all", "any")
HERE = b"//t.test/x"


class Forerunner(Scanner):
    """A scanner that takes every element for one of HTML."""

    def _namespace(self, name: bytes, name_end: int, end: int) -> Space:
        return Space.HTML

    def _drawing(self, start: int, end: int) -> bool:
        return False


class Judge:
    """Denies one host, and what could not be read."""

    def __init__(self, denied: Gate | None, unread: Gate | None) -> None:
        self._denied, self._unread = denied, unread

    def url(self, url: str, kind: object, element: str, base: str | None) -> Gate | None:
        return self._denied if "t.test" in url else None

    def snippet(self, script: bytes) -> Gate | None:
        return None

    def unread(self) -> Gate | None:
        return self._unread


def gated(page: bytes) -> bytes:
    """The page of a visitor who has allowed nothing."""
    return rewrite(page, Judge(GATE, GATE))[0]


def fetched(page: bytes) -> list[Gated]:
    """What a preload scanner finds of that host."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rewriter, "Scanner", Forerunner)
        one = Rewriter(Judge(GATE, None))
        one.whole(page)
        return one.gated


PAGES = [
    b"<svg><![CDATA[ > <img src=@> & <b> ]]></svg>",
    b"<svg><style><desc><textarea></style><img src=@></textarea></svg>",
    b"<svg><title><textarea></title><img src=@></textarea></svg>",
    b"<svg><title/><!--</title><img src=@>--></svg>",
    b"<svg><style><!--</style><img src=@>--></svg>",
    b"<svg><style><![CDATA[</style><img src=@>]]></style></svg>",
    b"<svg><script><!--</script><img src=@>--></svg>",
    b"<svg><script><![CDATA[</script><img src=@>]]></script></svg>",
    b"<math><xmp><!--</xmp><img src=@>--></math>",
    b'<svg><style><!--</style><style>@import "@";</style>--></svg>',
    b'<svg><style><!--@import "@";--></style></svg>',
    b'<svg><style>@import "//x&sol;@@";</style></svg>',
    b'<svg><style/>@import "@";</style></svg>',
    b'<svg><title><g a="</title><img src=@>"></g></svg>',
    b'<svg><script><g a="<!--<script>"></g></script></svg>'
    b"<textarea></script><img src=@></textarea>",
    b"<svg><link rel=stylesheet href=@></svg>",
    b"<math><video poster=@></video></math>",
    b"<svg><input type=image src=@><source srcset=@><script src=@></script></svg>",
    b"<svg><desc><image href=@></desc><foreignObject><image xlink:href=@></svg>",
    b"<svg></math><image src=@></svg>",
    b"<math></svg><image srcset=@></math>",
    b"<svg><desc><script href=@></script><script xlink:href=@></script></svg>",
]


PAGES = [
    page.replace(b"@@", b"@t.test").replace(b"@>", HERE + b">").replace(b'"@"', b'"%b"' % HERE)
    for page in PAGES
]


@pytest.mark.parametrize("page", PAGES)
def test_it_finds_nothing_that_waits(page: bytes) -> None:
    assert fetched(page)
    assert fetched(gated(page)) == []
    assert rewrite(page, Judge(None, None))[0] == page


@pytest.mark.parametrize(
    "page",
    [
        b"<svg><title>A > B</title><path d=M0></svg>",
        b"<svg><title>A</title ><style>a > b{}</style><script>a < b</script></svg>",
        b"<svg><style><![CDATA[ a > b {} @import '/?a&b'; ]]></style></svg>",
        b"<svg><script><![CDATA[ a>b; c<d ]]></script></svg>",
        b"<svg><text><![CDATA[ a < b ]]><![CDATA[ a > b ]]></text><title>x",
    ],
)
def test_what_both_read_alike_is_left_alone(page: bytes) -> None:
    assert rewrite(page, Judge(GATE, GATE))[0] == page


def test_a_section_becomes_the_same_text() -> None:
    page = b"<svg><text><![CDATA[a > b &amp; c]]> <![CDATA[a > b <i> & c]]>.</text></svg>"
    out = rewrite(page, Judge(GATE, GATE))[0]
    assert out == (
        b"<svg><text><![CDATA[a > b &amp; c]]> <![CDATA[a > b ]]>&lt;i> &amp; c.</text></svg>"
    )


@pytest.mark.parametrize("page", PAGES)
def test_the_cuts_do_not_matter(page: bytes) -> None:
    one = Rewriter(Judge(GATE, GATE))
    parts = [one.feed(page[at : at + 1]) for at in range(len(page))]
    assert b"".join((*parts, one.finish())) == gated(page)


WORDS = """
< > </ <!-- --> /> " ' <svg> </svg> <math> </math> <g> </g> <title> </title> <title/> <style>
</style> <style/> <script> </script> <script/> <textarea> </textarea> <xmp> </xmp> <desc> </desc>
<![CDATA[ ]]> ]] <image|href=//t.test/i> <img|src=//t.test/m> <link|rel=icon|href=//t.test/l>
<script|src=//t.test/s></script> @import|"//t.test/c"; &sol; <g|a=" "> <!--<script> <table>
</table> <p> </p> <b> <noscript> </noscript> x
"""
TOKENS = [word.replace("|", " ").encode() for word in WORDS.split()]


@given(st.lists(st.sampled_from(TOKENS), min_size=2, max_size=20).map(b"".join))
def test_in_any_soup(page: bytes) -> None:
    assert fetched(gated(b"<svg>" + page)) == []


def test_a_page_that_is_read_again_up_to_a_title() -> None:
    """The end tag that asked for it leads on from there, and not from where the title began."""
    one = Scanner()
    found = one.feed(b"<svg><title></table></title>x</table><style>a{}</style></svg>")
    assert [(span.name, span.space) for span in found if span.what is What.TAG] == [
        (b"style", Space.SVG)
    ]


def test_what_is_put_in_ends_no_svg() -> None:
    """It would be HTML behind it, and an image of svg one that is loaded."""
    page = b"<!doctype html><svg></body><x y=//t.test/x></svg><p>"
    assert rewrite(page, Judge(GATE, GATE), insert=b"<div>")[0] == page + b"<div>"
    open_ = b"<!doctype html><svg><g><svg></body><x y=//t.test/x><![CDATA[x"
    closed = open_ + b"]]></svg></svg><div>"
    assert rewrite(open_, Judge(GATE, GATE), insert=b"<div>")[0] == closed


def test_a_document_in_which_they_part_waits_for_everything() -> None:
    inner = "<svg><title><!--</title>--></svg>"
    for page in (inner, f"<img src=//t.test/a>{inner}", inner * 3):
        found = rewrite(f'<iframe srcdoc="{page}">'.encode(), Judge(GATE, WHOLE))[1]
        assert [one.purpose for one in found] == ["analytics" if "img" in page else "all"]
        assert b"all" in rewrite(f"<iframe srcdoc='{page}'>".encode(), Judge(GATE, WHOLE))[0]
