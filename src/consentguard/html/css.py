"""The URLs in a style sheet or a style attribute, as spans: `url()`, `@import`, `image-set()`.

A reading of CSS Syntax Level 3 that looks only at what can hold a URL: strings and comments are
stepped over, names may be written with escapes, what the end of the file cuts counts as closed.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from typing import NamedTuple

from consentguard.possessive import compiled

from .table import Kind


class CssUrl(NamedTuple):
    """Where one URL stands, without its quotes, and what it is with its escapes resolved.

    None where something else says it, a custom property for one.
    """

    start: int
    end: int
    url: bytes | None
    kind: Kind


# "Consume a string token": a bare newline ends it too (bad string).
_STRING = (
    rb"\"(?:[^\"\\\n\r\f]++|\\(?:\r\n|.))*+(?:\"|(?=[\n\r\f])|\\?\Z)"
    rb"|'(?:[^'\\\n\r\f]++|\\(?:\r\n|.))*+(?:'|(?=[\n\r\f])|\\?\Z)"
)
_BLANK = rb"(?:[\t\n\f\r ]++|/\*(?:[^*]++|\*(?!/))*+(?:\*/|\Z))*+"
_ESCAPE = rb"\\(?:[0-9a-fA-F]{1,6}+(?:\r\n|[\t\n\f\r ])?+|[^\n\f\r0-9a-fA-F])"
# NUL becomes U+FFFD (CSS Syntax 3.3), which is a letter.
_NAME = rb"(?:[-\w\x80-\xff\0]|" + _ESCAPE + rb")++"

#: Nothing to do without one of these, in lower case.
_WORTH = (b"url(", b"@import", b"image-set(", b"src(", b"\\", b"\0")
# Everything that cannot begin a name that matters: no other at-rule, no function that ends in
# other letters than url, src and image-set do. What ends in them by an escape begins with it here.
_SKIP = compiled(
    rb"(?:[^\"'/@\\(]++|/\*(?:[^*]++|\*(?!/))*+(?:\*/|\Z)|/|(?:"
    + _STRING
    + rb")|(?<![uUsS][rReE][lLcCtT])\(|@(?![iIfFnN\\])|\\(?=[\n\f\r]))*+",
    re.DOTALL,
)
_TOKEN = compiled(
    rb"@(?P<at>"
    + _NAME
    + rb")|(?P<name>\()|(?P<escaped>"
    + _ESCAPE
    + rb"(?:"
    + _NAME
    + rb")?\(?)|.",
    re.DOTALL,
)
_ARGUMENT = compiled(
    rb"[\t\n\f\r ]*+(?:(" + _STRING + rb")|((?:[^\t\n\f\r )\\]++|" + _ESCAPE + rb"|\\.)*+))",
    re.DOTALL,
)
_REMNANTS = compiled(rb"(?:[^)\\]++|\\.)*+", re.DOTALL)
_IMPORT = compiled(_BLANK + rb"(" + _STRING + rb")", re.DOTALL)
# Words that are no functions are passed over, then comes what counts.
_IN_SET = compiled(
    rb"(?:[^-\w\x80-\xff\0\"'()/\\]++|/\*(?:[^*]++|\*(?!/))*+(?:\*/|\Z)|/|"
    + _NAME
    + rb"(?!\()|\\(?=[\n\f\r]|\Z))*+(?:(?P<string>"
    + _STRING
    + rb")|(?P<name>"
    + _NAME
    + rb")(?P<called>\()|(?P<bracket>\(++|\)++))",
    re.DOTALL,
)
# It names, and fetches nothing.
_NAMESPACE = compiled(
    _BLANK + rb"(?:(?![uU][rR][lL]\()" + _NAME + _BLANK + rb")?+(?:" + _STRING + rb"|"
    rb"[uU][rR][lL]\([\t\n\f\r ]*+(?:" + _STRING + rb"|[^\"'()\\\t\n\f\r ]*+)[\t\n\f\r ]*+\))",
    re.DOTALL,
)
_OPEN = ord("(")
_LONGEST = 40  #: bytes of a function's name
# What the preload scanner reads: one at-rule without a block.
_STATEMENT = compiled(
    _BLANK
    + rb"@(?:[iI][mM][pP][oO][rR][tT][\t\n\f\r ]++(?P<url>[^\t\n\f\r ;{]++))?+[^;{]*+(?:;|\Z)"
)
_BARE = re.compile(rb"(?:[uU][rR][lL]\()?[\"']?([^\"')]+)")
# What may stand for a string and says it elsewhere (CSS Values 5, "arbitrary substitution").
_ELSEWHERE = (b"var", b"attr", b"inherit", b"random-item")
# What commonly stands before a function's name and is no part of it.
_APART = frozenset((b"", b":", b" ", b",", b"\n"))
_LAST_NAME = re.compile(rb"[-\w\x80-\xff\0]*\Z")
_UNESCAPE = re.compile(
    rb"\\(?:([0-9a-fA-F]{1,6})(?:\r\n|[\t\n\f\r ])?|(\r\n|[\n\f\r])|(.))", re.DOTALL
)


def unescape(raw: bytes) -> bytes:
    """Resolve CSS escapes; characters beyond ASCII come out as UTF-8."""

    def one(found: re.Match[bytes]) -> bytes:
        digits, newline, other = found.groups()
        if digits is None:
            return b"" if newline else other
        code = int(digits, 16)
        bad = code == 0 or code > 0x10FFFF or 0xD800 <= code <= 0xDFFF
        return ("\ufffd" if bad else chr(code)).encode()

    return _UNESCAPE.sub(one, raw) if b"\\" in raw else raw


def may_load(css: bytes | bytearray, *, coded: bool = False) -> bool:
    """False for a sheet that certainly holds no URL; ``coded`` if its text is markup, as in svg."""
    lower = css.lower()
    return any(mark in lower for mark in _WORTH) or (coded and (b"&" in css or b"<" in css))


def find_urls(css: bytes) -> Iterator[CssUrl]:
    """Every URL that the sheet would make a browser fetch, in order, none twice."""
    if not may_load(css):
        return
    at = font_end = 0
    kind = Kind.IMAGE
    while found := _TOKEN.match(css, _skip(css, at)):
        at = found.end()
        group = found.lastgroup
        if group == "at":
            word = unescape(found["at"]).lower()
            string = _IMPORT.match(css, at) if word == b"import" else None
            if string:
                at = string.end()
                yield _string(css, *string.span(1), Kind.STYLE)
            elif word == b"import":
                kind = Kind.STYLE
            elif word == b"font-face" and at > font_end:
                font_end = _find(css, b"}", at)
            elif word == b"namespace":
                named = _NAMESPACE.match(css, at)
                at = named.end() if named else at
        elif group in ("name", "escaped") and found[0].endswith(b"("):
            name = _function(css, found)
            if name in (b"url", b"src"):
                one, at = _argument(css, at, Kind.FONT if at <= font_end else kind, name)
                kind = Kind.IMAGE
                yield one
            elif name.endswith(b"image-set"):
                at = yield from _in_set(css, at)


def forerun(css: bytes) -> Iterator[CssUrl]:
    """What Chromium's preload scanner takes for imports at the head of a sheet.

    It knows no strings and no functions: a statement runs to the next semicolon, and its URL to
    white space, with quotes or without.
    """
    at = 0
    while found := _STATEMENT.match(css, at):
        at = found.end()
        if found["url"] is not None and (bare := _BARE.match(css, *found.span("url"))):
            yield CssUrl(*bare.span(1), bare[1], Kind.STYLE)


def _skip(css: bytes, at: int) -> int:
    found = _SKIP.match(css, at)
    return found.end() if found else at


def _find(css: bytes, mark: bytes, at: int) -> int:
    end = css.find(mark, at)
    return len(css) if end < 0 else end


def _function(css: bytes, found: re.Match[bytes]) -> bytes:
    start = found.start()
    word = css[max(0, start - 4) : start].lower()
    if found.lastgroup == "name" and word[-3:] in (b"url", b"src") and word[:-3] in _APART:
        return word[-3:]
    before = _LAST_NAME.search(css, max(0, start - 40), start)
    head = before[0] if before else b""
    return _name(css, start - len(head), head + found[0][:-1])


def _name(css: bytes, start: int, name: bytes) -> bytes:
    """The name of the function that is written so; none behind what makes it another token."""
    before = css[max(0, start - 2) : start]
    if before[-1:] in (b"#", b"@"):  # a hash token, an at-keyword token
        return b""
    if before == b"<!" and name[:2] == b"--":  # a CDO token
        name = name[2:]
    return unescape(name).lower()


def _string(css: bytes, start: int, end: int, kind: Kind) -> CssUrl:
    closed = end - start > 1 and css[end - 1] == css[start]
    last = end - 1 if closed else end
    return CssUrl(start + 1, last, unescape(css[start + 1 : last]), kind)


def _argument(css: bytes, at: int, kind: Kind, name: bytes) -> tuple[CssUrl, int]:
    """The URL behind the parenthesis, and where to read on."""
    found = _ARGUMENT.match(css, at)
    if found is None:
        return CssUrl(at, at, b"", kind), at
    if found[1] is not None:
        return _string(css, *found.span(1), kind), found.end()
    start, end = found.span(2)
    if name == b"src":
        # Unlike url(), an ordinary function: strings and functions in it may say the URL.
        return CssUrl(start, start, None, kind), at
    # "Consume the remnants of a bad url": what is no URL ends at the parenthesis as well.
    rest = _REMNANTS.match(css, end)
    return CssUrl(start, end, unescape(found[2]), kind), rest.end() if rest else end


def _in_set(css: bytes, at: int) -> Generator[CssUrl, None, int]:
    """The strings that `image-set()` takes for URLs, any `url()` in it, what stands for one."""
    depth, told = 1, False
    while depth and (found := _IN_SET.match(css, at)):
        at = found.end()
        group = found.lastgroup
        if group == "string":
            yield _string(css, *found.span("string"), Kind.IMAGE)
        elif group == "called":
            depth += 1
            name = _name(css, found.start("name"), found["name"])
            if name in (b"url", b"src"):
                one, at = _argument(css, at, Kind.IMAGE, name)
                told |= one.url is None
                yield one
            elif not told and _from_elsewhere(name):
                told = True  # without it the whole set is none
                yield CssUrl(*found.span("name"), None, Kind.IMAGE)
        elif group == "bracket":
            number = at - found.start("bracket")
            if css[at - 1] == _OPEN:
                depth += number
            else:
                at -= max(0, number - depth)
                depth -= min(depth, number)
    return at


def _from_elsewhere(name: bytes) -> bool:
    """Whether what a function of that name gives stands elsewhere; in doubt it does."""
    return name in _ELSEWHERE or name[:2] == b"--" or len(name) > _LONGEST
