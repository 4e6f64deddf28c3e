"""A page that caches share: nothing that a visitor brings changes a byte of it."""

from __future__ import annotations

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import NOW, GuardMaker, Here, a_policy, a_request
from tests.contract.site import PAGES, Page

from consentguard.consent.choose import choose, store
from consentguard.exchange import Exchange
from consentguard.guard import ConsentGuard
from consentguard.http.message import Header
from consentguard.model import Model
from consentguard.pages.everybody import Everybody
from consentguard.policy import parse

SHARED = '[enforcement]\ncache = "shared"\n'


class Anywhere(Here):
    """A locator whose place is set."""


PLACE = Anywhere()
GUARD = ConsentGuard(a_policy(SHARED), ["key"], ledger=None, geo=PLACE, clock=lambda: NOW)
#: All that the site of the contract has to show; a download is no page.
SHOWN = {
    path: page
    for path, page in PAGES.items()
    if any(k == b"content-type" and b"html" in v for k, v in page.headers)
    and b"content-disposition" not in dict(page.headers)
}
PLACES = ["DE", "FR", "GB", "BR", "US-CA", "US-TX", "US-OK", "CA-QC", "JP", "RU", "NG", "", "XX"]


def shown(exchange: Exchange, page: Page) -> tuple[list[Header], bytes]:
    first, *rest = page.pieces
    reply = exchange.reply(page.status, page.headers, first)
    headers, out = reply.open(first, whole=not rest)
    if rest:
        out += b"".join(map(reply.feed, rest)) + reply.finish()
    return list(headers), out


def cookie(region: str, kind: str, purposes: frozenset[str]) -> str:
    policy = GUARD.policy
    chosen = choose(policy, policy.regions[region], kind, dict.fromkeys(purposes, True), {})
    stored = store(policy, policy.regions[region], chosen, None, NOW, "receipt")
    return f"consent={GUARD.setup.tokens.write(stored)}"


visitors = st.fixed_dictionaries(
    {},
    optional={
        "cookie": st.builds(
            "; ".join,
            st.lists(
                st.one_of(
                    st.sampled_from(["_ga=1", "_fbp=2", "IDE=3", "consent=broken", "zz=4"]),
                    st.builds(
                        cookie,
                        st.sampled_from(["de-tdddg", "us-ca", "jp-tba", "br-lgpd"]),
                        st.sampled_from(["accept", "reject", "save"]),
                        st.frozensets(st.sampled_from(["analytics", "advertising", "media"])),
                    ),
                ),
                max_size=3,
            ),
        ),
        "sec_gpc": st.just("1"),
        "accept_language": st.sampled_from(["de", "fr", "ar, en;q=0.5", "xx"]),
        "sec_fetch_dest": st.sampled_from(["document", "iframe", "empty"]),
        "accept": st.sampled_from(["text/html", "*/*"]),
        "user_agent": st.just("Googlebot"),
    },
)


@given(
    st.sampled_from(sorted(SHOWN)),
    st.sampled_from(PLACES),
    visitors,
    st.sampled_from([b"", b"utm_source=x&gclid=abc"]),
)
def test_any_two_decisions_get_the_same_bytes_and_headers(
    path: str, place: str, headers: dict[str, str], query: bytes
) -> None:
    PLACE.place = Here("DE").place
    expected = shown(GUARD.exchange(a_request(path)), SHOWN[path])
    country = place.partition("-")[0]
    PLACE.place = Here(country, place if "-" in place else "").place
    request = a_request(path, **headers)
    request.query = query
    assert shown(GUARD.exchange(request), SHOWN[path]) == expected


def test_nothing_that_anybody_may_be_denied_is_allowed() -> None:
    """In every region of every preset, at any time, whatever is not free waits for all."""
    everybody = GUARD._shared.everybody.decision
    for region in GUARD.policy.regions.values():
        for state in (region, *region.later):
            for purpose, model in state.models.items():
                assert model is Model.NONE or not everybody.allows(purpose)
    assert everybody.opt_in
    assert not everybody.unknown
    assert everybody.show_banner
    assert everybody.allows("necessary")


def test_a_service_that_is_ruled_out_somewhere_waits_for_all() -> None:
    policy, problems = parse(
        "schema = 1\n[site]\nname = 'T'\nurl = 'http://localhost'\ncontroller = 'T'\n"
        "contact = 'a@b.test'\npolicy_url = '/p'\n"
        "[services.shop]\npurposes = ['necessary']\ncookies = ['shopper']\n"
        "[regions.here]\nextends = 'de-tdddg'\n[regions.here.services]\nshop = 'deny'\n" + SHARED
    )
    assert policy is not None, problems
    guard = ConsentGuard(policy, ["key"], ledger=None, geo=Here("US", "US-CA"))
    assert guard.decision(a_request()).allows("necessary", service="shop")
    assert not guard._shared.everybody.decision.allows("necessary", service="shop")


def test_a_cookie_that_not_everybody_may_get_is_told_once(
    make_guard: GuardMaker, caplog: pytest.LogCaptureFixture
) -> None:
    guard = make_guard(SHARED)
    for _ in range(2):
        headers, _ = shown(guard.exchange(a_request("/a\nb")), PAGES["/"])
        assert [v for k, v in headers if k == b"set-cookie" and v.startswith(b"_ga")] == []
    told = [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]
    assert sum('"_ga" was dropped: "/a\\nb" is a page that caches share' in t for t in told) == 1


def test_it_shows_of_the_request_what_every_cache_has_in_its_key(make_guard: GuardMaker) -> None:
    request = a_request("/a", accept_language="de", sec_fetch_dest="iframe", cookie="_ga=1; a=2")
    request.query = b"gclid=1"
    everybody = make_guard(SHARED).exchange(request).page
    assert isinstance(everybody, Everybody)
    assert (everybody.onward, everybody.framed, everybody.hides) == ("/a", False, (b"_ga",))
    assert everybody.texts.lang == "en"


def test_a_view_that_asks_is_its_visitors(make_guard: GuardMaker) -> None:
    exchange = make_guard(SHARED).exchange(a_request("/a"))
    assert exchange.page.shared
    assert not exchange.decision.allows("analytics")
    assert not exchange.page.shared


def test_a_mode_that_there_is_not_is_refused(make_guard: GuardMaker) -> None:
    exchange = make_guard().exchange(a_request())
    assert exchange.cache_mode == "private"
    with pytest.raises(ValueError, match="'private' or 'shared', not 'public'"):
        exchange.cache_mode = "public"
    exchange.cache_mode = "shared"
    assert exchange.cache_mode == "shared"


def test_a_page_that_the_visitor_holds_as_their_own_stays_so(make_guard: GuardMaker) -> None:
    """The view has become one for everybody: an unchanged page is not relabelled as such."""
    guard = make_guard()
    own = guard.exchange(a_request("/a")).visit
    digest = own.digest.encode()
    exchange = guard.exchange(
        a_request("/a", accept="text/html", if_none_match=f'W/"v1.cg-{own.digest}"')
    )
    exchange.cache_mode = "shared"
    reply = exchange.reply(304, [(b"etag", b'"v1"'), (b"cache-control", b"public")])
    assert (b"etag", b'W/"v1.cg-%b"' % digest) in reply.headers
    assert (b"cache-control", b"private, no-cache") in reply.headers
