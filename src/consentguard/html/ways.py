"""What tags do to open elements, kept for the next tag of the kind: states, and ways between them.

A state is all that the rules ask for: the current node, which stands for what is open around it,
the active formatting elements and the form. A way says what a tag did in a state: which elements it
closed, which it opened, and what the state was then.
"""

from __future__ import annotations

from typing import NamedTuple

from . import foreign
from .foreign import Space
from .openelements import Entries, Node

# Elements that are more than open to whoever closes them.
_COUNTED = foreign.MARKERS | foreign.FORMATTING
# So many nodes at most are compared one by one before it is asked how they are found.
_FEW = 8


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
    """What a tag did, and what the rules said.

    It put ``new`` in the place of ``old``; where that is not there, ``cuts`` may find what closes.
    Both begin with the innermost node that stays, but where none was closed.
    """

    state: State
    old: list[Node]
    new: list[Node]
    cuts: list[Cut]
    space: Space = Space.HTML
    html: bool = True

    @property
    def cost(self) -> int:
        """How much is kept, by that of a way that does little."""
        return 1 + (len(self.old) + len(self.new)) // 8


#: Where a tag leads, as a way has it, and what it is reported as, if it is.
Led = tuple[Way, State, int, list[Node], list[Node], tuple[bytes, Space] | None]


def led(way: Way, reported: tuple[bytes, Space] | None) -> Led:
    """That with what is asked first."""
    size = -1 if way.cuts and not way.old else len(way.old)
    return way, way.state, size, way.old, way.new, reported


def cut(gone: list[Node], below: Node) -> Cut | None:
    """How to find what was closed, innermost first; None where it was more than open elements."""
    if not all(one.name and not one.among(_COUNTED) for one in gone):
        return None
    kind = gone[-1].number
    # Of a kind that is there again further in, it was not asked for.
    inside = any(one.number == kind for one in gone[:-1])
    return Cut(below.number if inside else kind, inside, below)


def way(
    state: State, below: Node | None, gone: list[Node], new: list[Node], cuts: list[Cut] | None
) -> Way:
    """What led there; ``gone`` was closed, innermost first, and ``below`` stayed."""
    if below is None:
        return Way(state, [], new, [])
    few = not cuts or len(gone) < _FEW
    return Way(state, [below, *reversed(gone)] if few else [], [below, *new], cuts or [])
