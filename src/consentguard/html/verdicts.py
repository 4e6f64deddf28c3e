"""What is to be done about one tag, and the memory of it: a site's templates repeat their tags.

What is kept is bounded in bytes, whatever pages are made of. By which keys verdicts are found again
is said in :mod:`consentguard.html.remembered`.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping, Sequence
from typing import NamedTuple

from .judge import Gate

#: Bytes kept for one site, one decision and one charset; of one verdict; and what each costs more.
_ROOM, _LARGEST, _EACH = 1024 * 1024, 16 * 1024, 300
_NOTED = 150
#: Counts that one verdict may repeat.
_NOTES = 64


#: What is counted, and the name of each.
Counts = Sequence[tuple[str, str]]


class Edit(NamedTuple):
    """Replace the bytes from ``start`` to ``end``, counted from the start of the span."""

    start: int
    end: int
    new: bytes


class Denied(NamedTuple):
    """What has to wait, and the first URL that made it wait."""

    gate: Gate
    url: str


class Verdict(NamedTuple):
    """What is to be done about one span."""

    edits: tuple[Edit, ...] = ()
    denied: tuple[Denied, ...] = ()  #: what is reported: one for a tag, one a URL for a sheet
    counted: Counts = ()  #: what the judge counted


#: Nothing at all, known by identity.
IDLE = Verdict()


class Kept(NamedTuple):
    """Verdicts by key; what nobody has to look at again stands apart."""

    idle: set[bytes]
    found: dict[bytes, Verdict]

    def get(self, key: bytes) -> Verdict | None:
        """The verdict for a key, or None."""
        return IDLE if key in self.idle else self.found.get(key)


class Known(NamedTuple):
    """What holds for a page: verdicts kept for everywhere, and for that page where there are some.

    The first is usually the one that knows. ``idle`` are those that need no look, and ``of`` gives
    any other verdict on a tag's bytes that is known.
    """

    kept: tuple[Kept, ...]
    idle: Sequence[set[bytes]]
    of: Callable[[bytes], Verdict | None]

    @classmethod
    def by(cls, *kept: Kept) -> Known:
        """What is known by one or two."""
        first, *others = (one.found.get for one in kept)
        if not others:
            return cls(kept, [one.idle for one in kept], first)
        second = others[0]
        return cls(kept, [one.idle for one in kept], lambda data: first(data) or second(data))


class Verdicts:
    """Verdicts that hold everywhere, and those that hold for one page.

    Bounded: when they are too many, all go and the usual ones come again.
    """

    def __init__(self) -> None:
        self._everywhere = Kept(set(), {})
        self._usual = Known.by(self._everywhere)
        self._pages: dict[str, Known] = {}
        self._size = 0

    def __len__(self) -> int:
        pages = (kept for known in self._pages.values() for kept in known.kept[1:])
        return sum(len(kept.idle) + len(kept.found) for kept in (self._everywhere, *pages))

    def on(self, page: str) -> Known:
        """What holds for a page."""
        return self._pages.get(page, self._usual)

    def keep(self, key: bytes, verdict: Verdict, page: str | None = None) -> None:
        """Remember a verdict, for that page alone or everywhere, unless it is a large one."""
        size = _EACH + len(key)
        for one in verdict.denied:
            size += _EACH + len(one.url)
        for edit in verdict.edits:
            size += _EACH + len(edit.new)
        size += _NOTED * len(verdict.counted)
        known = self._usual if page is None else self._pages.get(page)
        if known is None and page is not None:
            size += 4 * _EACH + len(page)
        if size > _LARGEST or len(verdict.counted) > _NOTES:
            return
        if self._size + size > _ROOM:
            self._forget()
            known = known if page is None else None
        self._size += size
        if known is None:
            known = self._pages[page or ""] = Known.by(self._everywhere, Kept(set(), {}))
        kept = known.kept[-1]
        if verdict is IDLE:
            kept.idle.add(key)
        else:
            kept.found[key] = verdict

    def _forget(self) -> None:
        for known in (self._usual, *list(self._pages.values())):
            for kept in known.kept:
                kept.idle.clear()
                kept.found.clear()
        self._pages.clear()
        self._size = 0


NOTHING: frozenset[str] = frozenset()
Shelf = MutableMapping[str, Verdicts]


class Memory:
    """What a judge lends to a rewriter: verdicts on pages like this one, and its counting.

    ``count`` is called with what is counted; ``shelf`` holds verdicts by codec and is shared by all
    judges that give equal answers, None keeps nothing; ``page`` is the absolute URL of the page.
    ``snippets`` are for the scanner: a script without any need not be judged. ``attributes`` are
    names, in lower case, that tell what a script is for.
    """

    def __init__(
        self,
        count: Callable[[Counts], object] | None = None,
        shelf: Shelf | None = None,
        page: str = "",
        snippets: object = None,
        attributes: frozenset[str] = NOTHING,
    ) -> None:
        self._count = count
        self._shelf = shelf
        self.page = page
        self.snippets = snippets
        self.attributes = attributes
        self.marks = NOTHING  #: those of ``attributes`` that the script in question has
        self.muted = False  #: what is asked is not counted
        self._noted: list[list[tuple[str, str]]] = []  # what is counted, by each who takes it down

    def at(self, page: str) -> Memory:
        """The same for another page."""
        return Memory(self._count, self._shelf, page, self.snippets, self.attributes)

    def verdicts(self, encoding: str) -> Verdicts | None:
        """The verdicts on pages in this codec."""
        if self._shelf is None:
            return None
        found = self._shelf.get(encoding)
        return self._shelf.setdefault(encoding, Verdicts()) if found is None else found

    def note(self, what: str, name: str) -> None:
        """Count one."""
        if self.muted or self._count is None:
            return
        self._count(((what, name),))
        for noted in self._noted:
            if len(noted) <= _NOTES:
                noted.append((what, name))

    def noting(self, job: Callable[[], Verdict]) -> tuple[Verdict, list[tuple[str, str]]]:
        """A verdict, and what was counted for it: at most one more than a verdict may repeat."""
        noted: list[tuple[str, str]] = []
        self._noted.append(noted)
        try:
            return job(), noted
        finally:
            self._noted.pop()

    def again(self, counts: Counts) -> None:
        """Count what was counted when these verdicts were made."""
        if self._noted or self.muted:
            for what, name in counts:
                self.note(what, name)
        elif self._count is not None:
            self._count(counts)
