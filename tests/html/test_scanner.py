from __future__ import annotations

import gc
import weakref

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.html import pages

from consentguard.html import scanner as pure
from consentguard.html.engine import Scanner, Scanning
from consentguard.html.foreign import Space
from consentguard.html.grammar import RAW_END
from consentguard.html.names import MEMORY, RARE, SCRIPT_LIMIT, STYLED, TOKEN_LIMIT
from consentguard.html.openelements import DEPTH_LIMIT
from consentguard.html.spans import Span, What

Found = tuple[What, bytes, bytes, int]


def found(scanner: Scanning, spans: list[Span]) -> list[Found]:
    buffer = scanner.buffer
    starts = [s.end if s.what is What.STYLE else s.start for s in spans]
    return [
        (s.what, s.name, bytes(buffer[at : s.stop]), scanner.offset + s.start)
        for s, at in zip(spans, starts, strict=True)
    ]


def scan(data: bytes, *cuts: int) -> tuple[list[Found], Scanning]:
    scanner = Scanner()
    out: list[Found] = []
    for first, last in zip((0, *cuts), (*cuts, len(data)), strict=True):
        out += found(scanner, scanner.feed(data[first:last]))
    out += found(scanner, scanner.finish())
    return joined(out), scanner


def joined(out: list[Found]) -> list[Found]:
    """With the rest of a CDATA section, which comes as it is fed, in one piece."""
    whole: list[Found] = []
    for one in out:
        what, name, text, at = one
        last = whole[-1] if whole and what is What.SECTION else None
        if last and last[:2] == one[:2] and last[3] + len(last[2]) == at:
            whole[-1] = (what, name, last[2] + text, last[3])
        else:
            whole.append(one)
    return whole


def tags(data: bytes, name: bytes = b"img") -> list[bytes]:
    return [text for what, element, text, _ in scan(data)[0] if element == name]


def in_pieces(data: bytes, size: int, scanner: Scanning) -> None:
    for at in range(0, len(data), size):
        scanner.feed(data[at : at + size])
    scanner.finish()


@pytest.mark.parametrize("page", pages.ALL)
def test_every_cut_gives_the_same_spans(page: bytes) -> None:
    whole = scan(page)[0]
    for cut in range(len(page) + 1):
        assert scan(page, cut)[0] == whole
    assert scan(page, *range(1, len(page)))[0] == whole if page else True


@given(pages.SOUP, st.data())
def test_soup_cut_anywhere_gives_the_same_spans(page: bytes, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(page)), max_size=6)))
    assert scan(page, *cuts)[0] == scan(page)[0]


@given(pages.SOUP)
def test_spans_are_in_order_and_everything_is_settled(page: bytes) -> None:
    scanner = Scanner()
    spans = scanner.feed(page)
    assert all(s.start <= s.end <= s.stop for s in spans)
    assert [s.start for s in spans] == sorted(s.start for s in spans)
    scanner.finish()
    assert scanner.offset + scanner.settled <= len(page)
    rest = bytes(scanner.buffer[scanner.settled :])
    assert rest == b"" or rest.startswith(b"<")


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (b"<!--><img>", 1),
        (b"<!---><img>", 1),
        (b"<!----><img>", 1),
        (b"<!----!><img>", 1),
        (b"<!--a--!><img>", 1),
        (b"<!--!><img>", 0),
        (b"<!---!><img>", 0),
        (b"<!--a--!-><img>", 0),
        (b"<!--a--!--><img>", 1),
        (b"<!-- <!--><img>", 1),
        (b"<!-- <!--!><img>", 1),
        (b"<!-><img>", 1),
        (b"<!><img>", 1),
        (b"<?a?><img>", 1),
        (b"</><img>", 1),
        (b"</ x='><img>", 1),
        (b"<![CDATA[<img>]]>", 0),
        (b"<![CDATA[ > <img> ]]>", 1),
        (b"<!doctype html '><img>", 1),
        (b"< img><<img>", 1),
        (b"<a x='><img>'><img>", 1),
        (b"<a x=\"'\"y='\"'><img>", 1),
        (b"<a =x='><img>'>", 0),
        (b"<a/='><img>'>", 1),
        (b"<a x=a'><img>'>", 1),
        (b"<a x= ><img>", 1),
        (b"<a x/='><img>'>", 1),
        (b"</a x='><img>'>", 0),
        (b"<IMG><iMg\n/>", 2),
        (b"<imgs><img:x>", 0),
        (b"<img", 0),
        (b"<img src='>", 0),
    ],
)
def test_comments_and_tags_end_where_the_standard_ends_them(page: bytes, expected: int) -> None:
    assert len(tags(page)) == expected


