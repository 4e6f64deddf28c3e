"""What one start tag says in the attributes that somebody asks for.

Nearly all tags have one shape: names apart by white space, values without surprises. They are read
by one expression for each element. Any other tag is read as the standard reads it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property

from consentguard.possessive import compiled

from .attributes import Attribute, attributes, only
from .foreign import Space
from .spans import Span
from .table import (
    ANIMATED,
    FORERUN,
    FORERUN_HTML,
    HTML,
    PAINTS,
    PREFIX,
    REPLACED,
    SVG,
    Kind,
    Slot,
    foreign,
)

# What says how a slot of the table is meant.
_MEANT: Mapping[bytes, tuple[bytes, ...]] = {
    b"script": (b"type", b"language"),
    b"link": (b"rel", b"as"),
    b"meta": (b"http-equiv",),
    b"input": (b"type",),
    b"set": (b"attributename",),
    b"animate": (b"attributename",),
}
_STYLE = (b"style",)

_EQUALS = ord("=")
_SPACE = rb"[ \t\n\f\r]"
# "Attribute value (unquoted) state", less what only a broken tag has in it.
_BARE = rb"[^ \t\n\f\r\"'<>=`]++(?=[ \t\n\f\r>])"
# One group for a value in any quotes; the look-behinds say which ones were opened.
_VALUE = rb"=[\"']?+((?<=\")[^\"]*+|(?<=')[^']*+|(?<==)" + _BARE + rb")[\"']?+"
_SKIPPED = rb"[a-z_:@][a-zA-Z0-9_:.\-]*+(?:=(?:\"[^\"]*+\"|'[^']*+'|" + _BARE + rb"))?+"


class Form:
    """The attributes of one element that somebody asks for, and how to find them in a tag."""

    def __init__(
        self, element: bytes, slots: tuple[Slot, ...], styled: tuple[bytes, ...] = _STYLE
    ) -> None:
        self.slots = slots
        #: These hold CSS.
        self.styled = styled
        #: Those that a script of data has too.
        self.beside = tuple(slot for slot in slots if slot.kind is not Kind.SCRIPT)
        #: By these a script says that its code is elsewhere.
        self.sources = frozenset(slot.name for slot in slots if slot.kind is Kind.SCRIPT)
        replaced = (REPLACED[element][0],) if element in REPLACED else ()
        every = (*(s.name for s in slots), *_MEANT.get(element, ()), *replaced, *styled)
        self.names = tuple(dict.fromkeys(every))
        self.numbers = {name: number for number, name in enumerate(self.names, 1)}

    @cached_property
    def usual(self) -> re.Pattern[bytes]:
        """The rest of a tag of the usual shape, a group for each of the names.

        A name that comes twice, or has no value, does not match: which one counts is for the
        standard to say. Compiled when the first such tag comes: together they take 25 ms.
        """
        return _usual(self.names)


@cache
def _usual(names: tuple[bytes, ...]) -> re.Pattern[bytes]:
    asked = [
        rb"%b(?(%d)(?!))" % (re.escape(name), number) + _VALUE
        for number, name in enumerate(names, 1)
    ]
    # The case of a name does not count, so "srcSet" may not be passed over.
    ours = rb"(?!(?i:%b)[ \t\n\f\r/=>]|(?i:%b))" % (b"|".join(map(re.escape, names)), PREFIX)
    one = b"|".join((ours + _SKIPPED, *asked))
    return compiled(rb"(?:" + _SPACE + rb"++(?:" + one + rb"))*+[ \t\n\f\r/]*+>")


_ELEMENTS = {name: Form(name, slots) for name, slots in {**HTML, **FORERUN_HTML}.items()}
_OTHER = Form(b"", ())
_PAINTED = (*_STYLE, *PAINTS)
_FOREIGN = {name: Form(name, slots, _PAINTED) for name, slots in {**SVG, **FORERUN}.items()}
# What they put in place of others' attributes may be CSS.
_FOREIGN |= {
    name: Form(name, slots, (*_PAINTED, *(slot.name for slot in slots)))
    for name, slots in ANIMATED.items()
}
_SHAPE = Form(b"", (), _PAINTED)
# One attribute of any tag, those passed over that nobody asks for.
_ASKED = only(
    (name for form in (*_ELEMENTS.values(), *_FOREIGN.values(), _SHAPE) for name in form.names),
    prefix=PREFIX,
)


def _others(
    element: bytes, first: Mapping[bytes, bytes], again: Sequence[tuple[bytes, bytes]]
) -> list[Mapping[bytes, bytes]]:
    """What Chromium's preload scanner reads where names come twice.

    Of what says how a URL is meant the last counts, of URLs the first that is not empty; but a
    preload may be of any.
    """
    meant = _MEANT.get(element, ())
    ahead = dict(first)
    for name, value in again:
        if name in meant or not ahead[name]:
            ahead[name] = value
    if b"preload" not in ahead.get(b"rel", b"").lower():
        return [ahead]
    return [ahead, *({**ahead, name: value} for name, value in again if name not in meant)]


class Reading:
    """One start tag; ``values`` are raw and by lower-case name, of one name the first counts.

    ``others`` are what a preload scanner may read in a tag that has a name twice.
    """

    __slots__ = ("_data", "_found", "_start", "_stop", "form", "marked", "others", "values")

    def __init__(self, data: bytes, span: Span) -> None:
        name = span.name
        html = span.space is Space.HTML
        self.form = form = _ELEMENTS.get(name, _OTHER) if html else _FOREIGN.get(name, _SHAPE)
        self._data, self._start, self._stop = data, 1 + len(name), span.end - span.start
        self._found = found = form.usual.fullmatch(data, self._start, self._stop)
        self.marked = False  #: it has a ``data-cg-`` attribute of the application's own
        self.values: dict[bytes, bytes] = {}
        self.others: Sequence[Mapping[bytes, bytes]] = ()
        if found is None:
            again: list[tuple[bytes, bytes]] = []
            for one in self.attributes():
                value = data[one.value_start : one.value_end]
                if self.values.setdefault(one.name, value) is not value:
                    again.append((one.name, value))
                self.marked = self.marked or foreign(one.name)
            if again:
                self.others = _others(name, self.values, again)
        elif found.lastindex:
            values = zip(form.names, found.groups(), strict=True)
            self.values = {name: value for name, value in values if value is not None}

    def attributes(self) -> Iterator[Attribute]:
        """Where each of them stands in the tag, duplicates and ``data-cg-`` attributes too."""
        if self._found is None:
            yield from attributes(self._data, self._start, self._stop, _ASKED)
            return
        for name in self.values:
            first, last = self._found.span(self.form.numbers[name])
            # Before the value stands "=", and a quote if it has one.
            end = first - 1 if self._data[first - 1] == _EQUALS else first - 2
            yield Attribute(name, end - len(name), end, first, last)
