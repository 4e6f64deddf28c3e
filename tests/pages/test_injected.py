"""What is put into a page is what the banner renders, for each address, nonce and charset."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import SITE, Here, a_policy, a_request

from consentguard.guard import ConsentGuard
from consentguard.pages import banner
from consentguard.pages.injected import Injected
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
        a_request(accept_language="de"),
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
