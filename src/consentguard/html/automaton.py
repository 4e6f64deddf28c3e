"""The tree rules where tags repeat themselves: what a tag did before, it does again.

A state is all that the rules ask for: the current node, which stands for what is open around it,
the active formatting elements and the form. A way says what a tag did in a state: which elements it
closed, which it opened, and what the state was then. The next such tag takes one look instead of
the rules' many, at any depth. Bounded: when too much is kept, all goes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from . import foreign, grammar
from .foreign import Space
from .names import END_STOPS, REPORTED, REPORTED_FOREIGN
from .openelements import DEPTH_LIMIT, Entries, Node
from .spans import Span
from .treerules import RULED, TreeRules

#: So many states are kept, so many ways between them, so many tags, and these of so many bytes.
STATE_LIMIT, WAY_LIMIT, TAGS_LIMIT, TAG_LIMIT = 500, 1000, 1000, 64
# Bytes that are cut into tags at once: at first, and while all of them are known.
_WINDOW, _WIDEST = 64, 8192
# More than one tag opens: the formatting elements and a few.
_MOST = 100
# Start tags that do more than open and close elements, or not by their name alone.
_MEANING = REPORTED | REPORTED_FOREIGN | grammar.TURNS | {b"font", b"annotation-xml"}
_MEANING -= {b"svg", b"math"}
_MEANING_END = frozenset(END_STOPS.encode().split())
# End tags that do something though nothing of their name is open.
_MEANT = RULED | foreign.USUAL
# Elements that are more than open to whoever closes them.
_COUNTED = foreign.MARKERS | foreign.FORMATTING

#: A tag to be reported: its element, the namespace of that, and where it begins and ends.
Told = tuple[bytes, Space, tuple[int, int]]


class State:
    """What the rules go by; which way tags lead, by what they are; and by their bytes.

    These stand there without their ``>``, with what is reported of the tag, if it is.
    """

    __slots__ = ("active", "form", "node", "tags", "ways")

    def __init__(self, node: Node, active: Entries, form: bool) -> None:
        self.node = node
        self.active = active
        self.form = form
        self.ways: dict[bytes, Way] = {}
        self.tags: dict[bytes, Led] = {}


class Cut(NamedTuple):
    """Closes the innermost element of a kind and what is in it; or, without that one, the latter.

    ``below`` is then the current node.
    """

    kind: int
    inside: bool
    below: Node


class Way(NamedTuple):
    """What a tag did: what it closed, what it opened, and what the rules said.

    What it closed is found by ``cuts``; or else it has to be ``gone``, but the first, which stays.
    """

    state: State
    cuts: list[Cut]
    gone: list[Node]
    new: list[Node]
    space: Space
    html: bool


#: Where a tag leads, and what it is reported as, if it is.
Led = tuple[Way, tuple[bytes, Space] | None]


class Automaton(TreeRules):
    """The tree rules, and the states that they went through."""

    __slots__ = ("_before", "_cuts", "_here", "_room", "_states", "_tags", "_way")

    def __init__(self) -> None:
        super().__init__()
        self._states: dict[tuple[Node, Entries, bool], State] = {}
        self._room, self._tags = WAY_LIMIT, TAGS_LIMIT
        # What the rules closed for this tag; None where that is more than closing.
        self._cuts: list[Cut] | None = None
        # The present state, where it is known; that before the last tag; and what that did.
        self._here: State | None = None
        self._before: State | None = None
        self._way: Way | None = None

    def forget(self) -> None:
        """Know no state and no node again."""
        super().forget()
        self._states.clear()
        self._room, self._tags = WAY_LIMIT, TAGS_LIMIT
        self._here = self._before = self._way = None

    def begin(self) -> None:
        """Keep the elements of a page from its beginning."""
        super().begin()
        self.seen()

    def leave(self) -> None:
        """Close all that is kept."""
        self.look()
        self.close(0)
        self.seen()
        self._here = None

    def close(self, index: int) -> None:
        """Close the element at that index and all that are open in it."""
        first, intact = len(self._gone), len(self.nodes) == self._low
        super().close(index)
        gone = self._gone[first:]
        if gone and self._cuts is not None:
            cut = _cut(gone, self.node) if intact and self.nodes else None
            self._cuts = None if cut is None else [*self._cuts, cut]

    def remove(self, index: int) -> None:
        """Take an HTML element out of the stack, wherever it stands."""
        self._cuts = None
        super().remove(index)

    def start(self, name: bytes, attributes: Mapping[bytes, str], closed: bool) -> Space:
        """Take in a start tag and say which namespace its element has."""
        key = b"" if attributes else name + b"/" if closed else name
        way = self._known_way(key)
        if way is None:
            space = super().start(name, attributes, closed)
            self._note(key, space)
            return space
        return way.space

    def end(self, name: bytes) -> bool:
        """Take in an end tag; True when it was read by the rules for HTML."""
        if not self.nodes:
            return True
        key = self._end_key(name)
        way = self._known_way(key)
        if way is None:
            html = super().end(name)
            self._note(key, html=html)
            return html
        return way.html

    def looks_outside(self, name: bytes, *, end: bool) -> bool:
        """True when what the tag does depends on elements around the outermost svg or math."""
        # What did something here did not look outside.
        key = self._end_key(name) if end else name
        if self._here is not None and key in self._here.ways:
            return False
        self.look()
        return super().looks_outside(name, end=end)

    def arrive(self, tag: bytes, span: Span | None) -> None:
        """Know the last tag by its bytes; ``span`` is what it was reported as."""
        if self._before is not None and self._way is not None and b">" not in tag[:-1]:
            told = None if span is None else (span.name, span.space)
            self._learn(self._before, tag[:-1], self._way, told)

    def led(self, buffer: bytearray, pos: int, stop: int) -> tuple[int, int, list[Told]]:
        """Follow the tags as far as it is known where they lead.

        Gives where that ends, how many tags there were, and which of them are to be reported.
        """
        told: list[Told] = []
        here, nodes, count, window = self._here, self.nodes, 0, _WINDOW
        deep = DEPTH_LIMIT - _MOST
        if here is None or not here.ways:
            return pos, 0, told
        while window:
            pieces = bytes(buffer[pos : min(pos + window, stop)]).split(b">")
            # Behind the last ">" a tag is not whole.
            del pieces[-1]
            window = min(2 * window, _WIDEST) if pieces else 0
            for piece in pieces:
                tag, known = piece, here.tags.get(piece)
                if known is None:
                    # There may be text before it, or nothing else.
                    at = piece.find(b"<")
                    if at < 0:
                        pos += len(piece) + 1
                        count += 1
                        continue
                    tag = piece[at:]
                    known = here.tags.get(tag) or self._alike(here, tag, buffer, pos + at)
                    if known is None:
                        window = 0
                        break
                way, reported = known
                if not (way.cuts or way.gone) and len(nodes) < deep:
                    nodes += way.new
                elif not self._go(way):
                    window = 0
                    break
                pos += len(piece) + 1
                count += 1
                here = way.state
                if reported is not None:
                    told.append((*reported, (pos - len(tag) - 1, pos)))
        if here is not self._here:
            self._be(here)
        return pos, count, told

    def _alike(self, here: State, tag: bytes, buffer: bytearray, start: int) -> Led | None:
        """Where a tag leads of which the name alone matters, if another of that name was there."""
        found = grammar.PLAIN_TAG.match(buffer, start)
        if found is None or found.end() != start + len(tag) + 1:
            return None
        slash, name, solidus = found.groups()
        name = name.lower()
        if name in (_MEANING_END if slash else _MEANING):
            return None
        way = here.ways.get(self._end_key(name) if slash else name + solidus)
        if way is None and solidus and here.node.plain and name not in foreign.BREAKOUT:
            # In svg and math, what is closed at once.
            way = Way(here, [], [], [], here.node.space, html=False)
        return None if way is None else self._learn(here, tag, way, None)

    def _learn(self, state: State, tag: bytes, way: Way, told: tuple[bytes, Space] | None) -> Led:
        """Know a tag by its bytes."""
        known = way, told
        if len(tag) < TAG_LIMIT:
            if not self._tags:
                self._tags = TAGS_LIMIT
                for one in self._states.values():
                    one.tags.clear()
            self._tags -= 1
            state.tags[tag] = known
        return known

    def _end_key(self, name: bytes) -> bytes:
        """What an end tag is known by: all that nothing answers to are alike."""
        return b"/" if name not in _MEANT and self.never_open(name) else b"/" + name

    def _known_way(self, key: bytes) -> Way | None:
        """Go the way that a tag is known to lead; None, with all ready for the rules, if none."""
        here = self._here
        if here is None:
            here = self._arrived()
        way = self._way = None if here is None else here.ways.get(key)
        self._before = here
        if way is None or not self._go(way):
            self.look()
            self._cuts = []
            return None
        self._be(way.state)
        return way

    def _go(self, way: Way) -> bool:
        """Close and open what this way says; False, with nothing done, where it leads not here."""
        nodes = self.nodes
        at = len(nodes)
        if at + len(way.new) > DEPTH_LIMIT:
            return False
        for kind, inside, below in way.cuts:
            at -= 1
            while nodes[at].number != kind:
                at -= 1
            at += inside
            if not at or nodes[at - 1] is not below:
                return False
        if way.gone:
            at -= len(way.gone) - 1
            if at < 1 or nodes[at - 1 :] != way.gone:
                return False
        if at < self._low:
            self._gone += reversed(nodes[at : self._low])
            self._low = at
        nodes[at:] = way.new
        return True

    def _be(self, state: State) -> None:
        """Be in that state, with these nodes."""
        self._here = state
        self.node = self.nodes[-1] if self.nodes else self._document
        self._active = list(state.active)
        self._form = state.form

    def _arrived(self) -> State | None:
        """The present state; None where it is too rare to be known again."""
        if self.node.kinds is None:
            return None
        key = self.node, tuple(self._active), self._form
        state = self._states.get(key)
        if state is None:
            if len(self._states) >= STATE_LIMIT:
                self.forget()
            state = self._states[key] = State(*key)
        self._here = state
        return state

    def _note(self, key: bytes, space: Space = Space.HTML, *, html: bool = True) -> None:
        """Note what the rules did for a tag."""
        before, low, gone = self._before, self._low, self._gone
        self.seen()
        self._here = None
        state, self._before, self._way = self._arrived(), before, None
        new, cuts = self.nodes[low:], self._cuts
        if gone and cuts is None:
            gone = [*self.nodes[low - 1 : low], *reversed(gone)]
        cost = 1 + (len(gone) + len(new)) // 8
        if before is None or state is None or (gone and not low) or cost > WAY_LIMIT // 4:
            return
        if self._room < cost:
            self.forget()
            return
        self._room -= cost
        self._way = Way(state, cuts or [], [] if cuts else gone, new, space, html)
        if 0 < len(key) <= TAG_LIMIT:
            before.ways[key] = self._way


def _cut(gone: list[Node], below: Node) -> Cut | None:
    """How to find what was closed, innermost first; None where it was more than open elements."""
    if not all(one.name and not one.among(_COUNTED) for one in gone):
        return None
    kind = gone[-1].number
    # Of a kind that is there again further in, it was not asked for.
    inside = any(one.number == kind for one in gone[:-1])
    return Cut(below.number if inside else kind, inside, below)
