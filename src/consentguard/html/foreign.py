"""Where the tokenizer stands inside svg and math: the stack of open elements, kept only there.

The tree builder of the HTML standard decides whether `<title>` begins text or an element, and
whether `<![CDATA[` is a section or a comment (13.2.6.5, "the rules for parsing tokens in foreign
content"). Outside svg and math nothing is kept, so an end tag that closes an HTML element around
them is known by its name alone.
"""

from __future__ import annotations

from enum import IntEnum

#: More open elements than this are not followed; a browser nests 512.
DEPTH_LIMIT = 100_000


class Space(IntEnum):
    """The namespace that an element belongs to."""

    HTML = 0
    SVG = 1
    MATH = 2


class Point(IntEnum):
    """Whether HTML may stand inside a foreign element (13.2.6)."""

    NONE = 0
    HTML = 1  #: an HTML integration point
    TEXT = 2  #: a MathML text integration point
    ANNOTATION = 3  #: annotation-xml without an HTML encoding: only `<svg>` goes by HTML rules


# 13.2.6.5: "a start tag whose tag name is one of", which end foreign content.
BREAKOUT = frozenset(
    b"b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head hr i img li"
    b" listing menu meta nobr ol p pre ruby s small span strong strike sub sup table tt u ul"
    b" var".split()
)
_FONT_ATTRIBUTES = frozenset((b"color", b"face", b"size"))
_SVG_POINTS = frozenset((b"foreignobject", b"desc", b"title"))
_MATH_POINTS = frozenset((b"mi", b"mo", b"mn", b"ms", b"mtext"))
_HTML_ENCODINGS = frozenset(("text/html", "application/xhtml+xml"))
_VOID = frozenset(
    b"area base basefont bgsound br col embed frame hr image img input keygen link meta param"
    b" source track wbr".split()
)
# "If the stack of open elements has a p element in button scope, then close a p element."
_CLOSES_P = frozenset(
    b"address article aside blockquote center details dialog dir div dl fieldset figcaption figure"
    b" footer form h1 h2 h3 h4 h5 h6 header hgroup hr li dd dt listing main menu nav ol p plaintext"
    b" pre search section summary table ul xmp".split()
)
# End tags that may close an HTML element which was opened before the svg. A stray one that does
# not is taken for one that does.
_OUTSIDE = BREAKOUT | frozenset(
    b"a abbr address article aside body button caption cite details dialog fieldset figcaption"
    b" figure footer form header html label legend main nav noscript option picture section select"
    b" summary tbody td template tfoot th thead tr".split()
)


class OpenElements:
    """The open elements from the outermost svg or math inward; ``names`` is empty when none is."""

    __slots__ = ("_barriers", "_html", "_points", "_spaces", "_where", "names")

    def __init__(self) -> None:
        self.names: list[bytes] = []
        self._spaces: list[Space] = []
        self._points: list[Point] = []
        self._where: dict[tuple[bytes, bool], list[int]] = {}  # (name, is HTML): indexes
        self._html: list[int] = []  # indexes of HTML elements
        self._barriers: list[int] = []  # indexes of integration points: where a scope ends

    @property
    def space(self) -> Space:
        """The namespace of the current node."""
        return self._spaces[-1] if self._spaces else Space.HTML

    @property
    def plain(self) -> bool:
        """True when the current node is foreign and no integration point."""
        return bool(self.names) and self._spaces[-1] is not Space.HTML and not self._points[-1]

    def by_html_rules(self, name: bytes) -> bool:
        """True when a start tag of this name is read as in HTML (13.2.6, the dispatcher)."""
        if not self.names or self._spaces[-1] is Space.HTML:
            return True
        point = self._points[-1]
        if point is Point.TEXT:
            return name not in (b"mglyph", b"malignmark")
        return point is Point.HTML or (point is Point.ANNOTATION and name == b"svg")

    def start(self, name: bytes, attributes: dict[bytes, str], closed: bool) -> Space:
        """Take in a start tag and say which namespace its element has.

        ``attributes`` are needed for `font` and `annotation-xml` only; ``closed`` is the solidus
        of a self-closing tag, which counts in foreign content alone.
        """
        html = self.by_html_rules(name)
        if not html and (
            name in BREAKOUT or (name == b"font" and not _FONT_ATTRIBUTES.isdisjoint(attributes))
        ):
            self._break_out()
            html = True
        if html:
            return self._start_html(name, closed)
        space = self._spaces[-1]
        if not closed:
            self._push(name, space, _point(name, space, attributes))
        return space

    def _start_html(self, name: bytes, closed: bool) -> Space:
        if name in (b"svg", b"math"):
            space = Space.SVG if name == b"svg" else Space.MATH
            if not closed:
                self._push(name, space, Point.NONE)
            return space
        if self.names:
            if name in _CLOSES_P:
                self._close_html(b"p")
            if name not in _VOID:
                self._push(name, Space.HTML, Point.NONE)
        return Space.HTML

    def end(self, name: bytes) -> None:
        """Take in an end tag."""
        if not self.names:
            return
        if self._spaces[-1] is not Space.HTML:
            if name in (b"br", b"p"):
                self._break_out()
                return
            # "Loop: … if node's tag name, converted to ASCII lowercase, is the same": the walk
            # goes on through foreign elements and ends at the first HTML one.
            found = self._last(name, html=False)
            if found > (self._html[-1] if self._html else -1):
                self._pop_to(found)
                return
        if not self._close_html(name) and not self._barriers and name in _OUTSIDE:
            self._pop_to(0)

    def _close_html(self, name: bytes) -> bool:
        found = self._last(name, html=True)
        if found <= (self._barriers[-1] if self._barriers else -1):
            return False
        self._pop_to(found)
        return True

    def _break_out(self) -> None:
        while self.names and self._spaces[-1] is not Space.HTML:
            if self._points[-1] in (Point.HTML, Point.TEXT):
                return
            self._pop_to(len(self.names) - 1)

    def clear(self) -> None:
        """Close everything."""
        self._pop_to(0)

    def _last(self, name: bytes, *, html: bool) -> int:
        indexes = self._where.get((name, html))
        return indexes[-1] if indexes else -1

    def _push(self, name: bytes, space: Space, point: Point) -> None:
        index = len(self.names)
        self.names.append(name)
        self._spaces.append(space)
        self._points.append(point)
        self._where.setdefault((name, space is Space.HTML), []).append(index)
        if space is Space.HTML:
            self._html.append(index)
        if point is not Point.NONE:
            self._barriers.append(index)

    def _pop_to(self, index: int) -> None:
        while len(self.names) > index:
            name, space = self.names.pop(), self._spaces.pop()
            key = (name, space is Space.HTML)
            self._where[key].pop()
            if not self._where[key]:
                del self._where[key]
            if space is Space.HTML:
                self._html.pop()
            if self._points.pop() is not Point.NONE:
                self._barriers.pop()


def _point(name: bytes, space: Space, attributes: dict[bytes, str]) -> Point:
    if space is Space.SVG:
        return Point.HTML if name in _SVG_POINTS else Point.NONE
    if name in _MATH_POINTS:
        return Point.TEXT
    if name == b"annotation-xml":
        html = attributes.get(b"encoding", "").lower() in _HTML_ENCODINGS
        return Point.HTML if html else Point.ANNOTATION
    return Point.NONE
