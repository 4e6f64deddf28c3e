"""Verdicts of one page, from memory where equal bytes were judged before.

A verdict is found again by the bytes that it was made from. It is kept for the whole site where no
URL in the tag depends on the page's path, else for pages at the same address and with the same
`<base href>`s. Never kept is what depends on more: a `<base>`, a document in a document, what was
cut, and a `wbr`, which may be where the insertion goes.
"""

from __future__ import annotations

from hashlib import sha256

from .asking import Asking
from .foreign import Space
from .spans import FOREIGN, SHEET, SHORT, Span, What
from .tags import TagGate
from .verdicts import IDLE, Edit, Kept, Memory, Verdict

#: Tags that tell what the page is: the verdict on them is never :data:`IDLE`.
DOCUMENT = frozenset((b"html", b"head", b"body"))

_UNKNOWN = Kept(set(), {})
#: So many different tags of `<base>` are known again on one page.
_IDLE = 16
# As empty as IDLE, for tags that tell.
_NOTHING = Verdict()


class Remembered:
    """The memory before a :class:`TagGate`; without a memory, the gate alone."""

    def __init__(
        self, tags: TagGate, asking: Asking, memory: Memory | None, encoding: str, here: str
    ) -> None:
        self._tags = tags
        self._asking = asking
        self._memory = memory
        self._verdicts = memory.verdicts(encoding) if memory else None
        self._based = 0  # how many bases the page below was named with
        self._here = self._page = here  # the page, and what holds for it
        self._idle: set[tuple[bytes, int, bool]] = set()  # a `<base>` that changes nothing

    def verdict(self, page: bytes, span: Span) -> Verdict:
        """The verdict on any span of what stands in ``page``."""
        if span.name == b"base" and self._base(page, span) in self._idle:
            return IDLE
        verdicts, memory, asking = self._verdicts, self._memory, self._asking
        if verdicts is None or memory is None or asking.lost:
            return self._judged(page, span)
        if len(asking.bases) != self._based:
            self._settle()
        # A base says something of what follows; what was cut or torn is more than its bytes.
        known = span.whole and not (span.broken or span.name in (b"base", b"wbr"))
        key = _key(page, span) if known else b""
        found = _found(key, verdicts.on(self._page).kept[self._based > 0 :]) if known else None
        if found is not None:
            memory.again(found.counted)
            return found
        asking.lasting = not asking.bases
        verdict, noted = memory.noting(lambda: self._judged(page, span))
        if noted or len(verdict.edits) > 1:
            edits = _at_once(page, span, verdict.edits) if known else verdict.edits
            verdict = Verdict(edits, verdict.denied, tuple(noted))
        elif verdict is IDLE and (span.name in DOCUMENT or _begins_sheet(span)):
            verdict = _NOTHING
        if known and not memory.muted:
            verdicts.keep(key, verdict, None if asking.lasting else self._page)
        return verdict

    def here(self) -> Kept:
        """What is known of pages with these bases; nothing where they are too many."""
        if self._asking.lost:
            return _UNKNOWN
        if len(self._asking.bases) != self._based:
            self._settle()
        kept = () if self._verdicts is None else self._verdicts.on(self._page).kept[1:]
        return kept[0] if kept else _UNKNOWN

    def _judged(self, page: bytes, span: Span) -> Verdict:
        verdict = self._judged_anew(page, span)
        plain = span.whole and not span.template and span.space is Space.HTML
        if span.name == b"base" and verdict is IDLE and plain and len(self._idle) < _IDLE:
            self._idle.add(self._base(page, span))
        return verdict

    def _base(self, page: bytes, span: Span) -> tuple[bytes, int, bool]:
        """What says the same again: the tag, and what the page had before it."""
        return page[span.start : span.end], len(self._asking.bases), self._asking.lost

    def _judged_anew(self, page: bytes, span: Span) -> Verdict:
        if span.what is What.STYLE:
            return self._tags.sheet(page[span.end : span.stop], span)
        data = page[span.start : span.end]
        if span.name == b"script":
            text = b"" if span.silent else page[span.end : span.stop]
            return self._tags.script(data, text, span)
        return self._tags.tag(data, span)

    def _settle(self) -> None:
        """Whatever a page with a `<base>` says depends on it."""
        bases = self._asking.bases
        self._based, self._page = len(bases), repr((self._here, bases))


def _begins_sheet(span: Span) -> bool:
    """Whether it is the tag of a style element in svg, whose sheet comes in pieces."""
    return span.name == b"style" and span.space is not Space.HTML


def _at_once(page: bytes, span: Span, edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
    """One edit instead of several in a short span: it is made many times."""
    begin = span.end if span.what is What.STYLE else span.start
    if len(edits) < 2 or span.stop - begin > SHORT:
        return edits
    out: list[bytes] = []
    done = edits[0].start
    for start, end, new in edits:
        out += (page[begin + done : begin + start], new)
        done = end
    return (Edit(edits[0].start, done, b"".join(out)),)


def _found(key: bytes, kept: tuple[Kept, ...]) -> Verdict | None:
    for one in kept:
        verdict = one.get(key)
        if verdict is not None:
            return verdict
    return None


def _key(page: bytes, span: Span) -> bytes:
    """What a verdict on a span is found by. A tag begins with ``<``, so none is another's."""
    start = span.end if span.what is What.STYLE else span.start
    stop = span.end if span.silent else span.stop
    sheet = span.what is What.STYLE
    if stop - start > SHORT:
        digest = sha256(memoryview(page)[start:stop]).digest()
        data = (b"\3" if sheet else b"\2") + digest
    else:
        data = SHEET + page[start:stop] if sheet else page[start:stop]
    return data if span.space is Space.HTML else FOREIGN + data
