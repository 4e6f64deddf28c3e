"""Makes one tag inert: which of its attributes are denied, and the edits that rename them.

Bytes are kept. Only names change (:mod:`consentguard.html.table`), and what we add stands right
behind the tag's name, because of two attributes with one name the first counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape, unescape
from typing import NamedTuple

from .attributes import attributes, decode, decode_with_spans
from .css import find_urls
from .foreign import Space
from .grammar import ASKED
from .judge import Gate, Judge
from .scripts import Language, json_urls, language
from .spans import Span
from .table import FOREIGN_PREFIX, HTML, PREFIX, REPLACED, SVG, Kind, Shape, Slot, link_kind
from .values import urls

#: What stands in a style sheet where a denied URL stood.
NOWHERE = b"about:blank#cg-gated"


class Edit(NamedTuple):
    """Replace the bytes from ``start`` to ``end`` of the buffer."""

    start: int
    end: int
    new: bytes


class Denied(NamedTuple):
    """The first thing in a tag that has to wait."""

    gate: Gate
    url: str


class Tag:
    """The attributes of one start tag that matter, decoded on demand."""

    __slots__ = ("_first", "buffer", "edits", "encoding", "foreign", "name_end", "slots", "span")

    def __init__(self, buffer: bytearray, span: Span, encoding: str) -> None:
        self.buffer = buffer
        self.span = span
        self.encoding = encoding
        self.name_end = start = span.start + 1 + len(span.name)
        self.foreign = span.space is not Space.HTML
        self.slots = (SVG if self.foreign else HTML).get(span.name, ())
        self.edits: list[Edit] = []
        self._first: dict[bytes, tuple[int, int]] = {}
        # The loop of `attributes`, written out: it is the hottest one of this room.
        match, end, first = ASKED.match, span.end, self._first
        while found := match(buffer, start, end):
            start = found.end()
            name, value = found[1].lower(), found.lastindex or 1
            if name not in first:
                first[name] = found.span(value) if value > 1 else (start, start)
            if name.startswith(PREFIX):
                at = found.start(1)
                self.edits.append(Edit(at, at + len(PREFIX), FOREIGN_PREFIX))

    @property
    def element(self) -> str:
        """The element's name in lower case."""
        return self.span.name.decode(self.encoding, "replace")

    def raw(self, name: bytes) -> tuple[int, bytes] | None:
        """Where the value of the first such attribute starts, and its bytes."""
        place = self._first.get(name)
        return None if place is None else (place[0], bytes(self.buffer[place[0] : place[1]]))

    def value(self, name: bytes) -> str | None:
        """The decoded value of the first such attribute; None where it is missing."""
        place = self._first.get(name)
        return None if place is None else decode(self.buffer[place[0] : place[1]], self.encoding)

    def make_inert(self, gate: Gate, names: set[bytes]) -> None:
        """Rename every attribute of these names, duplicates too, and say what it waits for."""
        added = (
            f' data-cg-purpose="{escape(gate.purpose)}" data-cg-service="{escape(gate.service)}"'
        )
        replaced = REPLACED.get(self.span.name)
        # An inline script is inert by its type alone; a frame that keeps its URL keeps its name.
        if replaced and (names or self.span.name == b"script"):
            name, value = replaced
            added += f' {name.decode()}="{value}"'
            names = names | {name}
        new = added.encode("ascii", "xmlcharrefreplace")
        self.edits.append(Edit(self.name_end, self.name_end, new))
        for one in attributes(self.buffer, self.name_end, self.span.end, ASKED):
            if one.name in names:
                self.edits.append(Edit(one.start, one.start, PREFIX))


