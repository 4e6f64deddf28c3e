"""Verdicts of one page, from memory where equal bytes were judged before.

A verdict is found again by the bytes that it was made from. It is kept for the whole site where no
URL in the tag depends on the page's path, else for pages at the same address and with the same
`<base href>`s. Never kept is what depends on more: a `<base>`, a document in a document, and what
was cut.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

from .asking import Asking
from .foreign import Space
from .spans import Span, What
from .tags import TagGate
from .verdicts import IDLE, Memory, Verdict

#: Bytes that are their own key; what is longer is found by its digest.
SHORT = 4096
#: Tags that tell the rewriter something: the verdict on them is never :data:`IDLE`.
TELLING = frozenset((b"html", b"head", b"body", b"style"))

# As empty as IDLE, for tags that tell.
_NOTHING = Verdict()

Known = Callable[[bytes], Verdict | None]


class Remembered:
    """The memory before a :class:`TagGate`; without a memory, the gate alone."""

    def __init__(self, tags: TagGate, asking: Asking, memory: Memory | None, encoding: str) -> None:
        self._tags = tags
        self._asking = asking
        self._memory = memory
        self._kept = memory.verdicts(encoding) if memory else None
        self._based = -1  # how many bases the place below was made with
        self._place = b""
        #: The verdict on a tag or script of HTML that is its own key.
        self.known: Known = _unknown
        self.rebase()

    def rebase(self) -> None:
        """Whatever a page with a `<base>` says depends on it."""
        kept = None if self._asking.bases else self._kept
        self.known = _unknown if kept is None else kept.get

    def verdict(self, data: bytes, span: Span) -> Verdict:
        """The verdict on any span; ``data`` is its bytes."""
        kept, memory, asking = self._kept, self._memory, self._asking
        if kept is None or memory is None:
            return self._judged(data, span)
        key = _key(data, span)
        if len(asking.bases) != self._based:
            self._settle(memory.page)
        local = self._place + key
        found = kept.get(local)
        if found is None and not asking.bases:
            found = kept.get(key)
        if found is not None:
            memory.again(found)
            return found
        asking.lasting, asking.nested = not asking.bases, False
        memory.noted.clear()
        verdict = self._judged(data, span)
        if memory.noted:
            verdict = Verdict(verdict.edits, verdict.denied, tuple(memory.noted))
        elif verdict is IDLE and span.name in TELLING:
            verdict = _NOTHING
        if span.whole and not (span.broken or asking.nested or span.name == b"base"):
            kept.keep(key if asking.lasting else local, verdict)
        return verdict

    def again(self, verdict: Verdict) -> None:
        """Count what this verdict counted when it was made."""
        if self._memory is not None:
            self._memory.again(verdict)

    def _judged(self, data: bytes, span: Span) -> Verdict:
        if span.what is What.STYLE:
            return self._tags.sheet(data, span)
        if span.name == b"script":
            return self._tags.script(data, span)
        verdict = self._tags.tag(data, span)
        if span.name == b"base":
            self.rebase()
        return verdict

    def _settle(self, page: str) -> None:
        """Find what stands before the key of a verdict that holds for one address only."""
        bases = self._asking.bases
        text = repr((page, bases)).encode("utf-8", "backslashreplace")
        self._based, self._place = len(bases), b"@" + sha256(text).digest()


def _key(data: bytes, span: Span) -> bytes:
    """What a verdict on these bytes is found by. A tag begins with ``<``, so none is another's."""
    if len(data) > SHORT:
        data = b"#" + sha256(data).digest()
    if span.what is What.STYLE:
        data = b"\1" + data
    return data if span.space is Space.HTML else b"\0" + data


def _unknown(_: bytes) -> None:
    return None
