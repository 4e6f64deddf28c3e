"""The stream: pieces of a page in, the same bytes out, but for the names of what has to wait.

With a judge that denies nothing the output is the input, apart from what is inserted and from
``data-cg-`` attributes of the application's own, which are renamed so that they cannot pass for
ours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .asking import DEPTH, Asking
from .engine import Scanner
from .foreign import Space
from .judge import Gate, Gated, Judge, merged
from .remembered import SHORT, TELLING, Remembered
from .spans import Span, What
from .tags import TagGate
from .verdicts import IDLE, Denied, Memory, Verdict

__all__ = ["Gate", "Gated", "Judge", "Rewriter", "rewrite"]

# Bounds what is held at a time, and makes the bounds on tokens exact.
_PIECE = 64 * 1024
Insert = bytes | Callable[[Sequence[str]], bytes]


class Rewriter:
    """Rewrites one response body.

    ``insert`` is put in once, before the first `</body>` or at the end, if the body is a document
    and not a fragment: bytes, or what gives them for the page's ``<base href>``s, which move every
    URL in them. ``encoding`` is the Python codec of an ASCII-superset charset.
    After the end: ``gated`` holds what was made inert, ``uninspected`` how many inline scripts went
    past 256 KB, ``truncated`` whether a token past 1 MB ended the body early. Never raises.
    """

    def __init__(self, judge: Judge, *, insert: Insert = b"", encoding: str = "utf-8") -> None:
        self.gated: list[Gated] = []
        self.truncated = False
        self._judge = judge
        self._insert = insert
        memory: Memory | None = getattr(judge, "memory", None)
        self._scanner = Scanner(snippets=memory.snippets if memory else None)
        self._asking = Asking(judge, memory or Memory(), encoding, self._inner)
        self._tags = TagGate(self._asking, encoding)
        self._verdicts = Remembered(self._tags, self._asking, memory, encoding)
        self._document = False
        self._depth = 0
        self._gates: dict[Gate, None] = {}  # of a document in another: all that it waits for
        self._sheet = -1  # offset of the style element that is being read, -1 for none

    @property
    def uninspected(self) -> int:
        """Inline scripts of which only the first 256 KB were inspected."""
        return self._tags.uninspected

    def feed(self, data: bytes) -> bytes:
        """Take in the next piece and return all that is decided."""
        out: list[bytes | bytearray] = []
        for at in range(0, len(data), _PIECE):
            self._render(self._scanner.feed(data[at : at + _PIECE]), out)
        return b"".join(out)

    def finish(self) -> bytes:
        """Take in the end and return the rest."""
        out: list[bytes | bytearray] = []
        self._render(self._scanner.finish(), out)
        if not self.truncated:
            # A tag that the end cut is no tag to a browser: it comes after what we insert.
            if self._document and self._insert:
                # Out of what the page left open, a comment or a textarea.
                out += (self._scanner.closing, self._inserted())
            out.append(self._scanner.buffer[self._scanner.settled :])
        return b"".join(out)

    def _render(self, spans: list[Span], out: list[bytes | bytearray]) -> None:
        scanner, known, done = self._scanner, self._verdicts.known, 0
        if self.truncated:
            return
        html, style = Space.HTML, What.STYLE
        with memoryview(scanner.buffer) as buffer:
            for span in spans:
                what, start = span.what, span.start
                # Of a script with nothing in it that anybody looks for, the tag says all.
                stop = span.end if span.silent else span.stop
                if what > style:
                    done = self._mark(span, done, out)
                    continue
                data = bytes(buffer[start:stop])
                usual = stop - start <= SHORT and span.space is html and what is not style
                verdict = known(data) if usual else None
                if verdict is IDLE:
                    continue
                done = self._act(span, self._decided(span, data, verdict), done, out)
                known = self._verdicts.known
        out.append(scanner.buffer[done : scanner.settled])
        self.truncated = scanner.overflow

    def _decided(self, span: Span, data: bytes, known: Verdict | None) -> Verdict:
        """The verdict on a span, and what its tag tells about the page."""
        if span.what is What.TAG and span.name in TELLING:
            self._hear(span)
        if known is None:
            return self._verdicts.verdict(data, span)
        if known.counted:
            self._verdicts.again(known)
        return known

    def _act(self, span: Span, verdict: Verdict, done: int, out: list[bytes | bytearray]) -> int:
        """Report what is denied, and put out the page up to the last edit."""
        buffer, start = self._scanner.buffer, span.start
        offset = self._sheet if span.what is What.STYLE else self._scanner.offset + start
        for one in verdict.denied:
            self._report(span.name, one, offset)
        for edit in verdict.edits:
            out += (buffer[done : start + edit.start], edit.new)
            done = start + edit.end
        return done

    def _hear(self, span: Span) -> None:
        """A tag that says what the page is, or where a sheet begins."""
        if span.name == b"style":
            # Whatever its type says: preload scanners follow an @import even so.
            self._sheet = self._scanner.offset + span.start
        else:
            self._document = True

    def _mark(self, span: Span, done: int, out: list[bytes | bytearray]) -> int:
        """A doctype, or the place before `</body>`."""
        if span.what is What.DOCTYPE:
            self._document = True
        elif span.name == b"body" and self._document:
            out += (self._scanner.buffer[done : span.start], self._inserted())
            return span.start
        return done

    def _inserted(self) -> bytes:
        """What is to be inserted, the first time; nothing later."""
        insert, self._insert = self._insert, b""
        return insert if isinstance(insert, bytes) else insert(self._asking.bases)

    def _report(self, element: bytes, denied: Denied, offset: int) -> None:
        gate = denied.gate
        name = element.decode("ascii", "replace")
        self.gated.append(Gated(name, denied.url, gate.purpose, gate.service, offset))
        if self._depth:
            self._gates[gate] = None

    def _inner(self, data: bytes, encoding: str, bases: list[str]) -> Denied | None:
        """Judge a document in this one: whatever would be gated in it gates it as a whole."""
        inner = Rewriter(self._judge, encoding=encoding)
        inner._depth = self._depth + 1
        inner._asking.bases = list(bases)
        inner._verdicts.rebase()
        if inner._depth <= DEPTH:
            inner.feed(data)
            inner.finish()
        if inner.gated:
            return Denied(merged(inner._gates), inner.gated[0].url)
        if inner._depth > DEPTH or inner.truncated or inner.uninspected:
            return self._asking.unread()
        return None


def rewrite(
    data: bytes, judge: Judge, *, insert: Insert = b"", encoding: str = "utf-8"
) -> tuple[bytes, list[Gated]]:
    """Rewrite a whole page at once; returns it with the list of what was gated."""
    rewriter = Rewriter(judge, insert=insert, encoding=encoding)
    out = rewriter.feed(data) + rewriter.finish()
    return out, rewriter.gated
