"""The tree rules where tags repeat themselves: where a tag led before, it leads again.

A state is all that the rules know: the innermost element with what is around it, the active
formatting elements and the form. Where a tag did no more than lead from one state to another, that
is kept, and the next such tag takes one look instead of the rules' many. Bounded: when too much is
kept, all goes.
"""

from __future__ import annotations

from .foreign import Space
from .openelements import Entries, Node
from .spans import Span
from .treerules import TreeRules

#: So many states are kept, so many ways between them, and tags of so many bytes.
STATE_LIMIT, WAY_LIMIT, TAG_LIMIT = 500, 1000, 64
# Bytes that are cut into tags at once: at first, and while all of them are known.
_WINDOW, _WIDEST = 64, 8192

# The current node, how many are open, the active formatting elements, whether there is a form.
_State = tuple[Node, int, Entries, bool]
#: A tag to be reported: its element, the namespace of that, and where it begins and ends.
Told = tuple[bytes, Space, tuple[int, int]]


class Automaton(TreeRules):
    """The tree rules, and the states that they went through."""

    __slots__ = ("_here", "_numbers", "_room", "_states", "_telling", "_ways")

    def __init__(self) -> None:
        super().__init__()
        self._numbers: dict[_State, int] = {}
        self._states: list[_State] = []
        # By state: where tags lead, which stand there without their ">".
        self._ways: list[dict[bytes, int]] = []
        # What such a tag is reported as, if it is.
        self._telling: dict[tuple[int, bytes], tuple[bytes, Space]] = {}
        self._room = WAY_LIMIT
        self._here = -1  # the number of the present state, where it has one

    def forget(self) -> None:
        """Know no state and no node again."""
        super().forget()
        for known in (self._numbers, self._states, self._ways, self._telling):
            known.clear()
        self._room, self._here = WAY_LIMIT, -1

    def arrive(self, tag: bytes = b"", span: Span | None = None) -> None:
        """Note in which state the rules are now.

        ``tag`` is what led here, if it did nothing else; ``span`` is what it was reported as.
        """
        state = (self.node, len(self.nodes), tuple(self._active), self._form)
        number = self._numbers.get(state)
        if number is None:
            if len(self._states) >= STATE_LIMIT:
                self.forget()
            number = self._numbers[state] = len(self._states)
            self._states.append(state)
            self._ways.append({})
        before, self._here = self._here, number
        tag = tag[:-1]
        if not tag or before < 0 or b">" in tag:
            return
        if not self._room:
            self.forget()
            return
        self._room -= 1
        self._ways[before][tag] = number if span is None else ~number
        if span is not None:
            self._telling[before, tag] = (span.name, span.space)

    def led(self, buffer: bytearray, pos: int, stop: int) -> tuple[int, int, list[Told]]:
        """Follow the tags as far as it is known where they lead.

        Gives where that ends, how many tags there were, and which of them are to be reported.
        """
        told: list[Told] = []
        ways, here, count, window = self._ways, self._here, 0, _WINDOW
        if here < 0 or not ways[here]:
            return pos, 0, told
        while window:
            pieces = bytes(buffer[pos : min(pos + window, stop)]).split(b">")
            # Behind the last ">" a tag is not whole.
            del pieces[-1]
            window = min(2 * window, _WIDEST) if pieces else 0
            for piece in pieces:
                tag, end = piece, pos + len(piece) + 1
                there = ways[here].get(piece)
                if there is None:
                    # There may be text before it, or nothing else.
                    tag = piece[piece.find(b"<") :] if b"<" in piece else b""
                    there = ways[here].get(tag) if tag else here
                    if there is None:
                        window = 0
                        break
                if there < 0:
                    told.append((*self._telling[here, tag], (end - len(tag) - 1, end)))
                    there = ~there
                here, pos = there, end
                count += 1
        if here != self._here:
            self._go(self._states[here])
            self._here = here
        return pos, count, told

    def _go(self, state: _State) -> None:
        """Be in that state: up to what is open in both, and down from there."""
        node, depth, active, self._form = state
        self._active = list(active)
        while len(self.nodes) > depth:
            self._leave()
        inner: list[Node] = []
        while node is not self.node and node.around is not None:
            if len(self.nodes) + len(inner) == depth:
                self._leave()
            inner.append(node)
            node = node.around
        for one in reversed(inner):
            self._enter(one)