@pytest.mark.parametrize("name", sorted(name.decode() for name in RAW_END.keys() - {b"noscript"}))
def test_text_elements_hold_no_tags(name: str) -> None:
    page = f"<{name}><img></{name}x></ {name}><!--</{name.upper()}/><img></{name}>".encode()
    assert len(tags(page)) == 1
    assert tags(f"<{name}/><img>".encode()) == []
    assert tags(f"<{name}><img></{name}".encode()) == []


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (b"<noscript><!-- </noscript><img>", [b"<img>"]),
        (b"<noscript><p title='</noscript><img>", [b"<img>"]),
        (b"<noscript><style></noscript><img>", [b"<img>"]),
        (b"<noscript><svg></noscript><title><img></title><img>", [b"<img>"]),
        (b"<noscript><img></NOSCRIPT\t><img>", [b"<img>", b"<img>"]),
        (b"<noscript><img></noscripts><img>", [b"<img>", b"<img>"]),
        (b"<noscript><noscript><img></noscript><img>", [b"<img>", b"<img>"]),
        (b"<svg><noscript><!-- </noscript><image></svg>", []),
    ],
)
def test_noscript_ends_at_its_first_end_tag(page: bytes, expected: list[bytes]) -> None:
    """With scripting it is text: nothing left open in it hides what follows."""
    assert tags(page) == expected


def test_a_body_end_inside_noscript_is_none() -> None:
    spans = scan(b"<body><noscript></body></noscript></body>", 7)[0]
    assert [place for what, _, _, place in spans if what is What.END] == [34]


def test_plaintext_has_no_end() -> None:
    assert tags(b"<plaintext></plaintext><img>") == []


def test_noscript_and_template_hold_markup() -> None:
    assert len(tags(b"<noscript><img></noscript><template><img></template>")) == 2


