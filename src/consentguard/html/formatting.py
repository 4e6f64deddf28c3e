"""The formatting elements: those that are opened again where they were closed by something else.

13.2.4.3 "the list of active formatting elements" and 13.2.6.4.7 "the adoption agency algorithm",
as far as they say which elements are open.
"""

from __future__ import annotations

from collections.abc import Mapping

from . import foreign
from .foreign import Space
from .openelements import Mark, OpenElements

#: Of the formatting elements this many are opened again.
ACTIVE_LIMIT = 12
#: "The Noah's Ark clause", by name alone.
ALIKE_LIMIT = 3

NOTHING: Mapping[bytes, str] = {}


class Formatting(OpenElements):
    """The stack of open elements, and the list of active formatting elements."""

    __slots__ = ("_active",)

    def __init__(self) -> None:
        super().__init__()
        # Name and index, -1 when closed; those before a marker are held by its node.
        self._active: list[tuple[bytes, int]] = []

    def open_html(self, name: bytes) -> None:
        """Insert an HTML element."""
        if name in foreign.MARKERS:
            self.push(name, Space.HTML, NOTHING, tuple(self._active))
            self._active = []
            return
        index = self.push(name, Space.HTML, NOTHING)
        if name in foreign.FORMATTING:
            self._admit(name)
            self._active.append((name, index))

    def _admit(self, name: bytes) -> None:
        """Make room in the list for one more: the earliest goes."""
        alike = [at for at, entry in enumerate(self._active) if entry[0] == name]
        if len(alike) >= ALIKE_LIMIT:
            del self._active[alike[0]]
        elif len(self._active) >= ACTIVE_LIMIT:
            del self._active[0]

    def close(self, index: int) -> None:
        """Close the element at that index and all that are open in it."""
        while len(self.nodes) > index:
            gone = self.pop()
            if gone.among(foreign.MARKERS):
                # "Clear the list of active formatting elements up to the last marker."
                self._active = list(gone.held)
        for top in range(len(self._active) - 1, -1, -1):
            name, at = self._active[top]
            if 0 <= at < index:
                return
            self._active[top] = (name, -1)

    def close_in(self, name: bytes, above: int) -> None:
        """Close the innermost element of that name if it stands above that index."""
        found = self.last(name)
        if found >= 0 and found > above:
            self.close(found)

    def active_entry(self, name: bytes) -> int:
        """The place of the last such element behind the last marker, or -1."""
        for at in range(len(self._active) - 1, -1, -1):
            if self._active[at][0] == name:
                return at
        return -1

    def adopt(self, name: bytes) -> None:
        """ "The adoption agency algorithm": what it leaves open."""
        at = self.active_entry(name)
        if at < 0:
            self.close_in(name, self.mark(Mark.SPECIAL) - 1)
            return
        index = self._active[at][1]
        if 0 <= index < self.mark(Mark.SCOPE):
            return
        del self._active[at]
        if index < 0:
            return
        block = self.mark(Mark.SPECIAL)
        if block > index:
            # A "furthest block" stays open, the formatting element around it does not.
            self.close(block + 1)
            self.remove(index)
        else:
            self.close(index)

    def reopen(self) -> None:
        """ "Reconstruct the active formatting elements"."""
        first = len(self._active)
        while first and self._active[first - 1][1] < 0:
            first -= 1
        for at in range(first, len(self._active)):
            name = self._active[at][0]
            self._active[at] = (name, self.push(name, Space.HTML, NOTHING))
