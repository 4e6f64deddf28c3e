"""Each rule switched off in turn: the run through the test's own caches has to notice it.

Three rules no correct cache can tell from the outside, because another one stands before them; they
are tested where they are written (``tests/http/test_caching.py``). Beside ``private, no-cache`` a
page's Expires and Accept-Ranges say nothing to a cache that knows Cache-Control, nor does what is
left of ``public`` and ``s-maxage`` beside the ``private`` of data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any
from unittest.mock import patch

import pytest
from tests.caches.asking import ask
from tests.caches.cache import Fetch
from tests.caches.site import Site
from tests.caches.test_own import SHARED, everywhere
from tests.caches.visitors import NAVIGATION, Visitor
from tests.caches.walk import Clock, Leak, behind, guarded
from tests.conftest import NOW
from tests.contract.harness import Sent

from consentguard import exchange
from consentguard.http import caching
from consentguard.http.message import Header
from consentguard.outbound import Outbound
from consentguard.pages import everybody, outcome, visit

#: How a page starts in which a script waits.
GATED = b"<script data-cg-purpose"
Mutation = AbstractContextManager[Any]

PAGE, PERSONAL, ASKED = caching.page_headers, caching.personal_headers, caching.request_headers
SEEDS = (8, 2)  #: always the same: a rule that is found by chance only is not tested
STEPS = 400


def page(change: Callable[[list[Header], list[Header]], list[Header]]) -> Mutation:
    """What ``change`` makes of the app's headers of a page and of ours."""

    def headers(app: Iterable[Header], digest: str) -> list[Header]:
        given = list(app)
        return change(given, PAGE(given, digest))

    return patch.object(caching, "page_headers", headers)


def personal(change: Callable[[list[Header], list[Header]], list[Header]]) -> Mutation:
    """The same of what is no page and depended on the visitor."""

    def headers(app: Iterable[Header], **said: bool) -> list[Header]:
        given = list(app)
        return change(given, PERSONAL(given, **said))

    return patch.object(caching, "personal_headers", headers)


def kept(name: bytes) -> Callable[[list[Header], list[Header]], list[Header]]:
    """The app's header of that name stays."""
    return lambda app, ours: ours + [h for h in app if h[0].lower() == name]


def control(value: bytes) -> Callable[[list[Header], list[Header]], list[Header]]:
    """Cache-Control says that instead."""
    return lambda app, ours: [(k, value if k == b"cache-control" else v) for k, v in ours]


def unvaried(app: list[Header], ours: list[Header]) -> list[Header]:
    """Nothing is said of cookies."""
    return [header for header in ours if header != (b"vary", b"Cookie, Sec-GPC")]


def untouched(app: list[Header], ours: list[Header]) -> list[Header]:
    """The app's headers."""
    return app


def unasked(headers: Iterable[Header], **said: bool) -> list[Header]:
    """What was asked may be kept for as long as the app says."""
    return PERSONAL(headers)


def any_decision(value: bytes, digests: Sequence[str]) -> tuple[str, list[bytes], list[bytes]]:
    """Every tag that was ever ours names today's decision."""
    tags = [tag.rpartition(b".cg-")[0] for _, tag in caching._ETAG.findall(value) if b".cg-" in tag]
    return digests[0] if tags else "", [b'"%b"' % tag for tag in tags], []


def dates(headers: Sequence[Header], digests: Sequence[str]) -> tuple[list[Header], str]:
    """The condition by date reaches the app."""
    given, named = ASKED(headers, digests)
    if any(name == b"if-modified-since" for name, _ in given):
        return given, named
    return [*given, *(h for h in headers if h[0] == b"if-modified-since")], named


def foreign(headers: Sequence[Header], digests: Sequence[str]) -> tuple[list[Header], str]:
    """Tags that are not ours reach the app."""
    given, named = ASKED(headers, digests)
    sent = [h for h in headers if h[0] == b"if-none-match" and b".cg-" not in h[1]]
    return given + [h for h in sent if h not in given], named


def unbound(self: Outbound, gate: Any = Outbound.gate) -> Any:
    """A 304 leaves as the app sent it."""
    if self.status == 304:
        self.revalidated = ""
    return gate(self)


def passes(self: Any, headers: Any, through: Any = exchange.Exchange.passes) -> Any:
    """What the app asked changes nothing."""
    self.asked = False
    return through(self, headers)


