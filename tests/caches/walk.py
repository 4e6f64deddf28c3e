"""The randomised run: visitors walk about a site behind caches, and nothing may pass between them.

What a visitor is shown is compared with what the app itself answers to that very visitor, asked
behind all caches and without conditions, and with what ``/_consent/state`` says is granted.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode

from tests.caches.asking import ask
from tests.caches.cache import CONDITIONS, Cache, Fetch
from tests.caches.site import COOKIES, LINK, TRACKERS, VIEWS, Site, policy
from tests.caches.visitors import NAVIGATION, Visitor, cookies_of
from tests.conftest import NOW
from tests.contract.harness import Answer, Sent, through_wsgi

import consentguard.asgi
import consentguard.wsgi
from consentguard.guard import ConsentGuard
from consentguard.http.csp import FENCE
from consentguard.http.message import Header

#: Opt-in, opt-out, notice, and nobody knows.
PLACES = ("DE", "DE", "FR", "US-CA", "US-CA", "US-TX", "JP", "XX")
LANGUAGES = ("en", "de", "de-AT,en;q=0.5")
OWN = ("/_consent", "/_consent/state")
PATHS = (*VIEWS, *OWN)
PAGES = frozenset(path for path, view in VIEWS.items() if view.page)
#: Headers that tell a browser what to do, beside Set-Cookie.
TELLING = ("content-type", "location", "link", "content-security-policy", "refresh")
DAY = 86400
HOT = 80  #: steps for which visitors are interested in the same few paths
#: What decides what somebody has allowed.
_TELLING = (b"host", b"x-place", b"sec-gpc", b"cookie")
_VERSION = re.compile(rb"version\D{1,4}(\d+)")


class Leak(AssertionError):
    """A visitor was shown what its own decision does not give."""


@dataclass
class Clock:
    """Seconds since 1970, which only the test moves."""

    now: float = NOW

    def __call__(self) -> float:
        return self.now


@contextmanager
def timed(clock: Callable[[], float]) -> Iterator[None]:
    """Guards that are made here go by that clock: no parameter of the middleware."""
    with patch.dict(ConsentGuard.__init__.__kwdefaults__, {"clock": clock}):
        yield


def guarded(site: Site, enforcement: str = "", *, wsgi: bool = False) -> Fetch:
    """The site behind the middleware, asked without a server."""
    given: Any = {"policy": policy(enforcement), "secret_keys": ["key"], "ledger": None}
    with timed(site.clock):
        asgi_app = consentguard.asgi.ConsentMiddleware(site.asgi, **given)
        wsgi_app = consentguard.wsgi.ConsentMiddleware(site.wsgi, **given)
    if wsgi:
        return lambda sent: through_wsgi(wsgi_app, sent)
    return lambda sent: ask(asgi_app, sent)


def seed_of_today() -> int:
    """``CONSENTGUARD_SEED``; in CI always the same."""
    given = os.environ.get("CONSENTGUARD_SEED", "9" if "CI" in os.environ else "")
    return int(given) if given else random.SystemRandom().randrange(1_000_000)


@dataclass
class Walk:
    """A run of ``steps`` by ``seed``. ``front`` is what browsers ask, ``app`` what is behind it.

    ``visits`` counts what was shown by path, ``met`` with the status, those in between too.
    ``tick`` moves the clock, where it can be moved. ``shared`` says of which paths the pages are
    the same for everybody; ``bare`` is a site without us, where nothing is compared.
    """

    front: Fetch
    app: Fetch
    clock: Callable[[], float]
    seed: int
    tick: Callable[[float], object] | None = None
    shared: Callable[[str], bool] = lambda path: False
    bare: bool = False
    paths: Sequence[str] = PATHS
    met: Counter[str] = field(default_factory=Counter)

    visits: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.told: list[str] = []
        self._owners: dict[str, Visitor] = {}
        self._allowed: dict[tuple[Header, ...], frozenset[str]] = {}
        self._same: dict[tuple[str, bytes, bytes], tuple[Any, bytes]] = {}
        self.visitors = [
            Visitor(
                self.front,
                self.clock,
                PLACES[number % len(PLACES)],
                LANGUAGES[number % len(LANGUAGES)],
                gpc=number % 4 == 3,
            )
            for number in range(8)
        ]

    def run(self, steps: int) -> None:
        """Walk. Raises :class:`Leak` with the seed and the last steps."""
        for step in range(steps):
            try:
                self._step()
            except AssertionError as error:
                last = "\n".join(self.told[-25:])
                raise Leak(
                    f"CONSENTGUARD_SEED={self.seed}, step {step}: {error}\n{last}"
                ) from error

    def _step(self) -> None:
        number = self.random.randrange(len(self.visitors))
        visitor = self.visitors[number]
        if not len(self.told) % HOT:
            self.hot = self.random.sample(self.paths, min(6, len(self.paths)))
        kind = self.random.choices(
            ("visit", "back", "choose", "change", "wait"), (68, 10, 10, 5, 7)
        )[0]
        self.told.append(f"{self.clock():.0f} visitor {number} ({visitor.place}) {kind}")
        getattr(self, f"_{kind}")(visitor)

    def _wait(self, _: Visitor) -> None:
        seconds = self.random.choice((1, 10, 60, 120, 250, 400, 2000))
        if not self.random.randrange(40):
            seconds = 190 * DAY
            self._allowed.clear()
            for one in self.visitors:
                one.history.clear()
        if self.tick is not None:
            self.tick(seconds)

    def _change(self, visitor: Visitor) -> None:
        """Somebody sets the browser otherwise, or travels: then it is started again.

        Or finds a cookie of some day before there was a guard.
        """
        kind = self.random.randrange(3)
        if kind == 0:
            visitor.gpc = not visitor.gpc
            return
        visitor.history.clear()
        if kind == 1:
            visitor.place = self.random.choice(PLACES)
        else:
            visitor.jar["_ga"] = "before"

    def _choose(self, visitor: Visitor) -> None:
        kind = self.random.choice(("accept", "accept", "reject", "save", "withdraw"))
        form = [("choice", kind), ("next", "/")]
        for purpose in ("analytics", "advertising", "media"):
            if self.random.randrange(2) and kind == "save":
                form.append(("purpose", purpose))
        path = "/_consent/withdraw" if kind == "withdraw" else "/_consent"
        self.told[-1] += f" {urlencode(form)}"
        answer = visitor.choose(path, form[1:] if kind == "withdraw" else form)
        assert self.bare or answer.status == 303, answer

    def _visit(self, visitor: Visitor) -> None:
        path = self.random.choice(self.hot)
        method = self.random.choices(("GET", "HEAD"), (95, 5))[0]
        accept = self.random.choices((NAVIGATION, b"*/*"), (70, 30))[0]
        more = [(b"cache-control", b"no-cache")] * (not self.random.randrange(12))
        part = self.random.randrange(2) and path in ("/ranged", "/static/site.css")
        if part and method == "GET":
            more.append((b"range", b"bytes=0-400"))
        elif method == "GET":
            visitor.history.add(path)
        self.told[-1] += f" {method} {path} {accept[:9].decode()} {more}"
        sent = Sent(path, method, visitor.headers(accept, more), scheme="https")
        self._compared(visitor, sent, visitor.ask(sent))

    def _back(self, visitor: Visitor) -> None:
        known = sorted(p for p in visitor.history if p not in VIEWS or VIEWS[p].page)
        if known:
            path = self.random.choice(known)
            self.told[-1] += f" to {path}"
            sent = Sent(path, "GET", visitor.headers(NAVIGATION), scheme="https")
            self._compared(visitor, sent, visitor.back(sent))

    def _compared(self, visitor: Visitor, sent: Sent, shown: Answer) -> None:
        """Raise AssertionError where the visitor is shown what the app would not show to them."""
        path = sent.target
        self.visits[path] += 1
        self.met[f"{path} {shown.status}"] += 1
        for answer in visitor.got:
            if answer.status == 304:
                self.met[f"{path} 304"] += 1
        if self.bare:
            return
        body = plain(shown)
        version = _VERSION.search(body + b" ".join(v for _, v in shown.headers))
        # Nothing that a cache may have answered with: no condition, a version that we saw.
        headers = [h for h in sent.headers if h[0] not in CONDITIONS]
        headers.append((b"x-version", version[1] if version else b"1"))
        own = self.app(Sent(path, sent.method, tuple(headers), scheme="https"))
        granted = self._granted(sent)
        shared = self.shared(path) and path in PAGES
        self._gated(body, shown, frozenset() if shared else granted)
        if shown.status == 206:  # any cache may cut it out of what it has
            fenced = FENCE in shown.headers
            assert fenced or plain(own).startswith(body), f"no part of {own}: {shown}"
        else:
            self._equal(sent, shown, own)
        if shared and (sent.method, shown.status) == ("GET", 200):
            self._for_everybody(sent, shown)
        self._cookies(visitor, path, own, granted)

    def _equal(self, sent: Sent, shown: Answer, own: Answer) -> None:
        assert shown.status == own.status, (shown, own)
        if sent.method == "GET":
            body, expected = plain(shown), plain(own)
            assert body == expected, f"not their own:\n{body!r}\n{expected!r}"
        for name in TELLING:
            assert shown.every(name) == own.every(name), f"{name}: {shown} instead of {own}"

    def _granted(self, sent: Sent) -> frozenset[str]:
        """The purposes that whoever sends this has allowed."""
        headers = tuple(h for h in sent.headers if h[0] in _TELLING)
        known = self._allowed.get(headers)
        if known is None:
            asked = self.app(Sent("/_consent/state", "GET", headers, scheme="https"))
            known = self._allowed[headers] = frozenset(json.loads(asked.body)["granted"])
        return known

    def _gated(self, body: bytes, shown: Answer, granted: frozenset[str]) -> None:
        if FENCE in shown.headers:
            return  # a part of a page: it contacts nobody
        for tracker, purpose in TRACKERS.items():
            assert tracker not in body or purpose in granted, f"{tracker!r} without consent"
        assert LINK[1].decode() not in shown.every("link") or "analytics" in granted, "a Link"

    def _for_everybody(self, sent: Sent, shown: Answer) -> None:
        """In shared mode all have the same bytes and headers of one version."""
        hops = (
            b"age",
            b"date",
            b"via",
            b"x-varnish",
            b"connection",
            b"server",
            b"transfer-encoding",
        )
        unsaid = (*hops, b"expires", b"content-length")
        headers = sorted(h for h in shown.headers if h[0] not in unsaid)
        assert not shown.every("set-cookie"), "a cookie on a shared page"
        key = (sent.target, sent.method.encode(), plain(shown))
        first = self._same.setdefault(key, (headers, b""))
        assert first[0] == headers, f"{headers} for one, {first[0]} for another"

    def _cookies(self, visitor: Visitor, path: str, own: Answer, granted: frozenset[str]) -> None:
        """What was set over the network is what the app sets for this visitor."""
        theirs = {(name, gone) for name, _, gone in cookies_of(own)}
        for answer in visitor.got:
            got = {(name, gone) for name, _, gone in cookies_of(answer)}
            for name, value, gone in cookies_of(answer):
                owner = visitor if gone else self._owners.setdefault(value, visitor)
                assert owner is visitor or name not in COOKIES, f"{name} of another: {answer}"
            for name, gone in got:
                allowed = COOKIES.get(name) in granted
                right = gone is not allowed if name in COOKIES else (name, gone) in theirs
                assert right, f"{name} was {'expired' if gone else 'set'}: {answer}"
            private = path in PAGES and not self.shared(path)
            assert not private or answer.status == 304 or got == theirs, f"{got}, not {theirs}"


def plain(answer: Answer) -> bytes:
    """The body without its content coding."""
    if answer.body and answer.every("content-encoding") == ["gzip"]:
        return gzip.decompress(answer.body)
    return answer.body


def behind(
    seed: int,
    enforcement: str = "",
    *,
    varies: bool,
    wsgi: bool = False,
    shared: Callable[[str], bool] = lambda path: False,
    bare: bool = False,
    paths: Sequence[str] = PATHS,
) -> tuple[Walk, Cache, Site]:
    """A walk about the site behind one shared cache of the test's own."""
    clock = Clock()
    site = Site(clock)
    if bare:
        app: Fetch = lambda sent: ask(site.asgi, sent)  # noqa: E731
    else:
        app = guarded(site, enforcement, wsgi=wsgi)
    cache = Cache(app, clock, varies=varies)

    def tick(seconds: float) -> None:
        clock.now += seconds

    walk = Walk(cache, app, clock, seed, tick=tick, shared=shared, bare=bare, paths=paths)
    return walk, cache, site


def sums(site: Site, paths: Mapping[str, object] | frozenset[str]) -> Counter[tuple[str, int]]:
    """How often each of the paths was asked of the app itself, by status."""
    return Counter({key: n for key, n in site.asked.items() if key[0] in paths})
