"""Visitors with a browser each: cookies, a cache of its own, and what it is told of the network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from tests.caches.cache import Cache, Fetch, directives
from tests.caches.site import HOST
from tests.contract.harness import Answer, Sent

from consentguard.http.message import Header

NAVIGATION = b"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@dataclass
class Visitor:
    """Somebody with a browser. ``got`` is what came over the network for the last request."""

    front: Fetch
    clock: Callable[[], float]
    place: str
    language: str
    gpc: bool = False
    jar: dict[str, str] = field(default_factory=dict)
    got: list[Answer] = field(default_factory=list)
    history: set[str] = field(default_factory=set)  #: where the back button may go

    def __post_init__(self) -> None:
        self.cache = Cache(self._network, self.clock, shared=False)

    def headers(self, accept: bytes, more: Sequence[Header] = ()) -> tuple[Header, ...]:
        """The headers of a request that this browser sends now."""
        found: list[Header] = [
            (b"host", HOST.encode()),
            (b"x-place", self.place.encode()),
            (b"accept", accept),
            (b"accept-language", self.language.encode()),
            (b"accept-encoding", b"gzip"),
        ]
        if self.gpc:
            found.append((b"sec-gpc", b"1"))
        if self.jar:
            cookies = "; ".join(f"{name}={value}" for name, value in self.jar.items())
            found.append((b"cookie", cookies.encode()))
        return (*found, *more)

    def ask(self, sent: Sent) -> Answer:
        """The answer, from the own cache or through the caches in front."""
        self.got = []
        return self.cache(sent)

    def back(self, sent: Sent) -> Answer:
        """What is shown after the back button was pressed."""
        self.got = []
        return self.cache.back(sent)

    def choose(self, path: str, form: Sequence[tuple[str, str]]) -> Answer:
        """Send a form of the banner or of the preferences."""
        body = urlencode(form).encode()
        more = (
            (b"content-type", b"application/x-www-form-urlencoded"),
            (b"content-length", b"%d" % len(body)),
            (b"sec-fetch-site", b"same-origin"),
            (b"sec-fetch-user", b"?1"),
        )
        return self.ask(Sent(path, "POST", self.headers(NAVIGATION, more), body, scheme="https"))

    def _network(self, sent: Sent) -> Answer:
        answer = self.front(sent)
        self.got.append(answer)
        for name, value, deleted in cookies_of(answer):
            if deleted:
                self.jar.pop(name, None)
            else:
                self.jar[name] = value
        return answer


def cookies_of(answer: Answer) -> list[tuple[str, str, bool]]:
    """Name, value and whether it is deleted, of each cookie that an answer sets."""
    found = []
    for line in answer.every("set-cookie"):
        pair, _, rest = line.partition(";")
        name, _, value = pair.partition("=")
        attributes = directives([rest.replace(";", ",").encode("latin-1")])
        found.append((name, value, attributes.get("max-age") == "0"))
    return found
