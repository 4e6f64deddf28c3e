"""Bytes as they come: the buffer, what of it is decided, and the states that wait for an end alone.

Each state settles what it can and returns True when another state should go on. Section names are
those of the WHATWG HTML standard, chapter 13.2.5.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from types import MethodType

from . import grammar
from .names import TOKEN_LIMIT
from .scriptend import ScriptEnd
from .spans import Span, What
from .tagend import TagEnd


class Stream(ABC):
    """The part of a scanner that knows neither tags nor elements.

    ``buffer[:settled]`` is decided after each call and dropped at the next one; ``offset`` is the
    place of ``buffer[0]`` in the input, in bytes. ``overflow`` is true once a token went past its
    bound: nothing more will be settled. ``steps`` and ``examined`` count the work done.
    """

    def __init__(self) -> None:
        self.buffer = bytearray()
        self.offset = 0
        self.settled = 0
        self.overflow = False
        self.steps = 0
        self.examined = 0
        self._final = False
        self._spans: list[Span] = []
        self._state = self._data
        self._raw = b""  # element whose text is being read
        self._begun: Span | None = None  # the start tag of an element whose content is being read
        self._tag_end = TagEnd()
        self._script_end = ScriptEnd()
        # No end tag of these begins before that index: where the search for one goes on.
        self._clear = {b"style": 0, b"noscript": 0}
        # In svg: where the text of a script or style is read on, and the size that is worth it.
        self._text_at = 0
        self._text_wait = 0
        # In a CDATA section: what a reader that takes it for a comment has met, ">" and then "<".
        self._met = 0
        self._framesets = 0  # begun, and not known to be closed
        self._cut = False  # the end of the file cut a script

    def feed(self, data: bytes) -> list[Span]:
        """Take in the next piece and return what it completed, in order."""
        if self.overflow:
            return []
        if self.settled:
            self._drop(self.settled)
        self.buffer += data
        self._spans = []
        while self._step(self):
            self.steps += 1
        return self._spans

    def finish(self) -> list[Span]:
        """Take in the end of the file. Behind ``settled`` remains the tag it cut, if any."""
        self._final = True
        return self.feed(b"")

    def _drop(self, done: int) -> None:
        """Forget what is settled; every index moves."""
        del self.buffer[:done]
        self.offset += done
        self.settled = 0
        for name in self._clear:
            self._clear[name] -= done
        self._script_end.at -= done
        self._tag_end.at -= done
        self._text_at -= done
        self._text_wait -= done
        if self._begun is not None:
            span = self._begun
            self._begun = span._replace(
                start=span.start - done, end=span.end - done, stop=span.stop - done
            )

    @abstractmethod
    def _data(self) -> bool:
        """The state that every other one leads back to."""

    @property
    def _state(self) -> Callable[[], bool]:
        """What to do next; kept as a function, or it would hold the scanner that holds it."""
        return MethodType(self._step, self)

    @_state.setter
    def _state(self, state: Callable[[], bool]) -> None:
        self._step: Callable[[Stream], bool] = state.__func__  # type: ignore[attr-defined]

    def _to(self, state: Callable[[], bool], settled: int) -> bool:
        self._state = state
        self.settled = settled
        return True

    def _pass(self, end: int) -> bool:
        self.examined += end - self.settled
        self.settled = end
        return False

    def _end_here(self) -> bool:
        self.overflow = True
        self._begun = None
        return False

    def _tag(self) -> bool:
        """13.2.5.8 to 13.2.5.40, of a tag that was cut."""
        start, size = self.settled, len(self.buffer)
        self.examined += size - self._tag_end.at
        done = self._tag_end.advance(self.buffer)
        if (self._tag_end.at if done else size) - start > TOKEN_LIMIT:
            return self._end_here()
        # "eof-in-tag": no token is emitted, the bytes stay behind ``settled``.
        return done and self._to(self._data, start)

    def _bogus(self) -> bool:
        """13.2.5.41 Bogus comment state, and a DOCTYPE: ``>`` ends it in all its states."""
        at = self.buffer.find(b">", self.settled)
        if at < 0:
            return self._pass(len(self.buffer))
        self._pass(at + 1)
        return self._to(self._data, at + 1)

    def _comment(self) -> bool:
        """13.2.5.45 Comment state and those behind it."""
        found = grammar.COMMENT_END.search(self.buffer, self.settled)
        if found:
            self._pass(found.end())
            return self._to(self._data, found.end())
        end = len(self.buffer)
        tail = bytes(self.buffer[max(self.settled, end - 3) :])
        held = grammar.COMMENT_TAIL.search(tail)
        return self._pass(end - (len(held[0]) if held and not self._final else 0))

    def _cdata(self) -> bool:
        """13.2.5.69 CDATA section state."""
        at = self.buffer.find(b"]]>", self.settled)
        if at >= 0:
            self._split_section(at, at + 3)
            self._pass(at + 3)
            return self._to(self._data, at + 3)
        end = len(self.buffer)
        tail = self.buffer[max(self.settled, end - 2) :]
        held = 0 if self._final else len(tail) - len(tail.rstrip(b"]"))
        self._split_section(end - held, end - held)
        return self._pass(end - held)

    def _split_section(self, last: int, stop: int) -> None:
        """Report what is markup to a reader without namespaces; the text ends at ``last``."""
        at, begins = self.settled, self._met < 2
        if not self._met:
            at = self.buffer.find(b">", at, last)
            self._met += at >= 0
        if self._met == 1:
            at = self.buffer.find(b"<", at, last)
            self._met += at >= 0
        if self._met == 2 and at < stop:
            whole = last < stop
            self._spans.append(Span(What.SECTION, b"", at, stop, stop, whole=whole, broken=begins))

    def _text(self) -> bool:
        """13.2.5.2 RCDATA and 13.2.5.3 RAWTEXT state."""
        found = grammar.RAW_END[self._raw].search(self.buffer, self.settled)
        if found:
            self._pass(found.start())
            return self._to(self._data, found.start())
        return self._pass(self._held(self.settled, len(self._raw) + 2))

    def _plaintext(self) -> bool:
        """13.2.5.5 PLAINTEXT state: until the end of the file."""
        return self._pass(len(self.buffer))

    def _held(self, start: int, length: int) -> int:
        """Where an end tag may have begun that is not whole yet, or the end."""
        end = len(self.buffer)
        at = -1 if self._final else self.buffer.rfind(b"<", max(start, end - length), end)
        return end if at < 0 else at

    def _element_end(self, begun: Span) -> int:
        """Where the next end tag of that name begins, or -1 when it has not come."""
        at = max(begun.end, self._clear[begun.name])
        found = grammar.RAW_END[begun.name].search(self.buffer, at)
        end = found.start() if found else self._held(at, len(begun.name) + 2)
        self.examined += end - at
        self._clear[begun.name] = end
        return end if found else -1

    def _text_run(self) -> int:
        """In svg: where the text that is being read ends, at a tag; -1 when that has not come.

        Comments and CDATA sections are passed over. What is begun and not ended is read again only
        when it has doubled.
        """
        size = len(self.buffer)
        if size < self._text_wait and not self._final:
            return -1
        found = grammar.FOREIGN_TEXT.match(self.buffer, self._text_at)
        at = found.end() if found else self._text_at
        unfinished = grammar.UNFINISHED.match(self.buffer, at)
        self.examined += (size if unfinished else at) - self._text_at
        self._text_at = at
        if not unfinished:
            return at
        self._text_wait = size + (size - at)
        return size if self._final else -1
