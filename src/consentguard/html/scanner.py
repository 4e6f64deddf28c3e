"""The tokenizer: bytes in, the spans of the few things that somebody has to look at out.

It follows the WHATWG HTML tokenizer (13.2.5) for everything that moves a boundary and leaves the
rest alone. It edits nothing and knows no URL. The content of `template` is markup, and so is that
of `noscript`, which ends where a browser with scripting ends it: at its first end tag.
All state lives between two calls, so input may be cut anywhere; what is unfinished stays in the
buffer, whatever is decided may be passed on. Work is linear in the input whatever the cuts: an
unfinished token is resumed where it was left, never begun again.

What is open inside svg and math is kept by :mod:`consentguard.html.counting`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet

from . import grammar
from .attributes import attributes, decode
from .contents import REST
from .counting import Counting
from .foreign import Space
from .names import (
    HEADED,
    REPORTED,
    REPORTED_FOREIGN,
    SCRIPT_LIMIT,
    TEMPLATE_LIMIT,
    UNFRAMED,
)
from .openelements import DEPTH_LIMIT
from .scriptend import ScriptEnd, plain_end
from .spans import FOREIGN, SHEET, SHORT, Span, What
from .syntax import TAG
from .tagend import TagEnd

_LETTERS = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
# Looked up once: an enumeration and a named tuple of ten are slow to ask and to make.
_TAG, _SCRIPT, _STYLE, _HTML = What.TAG, What.SCRIPT, What.STYLE, Space.HTML


class Scanner(Counting):
    """Incremental tokenizer. ``whole`` keeps the stack of open elements from the beginning.

    What has its bytes in one of the sets ``idle`` is not reported, until there is a `<base>`.
    ``snippets`` are for the twin in C: this one looks for none, which costs more than it saves.
    """

    def __init__(
        self,
        *,
        scripting: bool = True,
        whole: bool = False,
        snippets: object = None,
        idle: Sequence[AbstractSet[bytes]] = (),
    ) -> None:
        super().__init__(whole=whole)
        self._idle = idle
        self._scripting = scripting

    @property
    def closing(self) -> bytes:
        """What ends the text that the end of the file would cut, and svg, so that HTML may follow.

        Nothing ends `plaintext`, and a script that was cut must not run.
        """
        ends = {self._comment: b"-->", self._cdata: b"]]>", self._bogus: b">"}
        drawing, open_ = self._open.drawing()
        if self._state == self._text:
            return b"</" + self._raw + b">"
        return ends.get(self._state, b"") + open_ * (b"</" + drawing + b">")

    def feed(self, data: bytes) -> list[Span]:
        """Take in the next piece and return what it completed, in order.

        Pieces are best kept below 64 KB: the bounds on tokens are checked where one is unfinished.
        """
        self._remember(data)
        spans = super().feed(data)
        return self._telling(spans) if self._idle else spans

    def _telling(self, spans: list[Span]) -> list[Span]:
        """Those that are not idle; a `<base>` ends that: whatever comes then depends on it."""
        told, buffer, idle = [], self.buffer, self._idle
        for span in spans:
            what, name, start, end, stop, space, _, whole, broken, _ = span
            if name == b"base":
                self._idle = idle = ()
            sheet, foreign = what is _STYLE, space is not _HTML
            if sheet:
                start = end
            if (
                stop - start <= SHORT
                and what <= _STYLE
                and whole
                and not (broken or (sheet and foreign))
            ):
                data = bytes(buffer[start:stop])
                if sheet or foreign:
                    data = (SHEET if sheet else FOREIGN) + data
                for known in idle:
                    if data in known:
                        break
                else:
                    told.append(span)
            else:
                told.append(span)
        return told

    # Each state settles what it can and returns True when another state should go on.

    def _data(self) -> bool:
        """13.2.5.1 Data state."""
        if self._open.nodes or self._framesets or self._unsettled:
            return self._counted() if self._open.nodes else self._framed()
        buffer, spans, inside = self.buffer, self._spans, self._templates > 0
        new, more = tuple.__new__, REST
        for found in grammar.SKIP.finditer(buffer, self.settled):
            self.steps += 1
            slash, name, ended = found.groups()
            if name is None:
                end = found.end()
                self._pass(end)
                return end < len(buffer) and self._markup(end)
            name = name.lower()
            start, end = found.start(1) - 1, found.start(3)
            if slash:
                self._end_tag(name, start, end)
                inside = self._templates > 0
                continue
            if name not in grammar.TURNS or (name == b"iframe" and ended == b"</iframe>"):
                # It is reported always, or has an attribute for which it was not skipped.
                spans.append(new(Span, (_TAG, name, start, end, end, _HTML, inside, *more)))
                continue
            if name == b"script" and ended == b"</script>":
                spans.append(new(Span, (_SCRIPT, name, start, end, end, _HTML, inside, *more)))
                continue
            if name == b"script" and end <= (close := plain_end(buffer, end)) <= end + SCRIPT_LIMIT:
                spans.append(new(Span, (_SCRIPT, name, start, end, close, _HTML, inside, *more)))
                self._pass(close)
                return True
            if name == b"noscript" and (close := self._fallback(start, end, inside)) >= 0:
                if close == end:
                    continue
                self._pass(close)
                return True
            self._pass(end)
            if name != b"svg" or not self._drawing(start, end):
                self._start_tag(name, start, found.end(2), end)
            return True
        return False

    def _fallback(self, start: int, end: int, inside: bool) -> int:
        """Where to go on behind a noscript's start tag; -1 for one that takes more."""
        close, plain = end, None
        if self._scripting:
            close, plain = self._plain_noscript(end, inside)
        if close >= 0 and not grammar.DULL_TAG.match(self.buffer, start):
            self._spans.append(Span(_TAG, b"noscript", start, end, end, _HTML, inside))
        self._spans += plain or ()
        return close

    def _drawing(self, start: int, end: int) -> bool:
        """An svg with pictures from elsewhere and nothing else of interest, in one go.

        False, with nothing done, for any other: what every element in it closes need not be kept.
        """
        buffer, inside = self.buffer, self._templates > 0
        spans = [Span(_TAG, b"svg", start, end, end, Space.SVG, inside)]
        for part in grammar.DRAWN.finditer(buffer, end):
            if part[1] is not None:
                spans.append(Span(_TAG, b"use", *part.span(1), part.end(1), Space.SVG, inside))
            elif len(spans) > 1 and buffer.startswith(b"</svg>", part.end()):
                break
            else:
                return False
        if buffer[end - 2] == 0x2F:
            return False
        self._spans += [
            one
            for one in spans
            if self._matters(one.name, one.space, one.start, one.start + 4, one.end)
        ]
        self._pass(part.end() + 6)
        return True

    def _framed(self) -> bool:
        """The same where a parser may ignore a tag: behind a frameset, or a template's."""
        buffer = self.buffer
        while self._framesets or self._unsettled:
            self.steps += 1
            text = grammar.SKIP_TEXT.match(buffer, self.settled)
            pos = text.end() if text else self.settled
            found = TAG.match(buffer, pos)
            self._pass(found.end() if found else pos)
            if found is None:
                return pos < len(buffer) and self._markup(pos)
            name = found[2].lower()
            if found[1]:
                self._end_tag(name, pos, found.end())
            elif self._start_tag(name, pos, found.end(2), found.end()):
                break
        return not self.overflow

    def _end_tag(self, name: bytes, start: int, end: int) -> None:
        if not self._open.end(name):
            return
        if name == b"template" and self._columns:
            self._columns.pop()
        if self._open.inside_point():
            return
        if name == b"template":
            self._templates = max(0, self._templates - 1)
        elif name in (b"body", b"html") and not self._templates and not self._drawn:
            # In svg what is put there would end that, and what comes behind be read otherwise.
            self._spans.append(Span(What.END, name, start, end, end))

    def _start_tag(self, name: bytes, start: int, name_end: int, end: int) -> bool:
        """Report the tag if it matters; True when its content is not markup."""
        if self._framesets and name in UNFRAMED:
            self._leave_framesets(start)
        if self._unsettled and self._ignored(name):
            span = Span(What.ODD, name, start, end, end, _HTML, self._templates > 0)
            self._spans.append(span)
            return False
        space = self._namespace(name, name_end, end)
        # "Set the self-closing flag" has no effect on HTML elements.
        script = name == b"script" and (space is _HTML or not self._closed(name_end, end))
        matters = script or self._matters(name, space, start, name_end, end)
        text = space is not _HTML and name in grammar.RAW_END
        if space is not _HTML and not matters and not text:
            return False
        span = Span(_TAG, name, start, end, end, space, self._templates > 0)
        if script:
            return self._read_script(span)
        if matters:
            self._spans.append(span)
        if space is not _HTML:
            # A sheet is read when its tag is counted.
            return text and (name != b"style" or self._closed(name_end, end)) and self._aside(span)
        return self._content(span)

    def _content(self, span: Span) -> bool:
        """Go on behind a start tag of HTML; True when its content is not markup."""
        name = span.name
        if name == b"style":
            self._begun = span
            self._state = self._style
        elif name == b"noscript":
            if not self._scripting:
                return False
            self._begun = span
            self._state = self._noscript
        elif name in grammar.RAW_END:
            self._raw = name
            self._state = self._text
        elif name == b"plaintext":
            self._state = self._plaintext
        else:
            return self._begin(span)
        return True

    def _ignored(self, name: bytes) -> bool:
        """13.2.6.4.18 and .12: in a template that begins with a `col`, all but more of them."""
        columns = self._columns
        if columns[-1] is None and name not in HEADED:
            columns[-1] = name == b"col"
            return False
        return columns[-1] is True and name not in (b"col", b"template")

    def _read_script(self, span: Span) -> bool:
        self.settled = span.start
        if span.space is Space.HTML:
            self._begun = span
            self._script_end = ScriptEnd(span.end)
            self._state = self._script
        else:
            self._read_foreign(span, self._foreign_script)
        return True

    def _read_foreign(self, span: Span, state: Callable[[], bool]) -> None:
        """Read the text behind a tag of svg, whose depth nobody has looked at yet."""
        if len(self._open.nodes) > DEPTH_LIMIT:
            self._end_here()
            return
        self._read_text(span)
        self._state = state

    def _aside(self, span: Span) -> bool:
        """Read on behind a tag whose content a reader without namespaces takes for text.

        In a sheet, and behind the tag of one that is closed at once, it reads otherwise anyway.
        """
        if self._open.sheets or span.name == b"style":
            self._split(span)
            return False
        self._read_foreign(span, self._foreign_text)
        return True

    def _begin(self, span: Span) -> bool:
        """Count what the tag begins; True where that is too much."""
        if span.name == b"template":
            if len(self._columns) == TEMPLATE_LIMIT:
                return not self._end_here()
            self._templates += not self._open.inside_point()
            self._columns.append(None)
        if span.name == b"frameset" and not self._drawn:
            self._framesets += 1
        elif span.name == b"frameset":
            # What ends one would end an element of svg. Nobody frames from there.
            self._spans.append(span._replace(what=What.ODD))
        return False

    def _namespace(self, name: bytes, name_end: int, end: int) -> Space:
        if not self._open.nodes and name not in (b"svg", b"math"):
            return Space.HTML
        values: dict[bytes, str] = {}
        if name in (b"font", b"annotation-xml"):
            for one in attributes(self.buffer, name_end, end):
                raw = self.buffer[one.value_start : one.value_end]
                values.setdefault(one.name, decode(raw, "latin-1"))
        return self._open.start(name, values, self._closed(name_end, end))

    def _matters(self, name: bytes, space: Space, start: int, name_end: int, end: int) -> bool:
        """True for a tag to be reported."""
        names = REPORTED if space is _HTML else REPORTED_FOREIGN
        if name in names and (name != b"use" or self._shows_another(name_end, end)):
            return True
        return grammar.DULL_TAG.match(self.buffer, start) is None

    def _shows_another(self, name_end: int, end: int) -> bool:
        """False for a `use` that shows a part of this very page."""
        return any(
            not self.buffer[one.value_start : one.value_end].startswith(b"#")
            for one in attributes(self.buffer, name_end, end)
            if one.name in (b"href", b"xlink:href")
        )

    def _closed(self, name_end: int, end: int) -> bool:
        """13.2.5.40 Self-closing start tag state: the solidus is no part of an unquoted value."""
        return self.buffer[end - 2] == 0x2F and all(
            one.value_end < end - 1 for one in attributes(self.buffer, name_end, end)
        )

    def _inside(self) -> Scanner:
        return Scanner(scripting=False)

    def _again(self) -> Scanner:
        return Scanner(scripting=self._scripting, whole=True)

    @property
    def _unended(self) -> bool:
        text = self._tag_end.quoted if self._state == self._tag else self._state != self._data
        return text or self._drawn or self._cut or self._unsettled or self._reached

    def _markup(self, pos: int) -> bool:
        """13.2.5.6 Tag open state, where no whole tag stands; 13.2.5.42 Markup declaration open."""
        buffer = self.buffer
        second = buffer[pos + 1 : pos + 2]
        if second == b"!":
            return self._declaration(pos)
        if second == b"?":
            return self._to(self._bogus, pos + 1)
        name = pos + 2 if second == b"/" else pos + 1
        if name >= len(buffer):
            # At the end of the file "<" and "</" are text.
            self.settled = len(buffer) if self._final else pos
            return False
        if buffer[name] not in _LETTERS:
            return self._to(self._bogus, name)
        self.examined += len(buffer) - pos
        self._tag_end = TagEnd(name)
        return self._to(self._tag, pos)

    def _declaration(self, pos: int) -> bool:
        buffer = self.buffer
        head = bytes(buffer[pos : pos + 9]).lower()
        comment = grammar.COMMENT_START.match(buffer, pos)
        if comment:
            if comment[1]:
                return self._to(self._data, comment.end())
            if not self._final and head[4:] in (b"", b"-"):
                return False
            return self._to(self._comment, pos + 4)
        # "If there is an adjusted current node and it is not an element in the HTML namespace".
        section = self._open.node.space is not _HTML
        if section and buffer.startswith(b"<![CDATA[", pos):
            self._met = 0
            return self._to(self._cdata, pos + 9)
        if head == b"<!doctype":
            self._spans.append(Span(What.DOCTYPE, b"", pos, pos + 9, pos + 9))
        elif pos + len(head) == len(buffer) and not self._final:
            words = (b"<!--", b"<!doctype", b"<![cdata[" if section else b"<!--")
            if any(word.startswith(head) for word in words):
                return False
        return self._to(self._bogus, pos + 2)
