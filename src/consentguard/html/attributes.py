"""The attributes of one start tag, read only when somebody asks, with the span of name and value.

A rewrite changes names, so the bytes of a value are never re-made. Values are decoded as the HTML
standard decodes them in attributes, which is not how it decodes text (13.2.5.73).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from html.entities import html5
from typing import NamedTuple

from consentguard.possessive import compiled

from .syntax import ATTRIBUTE

Buffer = bytes | bytearray


class Attribute(NamedTuple):
    """Where one attribute stands: indexes of its name and of its value without quotes."""

    name: bytes  #: in ASCII lower case
    start: int
    end: int
    value_start: int
    value_end: int


def attributes(
    buffer: Buffer, start: int, end: int, pattern: re.Pattern[bytes] = ATTRIBUTE
) -> Iterator[Attribute]:
    """The attributes from ``start``, the end of the tag's name, to ``end``, behind its ``>``.

    Duplicates are given too: the first counts, but a rename has to reach them all. With what
    :func:`only` gives for a pattern, those that nobody asks for are left out.
    """
    while found := pattern.match(buffer, start, end):
        start = found.end()
        value = found.lastindex or 1
        # No value at all: an empty span behind the name.
        first, last = found.span(value) if value > 1 else (start, start)
        yield Attribute(found[1].lower(), found.start(1), found.end(1), first, last)


def only(names: Iterable[bytes], *, prefix: bytes) -> re.Pattern[bytes]:
    """The pattern for attributes of these names, and of those that begin with ``prefix``."""
    by_letter: dict[bytes, list[bytes]] = {}
    for name in sorted(set(names)):
        by_letter.setdefault(name[:1], []).append(re.escape(name[1:]))
    # Grouped, so that most names fail on their first letter.
    heads = (first + b"(?:" + b"|".join(rest) + b")" for first, rest in by_letter.items())
    wanted = b"(?:" + b"|".join(heads) + rb")(?=[\t\n\f\r />=]|\Z)|" + re.escape(prefix)
    space = rb"[\t\n\f\r /]"
    one = re.sub(rb"\((?!\?)", b"(?:", ATTRIBUTE.pattern.removeprefix(space + b"*+"))
    skipped = rb"(?:" + space + rb"++|(?!(?i:" + wanted + rb"))" + one + rb")*+"
    return compiled(skipped + ATTRIBUTE.pattern)


_REFERENCE = re.compile(r"&(?:#(?:[xX]([0-9a-fA-F]+)|([0-9]+));?|([a-zA-Z][a-zA-Z0-9]*);?)")
_BYTE_REFERENCE = re.compile(rb"&(?:#(?:[xX][0-9a-fA-F]+|[0-9]+);?|[a-zA-Z][a-zA-Z0-9]*;?)")
# "Numeric character reference end state": the table of C1 controls is windows-1252.
_C1 = {
    code: bytes((code,)).decode("windows-1252")
    for code in range(0x80, 0xA0)
    if code not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}


def _numeric(digits: str, base: int) -> str:
    digits = digits.lstrip("0")
    code = int(digits, base) if 0 < len(digits) < 8 else (0x110000 if digits else 0)
    if code in _C1:
        return _C1[code]
    if code == 0 or code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        return "\ufffd"
    return chr(code)


def _resolve(found: re.Match[str]) -> str:
    hexadecimal, decimal, name = found.groups()
    if name is None:
        return _numeric(hexadecimal, 16) if hexadecimal is not None else _numeric(decimal, 10)
    text = found[0]
    if text[-1] == ";":
        known = html5.get(text[1:])
        return text if known is None else known
    # "If the character reference was consumed as part of an attribute, and the last character
    # matched is not a semicolon, and the next input character is either = or alphanumeric": as is.
    if found.string[found.end() : found.end() + 1] == "=":
        return text
    return html5.get(name, text)


def decode(raw: Buffer, encoding: str = "utf-8") -> str:
    """An attribute's value as the browser reads it; undecodable bytes become U+FFFD."""
    text = raw.decode(encoding, "replace")
    if "&" in text:
        text = _REFERENCE.sub(_resolve, text)
    return text.replace("\0", "\ufffd") if "\0" in text else text


class Decoded(NamedTuple):
    """A value with its character references resolved, as bytes, and the way back to the source."""

    data: bytes
    starts: list[int]  #: index in ``data`` of each resolved reference
    spans: list[
        tuple[int, int, int]
    ]  #: its length in ``data``, and its start and end in the source

    def source(self, index: int, *, end: bool) -> int:
        """The source index for an index of ``data``; a reference is never cut in two."""
        find = bisect_left if end else bisect_right
        at = find(self.starts, index) - 1
        if at < 0:
            return index
        length, first, last = self.spans[at]
        if index < self.starts[at] + length:
            return last if end else first
        return last + index - (self.starts[at] + length)


def decode_with_spans(raw: bytes, encoding: str = "utf-8") -> Decoded:
    """Like :func:`decode`, but bytes outside character references stay as they are."""
    out: list[bytes] = []
    starts: list[int] = []
    spans: list[tuple[int, int, int]] = []
    length = done = 0
    for found in _BYTE_REFERENCE.finditer(raw):
        # One byte more, for the rule about "=" after a name without a semicolon.
        following = raw[found.end() : found.end() + 1].decode("latin-1")
        named = _REFERENCE.match(found[0].decode("ascii") + following)
        text = _resolve(named) if named else ""
        new = text.encode(encoding, "replace")
        if new == found[0]:
            continue
        out.append(raw[done : found.start()])
        length += found.start() - done
        starts.append(length)
        spans.append((len(new), found.start(), found.end()))
        out.append(new)
        length += len(new)
        done = found.end()
    out.append(raw[done:])
    return Decoded(b"".join(out), starts, spans)
