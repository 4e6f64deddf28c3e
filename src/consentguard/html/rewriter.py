"""The stream: pieces of a page in, the same bytes out, but for the names of what has to wait.

With a judge that denies nothing the output is the input, apart from what is inserted and from
``data-cg-`` attributes of the application's own, which are renamed so that they cannot pass for
ours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .judge import Gate, Gated, Judge
from .scanner import Scanner
from .spans import Span, What
from .tags import Denied, TagGate

__all__ = ["Gate", "Gated", "Judge", "Rewriter", "rewrite"]

# Bounds what is held at a time, and makes the bounds on tokens exact.
_PIECE = 64 * 1024
# A srcdoc in a srcdoc in a srcdoc …
_DEPTH = 4
Insert = bytes | Callable[[Sequence[str]], bytes]
_DOCUMENT = frozenset((b"html", b"head", b"body"))


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
        self._scanner = Scanner()
        self._tags = TagGate(judge, encoding, self._inner)
        self._document = False
        self._depth = 0
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
        scanner = self._scanner
        if self.truncated:
            return
        buffer, done = scanner.buffer, 0
        for span in spans:
            if span.what is What.STYLE:
                done = self._style(span, done, out)
                continue
            if span.name == b"script":
                edits, denied = self._tags.script(buffer, span)
            elif span.what is What.TAG:
                if span.name in _DOCUMENT:
                    self._document = True
                elif span.name == b"style":
                    # Whatever its type says: preload scanners follow an @import even so.
                    self._sheet = scanner.offset + span.start
                edits, denied = self._tags.tag(buffer, span)
            else:
                done = self._mark(span, done, out)
                continue
            if denied is not None:
                self._report(span.name, denied, scanner.offset + span.start)
            for edit in edits:
                out += (buffer[done : edit.start], edit.new)
                done = edit.end
        out.append(buffer[done : scanner.settled])
        self.truncated = scanner.overflow

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
        return insert if isinstance(insert, bytes) else insert(self._tags.bases)

    def _style(self, span: Span, done: int, out: list[bytes | bytearray]) -> int:
        if self._sheet >= 0:
            for edit, denied in self._tags.sheet(self._scanner.buffer, span):
                self._report(b"style", denied, self._sheet)
                out += (self._scanner.buffer[done : edit.start], edit.new)
                done = edit.end
        return done

    def _report(self, element: bytes, denied: Denied, offset: int) -> None:
        gate = denied.gate
        name = element.decode("ascii", "replace")
        self.gated.append(Gated(name, denied.url, gate.purpose, gate.service, offset))

    def _inner(self, text: str) -> Denied | None:
        """Judge the document in a srcdoc: whatever would be gated in it gates it as a whole."""
        inner = Rewriter(self._judge)
        inner._depth = self._depth + 1
        # "Fallback base URL" of an iframe srcdoc document is its container's.
        inner._tags.bases = list(self._tags.bases)
        if inner._depth <= _DEPTH:
            inner.feed(text.encode("utf-8", "replace"))
            inner.finish()
        if inner.gated:
            first = inner.gated[0]
            return Denied(Gate(first.purpose, first.service), first.url)
        if inner._depth > _DEPTH or inner.truncated or inner.uninspected:
            gate = self._judge.unread()
            return None if gate is None else Denied(gate, "")
        return None


def rewrite(
    data: bytes, judge: Judge, *, insert: Insert = b"", encoding: str = "utf-8"
) -> tuple[bytes, list[Gated]]:
    """Rewrite a whole page at once; returns it with the list of what was gated."""
    rewriter = Rewriter(judge, insert=insert, encoding=encoding)
    out = rewriter.feed(data) + rewriter.finish()
    return out, rewriter.gated