@pytest.mark.parametrize(
    ("script", "content"),
    [
        (b"a</script>", b"a"),
        (b"a</scriptx></script >", b"a</scriptx>"),
        (b"<!--</script>", b"<!--"),
        (b"<!--<script></script>--></script>", b"<!--<script></script>-->"),
        (b"<!--<script>--></script>", b"<!--<script>-->"),
        (b"<!--><script></script>", b"<!--><script>"),
        (b"<!---><script></script>", b"<!---><script>"),
        (b"<!--<!--><script></script>", b"<!--<!--><script>"),
        (b"<!--<script <!--></script>", b"<!--<script <!-->"),
        (b"<!--<scriptx></script>", b"<!--<scriptx>"),
        (b"<!--<script></script></script>", b"<!--<script></script>"),
        (b"<!--<script></scriptx></script></script>", b"<!--<script></scriptx></script>"),
        (b"<script></script>", b"<script>"),
    ],
)
def test_script_data_states(script: bytes, content: bytes) -> None:
    page = b"<script>" + script + b"<img>"
    spans, _ = scan(page)
    assert spans[0] == (What.SCRIPT, b"script", b"<script>" + content, 0)
    assert [name for _, name, _, _ in spans[1:]] == [b"img"]


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (b"<svg><title><img></title></svg>", 1),
        (b"<svg><style><img></style></svg>", 1),
        (b"<svg><script/><image>", 1),
        (b"<svg><title a=/><textarea><image>", 0),
        (b"<svg><title a='/'/><textarea><image>", 1),
        (b"<svg><title a/><textarea><image>", 1),
        (b"<svg/><title><image></title>", 0),
        (b"<svg><textarea><image></textarea>", 1),
        (b"<svg><p><title><image></title>", 0),
        (b"<svg></p><title><image></title>", 0),
        (b"<svg><font><title></title><style><image>", 1),
        (b"<svg><font color><title><image></title>", 0),
        (b"<svg><foreignObject><title><image></title>", 0),
        (b"<svg><desc><textarea><image>", 0),
        (b"<svg><foreignObject><div></foreignObject><textarea><image>", 0),
        (b"<svg><foreignObject><div></div></foreignObject><textarea><image>", 1),
        (b"<svg><foreignObject><p>a<div></div></foreignObject><textarea><image>", 1),
        (b"<svg><g></svg><title><image></title>", 0),
        (b"<div><svg><g></div><title><image></title>", 0),
        (b"<svg><path></path></circle><title><image></title>", 1),
        (b"<math><mi><title><image></title>", 0),
        (b"<math><mi><mglyph><title><image></title>", 1),
        (b"<math><mrow><title><image></title>", 1),
        (b"<math><annotation-xml><title><image></title>", 1),
        (b"<math><annotation-xml encoding=Text/HTML><title><image></title>", 0),
        (b"<math><annotation-xml><svg><title><textarea><image>", 0),
        (b"<svg><![CDATA[<image>]]><image>", 1),
        (b"<svg><![CDATA[<image>]]]]><image>", 1),
        (b"<svg><desc><![CDATA[<image>]]>", 0),
        (b"<svg><desc><b><![CDATA[><image>]]>", 1),
        (b"<svg><svg></svg><title><image></title></svg><title><image>", 1),
    ],
)
def test_foreign_content(page: bytes, expected: int) -> None:
    assert len(tags(page, b"image") + tags(page)) == expected


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        # "Any other end tag" in svg: up to the first HTML element, then by the rules for HTML.
        (b"<svg></div><title><image></title>", 1),
        (b"<div><svg></div><title><image></title>", 0),
        (b"<div><svg></p><title><image></title>", 0),
        (b"<svg></br><title><image></title>", 0),
        (b"<svg></body></html><title><image></title>", 1),
        (b"<form><svg></form><title><image></title>", 1),
        (b"<a><svg></a><title><image></title>", 0),
        (b"<a></a><svg></a><title><image></title>", 1),
        (b"<b><div><svg></b><title><image></title>", 0),
        (b"<p><b></p><svg></b><title><image></title>", 0),
        (b"<x><div><svg></x><title><image></title>", 1),
        (b"<h1><svg></h2><title><image></title>", 0),
        (b"<table><td><svg></tr><title><image></title>", 0),
        (b"<div><table><td><svg></div><title><image></title>", 1),
        (b"<table><td><svg><desc></td><title><image></title>", 0),
        (b"<template><svg><desc></template><title><image></title>", 0),
        (b"<div><svg><desc></div><![CDATA[<image>]]>", 0),
        (b"<svg><desc><p></desc><![CDATA[><image>]]>", 1),
        (b"<svg><g></svg></g><title><image></title>", 0),
        (b"<li><svg><path></li><title><image></title>", 0),
        (b"<ul><li><ul><svg></li><title><image></title>", 1),
    ],
)
def test_end_tags_in_svg_close_what_is_open_around_it(page: bytes, expected: int) -> None:
    assert len(tags(page, b"image")) == expected


def test_what_is_open_is_remembered_for_a_while() -> None:
    """Behind that bound an end tag of HTML leaves svg, any other does not."""
    for length, ends in ((MEMORY - 100, 0), (MEMORY, 1)):
        scanner = Scanner()
        in_pieces(b"x" * length + b"<svg></div><title></body></title>", 4096, scanner)
        assert scanner.settled == len(scanner.buffer)
        page = b"x" * length + b"<svg></path></div><title><image></title>"
        assert len(tags(page, b"image")) == 1 - ends


