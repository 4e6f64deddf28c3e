"""Makes one tag inert: which of its attributes are denied, and the edits that rename them.

Bytes are kept. Only names change (:mod:`consentguard.html.table`), and what we add stands right
behind the tag's name, because of two attributes with one name the first counts. Nothing here looks
beyond the span: indexes count from its start.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape, unescape

from .asking import Asking
from .attributes import Attribute, attributes, decode_with_spans
from .css import find_urls
from .foreign import Space
from .judge import Gate, merged
from .reading import ASKED, Asked, Reading, read
from .scripts import Language, json_urls
from .spans import Span
from .table import BESIDE, FOREIGN_PREFIX, HTML, PREFIX, REPLACED, SVG, Kind
from .verdicts import Denied, Edit, Verdict

# More `<base>` elements than any page has.
_BASES = 8
#: What stands in a style sheet where a denied URL stood.
NOWHERE = b"about:blank#cg-gated"


class TagGate:
    """Judges tags one after another; collects the base URLs between them.

    All of them: which one counts is the browser's secret, and preload scanners take even one that
    stands in an svg.
    """

    def __init__(self, asking: Asking, encoding: str) -> None:
        self._asking = asking
        self._encoding = encoding
        self.uninspected = 0

    def tag(self, data: bytes, span: Span) -> Verdict:
        """The verdict on a start tag that is not a script's; ``data`` is its bytes."""
        reading = self._read(data, span)
        bases = self._asking.bases
        if reading.href is not None and not span.template and len(bases) < _BASES:
            bases.append(reading.href)
        if span.whole:
            names, denied = self._asked(span, reading.asked)
        else:
            names, denied = self._cut(span)
        return self._verdict(data, span, reading, names, denied)

    def script(self, data: bytes, span: Span) -> Verdict:
        """The verdict on a script; ``data`` is its start tag and its content."""
        reading = self._read(data, span)
        code = reading.language is Language.CODE
        runs = code and reading.external
        asked = [one for one in reading.asked if runs or one.name in BESIDE]
        names, denied = self._asked(span, asked)
        if not reading.external and reading.language is not Language.DATA:
            inline = self._inline(data[span.end - span.start :], span, code)
            if inline is None and span.broken:
                inline = self._asking.unread()
            if inline is not None:
                names.add(b"type")
                denied.append(inline)
        return self._verdict(data, span, reading, names, denied)

    def sheet(self, css: bytes, span: Span) -> Verdict:
        """The verdict on the content of a style element."""
        found = list(self._css(css, 0, "style", coded=span.space is not Space.HTML))
        return Verdict(tuple(edit for edit, _ in found), tuple(denied for _, denied in found))

    def _read(self, data: bytes, span: Span) -> Reading:
        tag = data[: span.end - span.start]
        return read(tag, span.name, span.space is not Space.HTML, self._encoding)

    def _asked(self, span: Span, asked: Sequence[Asked]) -> tuple[set[bytes], list[Denied]]:
        """The attributes that have to wait, and why."""
        names: set[bytes] = set()
        every: list[Denied] = []
        if not asked:
            return names, every
        element = span.name.decode("ascii", "replace")
        for one in asked:
            if one.document is None:
                denied = self._asking.urls(one.urls, one.kind, element)
            else:
                # "Fallback base URL" of an iframe srcdoc document is its container's.
                text = one.document.encode("utf-8", "replace")
                denied = self._asking.document(text, "utf-8", self._asking.bases)
            if denied is not None:
                names.add(one.name)
                every.append(denied)
        return names, every

    def _cut(self, span: Span) -> tuple[set[bytes], list[Denied]]:
        """A tag that the end of a noscript cut: a browser without scripting reads on behind it."""
        slots = (HTML if span.space is Space.HTML else SVG).get(span.name, ())
        denied = self._asking.unread() if slots else None
        return {slot.name for slot in slots}, [] if denied is None else [denied]

    def _verdict(
        self, data: bytes, span: Span, reading: Reading, names: set[bytes], denied: list[Denied]
    ) -> Verdict:
        if not (denied or reading.styled or reading.marked):
            return Verdict()
        edits: list[Edit] = []
        start = 1 + len(span.name)
        every = list(attributes(data, start, span.end - span.start, ASKED))
        for one in every:
            if one.name.startswith(PREFIX):
                edits.append(Edit(one.start, one.start + len(PREFIX), FOREIGN_PREFIX))
        style = next((one for one in every if one.name == b"style"), None)
        if style is not None:
            css = data[style.value_start : style.value_end]
            element = span.name.decode("ascii", "replace")
            for edit, found in self._css(css, style.value_start, element, coded=True):
                edits.append(edit)
                denied.append(found)
        if not denied:
            return Verdict(tuple(edits))
        gate = merged(one.gate for one in denied)
        edits += _inert(span.name, start, every, names, gate)
        edits.sort()
        return Verdict(tuple(edits), (Denied(gate, denied[0].url),))

    def _inline(self, text: bytes, span: Span, code: bool) -> Denied | None:
        if span.space is not Space.HTML and b"&" in text:
            # In svg a script's text is markup: what runs has its references resolved.
            resolved = unescape(text.decode(self._encoding, "replace"))
            text = resolved.encode(self._encoding, "replace")
        if code:
            denied = self._asking.snippet(text)
        else:
            urls = list(json_urls(text.decode(self._encoding, "replace")))
            denied = self._asking.urls(urls, Kind.SCRIPT, "script")
        self.uninspected += denied is None and not span.whole
        return denied

    def _css(
        self, css: bytes, start: int, element: str, *, coded: bool
    ) -> Iterator[tuple[Edit, Denied]]:
        source = decode_with_spans(css, self._encoding) if coded and b"&" in css else None
        for one in find_urls(source.data if source else css):
            url = one.url.decode(self._encoding, "replace")
            denied = self._asking.url(url, one.kind, element) if url else None
            if denied is not None:
                first, last = one.start, one.end
                if source:
                    first, last = source.source(first, end=False), source.source(last, end=True)
                yield Edit(start + first, start + last, NOWHERE), denied


def _inert(
    element: bytes, start: int, every: list[Attribute], names: set[bytes], gate: Gate
) -> Iterator[Edit]:
    """Rename every attribute of these names, duplicates too, and say what the tag waits for."""
    purposes = " ".join(gate.purposes or (gate.purpose,))
    services = " ".join(gate.services or (gate.service,))
    added = f' data-cg-purpose="{escape(purposes)}" data-cg-service="{escape(services)}"'
    replaced = REPLACED.get(element)
    # A frame that keeps its URL keeps its name, a script that keeps its code its type.
    if replaced and not names <= BESIDE:
        name, value = replaced
        added += f' {name.decode()}="{value}"'
        names = names | {name}
    yield Edit(start, start, added.encode("ascii", "xmlcharrefreplace"))
    for one in every:
        if one.name in names:
            yield Edit(one.start, one.start, PREFIX)
