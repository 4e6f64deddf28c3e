"""Elements whose content is looked at as a whole: script, style and noscript.

The start tag waits in the buffer until the content that belongs to it has come, or its bound.
"""

from __future__ import annotations

from . import grammar
from .foreign import Space
from .spans import Span, What
from .stream import TOKEN_LIMIT, Stream

#: Of an inline script this much is inspected.
SCRIPT_LIMIT = 256 * 1024

# Bytes behind the limit that show whether a script's end stands right at it.
_LOOKAHEAD = 16


class Contents(Stream):
    """The states that report the content of an element."""

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
        if end > begun.end:
            span = begun._replace(what=What.STYLE, start=begun.end, end=end, stop=end)
            self._spans.append(span)
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
        return len(self.buffer) if end < 0 and self._final else end

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
        # Its content is tokenized as markup.
        return self._to(self._data, begun.end)
