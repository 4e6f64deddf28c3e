"""The stack of open elements: where the tokenizer stands, as the tree builder knows it.

It decides whether `<title>` begins text or an element, and whether `<![CDATA[` is a section or a
comment. It can be kept from the outermost svg or math inward, or of the whole page (``whole``):
names only, every step in constant time, nothing of the tree.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from enum import IntEnum

from . import foreign
from .foreign import Point, Space

#: More open elements than this are not followed; a browser nests 512.
DEPTH_LIMIT = 8192


class Mark(IntEnum):
    """Why a place in the stack is looked for."""

    HTML = 0  #: an HTML element
    POINT = 1  #: an integration point
    SCOPE = 2  #: ends "has an element in scope"
    SPECIAL = 3
    FIRM = 4  #: special, and neither address, div nor p: a list item's start tag looks no further
    TABLE = 5  #: a table, a part of one, or a template: says which insertion mode it is
    TABLE_SCOPE = 6  #: table or template


def _marks(name: bytes) -> tuple[Mark, ...]:
    found = [Mark.HTML]
    if name in foreign.SCOPE:
        found.append(Mark.SCOPE)
    if name in foreign.SPECIAL:
        found.append(Mark.SPECIAL)
        if name not in (b"address", b"div", b"p"):
            found.append(Mark.FIRM)
    if name in (b"table", b"template"):
        found.append(Mark.TABLE_SCOPE)
    if name in foreign.TABLE_PARTS or name in (b"table", b"template"):
        found.append(Mark.TABLE)
    return tuple(found)


#: By the name of an HTML element; any other has ``Mark.HTML`` alone.
MARKS = {name: _marks(name) for name in foreign.SPECIAL | foreign.SCOPE}
_FOREIGN_POINT = (Mark.POINT, Mark.SCOPE, Mark.SPECIAL, Mark.FIRM)


class OpenElements:
    """The open elements; ``names`` is empty when nothing is kept and none of them is foreign.

    ``strangers`` counts those of svg and math among them, ``sheets`` the style elements of these.
    """

    __slots__ = ("_marked", "_points", "_spaces", "_where", "names", "sheets", "strangers")

    def __init__(self) -> None:
        self.names: list[bytes] = []
        self.sheets = 0
        self.strangers = 0
        self._spaces: list[Space] = []
        self._points: list[Point] = []
        self._where: dict[tuple[bytes, bool], list[int]] = {}  # (name, is HTML): indexes
        self._marked: tuple[list[int], ...] = ([], [], [], [], [], [], [])

    @property
    def space(self) -> Space:
        """The namespace of the current node."""
        return self._spaces[-1] if self._spaces else Space.HTML

    @property
    def plain(self) -> bool:
        """True when the current node is foreign and no integration point."""
        return bool(self.names) and self._spaces[-1] is not Space.HTML and not self._points[-1]

    def inside_point(self) -> bool:
        """True inside an integration point: the body is not in scope there."""
        return bool(self._marked[Mark.POINT])

    def by_html_rules(self, name: bytes) -> bool:
        """True when a start tag of this name is read as in HTML (13.2.6, the dispatcher)."""
        if not self.names or self._spaces[-1] is Space.HTML:
            return True
        at = self._points[-1]
        if at is Point.TEXT:
            return name not in (b"mglyph", b"malignmark")
        return at is Point.HTML or (at is Point.ANNOTATION and name == b"svg")

    def last(self, name: bytes, *, html: bool = True) -> int:
        """The index of the innermost element of that name, or -1."""
        indexes = self._where.get((name, html))
        return indexes[-1] if indexes else -1

    def mark(self, mark: Mark) -> int:
        """The index of the innermost element so marked, or -1."""
        indexes = self._marked[mark]
        return indexes[-1] if indexes else -1

    def push(self, name: bytes, space: Space, attributes: Mapping[bytes, str]) -> int:
        """Open an element and return its index."""
        index = len(self.names)
        html = space is Space.HTML
        at = Point.NONE
        if not html:
            at = foreign.point(name, space, attributes)
            self.strangers += 1
            self.sheets += name == b"style"
        self.names.append(name)
        self._spaces.append(space)
        self._points.append(at)
        indexes = self._where.get((name, html))
        if indexes is None:
            self._where[name, html] = [index]
        else:
            indexes.append(index)
        if html or at:
            for mark in self._marks_of(name, html, at):
                self._marked[mark].append(index)
        return index

    def _marks_of(self, name: bytes, html: bool, at: Point) -> tuple[Mark, ...]:
        if html:
            return MARKS.get(name, (Mark.HTML,))
        return _FOREIGN_POINT if at is not Point.NONE else ()

    def pop(self) -> bytes:
        """Close the current node and return its name."""
        name, at = self.names.pop(), self._points.pop()
        html = self._spaces.pop() is Space.HTML
        if not html:
            self.strangers -= 1
            self.sheets -= name == b"style"
        self._forget(name, html, len(self.names))
        if html or at:
            for mark in self._marks_of(name, html, at):
                self._marked[mark].pop()
        while self.names and not self.names[-1]:
            self._drop()
        return name

    def _drop(self) -> None:
        del self.names[-1], self._spaces[-1], self._points[-1]

    def remove(self, index: int) -> None:
        """Take an HTML element out of the stack, wherever it stands."""
        if index == len(self.names) - 1:
            self.pop()
            return
        name = self.names[index]
        self._forget(name, True, index)
        for mark in self._marks_of(name, True, Point.NONE):
            _take(self._marked[mark], index)
        # Its place stays, without a name, so that all the others keep theirs.
        self.names[index] = b""

    def _forget(self, name: bytes, html: bool, index: int) -> None:
        indexes = self._where[name, html]
        _take(indexes, index)
        if not indexes:
            del self._where[name, html]


def _take(indexes: list[int], index: int) -> None:
    if indexes[-1] == index:
        indexes.pop()
    else:
        del indexes[bisect_left(indexes, index)]
