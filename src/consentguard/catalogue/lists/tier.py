"""Stored lists as one more tier: a dictionary of hosts, and a service made when one is met.

The lines of lists are many and few of them are ever met, so that a line is cut apart no further
than its hosts until a page names one of them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from consentguard.catalogue.dataset import Entry
from consentguard.catalogue.hosts import Claim, HostIndex
from consentguard.catalogue.urls import Target
from consentguard.model import Match, Service

from .store import Stored

_NOBODY: frozenset[str] = frozenset()
_LONGEST_HOST = 253  # RFC 1035 §2.3.4


class Lists(Mapping[str, Service]):
    """All lists together: services by id, and the claims on a host as an index gives them."""

    def __init__(self, stored: Iterable[Stored] = ()) -> None:
        self._lines = {one.origin.name: one.lines for one in stored}
        self._at: dict[str, str] = {}
        for lines in self._lines.values():
            self._add(lines)
        self._read: dict[str, HostIndex] = {}
        self._made: dict[str, Service] = {}

    def _add(self, lines: Iterable[str]) -> None:
        at = self._at
        for line in lines:
            hosts = line.split("\t", 6)[5]
            if " " not in hosts and "/" not in hosts and hosts not in at:
                at[hosts] = line  # most lines
                continue
            for key in {_key(text) for text in hosts.split(" ")}:
                at[key] = f"{at[key]}\n{line}" if key in at else line

    def __getitem__(self, id: str) -> Service:
        made = self._made.get(id)
        if made is None:
            made = self._made.setdefault(id, Entry(self._line(id)).service())
        return made

    def _line(self, id: str) -> str:
        name, _, own = id.partition(":")
        lines = self._lines.get(name, ())
        start = f"{id}\t"
        place = bisect_left(lines, start)
        if not own or place == len(lines) or not lines[place].startswith(start):
            raise KeyError(id)
        return lines[place]

    def __iter__(self) -> Iterator[str]:
        return (line.partition("\t")[0] for lines in self._lines.values() for line in lines)

    def __len__(self) -> int:
        return sum(map(len, self._lines.values()))

    def find(self, target: Target, hidden: frozenset[str] = _NOBODY) -> Sequence[Claim]:
        """The winning claims on a URL; empty where no list names it."""
        for index in self._naming(target.host):
            if found := index.find(target, hidden):
                return found
        return ()

    def find_host(self, host: str, hidden: frozenset[str] = _NOBODY) -> list[Claim] | None:
        """The winning claims on every URL of a host; None where path or query say who wins."""
        for index in self._naming(host):
            found = index.find_host(host, hidden)
            if found != []:
                return found
        return []

    def _naming(self, host: str) -> Iterator[HostIndex]:
        """The patterns of each name by which lists claim a host, the most specific name first."""
        if len(host) > _LONGEST_HOST or not self._at:
            return
        name = host
        if name in self._at:
            yield self._index(name)
        while name:
            if (key := f"*.{name}") in self._at:
                yield self._index(key)
            name = name.partition(".")[2]

    def _index(self, key: str) -> HostIndex:
        index = self._read.get(key)
        if index is None:
            # One at most for each key, and of those a site meets few.
            claims = [_Part(Entry(line), key) for line in self._at[key].split("\n")]
            index = self._read.setdefault(key, HostIndex(claims))
        return index


class _Part:
    """What a service claims of one host or domain."""

    def __init__(self, entry: Entry, key: str) -> None:
        self.id, self.name, self.source = entry.id, entry.name, entry.source
        self.hosts = tuple(text for text in entry.hosts if _key(text) == key)
        self.cookies: tuple[str, ...] = ()
        self.cookie_domains: tuple[str, ...] = ()
        self.first_party_cookies = False
        self.snippets: tuple[str, ...] = ()


def named(match: Match, claims: Sequence[Claim]) -> Match:
    """The answer of ``claims``, its reason naming the lists that they are from, if any."""
    parts = (claimant for _, claimant in claims if isinstance(claimant, _Part))
    lists = " and ".join(dict.fromkeys(part.source for part in parts))
    return replace(match, why=f"{match.why}, list {lists}") if lists else match


def _key(pattern: str) -> str:
    """Host or ``*.domain`` of a pattern."""
    return pattern.partition("/")[0]
