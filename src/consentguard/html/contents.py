"""Elements whose content is looked at as a whole: script, style and noscript.

The start tag waits in the buffer until the content that belongs to it has come, or its bound.
"""

from __future__ import annotations

from abc import abstractmethod

from . import grammar
from .css import may_load
from .foreign import Space
from .names import SCRIPT_LIMIT, TOKEN_LIMIT
from .spans import Span, What
from .stream import Stream

_BLANK = b"\t\n\f\r "
_HTML = Space.HTML
# Bytes behind the limit that show whether a script's end stands right at it.
_LOOKAHEAD = 16
#: Of a span that is whole, what follows ``template``.
REST = (True, False, False)


class Contents(Stream):
    """The states that report the content of an element."""

    @abstractmethod
    def _inside(self) -> Contents:
        """A scanner for markup without scripting."""

    @property
    @abstractmethod
    def _unended(self) -> bool:
        """Whether something was begun of which all that may come is a part, to its end."""

    @property
    @abstractmethod
    def _drawn(self) -> bool:
        """Whether it is in svg or math."""

    def _element(self) -> Span:
        begun = self._begun
        assert begun is not None  # noqa: S101 - these states are entered with one
        return begun

    def _read_text(self, span: Span) -> None:
        self._begun = span
        self._text_at = self._text_wait = span.end

    def _style(self) -> bool:
        """The text of a style element, as one span."""
        begun = self._element()
        found = self._element_end(begun)
        end = len(self.buffer) if found < 0 and self._final else found
        return self._sheet(begun, end)

    def _foreign_style(self) -> bool:
        """In svg: each run of text in a style element. Its tags are markup."""
        return self._sheet(self._element(), self._text_run())

    def _sheet(self, begun: Span, end: int) -> bool:
        if (len(self.buffer) if end < 0 else end) - begun.end > TOKEN_LIMIT:
            self.settled = begun.end
            return self._end_here()
        if end < 0:
            return False
        if begun.space is not _HTML and not begun.broken and self._parts(begun, end):
            self._split(begun)
            # In pieces like any other: what a section in it hides nobody has to know.
            section = self.buffer.find(b"<![CDATA[", begun.end, end) >= 0
            begun = begun._replace(broken=section)
        text = self.buffer[begun.end : end]
        # A browser joins the pieces of a sheet: they say nothing one by one.
        if text.strip(_BLANK) if begun.broken else may_load(text, coded=begun.space is not _HTML):
            self._spans.append(begun._replace(what=What.STYLE, stop=end))
        return self._leave(begun, end)

    def _leave(self, begun: Span, end: int) -> bool:
        """Go on at an end tag; where the end of the file cut the content, stay in its text."""
        self._begun = None
        if begun.space is Space.HTML and end == len(self.buffer):
            self._raw = begun.name
            return self._to(self._text, end)
        return self._to(self._data, end)

    def _script(self) -> bool:
        """13.2.5.4 Script data state: the start tag waits for its end or for the limit."""
        begun = self._element()
        limit = begun.end + SCRIPT_LIMIT
        end = self._html_script()
        if end < 0 and len(self.buffer) <= limit + _LOOKAHEAD:
            return False
        whole = 0 <= end <= limit
        stop = end if whole else limit
        self._spans.append(begun._replace(what=What.SCRIPT, stop=stop, whole=whole))
        self._begun = None
        if end >= 0:
            return self._to(self._data, end)
        return self._to(self._long_script, self._script_end.at)

    def _long_script(self) -> bool:
        """The rest of a script that is past the limit: passed on, its end still looked for."""
        end = self._html_script()
        if end < 0:
            self.settled = self._script_end.at
            return False
        return self._to(self._data, end)

    def _html_script(self) -> int:
        self.examined += len(self.buffer) - self._script_end.at
        end = self._script_end.advance(self.buffer)
        self._cut = end < 0 and self._final
        return len(self.buffer) if self._cut else end

    def _foreign_script(self) -> bool:
        """In svg a script's content is markup: its text is whole up to the first tag only."""
        begun = self._element()
        limit = begun.end + SCRIPT_LIMIT
        end = self._text_run()
        if end < 0 and len(self.buffer) <= limit + _LOOKAHEAD:
            return False
        whole = 0 <= end <= limit
        ended = end == len(self.buffer) or grammar.RAW_END[b"script"].match(self.buffer, end)
        span = begun._replace(
            what=What.SCRIPT,
            stop=end if whole else limit,
            whole=whole,
            broken=whole and not ended,
        )
        self._spans.append(span)
        self._begun = None
        if not whole or self._parts(begun, end):
            self._split(begun)
            # Its content is tokenized as markup.
            end = begun.end
        return self._to(self._data, end)

    def _foreign_text(self) -> bool:
        """In svg: what a reader without namespaces takes for text, behind a title's start tag."""
        begun, size = self._element(), len(self.buffer)
        at = self.buffer.find(b"<", self._text_at)
        word = b"</" + begun.name
        if at < 0 or word.startswith(bytes(self.buffer[at : at + len(word) + 1]).lower()):
            if size - begun.end > TOKEN_LIMIT:
                return self._end_here()
            self._text_at = size if at < 0 else at
            if not self._final:
                return False
        if at >= 0 and not grammar.RAW_END[begun.name].match(self.buffer, at):
            self._split(begun)
        self._begun = None
        return self._to(self._data, begun.end)

    def _parts(self, begun: Span, end: int) -> bool:
        """Whether that text is other text, or of another length, to a reader without namespaces."""
        buffer, name = self.buffer, begun.name
        ends = grammar.RAW_END[name]
        if end < len(buffer) and not ends.match(buffer, end):
            return True
        text = buffer[begun.end : end]
        return ends.search(text) is not None or grammar.ODD_TEXT[name].search(text) is not None

    def _split(self, begun: Span) -> None:
        """Report that there a reader without namespaces would go another way."""
        at = begun.end
        self._spans.append(Span(What.ASIDE, begun.name, at, at, at))

    def _leave_framesets(self, at: int) -> None:
        """Report that a browser in a frameset would read on there in another way."""
        self._spans += [Span(What.FRAMED, b"frameset", at, at, at)] * self._framesets
        self._framesets = 0

    def _noscript(self) -> bool:
        """13.2.6.4.4: text for a browser with scripting, markup for one without; both are right.

        Without scripting, what is left open inside, a comment or a quote, takes in the end tag and
        what comes behind it: the readings part, and so they may in svg. A tag in an svg there may
        end what is open around the noscript, of which nothing is known inside.
        """
        begun = self._element()
        end = self._element_end(begun)
        if end < 0 and self._final:
            end = len(self.buffer)
        if (len(self.buffer) if end < 0 else end) - begun.end > TOKEN_LIMIT:
            self.settled = begun.end
            return self._end_here()
        if end < 0:
            return False
        plain = None if self._drawn else self._plain_inside(begun.end, end, begun.template)
        if plain is not None:
            self._spans += plain
            return self._leave(begun, end)
        inner = self._inside()
        found, later = inner.feed(bytes(self.buffer[begun.end : end])), inner.finish()
        self.examined += inner.examined
        if inner.overflow:
            self.settled = begun.end
            return self._end_here()
        drawn = self._drawn and self.buffer.find(b"<", begun.end, end) >= 0
        if inner._unended or drawn or any(map(_ends_it, found + later)):
            self._spans.append(_without(begun.end, end, begun.template))
            return self._leave(begun, end)
        self._framesets += inner._framesets
        self._adopt(found, begun)
        self._adopt(later, begun, inner.offset)
        # Without scripting a tag that the end tag cuts goes on behind it.
        cut = grammar.CUT_TAG.match(inner.buffer, inner.settled)
        if cut:
            start, stop = cut.start(), len(inner.buffer)
            span = Span(What.TAG, cut[1].lower(), start, stop, stop, whole=False)
            self._adopt([span], begun, inner.offset)
        return self._leave(begun, end)

    def _plain_noscript(self, start: int, inside: bool) -> tuple[int, list[Span] | None]:
        """Where one ends whose content starts there, and what is in it; -1 for one to read anew."""
        found = grammar.RAW_END[b"noscript"].search(self.buffer, start)
        if found is None or found.start() - start > TOKEN_LIMIT:
            return -1, None
        plain = self._plain_inside(start, found.start(), inside)
        return -1 if plain is None else found.start(), plain

    def _plain_inside(self, pos: int, end: int, inside: bool) -> list[Span] | None:
        """The spans in a noscript of a few tags, frames and comments; None to read it anew."""
        buffer, skip, first = self.buffer, grammar.SKIP.match, pos
        spans: list[Span] = []
        new = tuple.__new__
        while found := skip(buffer, pos, end):
            name = found[2]
            if name is None:
                pos = found.end()
                if self._open_comment(pos, end):
                    return [_without(first, end, inside)]
                return spans if pos == end else None
            pos = found.start(3)
            name = name.lower()
            if found[1] or (name in grammar.TURNS and name != b"iframe"):
                return None
            start = found.start(1) - 1
            spans.append(new(Span, (What.TAG, name, start, pos, pos, Space.HTML, inside, *REST)))
            if name == b"iframe":
                close = grammar.RAW_END[name].search(buffer, pos, end)
                if close is None:
                    return None
                pos = close.start()
        return None

    def _open_comment(self, pos: int, end: int) -> bool:
        begun = grammar.COMMENT_START.match(self.buffer, pos, end)
        if begun is None or begun[1]:
            return False
        return grammar.COMMENT_END.search(self.buffer, pos + 4, end) is None

    def _adopt(self, spans: list[Span], around: Span, offset: int = 0) -> None:
        """Take over what a scanner of an element's content found, ``offset`` bytes into it."""
        at, inside, hidden = around.end + offset, around.template, (What.END, What.DOCTYPE)
        self._spans += [
            tuple.__new__(
                Span,
                (what, name, start + at, end + at, stop + at, space, template or inside, *more),
            )
            for what, name, start, end, stop, space, template, *more in spans
            if what not in hidden
        ]


def _ends_it(span: Span) -> bool:
    """Whether what is put there would end the noscript that is around it, with scripting."""
    return span.what is What.ASIDE and span.name == b"noscript"


def _without(start: int, end: int, inside: bool) -> Span:
    """A noscript's content, which is left out where its readings part."""
    return Span(What.ODD, b"noscript", start, end, end, template=inside)
