"""Makes one tag inert: which of its attributes are denied, and the edits that rename them.

Bytes are kept. Only names change (:mod:`consentguard.html.table`), and what we add stands right
behind the tag's name, because of two attributes with one name the first counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from html import escape, unescape
from typing import NamedTuple

from .attributes import Attribute, attributes, decode_with_spans
from .css import find_urls
from .foreign import Space
from .grammar import ASKED
from .judge import Gate, Judge
from .reading import Asked, Reading, read
from .scripts import Language, json_urls
from .spans import Span
from .table import FOREIGN_PREFIX, HTML, PREFIX, REPLACED, SVG, Kind

# More `<base>` elements than any page has.
_BASES = 8
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


class TagGate:
    """Judges tags one after another; remembers the base URLs between them.

    All of them: which one counts is the browser's secret, and preload scanners take even one that
    stands in an svg. A URL waits if it waits under any.

    ``inner`` judges the document in a srcdoc, given its text, and returns what it denied.
    """

    def __init__(self, judge: Judge, encoding: str, inner: Callable[[str], Denied | None]) -> None:
        self._judge = judge
        self._encoding = encoding
        self._inner = inner
        self.bases: list[str] = []
        self.uninspected = 0

    def tag(self, buffer: bytearray, span: Span) -> tuple[Sequence[Edit], Denied | None]:
        """The edits for one start tag that is not a script's."""
        reading = self._read(buffer, span)
        if reading.href is not None and not span.template and len(self.bases) < _BASES:
            self.bases.append(reading.href)
        names, denied = self._asked(span, reading) if span.whole else self._cut(span)
        return self._edits(buffer, span, reading, names, denied)

    def script(self, buffer: bytearray, span: Span) -> tuple[Sequence[Edit], Denied | None]:
        """The edits for one script's start tag."""
        reading = self._read(buffer, span)
        names: set[bytes] = set()
        denied = None
        if reading.language is not Language.DATA:
            if not reading.external:
                inline = self._inline(buffer, span, reading.language)
                denied = inline or (self._unread() if span.broken else None)
            elif reading.language is Language.CODE:
                names, denied = self._asked(span, reading)
        return self._edits(buffer, span, reading, names, denied)

    def sheet(self, buffer: bytearray, span: Span) -> Iterator[tuple[Edit, Denied]]:
        """The edits for the content of a style element."""
        css = bytes(buffer[span.start : span.stop])
        coded = span.space is not Space.HTML
        return self._css(css, span.start, "style", coded=coded)

    def _url(self, url: str, kind: Kind, element: str) -> Gate | None:
        if not self.bases:
            return self._judge.url(url, kind, element, None)
        gates = (self._judge.url(url, kind, element, base) for base in self.bases)
        return next((gate for gate in gates if gate is not None), None)

    def _read(self, buffer: bytearray, span: Span) -> Reading:
        return read(buffer, span, span.space is not Space.HTML, self._encoding)

    def _asked(self, span: Span, reading: Reading) -> tuple[set[bytes], Denied | None]:
        """The attributes that have to wait, and the first reason why."""
        names: set[bytes] = set()
        first: Denied | None = None
        for asked in reading.asked:
            denied = self._denied(span.name.decode("ascii", "replace"), asked)
            if denied is not None:
                names.add(asked.name)
                first = first or denied
        return names, first

    def _cut(self, span: Span) -> tuple[set[bytes], Denied | None]:
        """A tag that the end of a noscript cut: a browser without scripting reads on behind it."""
        slots = (HTML if span.space is Space.HTML else SVG).get(span.name, ())
        return {slot.name for slot in slots}, self._unread() if slots else None

    def _unread(self) -> Denied | None:
        gate = self._judge.unread()
        return None if gate is None else Denied(gate, "")

    def _denied(self, element: str, asked: Asked) -> Denied | None:
        if asked.document is not None:
            return self._inner(asked.document)
        for url in asked.urls:
            gate = self._url(url, asked.kind, element)
            if gate is not None:
                return Denied(gate, url)
        return None

    def _edits(
        self,
        buffer: bytearray,
        span: Span,
        reading: Reading,
        names: set[bytes],
        denied: Denied | None,
    ) -> tuple[Sequence[Edit], Denied | None]:
        if denied is None and not (reading.styled or reading.marked):
            return (), None
        edits: list[Edit] = []
        start = span.start + 1 + len(span.name)
        every = list(attributes(buffer, start, span.end, ASKED))
        for one in every:
            if one.name.startswith(PREFIX):
                edits.append(Edit(one.start, one.start + len(PREFIX), FOREIGN_PREFIX))
        style = next((one for one in every if one.name == b"style"), None)
        if style is not None:
            css = bytes(buffer[style.value_start : style.value_end])
            element = span.name.decode("ascii", "replace")
            for edit, found in self._css(css, style.value_start, element, coded=True):
                edits.append(edit)
                denied = denied or found
        if denied is not None:
            edits += _inert(span.name, start, every, names, denied.gate)
        edits.sort()
        return edits, denied

    def _inline(self, buffer: bytearray, span: Span, how: Language) -> Denied | None:
        content = bytes(buffer[span.end : span.stop])
        if span.space is not Space.HTML and b"&" in content:
            # In svg a script's text is markup: what runs has its references resolved.
            text = unescape(content.decode(self._encoding, "replace"))
            content = text.encode(self._encoding, "replace")
        if how is Language.URLS:
            for url in json_urls(content.decode(self._encoding, "replace")):
                gate = self._url(url, Kind.SCRIPT, "script")
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
            gate = self._url(url, one.kind, element) if url else None
            if gate is not None:
                first, last = one.start, one.end
                if source:
                    first, last = source.source(first, end=False), source.source(last, end=True)
                yield Edit(start + first, start + last, NOWHERE), Denied(gate, url)


def _inert(
    element: bytes, start: int, every: list[Attribute], names: set[bytes], gate: Gate
) -> Iterator[Edit]:
    """Rename every attribute of these names, duplicates too, and say what the tag waits for."""
    added = f' data-cg-purpose="{escape(gate.purpose)}" data-cg-service="{escape(gate.service)}"'
    replaced = REPLACED.get(element)
    # An inline script is inert by its type alone; a frame that keeps its URL keeps its name.
    if replaced and (names or element == b"script"):
        name, value = replaced
        added += f' {name.decode()}="{value}"'
        names = names | {name}
    yield Edit(start, start, added.encode("ascii", "xmlcharrefreplace"))
    for one in every:
        if one.name in names:
            yield Edit(one.start, one.start, PREFIX)
