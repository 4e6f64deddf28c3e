"""Address ranges: whole numbers, both ends included, in order, never overlapping."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

#: First address, last address and country. IPv4 is ``::/96``, as in every MMDB file.
Range = tuple[int, int, str]


def joined(parts: Iterable[tuple[int, int, str | None]]) -> list[Range]:
    """Ranges in order, neighbours of one country made one, unknown ones left out."""
    out: list[Range] = []
    for first, last, code in parts:
        if not code:
            continue
        if out and out[-1][2] == code and out[-1][1] + 1 == first:
            out[-1] = (out[-1][0], last, code)
        else:
            out.append((first, last, code))
    return out


def overlaid(*lists: Sequence[Range]) -> Iterator[tuple[int, int, tuple[str | None, ...]]]:
    """Every stretch on which no list changes, with what each of them says of it."""
    edges = sorted({edge for one in lists for r in one for edge in (r[0], r[1] + 1)})
    at = [0] * len(lists)
    for first, after in pairwise(edges):
        said: list[str | None] = []
        for n, one in enumerate(lists):
            while at[n] < len(one) and one[at[n]][1] < first:
                at[n] += 1
            here = at[n] < len(one) and one[at[n]][0] <= first
            said.append(one[at[n]][2] if here else None)
        yield first, after - 1, tuple(said)


def without(one: Sequence[Range], holes: Sequence[Range]) -> list[Range]:
    """A list less what the ``holes`` say: there, that country means nothing."""
    return joined(
        (first, last, None if said == hole else said)
        for first, last, (said, hole) in overlaid(one, holes)
    )