#: In private mode: the rule, where it matters, and what is done without it.
PRIVATE: dict[str, tuple[str, Callable[[], Mutation]]] = {
    "pages are private": ("/counted", lambda: page(control(b"no-cache"))),
    "pages are asked for again": ("/surrogate", lambda: page(control(b"private"))),
    "a tag names the decision": ("/", lambda: patch.object(visit.Visit, "digest", "x")),
    "tags of other decisions go": ("/", lambda: patch.object(caching, "_split", any_decision)),
    "a page has no Last-Modified": ("/dated", lambda: page(kept(b"last-modified"))),
    "no CDN-Cache-Control": ("/cdn", lambda: page(kept(b"cdn-cache-control"))),
    "no Surrogate-Control": ("/surrogate", lambda: page(kept(b"surrogate-control"))),
    "no X-Accel-Expires": ("/accel", lambda: page(kept(b"x-accel-expires"))),
    "a page varies with cookies": ("/", lambda: page(unvaried)),
    "a 304 is bound again": ("/", lambda: patch.object(Outbound, "gate", unbound)),
    "data with cookies is private": ("/api/counted", lambda: personal(untouched)),
    "redirections with cookies are": ("/go", lambda: personal(untouched)),
    "what is swept is private": ("/api/plain /counted", lambda: personal(untouched)),
    "data has no CDN-Cache-Control": ("/api/edge", lambda: personal(kept(b"cdn-cache-control"))),
    "data has no Surrogate-Control": ("/api/edge", lambda: personal(kept(b"surrogate-control"))),
    "data has no X-Accel-Expires": ("/api/edge", lambda: personal(kept(b"x-accel-expires"))),
    "cookies that were kept count": (
        "/api/counted",
        lambda: patch.object(
            Outbound, "depends", property(lambda self: False, lambda self, value: None)
        ),
    ),
    "what asked is private": (
        "/api/asked",
        lambda: patch.object(exchange.Exchange, "passes", passes),
    ),
    "what asked is asked for again": (
        "/api/asked",
        lambda: patch.object(caching, "personal_headers", unasked),
    ),
    "our own pages are not stored": (
        "/_consent /_consent/state",
        lambda: patch.object(
            outcome, "SECURITY", tuple(h for h in outcome.SECURITY if h[0] != b"cache-control")
        ),
    ),
}

#: In shared mode.
FOR_ALL: dict[str, Callable[[], Mutation]] = {
    "a page is everybody's": lambda: patch.object(
        exchange.Exchange, "page", property(lambda self: self.visit)
    ),
    "the app's cacheability stays": lambda: patch.object(
        everybody.Everybody, "cached", visit.Visit.cached
    ),
}


def walked(paths: Sequence[str]) -> None:
    """Walk about these paths. Raises :class:`Leak`."""
    for seed in SEEDS:
        behind(seed, varies=False, paths=paths)[0].run(STEPS)


@pytest.mark.parametrize("rule", PRIVATE)
def test_private_pages_need(rule: str) -> None:
    paths, mutation = PRIVATE[rule]
    with mutation(), pytest.raises(Leak):
        walked(paths.split())


def reaching(mutation: Callable[[], Mutation]) -> tuple[bool, int]:
    """Whether a shared site leaks, and how many requests reach it."""
    with mutation():
        walk, _, site = behind(9, enforcement=SHARED, varies=True, shared=everywhere)
        try:
            walk.run(300)
        except Leak:
            return True, 0
    return False, site.asked.total()


@pytest.mark.parametrize("rule", FOR_ALL)
def test_shared_pages_need(rule: str) -> None:
    leaks, asked = reaching(FOR_ALL[rule])
    usual, expected = reaching(nullcontext)
    assert not usual
    assert leaks or asked > expected * 1.2, (asked, expected)


def asks(visitor: Visitor, path: str, accept: bytes = NAVIGATION) -> bytes:
    return visitor.ask(Sent(path, "GET", visitor.headers(accept), scheme="https")).body


def later(path: str, first: Fetch, then: Fetch, clock: Clock) -> bytes:
    """A page as a browser shows it that has one of ``first`` which has got old."""
    visitor = Visitor(first, clock, "DE", "en")
    asks(visitor, path)
    visitor.front = then
    clock.now += 601
    return asks(visitor, path)


def from_before(path: str, enforcement: str = "") -> bytes:
    """… from before there was a guard."""
    clock = Clock(NOW // 1800 * 1800)
    site = Site(clock)
    return later(path, lambda sent: ask(site.asgi, sent), guarded(site, enforcement), clock)


@pytest.mark.parametrize("enforcement", ["", SHARED])
@pytest.mark.parametrize(
    ("path", "mutated"), [("/dated", dates), ("/expires", foreign)], ids=["date", "tag"]
)
def test_what_was_kept_before_us_is_not_confirmed(
    path: str, mutated: Any, enforcement: str
) -> None:
    assert GATED in from_before(path, enforcement)
    with patch.object(caching, "request_headers", mutated):
        assert GATED not in from_before(path, enforcement)


def of_older_policy(path: str) -> bytes:
    """… from before the policy was changed, in shared mode."""
    clock = Clock(NOW // 1800 * 1800)
    site = Site(clock)
    older = guarded(site, SHARED)
    return later(path, older, guarded(site, SHARED + '\nconsent_path = "/moved"'), clock)


@pytest.mark.parametrize("path", ["/dated", "/expires", "/"])
def test_what_was_shared_under_another_policy_is_not_confirmed(path: str) -> None:
    assert b'"/moved' in of_older_policy(path)
    with patch.object(everybody.Everybody, "digest", "x"):
        assert b'"/moved' not in of_older_policy(path)
