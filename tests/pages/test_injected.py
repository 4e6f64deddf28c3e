"""What is put into a page is what the banner renders, for each address, nonce and charset."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import SITE, Here, a_policy, a_request

from consentguard.guard import ConsentGuard
from consentguard.http.message import Request
from consentguard.pages import banner
from consentguard.pages.injected import LONGEST, MEMO, Banners, Injected
from consentguard.pages.origin import safe_path

POLICY = a_policy(site=SITE + 'languages = ["en", "de"]\n')
GUARD = ConsentGuard(POLICY, ["key"], ledger=None, geo=Here())
VISIT = GUARD.exchange(a_request()).visit
INJECTED = Injected(VISIT)


@given(st.text(max_size=40), st.sampled_from(["", "Abc+/=", "n1"]))
def test_it_is_what_the_banner_renders(path: str, nonce: str) -> None:
    onward = "/" + path
    rendered = banner.render(VISIT.view(safe_path(onward), nonce))
    assert INJECTED.markup(onward, nonce).decode() == rendered
    assert INJECTED.markup(onward, nonce).decode() == rendered


@pytest.mark.parametrize(
    "onward",
    ["/", "//host/", "/\\host", "/a b", "/\n", "/\u00e9?q=1&r=<'\"", "/" + "x" * 3000, "x", ""],
)
def test_an_address_of_another_origin_is_not_gone_back_to(onward: str) -> None:
    assert INJECTED.markup(onward).decode() == banner.render(VISIT.view(safe_path(onward)))


def test_every_decision_language_and_root_has_its_own() -> None:
    for request in (
        a_request(),
        a_request(accept_language="en"),
        a_request(sec_gpc="1"),
        a_request(cookie="consent=x"),
    ):
        visit = GUARD.exchange(request).visit
        injected = Injected(visit)
        for _ in range(2):
            assert injected.markup("/x").decode() == banner.render(visit.view("/x"))
            away = banner.render(visit.view("/x", "", visit.origin))
            assert injected.markup("/x", absolute=True).decode() == away


def test_other_charsets_get_references_and_the_memory_is_bounded() -> None:
    visit = GUARD.exchange(a_request(accept_language="de")).visit
    injected = Injected(visit)
    rendered = banner.render(visit.view("/"))
    assert injected.markup("/") == rendered.encode()
    for charset in ("cp1251", "cp1252", "gb18030"):
        plain = injected.markup("/", charset=charset)
        assert plain == rendered.encode("ascii", "xmlcharrefreplace")
    assert len(injected._memo) == 2


def to_host(host: str, scheme: str = "http", root_path: str = "") -> Request:
    return Request("GET", scheme, "/", root_path, b"", [(b"host", host.encode())])


def test_a_page_that_has_the_assets_gets_the_rest() -> None:
    whole = INJECTED.markup("/a?b=1").decode()
    parts = INJECTED.parts("/a?b=1").decode()
    assert whole.endswith(parts)
    assert parts.startswith('<div id="cg-banner"')
    assert INJECTED.parts("//evil.test").decode() == banner.parts(VISIT.view("/"))


def test_banners_are_found_again_and_do_not_grow() -> None:
    banners = Banners()
    for number in range(MEMO + 5):
        visit = GUARD.exchange(to_host(f"h{number}.test")).visit
        assert banners.of(visit) is banners.of(visit)
    assert len(banners._memo) <= MEMO
    visit = GUARD.exchange(to_host("x" * (LONGEST + 1))).visit
    assert banners.of(visit) is not banners.of(visit)


def test_banners_differ_by_decision_language_and_host() -> None:
    banners = Banners()
    requests = [
        a_request(),
        a_request(accept_language="en"),
        a_request(sec_gpc="1"),
        to_host("other.test"),
        to_host("site.test", scheme="https"),
        to_host("site.test", root_path="/shop"),
    ]
    found = {id(banners.of(GUARD.exchange(request).visit)) for request in requests}
    assert len(found) == len(requests)
    again = banners.of(GUARD.exchange(a_request("/other")).visit)
    assert again is banners.of(GUARD.exchange(requests[0]).visit)


def test_two_languages_of_the_site_that_share_a_file_have_a_banner_each() -> None:
    site = SITE + 'languages = ["en-GB", "en-US"]\n[purposes.stats]\n'
    names = 'name = { en-GB = "Colour stats", en-US = "Color stats" }\n'
    guard = ConsentGuard(a_policy(names, site), ["k"], ledger=None, geo=Here())
    for tag, name in (("en-US", "Color stats"), ("en-GB", "Colour stats"), ("en-US", "Color")):
        visit = guard.exchange(a_request(accept_language=tag)).visit
        markup = guard.setup.banners.of(visit).markup("/").decode()
        assert name in markup
        assert f'lang="{tag}"' in markup
