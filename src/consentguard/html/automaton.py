"""The tree rules where tags repeat themselves: what a tag did before, it does again.

The next such tag in the same state takes one look instead of the rules' many, at any depth. It is
known again by its bytes, and by its name where nothing else of it matters. Bounded: when too much
is kept, all goes.
"""

from __future__ import annotations

from collections.abc import Mapping

from . import foreign, grammar
from .foreign import Space
from .names import END_STOPS, REPORTED, REPORTED_FOREIGN
from .openelements import DEPTH_LIMIT, Entries, Node
from .spans import Span, What
from .treerules import RULED, TreeRules
from .ways import Cut, Led, State, Way, cut, led, way

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
_TAG = What.TAG


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
            found = cut(gone, self.node) if intact and self.nodes else None
            self._cuts = None if found is None else [*self._cuts, found]

    def remove(self, index: int) -> None:
        """Take an HTML element out of the stack, wherever it stands."""
        self._cuts = None
        super().remove(index)

    def start(self, name: bytes, attributes: Mapping[bytes, str], closed: bool) -> Space:
        """Take in a start tag and say which namespace its element has."""
        key = b"" if attributes else name + b"/" if closed else name
        known = self._known_way(key)
        if known is None:
            space = super().start(name, attributes, closed)
            self._note(key, space)
            return space
        return known.space

    def end(self, name: bytes) -> bool:
        """Take in an end tag; True when it was read by the rules for HTML."""
        if not self.nodes:
            return True
        key = self._end_key(name)
        known = self._known_way(key)
        if known is None:
            html = super().end(name)
            self._note(key, html=html)
            return html
        return known.html

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
            reported = None if span is None else (span.name, span.space)
            self._learn(self._before, tag[:-1], led(self._way, reported))

    def led(
        self, buffer: bytearray, pos: int, stop: int, spans: list[Span], *, inside: bool = False
    ) -> tuple[int, int]:
        """Follow the tags as far as it is known where they lead: to where, and how many they are.

        Those to be reported are added to ``spans``, as those ``inside`` a template if they are.
        """
        here, nodes, count, window, low = self._here, self.nodes, 0, _WINDOW, self._low
        if here is None or not here.ways:
            return pos, 0
        deep = DEPTH_LIMIT - _MOST
        while window:
            pieces = bytes(buffer[pos : min(pos + window, stop)]).split(b">")
            # Behind the last ">" a tag is not whole.
            del pieces[-1]
            window = min(2 * window, _WIDEST) if pieces else 0
            for piece in pieces:
                start, end, known = pos, pos + len(piece) + 1, here.tags.get(piece)
                if known is None:
                    # There may be text before it, or nothing else.
                    at = piece.find(b"<")
                    if at < 0:
                        pos = end
                        count += 1
                        continue
                    start += at
                    known = here.tags.get(piece[at:]) or self._alike(here, buffer, start, end)
                    if known is None:
                        window = 0
                        break
                gone, there, size, old, new, reported = known
                at = len(nodes) - size
                if at > deep or size < 0 or (size and nodes[at:] != old):
                    if not self._go(gone):
                        window = 0
                        break
                    low = self._low
                else:
                    if at < low:
                        self._gone += reversed(nodes[at:low])
                        self._low = low = at
                    nodes[at:] = new
                if reported is not None:
                    name, space = reported
                    told = (_TAG, name, start, end, end, space, inside, True, False, False)
                    spans.append(tuple.__new__(Span, told))
                here, pos = there, end
                count += 1
        if here is not self._here:
            self._be(here)
        return pos, count

    def _alike(self, here: State, buffer: bytearray, start: int, end: int) -> Led | None:
        """Where a tag leads of which the name alone matters, if another of that name was there."""
        found = grammar.PLAIN_TAG.match(buffer, start)
        if found is None or found.end() != end:
            return None
        slash, name, solidus = found.groups()
        name = name.lower()
        if name in (_MEANING_END if slash else _MEANING):
            return None
        known = here.ways.get(self._end_key(name) if slash else name + solidus)
        if known is None and solidus and here.node.plain and name not in foreign.BREAKOUT:
            # In svg and math, what is closed at once.
            known = Way(here, [], [], [])
        if known is None:
            return None
        return self._learn(here, bytes(buffer[start : end - 1]), led(known, None))

    def _learn(self, state: State, tag: bytes, known: Led) -> Led:
        """Know a tag by its bytes."""
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
        here = self._before = self._here or self._arrived()
        known = self._way = None if here is None else here.ways.get(key)
        if known is None or not self._go(known):
            self.look()
            self._cuts = []
            return None
        self._be(known.state)
        return known

    def _go(self, known: Way) -> bool:
        """Close and open what this way says; False, with nothing done, where it leads not here."""
        nodes = self.nodes
        at = len(nodes) - len(known.old)
        if len(nodes) + len(known.new) > DEPTH_LIMIT:
            return False
        if known.cuts:
            at = len(nodes)
            for kind, inside, below in known.cuts:
                at -= 1
                while nodes[at].number != kind:
                    at -= 1
                at += inside
                if not at or nodes[at - 1] is not below:
                    return False
            at -= 1
        elif nodes[at:] != known.old:
            return False
        if at < self._low:
            self._gone += reversed(nodes[at : self._low])
            self._low = at
        nodes[at:] = known.new
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
        if before is None or state is None or (gone and not low):
            return
        below = self.nodes[low - 1] if gone else None
        found = way(state, below, gone, self.nodes[low:], self._cuts)._replace(
            space=space, html=html
        )
        if found.cost > WAY_LIMIT // 4:
            return
        if self._room < found.cost:
            self.forget()
            return
        self._room -= found.cost
        self._way = found
        if 0 < len(key) <= TAG_LIMIT:
            before.ways[key] = found