class TagGate:
    """Judges tags one after another; remembers the base URL between them.

    ``inner`` judges the document in a srcdoc, given its text, and returns what it denied.
    """

    def __init__(
        self, judge: Judge, encoding: str, inner: Callable[[str], Denied | None], base: str | None
    ) -> None:
        self._judge = judge
        self._encoding = encoding
        self._inner = inner
        self.base = base
        self.uninspected = 0

    def tag(self, buffer: bytearray, span: Span) -> tuple[list[Edit], Denied | None]:
        """The edits for one start tag that is not a script's."""
        tag = Tag(buffer, span, self._encoding)
        if span.name == b"base" and not (self.base is not None or tag.foreign or span.template):
            self.base = tag.value(b"href")
        names, denied = self._attributes(tag)
        return self._close(tag, names, denied)

    def script(self, buffer: bytearray, span: Span) -> tuple[list[Edit], Denied | None]:
        """The edits for one script's start tag."""
        tag = Tag(buffer, span, self._encoding)
        names: set[bytes] = set()
        denied = None
        how = language(tag.value(b"type"), tag.value(b"language"))
        if how is not Language.DATA:
            if all(tag.raw(slot.name) is None for slot in tag.slots):
                denied = self._inline(tag, how)
            elif how is Language.CODE:
                names, denied = self._attributes(tag)
        return self._close(tag, names, denied)

    def sheet(self, buffer: bytearray, span: Span) -> Iterator[tuple[Edit, Denied]]:
        """The edits for the content of a style element."""
        css = bytes(buffer[span.start : span.stop])
        coded = span.space is not Space.HTML
        return self._css(css, span.start, "style", coded=coded)

    def sheet_applies(self, buffer: bytearray, span: Span) -> bool:
        """True when a style element's type is CSS: 4.2.6, empty or `text/css` in any case."""
        kind = Tag(buffer, span, self._encoding).value(b"type")
        return not kind or kind.lower() == "text/css"

    def _close(
        self, tag: Tag, names: set[bytes], denied: Denied | None
    ) -> tuple[list[Edit], Denied | None]:
        if denied is not None:
            tag.make_inert(denied.gate, names)
        tag.edits.sort()
        return tag.edits, denied

    def _attributes(self, tag: Tag) -> tuple[set[bytes], Denied | None]:
        names: set[bytes] = set()
        first: Denied | None = None
        element = tag.element
        for slot in tag.slots:
            value = tag.value(slot.name)
            if not value:
                continue
            kind = _kind(tag, slot) if slot.depends else slot.kind
            if kind is not None:
                denied = self._slot(element, value, slot, kind)
                if denied is not None:
                    names.add(slot.name)
                    first = first or denied
        style = tag.raw(b"style")
        if style is not None:
            start, css = style
            for edit, denied in self._css(css, start, element, coded=True):
                tag.edits.append(edit)
                first = first or denied
        return names, first

    def _slot(self, element: str, value: str, slot: Slot, kind: Kind) -> Denied | None:
        if slot.shape is Shape.DOCUMENT:
            return self._inner(value)
        for url in urls(value, slot.shape):
            gate = self._judge.url(url, kind, element, self.base)
            if gate is not None:
                return Denied(gate, url)
        return None

    def _inline(self, tag: Tag, how: Language) -> Denied | None:
        span = tag.span
        content = bytes(tag.buffer[span.end : span.stop])
        if tag.foreign and b"&" in content:
            # In svg a script's text is markup: what runs has its references resolved.
            text = unescape(content.decode(self._encoding, "replace"))
            content = text.encode(self._encoding, "replace")
        if how is Language.URLS:
            for url in json_urls(content.decode(self._encoding, "replace")):
                gate = self._judge.url(url, Kind.SCRIPT, "script", self.base)
                if gate is not None:
                    return Denied(gate, url)
        elif content.strip():
            gate = self._judge.snippet(content)
            if gate is not None:
                return Denied(gate, "")
        self.uninspected += not span.whole
        return None

    def _css(
        self, css: bytes, start: int, element: str, *, coded: bool
    ) -> Iterator[tuple[Edit, Denied]]:
        source = decode_with_spans(css, self._encoding) if coded and b"&" in css else None
        for one in find_urls(source.data if source else css):
            url = one.url.decode(self._encoding, "replace")
            gate = self._judge.url(url, one.kind, element, self.base) if url else None
            if gate is not None:
                first, last = one.start, one.end
                if source:
                    first, last = source.source(first, end=False), source.source(last, end=True)
                yield Edit(start + first, start + last, NOWHERE), Denied(gate, url)


def _kind(tag: Tag, slot: Slot) -> Kind | None:
    """The kind of request in this very tag; None where the attribute contacts nobody."""
    element = tag.span.name
    if element == b"link":
        return link_kind(tag.value(b"rel") or "", tag.value(b"as") or "")
    if element == b"meta" and (tag.value(b"http-equiv") or "").lower() != "refresh":
        return None
    if element == b"input" and (tag.value(b"type") or "").lower() != "image":
        return None
    return slot.kind
