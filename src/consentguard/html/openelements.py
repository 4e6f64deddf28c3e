"""The stack of open elements: where the tokenizer stands, as the tree builder knows it.

It decides whether `<title>` begins text or an element, and whether `<![CDATA[` is a section or a
comment. It can be kept from the outermost svg or math inward, or of the whole page (``whole``):
names only, every step in constant time, nothing of the tree.

Rules ask for the innermost element of a name, or of those that have a mark, and which of them
stands in the other. So what a tag does depends on the order of these alone, not on how often they
are there: where that is equal, one node stands for the current element, whatever the depth.
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

#: Formatting elements, and whether each of them is open.
Entries = tuple[tuple[bytes, bool], ...]
#: What can be told of an element: its name, its namespace and its point as one number, and for a
#: marker the formatting elements that it hides.
Kind = tuple[bytes, int, Entries]
#: So many nodes are known again, with so many kinds of elements open in one another; so many kinds
#: are told apart in a page.
NODE_LIMIT, VARIETY_LIMIT, KIND_LIMIT = 500, 40, 5000
# Names that are longer are not told apart.
_NAME_LIMIT = 64
_DOCUMENT: Kind = (b"", 0, ())
_PLACES = [(space, point) for space in Space for point in Point]


class Node:
    """An open element and what rules can ask of those around it: never changed.

    ``kinds`` are these elements, the innermost of each kind, outermost first, each by the number of
    its kind; None where they are too many, and then nothing is known again. An element taken out of
    the middle leaves a node without a name, so that all the others keep their places.
    """

    __slots__ = (
        "held",
        "kind",
        "kinds",
        "marks",
        "name",
        "number",
        "plain",
        "point",
        "pointed",
        "sheets",
        "space",
        "strange",
    )

    def __init__(self, around: Node | None, kind: Kind, kinds: tuple[int, ...] | None) -> None:
        self.kind = kind
        self.kinds = kinds
        self.number = kinds[-1] if kinds else -1
        self.name, place, self.held = kind
        self.space, self.point = _PLACES[place]
        self.marks: tuple[Mark, ...] = ()
        strange, sheets, pointed = self.space is not _HTML, False, bool(self.point)
        if strange:
            sheets = self.name == b"style"
            if pointed:
                self.marks = _FOREIGN_POINT
        elif self.name:
            self.marks = MARKS.get(self.name, _HTML_ALONE)
        #: Whether it is foreign and no integration point.
        self.plain = strange and not pointed
        #: Whether there is an element of svg or math, a style of these, an integration point.
        self.strange: bool = strange or (around is not None and around.strange)
        self.sheets: bool = sheets or (around is not None and around.sheets)
        self.pointed: bool = pointed or (around is not None and around.pointed)

    def among(self, names: Container[bytes]) -> bool:
        """True for an HTML element of one of these names."""
        return self.space is _HTML and self.name in names


class OpenElements:
    """The open elements; ``nodes`` is empty when nothing is kept and none of them is foreign.

    ``node`` is the current node; where ``nodes`` is empty, one that stands for the document.
    """

    __slots__ = (
        "_classes",
        "_document",
        "_gone",
        "_kinds",
        "_known",
        "_low",
        "_marked",
        "_names",
        "_where",
        "node",
        "nodes",
    )

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.node = self._document = Node(None, _DOCUMENT, ())
        # Indexes by name, of foreign elements and of HTML's; and by mark.
        self._where: tuple[dict[bytes, list[int]], dict[bytes, list[int]]] = ({}, {})
        self._marked: tuple[list[int], ...] = ([], [], [], [], [], [], [])
        # What was closed since the last look, innermost first, and how many stayed open.
        self._gone: list[Node] = []
        self._low = 0
        self._kinds: dict[Kind, int] = {}
        self._names: set[bytes] = set()
        self._classes: dict[tuple[int, ...], Node] = {}
        self._known: dict[tuple[Node, Kind], Node] = {}

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

    def push(
        self, name: bytes, space: Space, attributes: Mapping[bytes, str], held: Entries = ()
    ) -> None:
        """Open an element."""
        at = Point.NONE if space is _HTML else foreign.point(name, space, attributes)
        node = self.node = self._inside(self.node, (name, len(Point) * space + at, held))
        self.nodes.append(node)
        self._index(node, len(self.nodes) - 1)

    def _inside(self, around: Node, kind: Kind) -> Node:
        """The node for an element of that kind there: the same one where nothing differs."""
        node = self._known.get((around, kind))
        if node is None:
            kinds = self._told_apart(around, kind)
            node = None if kinds is None else self._classes.get(kinds)
            if node is None:
                node = Node(around, kind, kinds)
            if kinds is not None:
                if len(self._known) >= NODE_LIMIT:
                    self.forget()
                self._known[around, kind] = self._classes[kinds] = node
        return node

    def _told_apart(self, around: Node, kind: Kind) -> tuple[int, ...] | None:
        """The kinds that are open with this one inside; None where they are many."""
        kinds, number = around.kinds, self._kinds.get(kind)
        if number is None:
            if len(self._kinds) >= KIND_LIMIT or len(kind[0]) > _NAME_LIMIT:
                return None
            number = self._kinds[kind] = len(self._kinds)
            self._names.add(kind[0])
        if kinds is None:
            return None
        if number in kinds:
            kinds = tuple(one for one in kinds if one != number)
        return (*kinds, number) if len(kinds) < VARIETY_LIMIT else None

    def never_open(self, name: bytes) -> bool:
        """True where no element of this name was ever open."""
        return (
            name not in self._names and len(name) <= _NAME_LIMIT and len(self._kinds) < KIND_LIMIT
        )

    def forget(self) -> None:
        """Know no node again."""
        self._known.clear()
        self._classes.clear()

    def look(self) -> None:
        """Find the elements by name and mark where they are now; begin to note what is closed."""
        nodes, level = self.nodes, self._low + len(self._gone)
        for node in self._gone:
            level -= 1
            self._drop(node, level)
        for level in range(self._low, len(nodes)):
            self._index(nodes[level], level)
        self.seen()

    def seen(self) -> None:
        """Begin to note what is closed."""
        self._gone = []
        self._low = len(self.nodes)

    def _index(self, node: Node, index: int) -> None:
        if node.name:
            where = self._where[node.space is _HTML]
            indexes = where.get(node.name)
            if indexes is None:
                where[node.name] = [index]
            else:
                indexes.append(index)
            for mark in node.marks:
                self._marked[mark].append(index)

    def _leave(self) -> None:
        nodes = self.nodes
        node = nodes.pop()
        index = len(nodes)
        self.node = nodes[-1] if nodes else self._document
        if index < self._low:
            self._low = index
            self._gone.append(node)
        self._drop(node, index)

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
        if index < self._low:
            self._gone += reversed(nodes[index : self._low])
            self._low = index
        self._drop(nodes[index], index)
        node = nodes[index - 1] if index else self._document
        node = nodes[index] = self._inside(node, _DOCUMENT)
        for at in range(index + 1, len(nodes)):
            node = nodes[at] = self._inside(node, nodes[at].kind)
        self.node = node

    def _drop(self, node: Node, index: int) -> None:
        if not node.name:
            return
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