def test_counting_every_tag_ends_with_the_memory() -> None:
    start, line = b"<svg></div></svg>", b"<p>some text</p>"
    scanner = pure.Scanner()
    in_pieces(start + line * (2 * MEMORY // len(line)), 65_536, scanner)
    counted = 2 * MEMORY // len(line)
    assert counted <= scanner.steps <= counted + 100


@pytest.mark.parametrize("begin", [b"<svg>", b"<svg></x>", b"<svg></div>", b"<div><svg></p>"])
def test_every_sheet_in_svg_is_read_however_often_its_tag_was_there(begin: bytes) -> None:
    sheet = b"<style>a{b:url(//t.test)}</style>"
    for page in (begin + sheet * 5, begin + b"<style></style>" * 4 + sheet * 5):
        for scanner in (Scanner(), pure.Scanner()):
            spans = scanner.feed(page) + scanner.finish()
            assert len([one for one in spans if one.what is What.STYLE]) == 5


def test_svg_scripts_with_tags_in_them_cannot_be_judged() -> None:
    page = (
        b"<svg><script>a<!-- </script> --><![CDATA[ <b> </script> ]]>c</script><script>a<x/>b"
        b"</script><script>d<img>"
    )
    scanner = Scanner()
    found = [s for s in scanner.feed(page) if s.what is What.SCRIPT]
    assert [(bytes(scanner.buffer[s.start : s.stop]), s.broken) for s in found] == [
        (b"<script>a<!-- </script> --><![CDATA[ <b> </script> ]]>c", False),
        (b"<script>a", True),
        (b"<script>d", True),
    ]


def test_a_solidus_in_a_value_closes_nothing() -> None:
    scanner = Scanner()
    spans = scanner.feed(b"<svg><script a=/>fbq(1)</script><script a=b/ />")
    assert [(s.what, s.stop - s.end) for s in spans] == [(What.SCRIPT, 6), (What.TAG, 0)]


def test_svg_styles_are_read_between_the_tags_in_them() -> None:
    page = b"<svg><style>a(&<x>b</x>c<!-- --><path/> <a/>d</style>e<style/>f<style>url(<p>h"
    sheets = [
        (s.broken, page[s.end : s.stop]) for s in Scanner().feed(page) if s.what == What.STYLE
    ]
    pieces = [(True, b"b"), (True, b"c<!-- -->"), (True, b"d")]
    assert sheets == [(False, b"a(&"), *pieces, (False, b"url(")]


@pytest.mark.parametrize(
    ("sheet", "told"),
    [
        (b"", False),
        (b"a{b:c} @media x{} @charset y; (u rl( srcset( set(", False),
        (b"a{b:URL(c)}", True),
        (b"url", False),
        (b"\\75 rl(", True),
        (b"@Import 'a'", True),
        (b"@impor", False),
        (b"image-SET('a')", True),
        (b"Src('a')", True),
        (b"&lpar;", False),
    ],
)
def test_sheets_that_hold_no_url_are_not_reported(sheet: bytes, told: bool) -> None:
    assert any(s.what is What.STYLE for s in Scanner().feed(b"<style>%b</style>" % sheet)) is told
    told = told or b"&" in sheet
    spans = Scanner().feed(b"<svg><style>%b</style>" % sheet)
    assert any(s.what is What.STYLE for s in spans) is told


@pytest.mark.parametrize(
    ("inside", "cut"),
    [
        (b"<img src=a ", [b"<img src=a "]),
        (b"<b><img src=a b=", [b"<img src=a b="]),
        (b"<img", []),
        (b"</img ", []),
        (b"<!-- <img ", []),
    ],
)
def test_a_tag_cut_by_the_end_of_noscript_is_reported(inside: bytes, cut: list[bytes]) -> None:
    """Without scripting the end tag is a part of it."""
    scanner = Scanner()
    spans = scanner.feed(b"<p><noscript>" + inside + b"</noscript><i>")
    found = [bytes(scanner.buffer[s.start : s.end]) for s in spans if not s.whole]
    assert found == cut


@pytest.mark.parametrize(
    "page",
    [
        b"<!-- a",
        b"<!-- a-",
        b"<!x",
        b"<?x",
        b"</#",
        b"<!doctype html",
        b"<title>a",
        b"<textarea>a</text",
        b"<svg><![CDATA[ a",
        b"<p>",
        b"a<",
        b"<style>a",
        b"<svg><style>a",
        b"<noscript><!-- ",
        b"",
    ],
)
def test_markup_may_follow_what_the_end_cut(page: bytes) -> None:
    scanner = Scanner()
    scanner.feed(page)
    scanner.finish()
    rest = bytes(scanner.buffer[scanner.settled :])
    assert len(tags(page[: len(page) - len(rest)] + scanner.closing + b"<img>")) == 1


def test_namespace_is_told() -> None:
    scanner = Scanner()
    spans = scanner.feed(b"<image><svg><image><desc><image></desc><math><image></math>")
    kinds = [s.space for s in spans]
    assert kinds == [Space.HTML, Space.SVG, Space.HTML, Space.SVG]


def test_icons_are_skipped_as_a_whole_and_like_a_slow_reader() -> None:
    icon = b'<svg viewBox="0 0 1 1"><g fill="x"><path d="M1"/></g><title>t</title></svg>'
    whole, slow = pure.Scanner(), Scanner()
    assert whole.feed(icon * 50) == []
    assert whole.steps < 10
    assert [s for byte in icon for s in slow.feed(bytes((byte,)))] == []


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (b'<svg><use href="/a#b"/></svg>', [b'<use href="/a#b"/>']),
        (b'<svg id="a">x<use href="/a"></use><use href="#b"/></svg>', [b'<use href="/a">']),
        (b'<svg style="url(b)"><use a="<use>" href="#b"/></svg>', [b'<svg style="url(b)">']),
        (b'<svg><path d="<use href=a>"/><use fill="url(b)"/></svg>', [b'<use fill="url(b)"/>']),
        (b'<svg/><use href="/a"/></svg>', []),
        (b'<svg><use href="/a"><p></use></svg>', [b'<use href="/a">']),
    ],
)
def test_pictures_from_elsewhere_are_read_like_by_a_slow_reader(
    page: bytes, expected: list[bytes]
) -> None:
    behind = page + b"<title><img></title><img>"
    assert [text for _, _, text, _ in scan(behind)[0]] == [*expected, b"<img>"]
    assert scan(behind, *range(1, len(behind)))[0] == scan(behind)[0]


