"""Makes one tag inert: which of its attributes are denied, and the edits that rename them.

Bytes are kept. Only names change (:mod:`consentguard.html.table`), and what we add stands right
behind the tag's name, because of two attributes with one name the first counts. Nothing here looks
beyond the span: indexes count from its start.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from functools import lru_cache
from html import escape

from .asking import Asking
from .attributes import attributes, decode, decode_with_spans
from .childtext import child_text, is_plain
from .css import find_urls, forerun
from .foreign import Space
from .judge import Gate, merged
from .reading import Reading
from .scripts import Language, json_urls, language
from .spans import Span
from .speculation import linked_hosts
from .table import (
    ANIMATED,
    BESIDE,
    FOREIGN_PREFIX,
    HREFS,
    PRAGMAS,
    PREFIX,
    REPLACED,
    Kind,
    Shape,
    Slot,
    foreign,
    link_kind,
)
from .values import urls
from .verdicts import IDLE, NOTHING, Denied, Edit, Verdict

#: URLs that wait in one sheet; of a sheet with more nothing is kept.
MOST = 1000
#: What stands in a style sheet where a denied URL stood.
NOWHERE = b"about:blank#cg-gated"
# A style attribute without one of these names no URL.
_LOADS = re.compile(rb"[(@\\&]")
# A backslash that is the second byte of a character in Shift_JIS, GBK, Big5 and gb18030.
AMBIGUOUS = re.compile(rb"[\x81-\xfe]\\")
# Types of an input that shows a picture.
_PICTURE = ("image",)
# Bytes of keywords that are remembered: those that pages use are few and short.
_WORDS = 100
#: Names of attributes that have to wait, and why.
Asked = tuple[set[bytes], list[Denied]]


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
        reading = Reading(data, span)
        if span.whole and not reading.values and not reading.marked:
            return IDLE
        if span.name == b"base" and b"href" in reading.values and not span.template:
            self._asking.below(decode(reading.values[b"href"], self._encoding))
        if span.whole:
            names, denied = self._asked(span, reading.values, reading.form.slots)
            for values in reading.others:
                self._add(names, denied, self._asked(span, values, reading.form.slots))
        else:
            names, denied = self._cut(reading)
        return self._verdict(span, reading, names, denied)

    def script(self, data: bytes, text: bytes, span: Span) -> Verdict:
        """The verdict on a script; ``data`` is its start tag and ``text`` its content."""
        reading = Reading(data, span)
        form, values = reading.form, reading.values
        kind = self._language(values, span)
        code, external = kind is Language.CODE, not form.sources.isdisjoint(values)
        # One of svg that is no code is fetched by Chromium all the same.
        fetched = external and (code or span.space is not Space.HTML)
        slots = form.slots if fetched else form.beside
        self._asking.mark(self._telling(data, span))
        names, denied = self._asked(span, values, slots)
        for other in reading.others:
            if external and self._language(other, span) is Language.CODE:
                self._add(names, denied, self._asked(span, other, form.slots))
        self._asking.mark(NOTHING)
        if not external and kind is not Language.DATA:
            inline = self._inline(text, span, code)
            if inline is None and span.broken:
                inline = self._asking.unread()
            if inline is not None:
                names.add(b"type")
                denied.append(inline)
        return self._verdict(span, reading, names, denied)

    def _telling(self, data: bytes, span: Span) -> frozenset[str]:
        """The attributes of a script that tell what it is for: hardly any has one."""
        low = data.lower()
        found = [name for name in self._asking.telling if name.encode() in low]
        if not found:
            return NOTHING
        every = attributes(data, 1 + len(span.name), len(data))
        return frozenset(found).intersection([one.name.decode("latin-1") for one in every])

    def sheet(self, css: bytes, span: Span) -> Verdict:
        """The verdict on the content of a style element."""
        if span.broken:
            denied = self._asking.unread()
            return Verdict((Edit(0, len(css), b""),), (denied,)) if denied else IDLE
        foreign = span.space is not Space.HTML
        if foreign and b"<" in css:
            return self._joined(css)
        found = self._css(css, 0, "style", coded=foreign)
        ahead = self._ahead(css, {edit.start for edit, _ in found})
        if ahead is not None:
            return Verdict((Edit(0, len(css), b""),), (*(one for _, one in found), ahead))
        if not found:
            return IDLE
        return Verdict(tuple(edit for edit, _ in found), tuple(denied for _, denied in found))

    def _ahead(self, css: bytes, known: Set[int]) -> Denied | None:
        """What a preload scanner would fetch for a sheet, and nobody who reads CSS as it is."""
        imports = (one for one in forerun(css) if one.start not in known)
        # It drops a NUL, of which everybody else makes another character.
        dropped = find_urls(css.replace(b"\0", b"")) if b"\0" in css else ()
        for one in (*imports, *dropped):
            denied = self._asking.styled(one, "style", self._encoding)
            if denied is not None:
                return denied
        return None

    def _joined(self, css: bytes) -> Verdict:
        """The verdict on a sheet of svg that has comments or sections in it: all of it, or none."""
        found = self._css(child_text(css, self._encoding), 0, "style", coded=False)
        denied = [one for _, one in found]
        return Verdict((Edit(0, len(css), b""),), tuple(denied[:1])) if denied else IDLE

    def _add(self, names: set[bytes], denied: list[Denied], more: Asked) -> None:
        """Take over what another reading of the tag makes wait, beside what waits anyway."""
        if not more[0] <= names:
            names |= more[0]
            denied += more[1]

    def _asked(self, span: Span, values: Mapping[bytes, bytes], slots: Sequence[Slot]) -> Asked:
        """The attributes that have to wait, and why."""
        names: set[bytes] = set()
        every: list[Denied] = []
        asking = self._asking
        element = span.name.decode("ascii", "replace")
        for name, kind, shape, depends in slots:
            raw = values.get(name)
            if not raw:
                continue
            use = self._use(span.name, kind, values) if depends else kind
            text = decode(raw, self._encoding) if use else ""
            if not text or use is None:
                continue
            if b"\\" in raw and self._encoding != "utf-8" and AMBIGUOUS.search(raw):
                # It ends an authority, or it is half of a character: then the host is another. In
                # UTF-8 it is never half of one.
                denied = asking.unread()
            elif shape is Shape.URL:
                denied = asking.url(text, use, element)
            elif shape is Shape.HINTS:
                denied = asking.unread()
            elif shape is Shape.DOCUMENT:
                # "Fallback base URL" of an iframe srcdoc document is its container's.
                document = text.encode("utf-8", "replace")
                denied = asking.document(document, "utf-8", asking.bases)
            elif shape is Shape.BASE:
                denied = asking.base(text, element)
            else:
                denied = asking.urls(urls(text, shape), use, element)
            if denied is not None:
                names.add(name)
                every.append(denied)
        return names, every

    def _cut(self, reading: Reading) -> Asked:
        """A tag that the end of a noscript cut: a browser without scripting reads on behind it."""
        slots = reading.form.slots
        denied = self._asking.unread() if slots else None
        return {slot.name for slot in slots}, [] if denied is None else [denied]

    def _use(self, element: bytes, kind: Kind, values: Mapping[bytes, bytes]) -> Kind | None:
        """The kind of request in this very tag; None where the attribute contacts nobody."""
        if element == b"link":
            rel, destination = values.get(b"rel", b""), values.get(b"as", b"")
            usual = len(rel) + len(destination) <= _WORDS
            return (_linked if usual else _linked.__wrapped__)(rel, destination, self._encoding)
        if element in ANIMATED:
            said = decode(values.get(b"attributename", b""), "latin-1").strip().lower()
            return kind if said in HREFS else None
        name = b"http-equiv" if element == b"meta" else b"type"
        said = decode(values.get(name, b""), "latin-1").lower()
        return kind if said in (PRAGMAS[kind] if element == b"meta" else _PICTURE) else None

    def _language(self, values: Mapping[bytes, bytes], span: Span) -> Language:
        kind, old = values.get(b"type"), values.get(b"language")
        if span.space is not Space.HTML:  # svg's script has no such attribute
            old = None
        usual = len(kind or b"") + len(old or b"") <= _WORDS
        return (_spoken if usual else _spoken.__wrapped__)(kind, old, self._encoding)

    def _verdict(
        self, span: Span, reading: Reading, names: set[bytes], denied: list[Denied]
    ) -> Verdict:
        edits: list[Edit] = []
        values = reading.values
        styled = {
            name for name in reading.form.styled if name in values and _LOADS.search(values[name])
        } - names
        if not (denied or styled or reading.marked):
            return IDLE
        every = list(reading.attributes())
        if reading.marked:
            for one in every:
                if foreign(one.name):
                    edits.append(Edit(one.start, one.start + len(PREFIX), FOREIGN_PREFIX))
        if styled:
            first = {one.name: one.value_start for one in reversed(every)}
            element = span.name.decode("ascii", "replace")
            for name in sorted(styled):
                for edit, found in self._css(values[name], first[name], element, coded=True):
                    edits.append(edit)
                    denied.append(found)
        if not denied:
            return Verdict(tuple(edits)) if edits else IDLE
        gate = denied[0].gate if len(denied) == 1 else merged(one.gate for one in denied)
        # A frame that keeps its URL keeps its name, a script that keeps its code its type.
        replaced = None if names <= BESIDE else REPLACED.get(span.name)
        if replaced:
            names.add(replaced[0])
        edits += [Edit(one.start, one.start, PREFIX) for one in every if one.name in names]
        start = 1 + len(span.name)
        edits.append(Edit(start, start, _added(gate, replaced)))
        edits.sort()
        return Verdict(tuple(edits), (Denied(gate, denied[0].url),))

    def _inline(self, text: bytes, span: Span, code: bool) -> Denied | None:
        if span.space is not Space.HTML and not is_plain(text):
            text = child_text(text, self._encoding)
        if code:
            denied = self._asking.snippet(text)
        else:
            rules = text.decode(self._encoding, "replace")
            hosts = linked_hosts(rules)
            if hosts is None:
                denied = self._asking.unread()
            else:
                denied = self._asking.urls([*json_urls(rules), *hosts], Kind.SCRIPT, "script")
        if denied is None and not span.whole:
            self.uninspected += 1
            self._asking.passed("end of a long script")
        return denied

    def _css(
        self, css: bytes, start: int, element: str, *, coded: bool
    ) -> list[tuple[Edit, Denied]]:
        """What has to wait in a sheet or an attribute; where that is too much, all of it."""
        whole = Edit(start, start + len(css), b"")
        source = decode_with_spans(css, self._encoding) if coded and b"&" in css else None
        text = source.data if source else css
        if (torn := self._torn(text, element)) is not None:
            return [(whole, torn)]
        edits: list[tuple[Edit, Denied]] = []
        for one in find_urls(text):
            denied = self._asking.styled(one, element, self._encoding)
            if denied is not None:
                first, last = one.start, one.end
                if source:
                    first, last = source.source(first, end=False), source.source(last, end=True)
                edits.append((Edit(start + first, start + last, NOWHERE), denied))
                if len(edits) > MOST:
                    return [(whole, denied)]
        return edits

    def _torn(self, css: bytes, element: str) -> Denied | None:
        """What a sheet loads in a charset where a backslash is half of a character.

        A page whose charset no header names may have been declared late, or guessed by a browser.
        """
        if not AMBIGUOUS.search(css):
            return None
        known = {one.url for one in find_urls(css)}
        for one in find_urls(AMBIGUOUS.sub(b"..", css)):
            if one.url in known:
                continue
            denied = self._asking.styled(one, element, self._encoding)
            if denied is not None:
                return denied
        return None


@lru_cache(256)
def _added(gate: Gate, replaced: tuple[bytes, str] | None) -> bytes:
    """What stands in a tag that waits: for what it waits, and what is put in place of its own."""
    purposes = " ".join(gate.purposes or (gate.purpose,))
    services = " ".join(gate.services or (gate.service,))
    added = f' data-cg-purpose="{escape(purposes)}" data-cg-service="{escape(services)}"'
    if gate.signal:
        # Not for the purposes that it names elsewhere: whoever restores these leaves it alone.
        added = f' data-cg-signal="{escape(gate.signal)}" data-cg-service="{escape(services)}"'
    if replaced:
        name, value = replaced
        added += f' {name.decode()}="{value}"'
    return added.encode("ascii", "xmlcharrefreplace")


@lru_cache(256)
def _linked(rel: bytes, destination: bytes, encoding: str) -> Kind | None:
    return link_kind(decode(rel, encoding), decode(destination, encoding))


@lru_cache(256)
def _spoken(kind: bytes | None, old: bytes | None, encoding: str) -> Language:
    words = (None if raw is None else decode(raw, encoding) for raw in (kind, old))
    return language(*words)
