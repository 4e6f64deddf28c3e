"""The data state where open elements are kept: in svg and math, and behind what asked for more.

The stack of open elements is kept inside svg and math only. The first time that a tag there acts on
what is open around it, the page so far is read once more, every tag counted, and so is the rest as
far as :data:`~consentguard.html.names.MEMORY`.
"""

from __future__ import annotations

from abc import abstractmethod

from . import foreign, grammar
from .automaton import TAG_LIMIT, Automaton
from .contents import Contents
from .foreign import Space
from .names import DRAWN, MEMORY, SCRIPT_LIMIT, TORN_LIMIT
from .openelements import DEPTH_LIMIT
from .spans import Span, What
from .syntax import TAG

# Looked up once: an enumeration is slow to ask.
_TAG, _SCRIPT, _HTML = What.TAG, What.SCRIPT, Space.HTML
# What these do depends on more than the open elements.
_MORE = frozenset((b"body", b"html", b"template", b"frameset"))


class Counting(Contents):
    """The part of a scanner that knows which elements are open.

    ``whole`` keeps the stack from the beginning.
    """

    def __init__(self, *, whole: bool) -> None:
        super().__init__()
        self._whole = whole
        self._late = False
        self._open = Automaton()
        if whole:
            self._open.begin()
        self._templates = 0
        # Of each open template: whether a `col` came first, None while nothing has.
        self._columns: list[bool | None] = []
        self._torn = 0
        self._past: list[bytes] | None = None if whole else []
        self._kept = 0  # bytes in it
        self._reached = False  # a tag in svg or math acted on what is open around that

    @property
    def _drawn(self) -> bool:
        return self._open.strangers > 0

    @property
    def _unsettled(self) -> bool:
        """Whether the parser may ignore the next start tag: a template goes on as it begins."""
        return bool(self._columns) and self._columns[-1] is not False

    @abstractmethod
    def _again(self) -> Counting:
        """A scanner that counts every tag, for the page so far."""

    @abstractmethod
    def _start_tag(self, name: bytes, start: int, name_end: int, end: int) -> bool:
        """Report the tag if it matters; True when its content is not markup."""

    @abstractmethod
    def _end_tag(self, name: bytes, start: int, end: int) -> None:
        """Take in an end tag."""

    @abstractmethod
    def _closed(self, name_end: int, end: int) -> bool:
        """Whether a start tag is closed at once."""

    @abstractmethod
    def _markup(self, pos: int) -> bool:
        """Read what stands where no whole tag does."""

    def _remember(self, data: bytes) -> None:
        """Keep the next piece, as far as it may have to be read again."""
        if self.offset > MEMORY:
            self._past = None
        elif self._past is not None and self._kept <= MEMORY:
            self._past.append(data)
            self._kept += len(data)

    def _counted(self) -> bool:
        """13.2.5.1 Data state, where open elements are kept."""
        buffer, spans, pos, tag = self.buffer, self._spans, self.settled, TAG.match
        kept = self._open
        kept.arrive()
        while True:
            self.steps += 1
            pos = self._led(pos)
            told, found = len(spans), tag(buffer, pos)
            if found is None:
                self._pass(pos)
                return pos < len(buffer) and self._markup(pos)
            start, pos = pos, found.end()
            self._pass(pos)
            name = found[2].lower()
            slash = bool(found[1])
            drawing, open_ = (b"", 0) if name in DRAWN or not slash else kept.drawing()
            if not self._whole and kept.looks_outside(name, end=slash):
                self._look_outside(start, name)
                kept = self._open
                kept.arrive()
            if slash:
                self._end_tag(name, start, pos)
                if open_ and not kept.strangers:
                    # Who knows other elements around it may not close it here.
                    spans += [Span(What.DRAWING, drawing, start, start, start)] * open_
            elif self._start_tag(name, start, found.end(2), pos):
                return not self.overflow
            if not kept.nodes:
                return True
            if self._whole or kept.sheets or len(kept.nodes) > DEPTH_LIMIT:
                begun = name == b"style" and not slash and not self._closed(found.end(2), pos)
                if self._after_tag(pos, begun=begun):
                    return not self.overflow
            new = spans[told:]
            plain = not new or (len(new) == 1 and new[0].what is _TAG)
            if pos - start > TAG_LIMIT or name in _MORE or not plain:
                kept.arrive()
            else:
                kept.arrive(bytes(buffer[start:pos]), new[0] if new else None)

    def _led(self, pos: int) -> int:
        """Where the next tag stands of which it is not known what it does."""
        buffer, kept, spans, inside = self.buffer, self._open, self._spans, self._templates > 0
        # Behind the memory a tag may end the counting.
        stop = MEMORY - self.offset if self._whole and not self._late else len(buffer)
        while True:
            shapes = kept.plain and not kept.sheets
            found = (grammar.SKIP_FOREIGN if shapes else grammar.SKIP_TEXT).match(buffer, pos)
            start = found.end() if found else pos
            if kept.sheets or self._framesets or self._unsettled:
                return start
            pos, known, told = kept.led(buffer, start, stop)
            self.steps += known
            for name, space, at in told:
                spans.append(Span(_TAG, name, *at, at[1], space, inside))
            if buffer.startswith(b"<script", pos) and kept.plain and len(kept.nodes) < DEPTH_LIMIT:
                pos = self._drawn_scripts(pos)
            if pos == start:
                return pos

    def _drawn_scripts(self, pos: int) -> int:
        """The scripts that stand there in svg or math and have no tag in them; where these end."""
        space, inside = self._open.node.space, self._templates > 0
        while found := grammar.DRAWN_SCRIPT.match(self.buffer, pos):
            start, end, stop = found.start(), found.end(1), found.start(2)
            if stop - end > SCRIPT_LIMIT:
                break
            self._spans.append(Span(_SCRIPT, b"script", start, end, stop, space, inside))
            self.steps += 1
            pos = found.end()
        return pos

    def _after_tag(self, pos: int, *, begun: bool) -> bool:
        """Where tags are counted: True when the data state ends here.

        ``begun`` says that a style element may have begun: what stands in one behind a tag that is
        in it is a piece of a sheet.
        """
        if len(self._open.nodes) > DEPTH_LIMIT:
            self._end_here()
            return True
        if self._whole and self.offset + pos > MEMORY:
            if not self._open.strangers:
                self._open, self._whole = Automaton(), False
                self._state = self._data
                return True
            if not self._late:
                # What was known did not lead here.
                self._late = True
                self._open.forget()
        if not self._open.sheets or self._open.node.space is _HTML:
            return False
        self._torn += not begun
        if self._torn > TORN_LIMIT:
            self._end_here()
            return True
        span = Span(What.STYLE, b"style", pos, pos, pos, self._open.node.space, broken=not begun)
        self._read_text(span)
        self._state = self._foreign_style
        return True

    def _look_outside(self, pos: int, name: bytes) -> None:
        """Learn what is open, from the page so far."""
        self._reached = True
        if self._past is None or self.offset + pos > MEMORY:
            if name in foreign.USUAL and not self._open.inside_point():
                self._open.close(0)
            return
        again = self._again()
        again.feed(b"".join(self._past)[: self.offset + pos])
        self.examined += again.examined
        self.steps += again.steps
        self._open, self._whole, self._past = again._open, True, None
