"""The tokenizer: bytes in, the spans of the few things that somebody has to look at out.

It follows the WHATWG HTML tokenizer (13.2.5) for everything that moves a boundary and leaves the
rest alone. It edits nothing and knows no URL. The content of `template` is markup, and so is that
of `noscript`, which ends where a browser with scripting ends it: at its first end tag.
All state lives between two calls, so input may be cut anywhere; what is unfinished stays in the
buffer, whatever is decided may be passed on. Work is linear in the input whatever the cuts: an
unfinished token is resumed where it was left, never begun again.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from . import grammar
from .attributes import attributes, decode
from .foreign import DEPTH_LIMIT, OpenElements, Space
from .scriptend import ScriptEnd
from .spans import Span, What
from .tagend import TagEnd

#: Of an inline script this much is inspected.
SCRIPT_LIMIT = 256 * 1024
#: Any other token may be this long; a longer one ends the body.
TOKEN_LIMIT = 1024 * 1024

# Bytes behind the limit that show whether a script's end stands right at it.
_LOOKAHEAD = 16
_LETTERS = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_HTML_NAMES = frozenset(
    b"script iframe frame img image link object embed video audio source track input base form"
    b" style html head body".split()
)
_FOREIGN_NAMES = frozenset(b"script image use feimage style".split())


class Scanner:
    """Incremental tokenizer.

    ``buffer[:settled]`` is decided after each call and dropped at the next one; ``offset`` is the
    place of ``buffer[0]`` in the input, in bytes. ``overflow`` is true once a token went past its
    bound: nothing more will be settled. ``steps`` and ``examined`` count the work done.
    """

    def __init__(self, *, scripting: bool = True) -> None:
        self.buffer = bytearray()
        self.offset = 0
        self.settled = 0
        self.overflow = False
        self.steps = 0
        self.examined = 0
        self._scripting = scripting
        self._final = False
        self._spans: list[Span] = []
        self._state: Callable[[], bool] = self._data
        self._open = OpenElements()
        self._templates = 0
        self._tag_end = TagEnd()
        self._raw = b""  # element whose text is being read
        self._begun: Span | None = None  # the start tag of a script or style that is being read
        self._script_end = ScriptEnd()
        # No end tag of these begins before that index: where the search for one goes on.
        self._clear = {b"script": 0, b"style": 0, b"noscript": 0}

    def feed(self, data: bytes) -> list[Span]:
        """Take in the next piece and return what it completed, in order.

        Pieces are best kept below 64 KB: the bounds on tokens are checked where one is unfinished.
        """
        if self.overflow:
            return []
        done = self.settled
        if done:
            del self.buffer[:done]
            self.offset += done
            for name in self._clear:
                self._clear[name] -= done
            self._script_end.at -= done
            self._tag_end.at -= done
            if self._begun is not None:
                span = self._begun
                self._begun = span._replace(
                    start=span.start - done, end=span.end - done, stop=span.stop - done
                )
            self.settled = 0
        self.buffer += data
        return self._run()

    def finish(self) -> list[Span]:
        """Take in the end of the file. Behind ``settled`` remains the tag it cut, if any."""
        self._final = True
        return self.feed(b"")

    def _run(self) -> list[Span]:
        self._spans = []
        while self._state():
            self.steps += 1
        return self._spans

    def _end_here(self) -> bool:
        self.overflow = True
        self._begun = None
        return False

    # Each state settles what it can and returns True when another state should go on.

    def _data(self) -> bool:
        """13.2.5.1 Data state."""
        buffer, size, pos = self.buffer, len(self.buffer), self.settled
        names, skip, tag = self._open.names, grammar.SKIP.match, grammar.TAG.match
        while True:
            self.steps += 1
            start = pos
            found = skip(buffer, pos) if not names else self._skip().match(buffer, pos)
            if found:
                pos = found.end()
            if pos >= size:
                self.examined += pos - start
                self.settled = pos
                return False
            found = tag(buffer, pos)
            if found is None:
                self.examined += size - start
                self.settled = pos
                return self._markup(pos)
            begin, pos = pos, found.end()
            self.examined += pos - start
            self.settled = pos
            name = found[2].lower()
            if found[1]:
                self._end_tag(name, begin, pos)
            elif self._start_tag(name, begin, found.end(2), pos):
                return True
            if len(names) > DEPTH_LIMIT:
                return self._end_here()

    def _skip(self) -> re.Pattern[bytes]:
        return grammar.SKIP_FOREIGN if self._open.plain else grammar.SKIP_TEXT

    def _end_tag(self, name: bytes, start: int, end: int) -> None:
        if self._open.names:
            self._open.end(name)
        if self._open.names:
            return
        if name == b"template":
            self._templates = max(0, self._templates - 1)
        elif name in (b"body", b"html") and not self._templates:
            self._spans.append(Span(What.END, name, start, end, end))

    def _start_tag(self, name: bytes, start: int, name_end: int, end: int) -> bool:
        """Report the tag if it matters; True when its content is not markup."""
        space = self._namespace(name, name_end, end)
        span = Span(What.TAG, name, start, end, end, space, self._templates > 0)
        if name == b"script" and not self._closed(end, space):
            self._begun, self._script_end = span, ScriptEnd(end)
            self.settled = start
            self._state = self._script
            return True
        names = _HTML_NAMES if space is Space.HTML else _FOREIGN_NAMES
        if name in names or grammar.DULL_TAG.match(self.buffer, start) is None:
            self._spans.append(span)
        if name == b"style" and not self._closed(end, space):
            self._begun = span
            self._state = self._style
        elif space is not Space.HTML:
            return False
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
            if name == b"template" and not self._open.names:
                self._templates += 1
            return False
        return True

    def _namespace(self, name: bytes, name_end: int, end: int) -> Space:
        if not self._open.names and name not in (b"svg", b"math"):
            return Space.HTML
        values: dict[bytes, str] = {}
        if name in (b"font", b"annotation-xml"):
            for one in attributes(self.buffer, name_end, end):
                raw = self.buffer[one.value_start : one.value_end]
                values.setdefault(one.name, decode(raw, "latin-1"))
        return self._open.start(name, values, self.buffer[end - 2] == 0x2F)

    def _closed(self, end: int, space: Space) -> bool:
        # "Set the self-closing flag" has no effect on HTML elements.
        return space is not Space.HTML and self.buffer[end - 2] == 0x2F

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
        section = self._open.space is not Space.HTML
        if section and buffer.startswith(b"<![CDATA[", pos):
            return self._to(self._cdata, pos + 9)
        if head == b"<!doctype":
            self._spans.append(Span(What.DOCTYPE, b"", pos, pos + 9, pos + 9))
        elif pos + len(head) == len(buffer) and not self._final:
            words = (b"<!--", b"<!doctype", b"<![cdata[" if section else b"<!--")
            if any(word.startswith(head) for word in words):
                return False
        return self._to(self._bogus, pos + 2)

    def _to(self, state: Callable[[], bool], settled: int) -> bool:
        self._state = state
        self.settled = settled
        return True

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

    def _pass(self, end: int) -> bool:
        self.examined += end - self.settled
        self.settled = end
        return False

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
            self._pass(at + 3)
            return self._to(self._data, at + 3)
        end = len(self.buffer)
        tail = self.buffer[max(self.settled, end - 2) :]
        held = len(tail) - len(tail.rstrip(b"]"))
        return self._pass(end if self._final else end - held)

    def _text(self) -> bool:
        """13.2.5.2 RCDATA and 13.2.5.3 RAWTEXT state."""
        found = grammar.RAW_END[self._raw].search(self.buffer, self.settled)
        if found:
            self._pass(found.start())
            return self._to(self._data, found.start())
        return self._pass(self._held(self.settled, len(self._raw) + 2))

    def _held(self, start: int, length: int) -> int:
        """Where an end tag may have begun that is not whole yet, or the end."""
        end = len(self.buffer)
        at = -1 if self._final else self.buffer.rfind(b"<", max(start, end - length), end)
        return end if at < 0 else at

    def _plaintext(self) -> bool:
        """13.2.5.5 PLAINTEXT state: until the end of the file."""
        return self._pass(len(self.buffer))

    def _style(self) -> bool:
        """The text of a style element, as one span. In svg it ends at the first tag in it."""
        begun = self._begun
        assert begun is not None  # noqa: S101 - this state is entered with one
        found = self._element_end(begun)
        end = len(self.buffer) if found < 0 else found
        if end - begun.end > TOKEN_LIMIT:
            self.settled = begun.end
            return self._end_here()
        if found < 0 and not self._final:
            return False
        if begun.space is not Space.HTML:
            end = self._foreign_text(begun.end, end)
        if end > begun.end:
            span = begun._replace(what=What.STYLE, start=begun.end, end=end, stop=end)
            self._spans.append(span)
        self._begun = None
        return self._to(self._data, end)

    def _noscript(self) -> bool:
        """13.2.6.4.4: text for a browser with scripting, markup for one without; both are right.

        What is left open inside, a comment or a quote, hides nothing behind the end tag.
        """
        begun = self._begun
        assert begun is not None  # noqa: S101 - this state is entered with one
        end = self._element_end(begun)
        if end < 0 and self._final:
            end = len(self.buffer)
        if (len(self.buffer) if end < 0 else end) - begun.end > TOKEN_LIMIT:
            self.settled = begun.end
            return self._end_here()
        if end < 0:
            return False
        inner = Scanner(scripting=False)
        self._adopt(inner.feed(bytes(self.buffer[begun.end : end])), begun)
        self._adopt(inner.finish(), begun, inner.offset)
        self.examined += inner.examined
        self._begun = None
        return self._to(self._data, end)

    def _adopt(self, spans: list[Span], around: Span, offset: int = 0) -> None:
        """Take over what a scanner of an element's content found, ``offset`` bytes into it."""
        at = around.end + offset
        self._spans += [
            span._replace(
                start=span.start + at,
                end=span.end + at,
                stop=span.stop + at,
                template=span.template or around.template,
            )
            for span in spans
            if span.what not in (What.END, What.DOCTYPE)
        ]

    def _script(self) -> bool:
        """13.2.5.4 Script data state: the start tag waits for its end or for the limit."""
        begun = self._begun
        assert begun is not None  # noqa: S101 - this state is entered with one
        limit = begun.end + SCRIPT_LIMIT
        foreign = begun.space is not Space.HTML
        end = self._element_end(begun) if foreign else self._html_script()
        if end < 0 and foreign and self._final:
            end = len(self.buffer)
        if end < 0 and len(self.buffer) <= limit + _LOOKAHEAD:
            return False
        whole = 0 <= end <= limit
        stop = end if whole else limit
        if foreign:
            stop = self._foreign_text(begun.end, stop)
        self._spans.append(begun._replace(what=What.SCRIPT, stop=stop, whole=whole))
        self._begun = None
        if foreign:
            # Its content is tokenized as markup.
            return self._to(self._data, begun.end)
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

    def _element_end(self, begun: Span) -> int:
        """Where the next end tag of that name begins, or -1 when it has not come."""
        at = max(begun.end, self._clear[begun.name])
        found = grammar.RAW_END[begun.name].search(self.buffer, at)
        end = found.start() if found else self._held(at, len(begun.name) + 2)
        self.examined += end - at
        self._clear[begun.name] = end
        return end if found else -1

    def _foreign_text(self, start: int, end: int) -> int:
        """Where the text of an svg's script or style ends: at the first tag in it."""
        text = grammar.FOREIGN_TEXT.match(self.buffer, start, end)
        stop = text.end() if text else start
        self.examined += stop - start
        return stop
