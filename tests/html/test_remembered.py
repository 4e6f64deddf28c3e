"""With a memory the page is the same, byte for byte, and so is what is counted."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.html import pages
from tests.html.judging import BadHosts

from consentguard.html import Gate, Gated, Kind, Rewriter
from consentguard.html.verdicts import Memory, Shelf


class Counting(BadHosts):
    """Denies ``bad`` in a URL, or in its page's path or base where the URL depends on these.

    Counts what it says.
    """

    def __init__(self, shelf: Shelf | None, page: str) -> None:
        super().__init__()
        self.counts: Counter[tuple[str, str]] = Counter()
        self.page = page
        self.memory = Memory(self.counts.update, shelf, page)

    def url(self, url: str, kind: Kind, element: str, base: str | None) -> Gate | None:
        relative = not url.startswith(("/", "\\", "http://", "https:/"))
        whole = (base or self.page) + url if relative else url
        gate = super().url(whole, kind, element, base)
        self.memory.note("html" if gate else "passed", element)
        return gate


def _deep(page: bytes) -> bytes:
    """The page in more documents in documents than are read."""
    for _ in range(4):
        page = b'<iframe srcdoc="' + escape(page.decode()).encode() + b'">'
    return page


Outcome = tuple[bytes, list[Gated], Counter[tuple[str, str]]]


def view(page: bytes, shelf: Shelf | None, at: str = "http://h/", cut: int = 0) -> Outcome:
    judge = Counting(shelf, at)
    rewriter = Rewriter(judge, insert=b"<i>")
    out = rewriter.feed(page[:cut]) + rewriter.feed(page[cut:]) + rewriter.finish()
    return out, rewriter.gated, judge.counts


PARTS = [
    *(b"<!doctype html><body>", b"</body>", b"<img src=//bad>", b"<img src=x>", b"<img src=/x>"),
    *(b"<base href=//bad/>", b"<base href=/>", b"<template>", b"</template>", b"<svg>", b"</svg>"),
    *(b"<image href=//bad />", b"<use href=#a />", b"<script>fbq(</script>", b"<script>x</script>"),
    *(b"<style>a{b:url(//bad)}</style>", b"<style>a{b:url(x)}</style>", b"<style>", b"</style>"),
    *(b"<p style='a:url(x)'>", b"<p style='a:url(//bad)'>", b"<p data-cg-x=y>", b"<noscript>"),
    *(b"</noscript>", b"<iframe srcdoc='<img src=x>'>", b"<iframe srcdoc='<img src=//bad>'>"),
    *(b"<iframe src='data:text/html,<img src=//bad>'>", b"<img src='/x", b"'>", b"<script>"),
    *(b"<base style='a:url(x)'>", b"<base href=/ style='a:url(//bad)'>"),
    *(b"<wbr data-cg-banner>", b"<wbr>", b"<base>", b"<base href=//bad/><base href=/c/>" * 5),
    *(b"</script>", b"<img srcset='//bad, x, //bad'>", b"<script src=x></script>", b"<g>", b"&"),
    *(b"<link rel=stylesheet href='data:text/css,@import url(x)'>", b"<script type=text/plain>"),
]


@given(
    st.lists(st.lists(st.sampled_from(PARTS), max_size=8), min_size=1, max_size=4),
    st.lists(st.sampled_from(["http://h/", "http://h/bad/", "http://h/c?bad"]), min_size=4),
    st.data(),
)
def test_pages_are_rewritten_as_without_a_memory(
    views: list[list[bytes]], places: list[str], data: st.DataObject
) -> None:
    shelf: Shelf = {}
    for parts, place in zip(views, places, strict=False):
        page = b"".join(parts)
        for _ in range(2):
            cut = data.draw(st.integers(0, len(page)))
            assert view(page, shelf, place, cut) == view(page, None, place)


@pytest.mark.parametrize("page", pages.ALL)
def test_the_odd_pages_too(page: bytes) -> None:
    shelf: Shelf = {}
    for place in ("http://h/", "http://h/bad", "http://h/"):
        assert view(page, shelf, place) == view(page, None, place)


@pytest.mark.parametrize("base", [b"", b"<base href=/>"])
def test_a_place_for_the_insertion_is_never_remembered(base: bytes) -> None:
    shelf: Shelf = {}
    page = b"<body>" + base + b"<wbr data-cg-banner>1<wbr data-cg-banner></body>"
    for _ in range(2):
        assert view(page, shelf)[0] == b"<body>" + base + b"<i>1<wbr data-app-cg-banner></body>"


def asked(page: bytes, shelf: Shelf, at: str = "http://h/") -> int:
    """How many questions the second of two views costs."""
    judge = Counting(shelf, at)
    rewriter = Rewriter(judge)
    rewriter.feed(page)
    return len(judge.asked)


@pytest.mark.parametrize(
    ("tag", "again", "elsewhere"),
    [
        (b"<img src=//bad>", 0, 0),
        (b"<img src=/a>", 0, 0),
        (b"<img src=https://a/>", 0, 0),
        (b"<img src=a>", 0, 1),
        (b"<img src='?a'>", 0, 1),
        (b"<img src='https:a'>", 0, 1),
        (b"<svg><image href='#a'/></svg>", 0, 1),
        (b"<svg><image href='//a'/></svg>", 0, 0),
        (b"<p style='a:url(//a)'>", 0, 0),
        (b"<style>a{b:url(//a)}</style>", 0, 0),
        (b"<style>a{b:url(c)}</style>", 0, 1),
        (b"<iframe srcdoc='<p><img src=//a>'></iframe>", 0, 0),
        (b"<img src=//a title='" + b"x" * 9000 + b"'>", 0, 0),
    ],
)
def test_what_is_remembered(tag: bytes, again: int, elsewhere: int) -> None:
    shelf: Shelf = {}
    assert asked(tag, shelf) == 1
    assert asked(tag, shelf) == again
    assert asked(tag, shelf, "http://h/b/c") == elsewhere


def test_of_a_page_with_a_base_all_but_the_base_is_remembered() -> None:
    shelf: Shelf = {}
    page = b"<base href=/b/><img src=//a>"
    assert [asked(page, shelf) for _ in range(3)] == [2, 1, 1]
    assert asked(page, shelf, "http://h/b/c") == 2


def test_a_long_script_is_inspected_once() -> None:
    class Once(Counting):
        scripts = 0

        def snippet(self, script: bytes) -> Gate | None:
            self.scripts += 1
            return super().snippet(script)

    shelf: Shelf = {}
    for text, times in [(b"a" * 9000, 1), (b"a" * 9000, 0), (b"a" * 8999 + b"b", 1)]:
        judge = Once(shelf, "http://h/")
        Rewriter(judge).feed(b"<script>" + text + b"</script>")
        assert judge.scripts == times


def test_charsets_do_not_mix() -> None:
    shelf: Shelf = {}
    page = b"<img src='//b\xe9'>"
    for encoding in ("cp1252", "cp1251", "cp1252"):
        judge = Counting(shelf, "http://h/")
        Rewriter(judge, encoding=encoding).feed(page)
        assert [url for url, *_ in judge.asked] in ([], [f"//b{page[13:14].decode(encoding)}"])
    assert sorted(shelf) == ["cp1251", "cp1252"]


@pytest.mark.parametrize(
    ("first", "then"),
    [
        # A base that counts for nothing, and the same one where it counts.
        (
            b"<template><base href=//bad/></template>",
            b"<base href=//bad/><img src=x>",
        ),
        (b"<svg><script>fb</script></svg>", b"<svg><script>fb<g/>q('init')</script></svg>"),
        (b'<svg><style>t "//bad&amp;";</style></svg>', b'<svg><style>@impor<g/>t "//bad&amp;";'),
        (b"<iframe srcdoc='<p>hi'>", _deep(b"<iframe srcdoc='<p>hi'>")),
        (_deep(b"<iframe srcdoc='<p>hi'>"), b"<iframe srcdoc='<p>hi'>"),
    ],
)
def test_nothing_is_found_by_the_bytes_of_something_else(first: bytes, then: bytes) -> None:
    shelf: Shelf = {}
    view(first, shelf)
    assert view(then, shelf) == view(then, None)
    assert view(first + then, {}) == view(first + then, None)


def test_a_long_sheet_is_not_found_by_a_short_one() -> None:
    long = b"a{b:url(//bad)}" + b" " * 5000
    shelf: Shelf = {}
    for prefix in (b"#", b"\2", b"\3"):
        view(b"<style>" + prefix + sha256(long).digest() + b"\\</style>", shelf)
    page = b"<style>" + long + b"</style>"
    assert view(page, shelf) == view(page, None)


def test_a_base_again_says_what_the_bases_before_it_make_of_it() -> None:
    styled = b"<base style='a:url(x)'>"
    page = styled * 2 + b"<base href=//bad/>" * 2 + styled * 2
    shelves: tuple[Shelf | None, ...] = (None, {})
    for shelf in shelves:
        out, gated, _ = view(page, shelf)
        assert out.count(styled) == 2
        assert [one.url for one in gated] == ["//bad/", "//bad/", "x", "x"]
