"""What is to be done about one tag, and the memory of it: a site's templates repeat their tags.

What is kept is bounded in bytes, whatever pages are made of. By which keys verdicts are found again
is said in :mod:`consentguard.html.remembered`.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import NamedTuple

from .judge import Gate

#: Bytes kept for one site, one decision and one charset; of one verdict; and what each costs more.
_ROOM, _LARGEST, _EACH = 1024 * 1024, 16 * 1024, 300
#: Counts that one verdict may repeat.
_NOTES = 64


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
    counted: tuple[tuple[str, str], ...] = ()  #: what the judge counted


#: Nothing at all, known by identity.
IDLE = Verdict()


class Verdicts:
    """Verdicts by key, bounded: when they are too many, all go and the usual ones come again."""

    def __init__(self) -> None:
        self._found: dict[bytes, Verdict] = {}
        self._size = 0
        #: The verdict for a key, or None.
        self.get = self._found.get

    def __len__(self) -> int:
        return len(self._found)

    def keep(self, key: bytes, verdict: Verdict) -> None:
        """Remember a verdict, unless it is a large one."""
        size = _EACH + len(key)
        for one in verdict.denied:
            size += _EACH + len(one.url)
        for edit in verdict.edits:
            size += _EACH + len(edit.new)
        if size > _LARGEST or len(verdict.counted) > _NOTES:
            return
        if self._size + size > _ROOM:
            self._found.clear()
            self._size = 0
        self._found[key] = verdict
        self._size += size


Shelf = MutableMapping[str, Verdicts]


class Memory:
    """What a judge lends to a rewriter: verdicts on pages like this one, and its counting.

    ``count`` is called with what is counted; ``shelf`` holds verdicts by codec and is shared by all
    judges that give equal answers, None keeps nothing; ``page`` is the absolute URL of the page.
    ``snippets`` are for the scanner: a script without any need not be judged.
    """

    def __init__(
        self,
        count: Callable[[str, str], object] | None = None,
        shelf: Shelf | None = None,
        page: str = "",
        snippets: object = None,
    ) -> None:
        self._count = count
        self._shelf = shelf
        self.page = page
        self.snippets = snippets
        self.muted = False  #: what is asked is not counted
        self.noted: list[tuple[str, str]] = []  #: what was counted since somebody cleared it

    def at(self, page: str) -> Memory:
        """The same for another page."""
        return Memory(self._count, self._shelf, page, self.snippets)

    def verdicts(self, encoding: str) -> Verdicts | None:
        """The verdicts on pages in this codec."""
        if self._shelf is None:
            return None
        found = self._shelf.get(encoding)
        return self._shelf.setdefault(encoding, Verdicts()) if found is None else found

    def note(self, what: str, name: str) -> None:
        """Count one, and write down that it was counted."""
        if self.muted or self._count is None:
            return
        if len(self.noted) <= _NOTES:
            self.noted.append((what, name))
        self._count(what, name)

    def again(self, verdict: Verdict) -> None:
        """Count what was counted when this verdict was made."""
        if self._count is not None and not self.muted:
            for what, name in verdict.counted:
                self._count(what, name)
