"""The stack of open elements: where the tokenizer stands, as the tree builder knows it.

It decides whether `<title>` begins text or an element, and whether `<![CDATA[` is a section or a
comment. It can be kept from the outermost svg or math inward, or of the whole page (``whole``):
names only, every step in constant time, nothing of the tree.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Container, Mapping
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
_HTML_ALONE = (Mark.HTML,)
_FOREIGN_POINT = (Mark.POINT, Mark.SCOPE, Mark.SPECIAL, Mark.FIRM)
# Of an enum, once: its members take long to look up.
_HTML = Space.HTML

#: Formatting elements, each with its index or -1 when it is closed.
Entries = tuple[tuple[bytes, int], ...]
#: So many nodes are known again.
NODE_LIMIT = 500


class Node:
    """An open element and what is open around it: never changed, and the same one for the same.

    ``held`` are the formatting elements that a marker hides. An element taken out of the middle
    leaves a node without a name, so that all the others keep their places.
    """

    __slots__ = ("around", "held", "marks", "name", "point", "space")

    def __init__(
        self, around: Node | None, name: bytes, space: Space, point: Point, held: Entries
    ) -> None:
        self.around = around
        self.name = name
        self.space = space
        self.point = point
        self.held = held
        self.marks: tuple[Mark, ...] = ()
        if space is not _HTML:
            if point is not Point.NONE:
                self.marks = _FOREIGN_POINT
        elif name:
            self.marks = MARKS.get(name, _HTML_ALONE)

    def among(self, names: Container[bytes]) -> bool:
        """True for an HTML element of one of these names."""
        return self.space is _HTML and self.name in names


class OpenElements:
    """The open elements; ``nodes`` is empty when nothing is kept and none of them is foreign.

    ``node`` is the current node; where ``nodes`` is empty, one that stands for the document.
    ``strangers`` counts those of svg and math among them, ``sheets`` the style elements of these.
    """

    __slots__ = ("_known", "_marked", "_where", "node", "nodes", "sheets", "strangers")

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.node = Node(None, b"", _HTML, Point.NONE, ())
        self.sheets = 0
        self.strangers = 0
        # Indexes by name, of foreign elements and of HTML's; and by mark.
        self._where: tuple[dict[bytes, list[int]], dict[bytes, list[int]]] = ({}, {})
        self._marked: tuple[list[int], ...] = ([], [], [], [], [], [], [])
        self._known: dict[tuple[Node, bytes, int, Entries], Node] = {}

    @property
    def plain(self) -> bool:
        """True when the current node is foreign and no integration point."""
        return self.node.space is not _HTML and not self.node.point

    def inside_point(self) -> bool:
        """True inside an integration point: the body is not in scope there."""
        return bool(self._marked[Mark.POINT])

    def by_html_rules(self, name: bytes) -> bool:
        """True when a start tag of this name is read as in HTML (13.2.6, the dispatcher)."""
        if self.node.space is _HTML:
            return True
        at = self.node.point
        if at is Point.TEXT:
            return name not in (b"mglyph", b"malignmark")
        return at is Point.HTML or (at is Point.ANNOTATION and name == b"svg")

    def last(self, name: bytes, *, html: bool = True) -> int:
        """The index of the innermost element of that name, or -1."""
        indexes = self._where[html].get(name)
        return indexes[-1] if indexes else -1

    def mark(self, mark: Mark) -> int:
        """The index of the innermost element so marked, or -1."""
        indexes = self._marked[mark]
        return indexes[-1] if indexes else -1

    def drawing(self) -> tuple[bytes, int]:
        """The name of the outermost svg or math, and how often the like is open; none from HTML.

        And none where something of HTML is open in between.
        """
        first = self.mark(Mark.HTML) + 1
        if not self.strangers or len(self.nodes) - first != self.strangers:
            return b"", 0
        root = self.nodes[first]
        return root.name, len(self._where[False][root.name])

    def push(
        self, name: bytes, space: Space, attributes: Mapping[bytes, str], held: Entries = ()
    ) -> int:
        """Open an element and return its index."""
        at = Point.NONE if space is _HTML else foreign.point(name, space, attributes)
        self._enter(self._inside(self.node, name, space, at, held))
        return len(self.nodes) - 1

    def _inside(self, around: Node, name: bytes, space: Space, point: Point, held: Entries) -> Node:
        key = (around, name, 4 * space + point, held)
        node = self._known.get(key)
        if node is None:
            if len(self._known) >= NODE_LIMIT:
                self.forget()
            node = self._known[key] = Node(around, name, space, point, held)
        return node

    def forget(self) -> None:
        """Know no node again."""
        self._known.clear()

    def _enter(self, node: Node) -> None:
        index, html = len(self.nodes), node.space is _HTML
        self.node = node
        self.nodes.append(node)
        if not html:
            self.strangers += 1
            self.sheets += node.name == b"style"
        if node.name:
            indexes = self._where[html].get(node.name)
            if indexes is None:
                self._where[html][node.name] = [index]
            else:
                indexes.append(index)
            for mark in node.marks:
                self._marked[mark].append(index)

    def _leave(self) -> None:
        node = self.nodes.pop()
        assert node.around is not None  # noqa: S101 - the document's is not in the list
        self.node = node.around
        if node.space is not _HTML:
            self.strangers -= 1
            self.sheets -= node.name == b"style"
        if node.name:
            self._forget(node, len(self.nodes))

    def pop(self) -> Node:
        """Close the current node and return it."""
        node = self.node
        self._leave()
        while self.nodes and not self.node.name:
            self._leave()
        return node

    def remove(self, index: int) -> None:
        """Take an HTML element out of the stack, wherever it stands."""
        nodes = self.nodes
        if index == len(nodes) - 1:
            self.pop()
            return
        gone = nodes[index]
        assert gone.around is not None  # noqa: S101 - the document's is not in the list
        self._forget(gone, index)
        node = self._inside(gone.around, b"", _HTML, Point.NONE, ())
        for at, one in enumerate(nodes[index:], index):
            if at > index:
                node = self._inside(node, one.name, one.space, one.point, one.held)
            nodes[at] = node
        self.node = node

    def _forget(self, node: Node, index: int) -> None:
        where = self._where[node.space is _HTML]
        indexes = where[node.name]
        _take(indexes, index)
        if not indexes:
            del where[node.name]
        for mark in node.marks:
            _take(self._marked[mark], index)


def _take(indexes: list[int], index: int) -> None:
    if indexes[-1] == index:
        indexes.pop()
    else:
        del indexes[bisect_left(indexes, index)]
