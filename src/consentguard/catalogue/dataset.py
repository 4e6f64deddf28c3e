"""The line format of the data set: one service a line, tab-separated, sorted, made to be reviewed.

::

    id  source  purposes  name  vendor  hosts  cookies  cookie_domains  policy_url  more

Lists are separated by spaces. A cookie is ``name`` or ``name=days``: how long it lives, 0 for a
session. A vendor ``=`` is called like the service. ``more`` is a JSON object with whatever else a
service has. Empty columns at the end are left out; ``#`` begins a line of comment.

A second line with an id that an earlier one has adds hosts and cookies to that service. Cutting a
line apart costs a microsecond; what its columns mean is worked out when somebody asks.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import Any

from consentguard.model import Service

#: The source of what was written by hand for this package.
OWN = "own"

#: A service for one of these passes data on (US state laws: "sells or shares") unless it says no.
SHARING = frozenset({"advertising", "social"})

_COLUMNS = 10
_NOTHING: Mapping[str, Any] = MappingProxyType({})
_IN_COLUMNS = frozenset(
    {
        *("id", "source", "name", "purposes", "cookies", "lifetimes", "hosts", "vendor"),
        *("cookie_domains", "policy_url"),
    }
)
_DEFAULTS: Mapping[str, Any] = {
    f.name: getattr(Service("", "", ()), f.name)
    for f in fields(Service)
    if f.name not in _IN_COLUMNS | {"declared", "sells_or_shares"}
}


class Entry:
    """One line. Its patterns are what an index asks for; :meth:`service` gives the whole."""

    __slots__ = ("_line",)

    def __init__(self, line: str) -> None:
        self._line = line.split("\t")

    def _column(self, number: int) -> str:
        return self._line[number] if number < len(self._line) else ""

    def __repr__(self) -> str:
        return f"Entry({self.id!r}, {self.source!r})"

    @property
    def id(self) -> str:
        """The service's id."""
        return self._line[0]

    @property
    def source(self) -> str:
        """``own``, or the names of the published lists that say so."""
        return self._line[1]

    @property
    def name(self) -> str:
        """The service's name as people read it."""
        return self._line[3]

    @property
    def purposes(self) -> tuple[str, ...]:
        """What it is used for."""
        return tuple(self._line[2].split())

    @property
    def hosts(self) -> tuple[str, ...]:
        """Host patterns."""
        return tuple(self._column(5).split())

    @property
    def cookies(self) -> tuple[str, ...]:
        """Cookie names and patterns, without their lifetimes."""
        return tuple([cookie.partition("=")[0] for cookie in self._column(6).split()])

    @property
    def days(self) -> dict[str, int]:
        """How many days a cookie lives, where that is known; 0 for a session."""
        parts = (cookie.partition("=") for cookie in self._column(6).split())
        return {name: int(days) for name, equals, days in parts if equals}

    @property
    def cookie_domains(self) -> tuple[str, ...]:
        """The hosts on which alone the cookie names count; empty: everywhere."""
        return tuple(self._column(7).split())

    @property
    def first_party_cookies(self) -> bool:
        """Whether the cookie names count on the site's own host only."""
        return bool(self._more.get("first_party_cookies"))

    @property
    def snippets(self) -> tuple[str, ...]:
        """Texts by which an inline script is known."""
        found: tuple[str, ...] = self._more.get("snippets", ())
        return found

    @property
    def _more(self) -> Mapping[str, Any]:
        if len(self._line) < _COLUMNS:
            return _NOTHING
        more: dict[str, Any] = json.loads(self._line[-1])
        return {key: tuple(v) if isinstance(v, list) else v for key, v in more.items()}

    def service(self, additions: Iterable[Entry] = ()) -> Service:
        """The whole service, with the hosts and cookies of later lines of the same id."""
        every = (self, *additions)
        more = dict(self._more)
        if "safeguard" in more:
            more["safeguard"] = MappingProxyType(more["safeguard"])
        more.setdefault("sells_or_shares", not SHARING.isdisjoint(self.purposes))
        vendor = self._column(4)
        return Service(
            id=self.id,
            name=self.name,
            purposes=self.purposes,
            cookies=tuple(dict.fromkeys(c for e in every for c in e.cookies)),
            hosts=tuple(dict.fromkeys(h for e in every for h in e.hosts)),
            vendor=self.name if vendor == "=" else vendor,
            cookie_domains=self.cookie_domains,
            policy_url=self._column(8),
            lifetimes=MappingProxyType({name: d for e in every for name, d in e.days.items()}),
            source=" ".join(dict.fromkeys(s for e in every for s in e.source.split())),
            **more,
        )


def parse(text: str) -> Iterator[Entry]:
    """Every line of a data set that is not a comment, in order."""
    return (Entry(line) for line in text.split("\n") if line and line[0] != "#")


def dump(service: Service) -> str:
    """The line of a service.

    Raises ValueError for a value that the format cannot carry: a tab or line break, or a space
    inside an item of a list.
    """
    days = service.lifetimes
    cookies = [f"{c}={days[c]}" if c in days else c for c in service.cookies]
    columns = [
        *(service.id, service.source, _joined(service.purposes), service.name),
        "=" if service.vendor and service.vendor == service.name else service.vendor,
        *(_joined(service.hosts), _joined(cookies), _joined(service.cookie_domains)),
        *(service.policy_url, _rest(service)),
    ]
    line = "\t".join(columns)
    if line.count("\t") != _COLUMNS - 1 or "\n" in line or "\r" in line:
        raise ValueError(f"service {service.id!r}: a tab or a line break in a value")
    return line.rstrip("\t")


def _joined(items: Iterable[str]) -> str:
    texts = list(items)
    if any(text != "".join(text.split()) or not text for text in texts):
        raise ValueError(f"an empty item or white space in {texts!r}")
    return " ".join(texts)


def _rest(service: Service) -> str:
    rest = {name: getattr(service, name) for name in _DEFAULTS}
    said = {key: value for key, value in rest.items() if value != _DEFAULTS[key]}
    if service.sells_or_shares is SHARING.isdisjoint(service.purposes):
        said["sells_or_shares"] = service.sells_or_shares
    plain = {k: dict(v) if isinstance(v, Mapping) else v for k, v in said.items()}
    if not plain:
        return ""
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
