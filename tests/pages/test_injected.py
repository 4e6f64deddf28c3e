from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import Here, a_policy, a_request

from consentguard.guard import ConsentGuard
from consentguard.pages import banner
from consentguard.pages.injected import LONGEST, MEMO, Injected
from consentguard.pages.origin import safe_path

GUARD = ConsentGuard(a_policy(), ["key"], ledger=None, geo=Here())
INJECTED = Injected()


@given(st.text(max_size=40), st.sampled_from(["", "Abc+/=", "n1"]))
def test_it_is_what_the_banner_renders(path: str, nonce: str) -> None:
    visit = GUARD.exchange(a_request()).visit
    onward = safe_path("/" + path)
    rendered = banner.render(visit.view(onward, nonce))
    assert INJECTED.markup(visit, onward, nonce).decode() == rendered
    assert INJECTED.markup(visit, onward, nonce).decode() == rendered


def test_every_decision_language_and_prefix_has_its_own() -> None:
    requests = [
        a_request(),
        a_request(accept_language="de"),
        a_request(sec_gpc="1"),
        a_request(cookie="consent=x"),
    ]
    injected = Injected()
    for _ in range(2):
        for request in requests:
            visit = GUARD.exchange(request).visit
            assert injected.markup(visit, "/x", "").decode() == banner.render(visit.view("/x"))


def test_the_memory_is_bounded() -> None:
    injected = Injected()
    visit = GUARD.exchange(a_request()).visit
    for number in range(MEMO + 5):
        injected._memo[str(number), "en", "", False, "utf-8"] = [b"x"]
    injected.markup(visit, "/", "")
    assert len(injected._memo) <= MEMO


def test_a_long_prefix_is_not_remembered_and_other_charsets_get_references() -> None:
    injected = Injected()
    visit = GUARD.exchange(a_request(accept_language="de")).visit
    rendered = banner.render(visit.view("/"))
    assert injected.markup(visit, "/", "", "", "utf-8") == rendered.encode()
    for charset in ("cp1251", "cp1252"):
        plain = injected.markup(visit, "/", "", "", charset)
        assert plain == rendered.encode("ascii", "xmlcharrefreplace")
    kept = len(injected._memo)
    assert kept == 2
    injected.markup(visit, "/", "", "http://" + "x" * LONGEST)
    assert len(injected._memo) == kept
