"""What a reader takes from a list: host patterns by service, and a count of what it leaves out.

A list can name only purposes that wait for consent. Words for login, security, delivery networks
and consent tools would loosen a gate on the say of strangers: they are left out, and counted.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from consentguard.catalogue.dataset import SHARING, dump
from consentguard.catalogue.patterns import HostPattern
from consentguard.catalogue.sites import registrable_domain
from consentguard.model import Service

#: The purposes that a list may name, in the order in which a service tells them.
WAITING = ("advertising", "analytics", "social", "media", "functional")

_LONGEST = 512  #: characters of a path that are still taken
_LONGEST_HOST = 253  # RFC 1035 §2.3.4
_NUMBERS = re.compile(r"[0-9]+(?:\.[0-9]+){3}|\[[0-9a-f:.]+\]")
_UNSAYABLE = re.compile(r"[\s\[\]#\\\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffd]")
_NOT_IN_ID = re.compile(r"[^a-z0-9_-]+")
_NOT_TEXT = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]+")
_WEB = re.compile(r"https?://[!-~]{1,500}")


@dataclass(frozen=True, slots=True)
class Taken:
    """One list, read. ``services`` have ids that are unique within the list."""

    format: str
    title: str  #: what the list calls itself; may be empty
    version: str  #: its own version or date, as it states it; may be empty
    licence: str  #: as it states it; may be empty
    services: tuple[Service, ...]
    left_out: Mapping[str, int] = field(hash=False)  #: by reason

    @property
    def entries(self) -> int:
        """How many host patterns there are."""
        return sum(len(service.hosts) for service in self.services)

    def lines(self, name: str) -> list[str]:
        """The list in the line format of the data set, sorted, under its ``name``."""
        own = (replace(one, id=f"{name}:{one.id}") for one in self.services)
        return sorted(dump(replace(service, source=name)) for service in own)


class Basket:
    """Collects patterns by service while a list is read."""

    def __init__(self) -> None:
        self.left_out: Counter[str] = Counter()
        self._services: dict[object, Service] = {}
        self._hosts: dict[object, dict[str, HostPattern]] = {}

    def leave(self, reason: str, number: int = 1) -> None:
        """Count something that is not taken."""
        self.left_out[reason] += number

    def add(
        self, key: object, service: Service, host: str, rest: str = "", *, exact: bool = False
    ) -> None:
        """Take ``host`` and what is below it (``exact``: it alone), or count why not.

        ``key`` tells services apart; the first one given for a key describes all its hosts, and
        its id is a wish. ``rest`` is path and query as patterns write them.
        """
        pattern = host_pattern(host, rest, exact=exact)
        if isinstance(pattern, str):
            self.leave(pattern)
            return
        self._services.setdefault(key, service)
        hosts = self._hosts.setdefault(key, {})
        if pattern.text in hosts:
            self.leave("said twice")
        hosts[pattern.text] = pattern

    def services(self) -> tuple[Service, ...]:
        """The services, each with its hosts; what a shorter pattern says already is left out."""
        ids: Counter[str] = Counter()
        found = []
        for key, service in self._services.items():
            every = self._hosts[key]
            hosts = tuple(sorted(text for text, one in every.items() if not _covered(one, every)))
            self.left_out["said twice"] += len(every) - len(hosts)
            name = identifier(service.id)
            ids[name] += 1
            unique = f"{name}:{ids[name]}" if ids[name] > 1 else name
            sells = not SHARING.isdisjoint(service.purposes)
            found.append(replace(service, id=unique, hosts=hosts, sells_or_shares=sells))
        self.left_out = +self.left_out
        return tuple(found)


def host_pattern(host: str, rest: str = "", *, exact: bool = False) -> HostPattern | str:
    """The pattern for a host of a list, in its one spelling; or the reason why there is none."""
    host = host.lower().strip(".")
    if not host or len(host) > _LONGEST_HOST or len(rest) > _LONGEST or _UNSAYABLE.search(rest):
        return "malformed"
    numbers = _NUMBERS.fullmatch(host) is not None
    if "." not in host and not numbers:
        return "no host, or a whole top-level domain"
    below = "" if exact or numbers else "*."
    try:
        name = HostPattern(below + host).host  # as URLs have it: lower case, IDN in ASCII
        pattern = HostPattern(below + name + rest)
    except ValueError:
        return "malformed"
    # Below a public suffix live strangers: no list means all of them.
    strangers = not numbers and registrable_domain(f"x.{name}") != registrable_domain(name)
    if strangers and not pattern.has_path:
        return "a domain below which anybody may have a site"
    return pattern


def purposes_of(words: Iterable[str], table: Mapping[str, str]) -> tuple[str, ...]:
    """The waiting purposes that a list's own ``words`` stand for; words that loosen do not count.

    ``table`` gives purposes by word, several of them separated by spaces.
    """
    found = {purpose for word in words for purpose in table.get(word, "").split()}
    return tuple(purpose for purpose in WAITING if purpose in found)


def identifier(text: str) -> str:
    """A service's id within its list."""
    found = _NOT_IN_ID.sub("_", text.lower()).strip("_")[:80]
    return found or "x" + hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:8]


def plain(value: object) -> str:
    """A text of a list on one line, without control characters, bounded; "" for anything else."""
    return " ".join(_NOT_TEXT.sub(" ", value).split())[:200] if isinstance(value, str) else ""


def address(value: object) -> str:
    """A web address of a list; "" for anything else: a page may link to it."""
    return value if isinstance(value, str) and _WEB.fullmatch(value) else ""


def _covered(pattern: HostPattern, every: Mapping[str, HostPattern]) -> bool:
    return any(text in every for text in _above(pattern))


def _above(pattern: HostPattern) -> Iterator[str]:
    """The bare patterns that claim whatever this one claims."""
    name, below = pattern.host, pattern.text.startswith("*.")
    if pattern.has_path or not below:
        yield f"*.{name}"
    if pattern.has_path and not below:
        yield name
    while name := name.partition(".")[2]:
        yield f"*.{name}"
