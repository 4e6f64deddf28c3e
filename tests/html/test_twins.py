"""The scanner in C against the one in Python: the same spans at every step, whatever comes in."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.html import pages
from tests.html.test_differential import FOREIGN, HTML, TABLE, TOKENS

from consentguard.html import _scanner, scanner
from consentguard.html import spans as span_keys
from consentguard.html.names import MEMORY, SCRIPT_LIMIT, TOKEN_LIMIT, TORN_LIMIT
from consentguard.html.openelements import DEPTH_LIMIT

CORPUS = (Path(__file__).parent / "corpus.txt").read_text("ascii").splitlines()
_MORE = """
<noscript> </noscript> <use\thref="#a"/> <use\txlink:href=a> <p\tstyle="a"> <p\tstyle="url("> <g>
</g> <path\td="x"/> <svg\tviewBox="0"> <x-y> </x-y> <font\tcolor>
<annotation-xml\tencoding=text/html> <annotation-xml\tencoding='text&sol;html'> <img\tdata-cg-a>
<a\tping=x> </p\ta> <use\thref="x"/> <use\thref="x"></use> <svg><use\thref="/x"></use></svg> <svg/>
<title>t</title> <path\td=""></path> <p\tclass=a\tid> <!--\ta\t-\tb\t--> <<a <iframe> </iframe>
<noscript><img><!-- <p\tdata-cg\tdata-ca="1"> <p\tfor="1"\tform="2"\tformaction=""> <p\tpin=""\tpi>
<p\thttp=1\thttp-equiv="x"> <p\tst="x"\tstyl=1\tstyle='a'> <p\tba=1\tbackground="x">
<script></script>
"""
CRUMBS = [*TOKENS, *HTML, *TABLE, *FOREIGN, *(crumb.replace("\t", " ") for crumb in _MORE.split())]


def pieces(data: bytes, cuts: Sequence[int]) -> list[bytes]:
    return [data[a:b] for a, b in zip((0, *cuts), (*cuts, len(data)), strict=True)]


def trace(one: Any, data: Sequence[bytes]) -> list[object]:
    """Everything that the interface tells, after each piece and at the end."""
    told: list[object] = []
    for piece in (*data, None):
        spans = one.finish() if piece is None else one.feed(piece)
        held = bytes(one.buffer)
        told.append((spans, one.offset, one.settled, held, one.overflow, one.closing))
    return told


def assert_alike(data: Sequence[bytes]) -> None:
    assert trace(_scanner.Scanner(), data) == trace(scanner.Scanner(), data)


@pytest.mark.parametrize("page", pages.ALL)
def test_pages_cut_anywhere(page: bytes) -> None:
    for cut in range(len(page) + 1):
        assert_alike(pieces(page, [cut]))


@given(st.lists(st.sampled_from(CRUMBS), max_size=60).map("".join), st.data())
@settings(max_examples=1500)
def test_soup(text: str, data: st.DataObject) -> None:
    page = text.encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(page)), max_size=4)))
    assert_alike(pieces(page, cuts))


# What the twin in C passes over many bytes at a time: text, plain tags and drawings of such.
_WORDS = st.sampled_from(["", "a", "b c", "/", "=", ">", "<", "it's", '"', "\0\t", "long " * 14])
_ATTRIBUTES = st.one_of(
    st.builds(
        '{}{}="{}"'.format,
        st.sampled_from([" ", "  ", "\n", "", "/", " \1"]),
        st.sampled_from(
            ["class", "d", "x:y", "data-cg-a", "data-c", "style", "ping", "=", "a" * 20]
        ),
        _WORDS.map(lambda word: word.replace('"', "'")),
    ),
    st.sampled_from([" a='b\"'", " a=b", " a", " a=/", '"', ' a="', " style='a('", " href='#a'"]),
)
_NAMES = ["p", "P", "div", "svg", "SVG", "g", "path", "title", "use", "x-y", "x-z", "b", "font"]
_TAGS = st.builds(
    "<{}{}{}{}>{}".format,
    st.sampled_from(["", "", "/"]),
    st.sampled_from([*_NAMES, "script", "image", "foreignObject", "b\1", "long-" * 7]),
    st.lists(_ATTRIBUTES, max_size=4).map("".join),
    st.sampled_from(["", "", "/", " /", "\t", "a=/"]),
    _WORDS,
)
_PLAIN = st.sampled_from(["", "", ' d="M0 0"', ' class="a b" href="#c"', ' style="a:b"', " a=b"])
_DRAWN = st.recursive(
    st.one_of(
        st.builds("<{}{}/>".format, st.sampled_from(_NAMES), _PLAIN),
        st.sampled_from(
            ["</g>", "</x-y>", "</x-z>", "</svg>", "<!---->", "text", "<use href='/x'/>", "<"]
        ),
    ),
    lambda inside: st.builds(
        "<{0}{1}>{2}</{0}>".format,
        st.sampled_from([*_NAMES, "g", "svg", "defs"]),
        _PLAIN,
        st.lists(inside, max_size=4).map("".join),
    ),
    max_leaves=8,
)
_DRAWINGS = st.builds("<svg{}>{}</svg>".format, _PLAIN, st.lists(_DRAWN, max_size=4).map("".join))


@given(st.lists(st.one_of(_TAGS, _DRAWINGS), max_size=20).map("".join), st.data())
@settings(max_examples=500)
def test_plain_tags_and_drawings(text: str, data: st.DataObject) -> None:
    page = text.encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(page)), max_size=2)))
    assert_alike(pieces(page, cuts))


@pytest.mark.parametrize("inside", ["</{}>", "</{}a>", "</x-z>", "</>", '<{} d=""/></{}>'])
@pytest.mark.parametrize("name", ["x-y", "g", "svg", "title", "X-Y", "foreignobject"])
@pytest.mark.parametrize("depth", [1, 14, 15, 16, 17])
def test_drawings_within_drawings(inside: str, name: str, depth: int) -> None:
    end = inside.replace("{}", name.upper())
    page = f"<p><svg>{f'<{name}>' * depth}{end * depth}</svg><img src=a><p></g></svg><img>"
    assert_alike([page.encode()])


_HEADS = ["", "<svg>", "<svg></x>", "<svg><desc>", "<math><mi>", "<b><p><table><svg></b>"]
_UNITS = st.lists(st.sampled_from(CRUMBS), min_size=1, max_size=5).map("".join)
_FLOODS = st.lists(st.builds(str.__mul__, _UNITS, st.sampled_from([1, 2, 5, 30])), max_size=5)


@given(st.sampled_from(_HEADS), _FLOODS.map("".join), st.data())
@settings(max_examples=500)
def test_what_comes_again_and_again(head: str, text: str, data: st.DataObject) -> None:
    page = (head + text).encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(page)), max_size=4)))
    assert_alike(pieces(page, cuts))


def test_the_scripts_of_a_point_are_those_of_html() -> None:
    assert_alike([b"<svg><desc><svg></svg><svg></td></svg><script></script>"])


_IDLE = [
    *(b"<img src=a>", b"<iframe>", b"<script>a</script>", b"<style>a{b:url(c)}</style>", b"<use>"),
    *(b"<base>", b"<noscript><base a", b"<noscript>", b"</noscript>", b"<svg>", b"</svg>", b"<p>"),
    *(
        b"<script>" + b"x" * span_keys.SHORT + b"</script>",
        b"<svg><style>url(</style>",
        b"<img src=b>",
    ),
    *(b"<use href=x>", b"<image href=a>", b"<script>fb<g/>q", b"</script>", b"</style>"),
]


@given(st.lists(st.sampled_from(_IDLE), max_size=20), st.data())
@settings(max_examples=500)
def test_what_is_idle_is_not_reported(tokens: list[bytes], data: st.DataObject) -> None:
    page = b"".join(tokens)
    spans = scanner.Scanner().feed(page)
    keys = [
        span_keys.SHEET + page[s.end : s.stop]
        if s.what == 2
        else (span_keys.FOREIGN if s.space else b"") + page[s.start : s.stop]
        for s in spans
    ]
    idle = data.draw(st.tuples(*[st.frozensets(st.sampled_from(keys or [b""]))] * 2))
    told = scanner.Scanner(idle=idle).feed(page)
    assert _scanner.Scanner(idle=idle).feed(page) == told
    first = next((i for i, span in enumerate(spans) if span.name == b"base"), len(spans))
    union = idle[0] | idle[1]
    assert told == [
        span
        for i, (span, key) in enumerate(zip(spans, keys, strict=True))
        if i >= first
        or key not in union
        or len(key) > span_keys.SHORT
        or span.what > 2
        or (span.what == 2 and span.space)
        or not span.whole
        or span.broken
    ]


@pytest.mark.parametrize("blanks", [" ", "  ", "\t", " \n", "\f "])
@pytest.mark.parametrize("quote", ['"', "'"])
def test_a_value_behind_blanks_hides_nothing(blanks: str, quote: str) -> None:
    page = f"<n a c{blanks}={quote}><!-- {quote}><img src=a>-->".encode()
    assert_alike([page])
    assert [span.name for span in scanner.Scanner().feed(page)] == [b"img"]


@given(st.binary(max_size=200))
def test_any_bytes(page: bytes) -> None:
    assert_alike([page])
    assert_alike([b"<svg>", page])


@pytest.mark.parametrize("size", [61, 4096, 1 << 20])
@pytest.mark.parametrize("name", pages.HOSTILE)
def test_hostile(name: str, size: int) -> None:
    page = pages.HOSTILE[name]
    assert_alike(pieces(page, range(size, len(page), size)))


@pytest.mark.parametrize(
    "page",
    [
        b"<script>" + b"x" * (SCRIPT_LIMIT + 3) + b"</script><img>",
        b"<svg><script>" + b"x" * (SCRIPT_LIMIT + 3) + b"</script><img>",
        b"<img><p a='" + b"x" * TOKEN_LIMIT + b"'><img>",
        b"<style>" + b"x" * TOKEN_LIMIT + b"y</style><img>",
        b"<noscript>" + b"x" * TOKEN_LIMIT + b"y</noscript><img>",
        b"<noscript><svg>" + b"<g>" * (DEPTH_LIMIT + 2) + b"</noscript><img>",
        b"<svg>" + b"<g>" * (DEPTH_LIMIT + 2),
        b"<svg><style>" + b"x<g/>" * (TORN_LIMIT + 2),
        b"<svg>" + b"<script>" * (DEPTH_LIMIT + 2),
        b"<p></p><svg></p>" + b"<b><div>" * DEPTH_LIMIT,
        b"<svg><desc>" + b"<b><i><u><s><p></p><object>" * (DEPTH_LIMIT // 6),
        b"<svg>" + b"".join(b"<g%d>" % n for n in range(3000)) + b"</g7><title><a></title>",
        b"x" * (MEMORY - 50) + b"<svg></div><title></body></title></svg>" + b"<p></p>" * 20,
        b"x" * (MEMORY + 50) + b"<svg></div><title></body></title></svg>" + b"<p></p>" * 20,
        b"<svg></div></svg>" + b"<b><p>" * (MEMORY // 6) + b"<svg></b><title><img></title>",
    ],
)
@pytest.mark.parametrize("size", [8192, 1 << 30])
def test_bounds(page: bytes, size: int) -> None:
    assert_alike(pieces(page, range(size, len(page), size)))


@pytest.mark.parametrize("line", CORPUS)
def test_what_fuzzing_found(line: str) -> None:
    """Inputs that took new ways through the scanner; ``make fuzz`` adds to them."""
    page = line.encode().decode("unicode_escape").encode("latin-1")
    assert_alike([page])
    assert_alike(pieces(page, range(7, len(page), 7)))


def test_a_scanner_that_was_not_begun_says_so() -> None:
    empty = _scanner.Scanner.__new__(_scanner.Scanner)
    with pytest.raises(RuntimeError, match="__init__"):
        empty.feed(b"<p>")


def test_bytes_of_one_letter_stay_what_they_are() -> None:
    """Python has one of each, for everybody: in a process of its own, which may lose some."""
    code = (
        "from consentguard.html._scanner import Scanner\n"
        "letters = [bytes([number]) for number in range(65, 91)]\n"
        "page = b''.join(b'<%b style=url(a)>' % letter for letter in letters)\n"
        "names = {span.name for span in Scanner().feed(page)}\n"
        "assert names >= {x.lower() for x in letters}, names\n"
        "assert [x[0] for x in letters] == [*range(65, 91)], letters\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert not done.returncode, done.stderr


def test_a_held_buffer_is_an_error_and_no_crash() -> None:
    one = _scanner.Scanner()
    one.feed(b"<p><img")
    one.feed(b" ")
    view = memoryview(one.buffer)
    with pytest.raises(BufferError):
        one.feed(b">")
    view.release()


@pytest.mark.parametrize("wrong", ["text", None, 3])
def test_only_bytes_are_taken(wrong: Any) -> None:
    with pytest.raises(TypeError):
        _scanner.Scanner().feed(wrong)


@pytest.mark.parametrize("bounds", ["20 60 80 200", "3 30 40 100", "100 1000 60 60", "1 10 1 300"])
def test_tight_bounds(bounds: str) -> None:
    """Script, token, memory and depth: met by short pages, in a process of its own."""
    command = [sys.executable, "-m", "tests.html.tight", *bounds.split()]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "pages" in done.stdout
