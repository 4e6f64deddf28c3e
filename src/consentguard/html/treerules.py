"""Which elements a tag opens and closes: the tree builder of the HTML standard, without the tree.

Not followed, for they move nodes and hardly ever a boundary: frameset pages, quirks mode's `table`
in `p`, and what the adoption agency does to elements between the two that it exchanges.
"""

from __future__ import annotations

from collections.abc import Container, Mapping

from . import foreign
from .foreign import Point, Space
from .formatting import NOTHING, Formatting
from .openelements import Mark

#: Start tags for which the formatting elements are not opened again.
AS_IT_IS = (foreign.CLOSES_P - {b"xmp"}) | frozenset(
    b"base basefont bgsound hr iframe link meta noembed noframes noscript param rb rp rt rtc script"
    b" source style table template textarea title track".split()
)
_ITEMS = {b"li": (b"li",), b"dd": (b"dd", b"dt"), b"dt": (b"dd", b"dt")}
# Start tags before which end tags are implied: all but that of this element.
_RUBY = {b"rb": b"", b"rtc": b"", b"rp": b"rtc", b"rt": b"rtc"}
_OPTIONS = {b"option": b"optgroup", b"optgroup": b"", b"hr": b""}
_BODIES = (b"tbody", b"tfoot", b"thead")
_IN_TABLE = (b"table", b"colgroup", b"tr", *_BODIES)
# What each context of a table takes directly, and what it opens by itself for what it does not.
_CHILDREN: dict[bytes, tuple[bytes, ...]] = {
    b"table": (b"caption", b"colgroup", b"col", *_BODIES),
    b"colgroup": (b"col",),
    **dict.fromkeys(_BODIES, (b"tr",)),
    b"tr": (b"td", b"th"),
}
_MISSING = {
    **{(b"table", name): b"tbody" for name in (b"td", b"th", b"tr")},
    **{(body, name): b"tr" for body in _BODIES for name in (b"td", b"th")},
}
#: Every name with a rule of its own; "any other start tag" opens, "any other end tag" closes.
RULED = (
    foreign.SPECIAL
    | foreign.FORMATTING
    | foreign.SCOPE
    | foreign.VOID
    | AS_IT_IS
    | _RUBY.keys()
    | _OPTIONS.keys()
)


