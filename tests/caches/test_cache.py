"""The test's own cache does what RFC 9111 says, or the runs through it would prove nothing."""

from __future__ import annotations

import pytest
from tests.caches.cache import Cache
from tests.caches.walk import Clock
from tests.contract.harness import Answer, Sent

from consentguard.http.message import Header

DATE = b"Wed, 18 Nov 2026 11:00:00 GMT"
SENT = Sent("/", headers=((b"cookie", b"a=1"),))


class Origin:
    """Answers with the same headers, and with 304 to today's tag or date."""

    def __init__(self, *headers: Header, status: int = 200) -> None:
        self.headers = headers
        self.status = status
        self.asked = 0

    def __call__(self, sent: Sent) -> Answer:
        self.asked += 1
        fields, own = dict(sent.headers), dict(self.headers)
        same = fields.get(b"if-none-match", fields.get(b"if-modified-since"))
        if same and same in (own.get(b"etag"), own.get(b"last-modified")):
            return Answer(304, self.headers, b"")
        return Answer(self.status, self.headers, b"body")


def asked_after(seconds: float, *headers: Header, status: int = 200, shared: bool = True) -> int:
    """How often the origin is asked for what is wanted now and so many seconds later."""
    clock, origin = Clock(), Origin(*headers, status=status)
    cache = Cache(origin, clock, shared=shared)
    assert cache(SENT).body == b"body"
    clock.now += seconds
    assert cache(SENT).body == b"body"
    return origin.asked


@pytest.mark.parametrize(
    ("control", "shared", "browser"),
    [
        (b"max-age=60", 1, 1),
        (b"max-age=30", 2, 2),
        (b"s-maxage=60", 1, 1),
        (b"max-age=60, s-maxage=1", 2, 1),
        (b"private, max-age=60", 2, 1),
        (b"no-cache, max-age=60", 2, 2),
        (b"no-store, max-age=60", 2, 2),
        (b"public", 1, 1),
    ],
)
def test_how_long_a_response_is_fresh(control: bytes, shared: int, browser: int) -> None:
    header = (b"cache-control", control)
    assert asked_after(40, header) == shared
    assert asked_after(40, header, shared=False) == browser


@pytest.mark.parametrize("name", [b"cdn-cache-control", b"surrogate-control", b"x-accel-expires"])
def test_a_targeted_header_goes_before_all_others_in_a_shared_cache(name: bytes) -> None:
    value = b"60" if name == b"x-accel-expires" else b"max-age=60"
    headers = ((name, value), (b"cache-control", b"private, no-cache"))
    assert asked_after(40, *headers) == 1
    assert asked_after(40, *headers, shared=False) == 2


def test_expires_and_heuristics() -> None:
    assert asked_after(40, (b"expires", b"Wed, 18 Nov 2099 11:00:00 GMT")) == 1
    assert asked_after(40, (b"expires", DATE), (b"cache-control", b"max-age=60")) == 1
    assert asked_after(40, (b"last-modified", b"Tue, 17 Nov 2026 11:00:00 GMT")) == 1
    assert asked_after(40, status=302) == 2
    assert asked_after(40, (b"cache-control", b"max-age=60"), status=302) == 1


@pytest.mark.parametrize("header", [(b"etag", b'"x"'), (b"last-modified", DATE)])
def test_what_is_stale_is_revalidated_and_gets_the_headers_of_the_304(header: Header) -> None:
    clock, origin = Clock(), Origin(header, (b"cache-control", b"max-age=1"))
    cache = Cache(origin, clock)
    cache(SENT)
    clock.now += 3600
    origin.headers = (header, (b"cache-control", b"max-age=60"), (b"x-new", b"1"))
    assert cache(SENT).every("x-new") == ["1"]
    clock.now += 30
    assert cache(SENT).body == b"body"
    assert cache.counts == {"fetched": 1, "revalidated": 1, "hit": 1}


@pytest.mark.parametrize("varies", [True, False])
def test_a_cache_that_looks_at_vary_tells_requests_apart(varies: bool) -> None:
    headers = ((b"vary", b"Cookie"), (b"cache-control", b"max-age=60"), (b"set-cookie", b"a=2"))
    origin = Origin(*headers)
    cache = Cache(origin, Clock(), varies=varies)
    for cookie in (b"a=1", b"a=2", b"a=1"):
        answer = cache(Sent("/", headers=((b"cookie", cookie),)))
        assert answer.every("set-cookie") == ["a=2"], "which RFC 9111 lets it keep"
    assert origin.asked == (2 if varies else 1)


def test_the_clients_condition_is_answered_here() -> None:
    cache = Cache(Origin((b"etag", b'"x"'), (b"cache-control", b"max-age=60")), Clock())
    cache(SENT)
    assert cache(Sent("/", headers=((b"if-none-match", b'W/"x"'),))).status == 304
    assert cache(Sent("/", headers=((b"if-none-match", b'"y"'),))).status == 200