def test_a_page_of_dull_markup_is_one_leap() -> None:
    dull = (
        b"<<< a <b <!-- <img> - -- --><title>t</title><!--x--!><p a=b/ c='d' e f>1 < 2</P><br/>"
        b'</body x="></h1><data-a data-c data-cg="x" for="a" form="b" stroke=c style="a">'
    )
    scanner = pure.Scanner()
    assert scanner.feed(dull.replace(b"</body", b"</bod") * 50) == []
    assert scanner.steps < 4


@pytest.mark.parametrize("letters", [*RARE.split(), *STYLED.split()])
def test_no_rare_attribute_passes_for_a_plain_one(letters: str) -> None:
    for cut in range(1, len(letters)):
        head = letters[:cut].encode()
        assert scan(b'<p a="" ' + head + b'="url(">')[0] == []
    for rare in (letters.encode(), letters.upper().encode()):
        for form in (b'="url("', b"='x('", b"=x(", b" = x(", b"=x( b"):
            assert tags(b'<p a="" ' + rare + form + b">", b"p") != []


@pytest.mark.parametrize("name", STYLED.split())
def test_css_that_can_hold_no_url_is_passed_over(name: str) -> None:
    for value in ("none", "rgb(1,2,3)", "url(#a) rotate(1)", "var(--a)", "("):
        assert tags(f'<p {name}="{value}">'.encode(), b"p") == []
    for value in (
        "url(a)",
        "a URL( a",
        "src('a')",
        "image-set('a' 1x)",
        "\\75rl(a)",
        "u&#114;l(#a",
    ):
        assert tags(f'<p {name}="{value}">'.encode(), b"p") != []


def test_ends_are_reported_only_as_real_markup() -> None:
    page = (
        b"</body><template></body></template><svg><desc></body></desc></svg><!--</body>--><title>"
        b"</body></title></BODY x></html>"
    )
    ends = [text for what, _, text, _ in scan(page)[0] if what is What.END]
    assert ends == [b"</body>", b"</BODY x>", b"</html>"]


@pytest.mark.parametrize(
    "tag",
    [
        b'<p style="a:url(b)">',
        b"<p STYLE=a>",
        b"<p style='a'>",
        b'<p style="a\\62">',
        b'<p class="x" data-cg-src="y">',
        b"<p\tDATA-CG-a>",
        b'<a href="/" ping="/p">',
        b"<button formaction=/x>",
        b"<td background=x>",
        b"<meta http-equiv=refresh>",
        b'<svg style="a:url(b)">',
    ],
)
def test_attributes_make_any_tag_interesting(tag: bytes) -> None:
    assert [text for _, _, text, _ in scan(tag)[0]] == [tag]