class TreeRules(Formatting):
    """The stack, and what start tags and end tags do to it."""

    __slots__ = ("_form",)

    def __init__(self) -> None:
        super().__init__()
        self._form = False

    def begin(self) -> None:
        """Keep the elements of a page from its beginning."""
        self.push(b"html", Space.HTML, NOTHING)

    def start(self, name: bytes, attributes: Mapping[bytes, str], closed: bool) -> Space:
        """Take in a start tag and say which namespace its element has.

        ``attributes`` are needed for `font` and `annotation-xml` only; ``closed`` is the solidus
        of a self-closing tag, which counts in foreign content alone.
        """
        html = self.by_html_rules(name)
        if not html and foreign.ends_foreign(name, attributes):
            self._leave_foreign()
            html = True
        if not html:
            space = self.node.space
        elif name in (b"svg", b"math"):
            self.reopen()
            space = Space.SVG if name == b"svg" else Space.MATH
        else:
            if self.nodes:
                self._start_html(name)
            return Space.HTML
        if not closed:
            self.push(name, space, attributes)
        return space

    def end(self, name: bytes) -> bool:
        """Take in an end tag; True when it was read by the rules for HTML."""
        if not self.nodes:
            return True
        if self.node.space is not Space.HTML:
            if name in (b"br", b"p"):
                self._leave_foreign()
            else:
                # "Loop: … if node's tag name, converted to ASCII lowercase, is the same": the walk
                # goes on through foreign elements and ends at the first HTML one.
                found = self.last(name, html=False)
                if found > self.mark(Mark.HTML):
                    self.close(found)
                    return False
        self._end_html(name)
        return True

    def looks_outside(self, name: bytes, *, end: bool) -> bool:
        """True when what the tag does depends on elements around the outermost svg or math."""
        if not end and name not in foreign.TABLE_PARTS:
            return False
        if not self.nodes or name in foreign.DOCUMENT:
            return False
        if not end:
            return self.by_html_rules(name) and self.mark(Mark.TABLE) < 0
        if self.node.space is not Space.HTML and (
            name in (b"br", b"p") or self.last(name, html=False) > self.mark(Mark.HTML)
        ):
            return False
        if name in foreign.TABLE_PARTS or name in (b"table", b"template"):
            return self.mark(Mark.TABLE_SCOPE) < 0
        return not self.inside_point()

    def _leave_foreign(self) -> None:
        """Back to HTML: "while the current node is not … an integration point, or … HTML"."""
        while self.plain or self.node.point is Point.ANNOTATION:
            self.pop()

    def _start_html(self, name: bytes) -> None:
        at = self.mark(Mark.TABLE)
        if at < 0 and name not in RULED:
            self.reopen()
            self.open_html(name)
            return
        mode = self.nodes[at].name if at >= 0 else b""
        if name in foreign.TABLE_PARTS:
            self._table_part(name)
            return
        if name in foreign.DOCUMENT:
            return
        if name == b"select" and self.last(name) >= max(self.mark(Mark.SCOPE), 0):
            # "Parse error": it stands for the end tag.
            self.close(self.last(name))
            return
        if mode == b"colgroup" and name != b"template":
            self.close(at)
        if name in foreign.CLOSES_P:
            self.close_in(b"p", max(self.mark(Mark.SCOPE), self.last(b"button")))
        self._make_room(name, mode)
        if name not in AS_IT_IS:
            self.reopen()
        if name in foreign.VOID or (name == b"form" and not self._may_open_form(mode)):
            return
        self.open_html(name)

    def _make_room(self, name: bytes, mode: bytes) -> None:
        """What "in body" closes before it inserts an element."""
        scope = self.mark(Mark.SCOPE)
        if name in foreign.HEADINGS:
            self._close_current(foreign.HEADINGS)
        elif name in _ITEMS:
            firm = self.mark(Mark.FIRM)
            if firm >= 0 and self.nodes[firm].among(_ITEMS[name]):
                self.close(firm)
        elif name == b"table" and mode in _IN_TABLE:
            self.close(self.mark(Mark.TABLE_SCOPE))
        elif name in (b"a", b"nobr") and self.active_entry(name) >= 0:
            self.adopt(name)
        elif name == b"button":
            self.close_in(name, scope)
        elif name in _RUBY:
            if self.last(b"ruby") > scope:
                self._imply(_RUBY[name])
        elif name in _OPTIONS:
            if self.last(b"select") >= max(scope, 0):
                self._imply(_OPTIONS[name])
            elif name != b"hr":
                self._close_current((b"option",))
        elif name == b"input":
            self.close_in(b"select", scope - 1)

    def _close_current(self, names: Container[bytes]) -> None:
        if self.node.among(names):
            self.close(len(self.nodes) - 1)

    def _may_open_form(self, mode: bytes) -> bool:
        if self.last(b"template") >= 0:
            return mode not in _IN_TABLE
        if self._form:
            return False
        self._form = True
        return mode not in _IN_TABLE

    def _table_part(self, name: bytes) -> None:
        """13.2.6.4.9 to .15: where a part of a table finds its place, or is ignored."""
        while (at := self.mark(Mark.TABLE)) >= 0:
            mode = self.nodes[at].name
            if mode == b"template":
                if at == len(self.nodes) - 1 and name != b"col":
                    self.open_html(name)
                return
            if name in _CHILDREN.get(mode, ()):
                # "Clear the stack back to a table (table body, table row) context."
                self.close(at + 1)
                if name != b"col":
                    self.open_html(name)
                return
            missing = _MISSING.get((mode, name))
            self.close(at + 1 if missing else at)
            if missing:
                self.open_html(missing)

    def _end_html(self, name: bytes) -> None:
        if name not in RULED:
            self.close_in(name, self.mark(Mark.SPECIAL) - 1)
            return
        scope = self.mark(Mark.SCOPE)
        if name == b"p":
            self.close_in(name, max(scope, self.last(b"button")))
        elif name == b"template":
            self.close_in(name, -1)
        elif name == b"table":
            self.close_in(name, self.last(b"template"))
        elif name in foreign.TABLE_PARTS:
            self.close_in(name, self.mark(Mark.TABLE_SCOPE))
        elif name == b"form":
            self._end_form()
        elif name == b"li":
            self.close_in(name, max(scope, self.last(b"ol"), self.last(b"ul")))
        elif name in foreign.HEADINGS:
            found = max(self.last(heading) for heading in foreign.HEADINGS)
            if found > scope:
                self.close(found)
        elif name in foreign.FORMATTING:
            self.adopt(name)
        elif name in foreign.BLOCK_ENDS:
            self.close_in(name, scope - 1)
        elif name not in foreign.DOCUMENT:
            self.close_in(name, self.mark(Mark.SPECIAL) - 1)

    def _end_form(self) -> None:
        found = self.last(b"form")
        if self.last(b"template") >= 0:
            self.close_in(b"form", self.mark(Mark.SCOPE))
            return
        # "Set the form element pointer to null": even where the element is out of scope.
        self._form = False
        if found > self.mark(Mark.SCOPE):
            self._imply(b"")
            self.remove(found)

    def _imply(self, but: bytes) -> None:
        """ "Generate implied end tags", except for one name."""
        while self.node.name != but and self.node.among(foreign.IMPLIED):
            self.close(len(self.nodes) - 1)
