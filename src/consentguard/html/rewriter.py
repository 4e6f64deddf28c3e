"""The stream: pieces of a page in, the same bytes out, but for the names of what has to wait.

With a judge that denies nothing the output is the input, apart from what is inserted and from
``data-cg-`` attributes of the application's own, which are renamed so that they cannot pass for
ours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from .asking import DEPTH, Asking, Inner
from .engine import Scanner
from .foreign import Space
from .frames import Embeds, frame
from .judge import Gate, Gated, Judge, merged
from .language import language
from .remembered import DOCUMENT, Remembered
from .spans import FOREIGN, SHEET, SHORT, Span, What
from .tags import TagGate
from .verdicts import Denied, Edit, Kept, Known, Memory, Verdict

__all__ = ["Gate", "Gated", "Judge", "Rewriter", "rewrite"]

# Bounds what is held at a time, and makes the bounds on tokens exact.
_PIECE = 128 * 1024
_GLANCE = 16 * 1024  # and what a document in a page is read in
#: So much of what was gated is listed: a page can have any number of tags.
REPORTED = 5000
_NOTHING = Known.by(Kept(set(), {}))
# Of an enum, once: its members take long to look up.
_HTML = Space.HTML
_TAG, _STYLE, _DOCTYPE, _SECTION = What.TAG, What.STYLE, What.DOCTYPE, What.SECTION
# An svg's style element is told of by its tag, its sheet comes in pieces.
_TELLING = DOCUMENT | {b"style"}
#: A tag by which an app says where the insertion goes: it shows nothing, and has no end tag.
PLACE = b"<wbr data-cg-banner>"
# What is put in where readers would part. Behind a frameset no frame is loaded, 13.2.6.4.21, but an
# `<html>` still gives the root what attributes it lacks: a style, for one.
_JOINING = {
    What.ASIDE: b"<!--</NAME>-->",
    What.FRAMED: b"</frameset><html style>",
    What.DRAWING: b"</NAME>",
}
#: Tags by which a page shows what others have.
_SHOWING = frozenset((b"iframe", b"script"))
Piece = bytes | memoryview
Insert = bytes | Callable[[Sequence[str]], bytes]


class Rewriter:
    """Rewrites one response body.

    ``insert`` is put in once, before the first `</body>` or at the end, if the body is a document
    and not a fragment, or where :data:`PLACE` stands before that: bytes, or what gives them for the
    page's ``<base href>``s, which move every URL in them. ``embeds`` puts something before frames
    that wait, and hears of scripts that do, in a document. ``encoding`` is the Python codec of an
    ASCII-superset charset. ``page`` is the absolute URL of the page where ``judge`` is that of all
    pages of its origin; ``at`` gives the page's own when one is asked. A document in a page has
    that page's ``bases``, and a ``depth``.
    ``spoken`` is told the language that the page says it is in, before anything is put in behind
    that. ``ended`` is told why a body ended early.
    After the end: ``gated`` holds what was made inert, the first :data:`REPORTED` of it,
    ``uninspected`` how many inline scripts went past 256 KB, ``truncated`` whether a token past
    1 MB ended the body early. Never raises.
    """

    def __init__(
        self,
        judge: Judge,
        *,
        insert: Insert = b"",
        embeds: Embeds | None = None,
        encoding: str = "utf-8",
        page: str = "",
        at: Callable[[str], Judge] | None = None,
        bases: Sequence[str] = (),
        depth: int = 0,
        spoken: Callable[[str], object] | None = None,
        ended: Callable[[str], object] | None = None,
    ) -> None:
        self.truncated = False
        self._judge = judge
        self._at = at
        self._insert = insert
        self._embeds = embeds
        self._encoding = encoding
        memory: Memory | None = getattr(judge, "memory", None)
        self._memory = memory
        verdicts = None if memory is None or bases else memory.verdicts(encoding)
        self._page, self._depth = page, depth
        known = _NOTHING if verdicts is None else verdicts.on(self._here())
        # The scanner does not report tags about which nothing is to be done.
        self._scanner = Scanner(
            snippets=None if memory is None else memory.snippets, idle=known.idle
        )
        #: What is to be done about other known ones of HTML, until a `<base>` says otherwise.
        self._known = known.of
        self._gating: _Gating | None = None  # a page all of whose tags are known needs none
        self._bases = bases
        self._spoken = spoken
        self._ended = ended
        self._reported: list[tuple[bytes, tuple[Denied, ...], int]] = []
        # How many more are reported: of a document in another the first is as good as all.
        self._room = 1 if depth else REPORTED
        self._document = False
        self._gates: dict[Gate, None] = {}  # of a document in another: all that it waits for
        self._sheet = 0  # offset of the style element in svg that is being read

    @property
    def gated(self) -> list[Gated]:
        """What was made inert, in order."""
        return [
            Gated(name.decode("ascii", "replace"), one.url, one.gate.purpose, one.gate.service, at)
            for name, denied, at in self._reported
            for one in denied
        ]

    @property
    def uninspected(self) -> int:
        """Inline scripts of which only the first 256 KB were inspected."""
        return self._gating.tags.uninspected if self._gating else 0

    def feed(self, data: bytes) -> bytes:
        """Take in the next piece and return all that is decided."""
        out: list[Piece] = []
        self._take(data, out)
        return _joined(out)

    def finish(self) -> bytes:
        """Take in the end and return the rest."""
        out: list[Piece] = []
        self._end(out)
        return _joined(out)

    def whole(self, data: bytes) -> bytes:
        """Take in all that is still to come and return all of it."""
        out: list[Piece] = []
        self._take(data, out)
        self._end(out)
        return _joined(out)

    def _take(self, data: bytes, out: list[Piece]) -> None:
        if len(data) <= _PIECE:
            self._render(self._scanner.feed(data), data, out)
            return
        for at in range(0, len(data), _PIECE):
            piece = data[at : at + _PIECE]
            self._render(self._scanner.feed(piece), piece, out)

    def _end(self, out: list[Piece]) -> None:
        self._render(self._scanner.finish(), b"", out)
        if not self.truncated:
            # A tag that the end cut is no tag to a browser: it comes after what we insert.
            last = self._last() if self._document else b""
            if last:
                # Out of what the page left open, a comment or a textarea.
                out += (self._scanner.closing, last)
            out.append(bytes(self._scanner.buffer[self._scanner.settled :]))

    def _render(self, spans: list[Span], piece: bytes, out: list[Piece]) -> None:
        """Put out what is decided of the buffer, of which ``piece`` is the end."""
        scanner = self._scanner
        settled = scanner.settled
        if self.truncated:
            return
        # With nothing left over from before, the piece is the buffer.
        page = piece if len(piece) == len(scanner.buffer) else None
        if page is None:
            page = bytes(scanner.buffer) if spans else bytes(scanner.buffer[:settled])
        if not spans and settled == len(page):
            out.append(page)
        else:
            view = memoryview(page)
            done = self._edited(spans, page, view, out)
            out.append(view[done:settled])
        if scanner.overflow:
            self.truncated = True
            if self._ended:
                self._ended("a token in it has no end, or its elements are nested too deep")

    def _edited(self, spans: list[Span], page: bytes, view: memoryview, out: list[Piece]) -> int:
        """Put out the page, of which there is a view, up to the last edit; where that ends."""
        known, done = self._known, 0
        counted: list[tuple[str, str]] = []
        for span in spans:
            what, name, start, end, stop, space, _, whole, broken, silent = span
            if what > _STYLE:
                done = self._mark(span, view, done, out)
                continue
            if what is _STYLE:
                start = end
            elif what is _TAG and name in _TELLING:
                self._tell(span, page)
            # Of a script with nothing in it that anybody looks for, the tag says all.
            last = end if silent else stop
            verdict = None
            if last - start <= SHORT and whole and not broken:
                data = page[start:last]
                if space is not _HTML:
                    verdict = None if what is _STYLE else known(FOREIGN + data)
                else:
                    verdict = known(SHEET + data if what is _STYLE else data)
            if verdict is None:
                verdict = self._judged(span, page)
                known = self._known
            else:
                counted += verdict.counted
            if verdict.denied:
                done = self._waits(span, verdict, view, done, out)
            for first, last, new in verdict.edits:
                out += (view[done : start + first], new)
                done = start + last
        if counted and self._memory is not None:
            self._memory.again(counted)
        return done

    def _judged(self, span: Span, page: bytes) -> Verdict:
        """The verdict on a span that is not a known one."""
        if span.name == b"wbr" and self._insert and self._placed(span, page):
            return Verdict((Edit(0, len(PLACE), self._inserted()),))
        gating = self._gating or self._begun()
        verdict = gating.verdicts.verdict(page, span)
        if gating.asking.bases:
            self._known = gating.verdicts.here().get
        return verdict

    def _waits(
        self, span: Span, verdict: Verdict, view: memoryview, done: int, out: list[Piece]
    ) -> int:
        """Report what has to wait, and put what stands for it before a frame.

        That is never remembered: the next page has another visitor.
        """
        denied, embeds = verdict.denied, self._embeds
        if self._room > 0:
            offset = self._sheet if _in_drawing(span) else self._scanner.offset + span.start
            self._reported.append((span.name, denied[: self._room], offset))
            self._room -= len(denied)
        if self._depth:
            self._gates.update((one.gate, None) for one in denied)
        shown = span.name in _SHOWING and span.space is _HTML and not span.template
        if embeds is None or not shown or not self._document:
            return done
        if span.name == b"script":
            embeds.script(denied[0])
        elif span.whole:
            found = frame(bytes(view[span.start : span.end]), denied[0].url, self._encoding)
            if found is not None:
                placed = embeds.before(found, denied[0], self._bases_so_far())
                out += (view[done : span.start], placed)
                return span.start
        return done

    def _tell(self, span: Span, page: bytes) -> None:
        """Note what a tag tells of the page. The first `<html>` that says its language does."""
        name = span.name
        self._document = self._document or name != b"style"
        if name == b"style":
            self._sheet = self._scanner.offset + span.start
        elif name == b"html" and self._spoken and span.space is _HTML and not span.template:
            found = language(page[span.start : span.end], self._encoding)
            if found:
                self._spoken(found)
                self._spoken = None

    def _placed(self, span: Span, page: bytes) -> bool:
        """Whether the insertion goes here. It is never remembered: the next page has another."""
        shown = span.space is _HTML and not span.template
        return shown and page[span.start : span.end] == PLACE

    def _begun(self) -> _Gating:
        """What judges the tags that are not known."""
        judge = self._at(self._page) if self._at else self._judge
        memory: Memory | None = getattr(judge, "memory", None)
        # It does not know the rewriter: a circle would stay until the garbage is collected.
        inner = _documents(judge, self._depth + 1)
        asking = Asking(judge, memory or Memory(), self._encoding, inner)
        asking.bases = list(self._bases)
        tags = TagGate(asking, self._encoding)
        verdicts = Remembered(tags, asking, memory, self._encoding, self._here())
        self._gating = _Gating(asking, tags, verdicts)
        return self._gating

    def _here(self) -> str:
        """What verdicts that hold for one page are kept by."""
        page = self._page or (self._memory.page if self._memory else "")
        # A document in a document may be nested too deep to be read.
        return page + "\n" * self._depth if self._depth else page

    def _mark(self, span: Span, view: memoryview, done: int, out: list[Piece]) -> int:
        """A doctype, the place before `</body>`, or what two readers read in two ways."""
        if span.what is _DOCTYPE:
            self._document = True
        elif span.what >= _SECTION:
            return self._joined_readings(span, view, done, out)
        elif span.name == b"body" and self._document:
            out += (view[done : span.start], self._last())
            return span.start
        return done

    def _joined_readings(self, span: Span, view: memoryview, done: int, out: list[Piece]) -> int:
        """Have all readers of the page read it alike.

        A browser's preload scanner runs ahead and knows no namespaces: to it a title in svg is
        text, and a CDATA section a comment that the first ">" ends. What it then takes for a tag is
        fetched, though the parser finds none. To the parser nothing changes but for a comment.
        A parser in a frameset ignores nearly all tags, and what others take for a title's text is
        markup to it. So the framesets end there; where there are none, nothing changes.
        Without scripting, a noscript that is not whole takes in what comes behind it: its content
        is left out. And other elements are open: an svg that the end of one closes is ended first.
        """
        gate = self._judge.unread()
        if gate is None:
            return done
        if self._depth:
            self._gates[gate] = None
            # A document in a page waits as a whole: one reason is as good as many.
            if not self._reported:
                self._reported.append((span.name, (Denied(gate, ""),), self._scanner.offset))
        out.append(view[done : span.start])
        if span.what is _SECTION:
            text = bytes(view[span.start : span.stop - 3 * span.whole])
            out.append(b"]]>" * span.broken + text.replace(b"&", b"&amp;").replace(b"<", b"&lt;"))
        elif span.what in _JOINING:
            out.append(_JOINING[span.what].replace(b"NAME", span.name))
        return span.stop

    def _inserted(self) -> bytes:
        """What is to be inserted, the first time; nothing later."""
        insert, self._insert = self._insert, b""
        return insert if isinstance(insert, bytes) else insert(self._bases_so_far())

    def _last(self) -> bytes:
        """What goes before `</body>`: what is to be inserted, and what the embeds need."""
        closing = self._embeds.closing(self._bases_so_far()) if self._embeds else b""
        return closing + self._inserted()

    def _bases_so_far(self) -> Sequence[str]:
        return self._gating.asking.bases if self._gating else ()


class _Gating(NamedTuple):
    """What judges the tags of one page."""

    asking: Asking
    tags: TagGate
    verdicts: Remembered


def _documents(judge: Judge, depth: int) -> Inner:
    """Judges documents in a page: whatever would be gated in one gates it as a whole."""

    def judged(data: bytes, encoding: str, bases: list[str]) -> Denied | None:
        inner = Rewriter(judge, encoding=encoding, bases=bases, depth=depth)
        if depth <= DEPTH:
            # Nobody sees what it would become: in pieces, none of which is kept.
            for at in range(0, len(data), _GLANCE):
                inner.feed(data[at : at + _GLANCE])
            inner.finish()
        if inner._reported:
            return Denied(merged(inner._gates), inner._reported[0][1][0].url)
        unread = judge.unread()
        if unread and (depth > DEPTH or inner.truncated or inner.uninspected):
            return Denied(unread, "")
        return None

    return judged


def _in_drawing(span: Span) -> bool:
    """Whether it is a piece of a sheet in svg, which is told of where its tag stands."""
    return span.what is _STYLE and span.space is not _HTML


def _joined(out: list[Piece]) -> bytes:
    if len(out) == 1 and type(out[0]) is bytes:
        return out[0]
    return b"".join(out)


def rewrite(
    data: bytes, judge: Judge, *, insert: Insert = b"", encoding: str = "utf-8"
) -> tuple[bytes, list[Gated]]:
    """Rewrite a whole page at once; returns it with the list of what was gated."""
    rewriter = Rewriter(judge, insert=insert, encoding=encoding)
    return rewriter.whole(data), rewriter.gated