def test_dull_tags_are_not_reported() -> None:
    page = b'<p style="color:red" class="style"><a href="//x"><meta name=x content=y></a></p>'
    assert scan(page)[0] == []


@pytest.mark.parametrize("extra", [-1, 0, 1, 7, 9, 100, 100_000])
@pytest.mark.parametrize("size", [1 << 30, 50_000])
def test_long_scripts_are_read_up_to_the_limit(extra: int, size: int) -> None:
    page = b"<script>" + b"x" * (SCRIPT_LIMIT + extra) + b"</script><img>"
    scanner = Scanner()
    spans = []
    for at in range(0, len(page), size):
        for span in scanner.feed(page[at : at + size]):
            spans.append((span.name, span.stop - span.end, span.whole))
    expected = min(SCRIPT_LIMIT, SCRIPT_LIMIT + extra)
    assert spans == [(b"script", expected, extra <= 0), (b"img", 0, True)]
    assert len(scanner.buffer) <= max(size, len(page)) + SCRIPT_LIMIT


@pytest.mark.parametrize(
    "start", [b"<img src='", b"<p ", b"<p a=", b"</p ", b"<style>", b"<svg><style>"]
)
def test_a_token_past_the_bound_ends_the_body(start: bytes) -> None:
    scanner = Scanner()
    page = b"<img>" + start + b"x" * (TOKEN_LIMIT + 70_000) + b"'></style><img>"
    names = []
    for at in range(0, len(page), 65_536):
        names += [span.name for span in scanner.feed(page[at : at + 65_536])]
        assert len(scanner.buffer) < 2_000_000
    assert names.count(b"img") == 1
    assert scanner.overflow
    assert scanner.finish() == []


@pytest.mark.parametrize("start", [b"<!--", b"<title>", b"<!x", b"<svg><![CDATA[", b"<plaintext>"])
def test_text_of_any_length_passes_through(start: bytes) -> None:
    scanner = Scanner()
    for piece in (start, *[b"x" * 65_536] * 20):
        scanner.feed(piece)
        assert len(scanner.buffer) - scanner.settled < 16
    assert not scanner.overflow


@pytest.mark.parametrize("tag", [b"<g>", b"<script>", b"<style>", b"<desc><b><title></title>"])
def test_depth_is_bounded(tag: bytes) -> None:
    scanner = Scanner()
    scanner.feed(b"<svg>" + tag * (DEPTH_LIMIT + 10))
    assert scanner.overflow


def test_nothing_but_the_unfinished_token_is_held() -> None:
    scanner = Scanner()
    for page, held in [
        (b"text", b""),
        (b"a<", b"<"),
        (b"p>b<img sr", b"<img sr"),
        (b"c=x>c<!--", b"<!--"),
        (b" d -", b"-"),
        (b"->", b""),
        (b"<title>t</ti", b"</ti"),
        (b"tle>", b""),
        (b"<script>a", b"<script>a"),
        (b"</script>b", b""),
    ]:
        scanner.feed(page)
        assert bytes(scanner.buffer[scanner.settled :]) == held


@pytest.mark.parametrize("size", [1, 64, 1 << 20])
@pytest.mark.parametrize("name", pages.HOSTILE)
def test_work_is_linear_in_hostile_input(name: str, size: int) -> None:
    page, once, twice = pages.HOSTILE[name], Scanner(), Scanner()
    in_pieces(page, size, once)
    in_pieces(page * 2, size, twice)
    # 1 is a byte looked at once; a piece of one byte may bring a dozen that wait back.
    assert twice.examined <= 2.2 * once.examined + 2000
    assert once.examined <= 12 * len(page) + 2000
    assert twice.steps <= 4 * len(page) + 100


def test_a_scanner_is_gone_with_its_last_name() -> None:
    gc.collect()
    gc.disable()
    try:
        scanner = Scanner()
        scanner.feed(b"<p><svg><style>x<g></style></svg><script>")
        held = weakref.ref(scanner) if type(scanner).__weakrefoffset__ else lambda: None
        del scanner
        assert held() is None
    finally:
        gc.enable()
