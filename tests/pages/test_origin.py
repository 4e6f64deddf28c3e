"""Same origin or nothing, and paths that lead nowhere else."""

from __future__ import annotations

import ada_url
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.pages.driving import Site, a_site, first

from consentguard.errors import CrossSite
from consentguard.http.message import Request
from consentguard.pages.origin import MAX_PATH, require_same_origin, safe_path

LISTED = ("https://app.partner.test", "http://localhost:3000")


def allowed(host: str = "site.test", **headers: str) -> bool:
    named = [(k.replace("_", "-").encode(), v.encode("latin-1")) for k, v in headers.items()]
    request = Request("POST", "http", "/_consent", "", b"", [(b"host", host.encode()), *named])
    try:
        require_same_origin(request, LISTED)
    except CrossSite:
        return False
    return True


@pytest.mark.parametrize("origin", ["null", "https://site.test", "http://elsewhere.test", ""])
def test_the_word_of_the_browser_is_enough(origin: str) -> None:
    headers = {"origin": origin} if origin else {}
    assert allowed(sec_fetch_site="same-origin", **headers)


@pytest.mark.parametrize(
    "site", ["cross-site", "same-site", "none", "Same-Origin", "x", "same-origin, x"]
)
@pytest.mark.parametrize("origin", ["null", "http://site.test", ""])
def test_any_other_word_is_a_refusal(site: str, origin: str) -> None:
    headers = {"origin": origin} if origin else {}
    assert not allowed(sec_fetch_site=site, **headers)


def test_neither_header_is_a_refusal() -> None:
    assert not allowed()
    assert not allowed(referer="http://site.test/")
    assert not allowed(sec_fetch_site=" ", origin=" ")


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://site.test", "site.test"),
        ("https://site.test", "site.test"),
        ("https://site.test", "SITE.test"),
        ("http://SITE.TEST", "site.test"),
        ("http://site.test:8000", "site.test:8000"),
        ("https://site.test:8000", "site.test:8000"),
        ("http://site.test", "site.test:80"),
        ("https://site.test", "site.test:443"),
        ("http://127.0.0.1:8000", "127.0.0.1:8000"),
        ("http://[::1]:8000", "[::1]:8000"),
    ],
)
def test_origin_names_host_and_port(origin: str, host: str) -> None:
    assert allowed(host, origin=origin)


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("null", "site.test"),
        ("null", "null"),
        ("", ""),
        ("http://", ""),
        ("http://evil.test", "site.test"),
        ("http://site.test.evil.test", "site.test"),
        ("http://evil-site.test", "site.test"),
        ("http://sub.site.test", "site.test"),
        ("http://site.test", "sub.site.test"),
        ("http://site.test:8001", "site.test:8000"),
        ("http://site.test:8000", "site.test"),
        ("http://site.test", "site.test:8000"),
        ("ftp://site.test", "site.test"),
        ("file://", "site.test"),
        ("chrome-extension://site.test", "site.test"),
        ("site.test", "site.test"),
        ("http://site.test:x", "site.test"),
        ("http://[::1", "[::1"),
        ("http://site.test http://evil.test", "site.test"),
        ("http://site.test, http://evil.test", "site.test"),
        ("http://evil.test#site.test", "site.test"),
        ("http://site.test@evil.test", "site.test"),
        ("http://\xe9vil.test", "site.test"),
    ],
)
def test_any_other_origin_is_a_refusal(origin: str, host: str) -> None:
    assert not allowed(host, origin=origin)


def test_listed_origins_pass() -> None:
    for origin in LISTED:
        assert allowed(origin=origin)
        # Their browsers say where they come from, too.
        assert allowed(origin=origin, sec_fetch_site="cross-site")
        assert allowed(origin=origin, sec_fetch_site="same-site")
    assert not allowed(origin="http://app.partner.test")
    assert not allowed(origin="https://app.partner.test:8443")


@given(
    st.text(st.characters(max_codepoint=255), max_size=40), st.text(st.characters(codec="ascii"))
)
def test_any_text_is_judged(origin: str, host: str) -> None:
    allowed(host, origin=origin)


@pytest.mark.parametrize("path", ["/_consent", "/_consent/withdraw"])
@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "", "origin": "null"},
        {"sec_fetch_site": "", "origin": "https://evil.test"},
        {"sec_fetch_site": ""},
    ],
)
def test_a_cross_site_post_changes_nothing_and_says_why(path: str, headers: dict[str, str]) -> None:
    site: Site = a_site()
    for response in (
        site.form({"choice": "accept"}, path, **headers),
        site.json({"choice": "reject"}, path, **headers),
    ):
        assert response.status == 403
        assert (
            b"Sec-Fetch-Site" in response.body
            or b"is not this site" in response.body
            or (b"the browser says" in response.body)
        )
        assert not any(k == b"set-cookie" for k, _ in response.headers)
    assert site.store.stored == []


def test_a_page_without_referrer_can_still_choose() -> None:
    site = a_site()
    assert site.form({"choice": "accept"}, origin="null").status == 303
    assert (
        site.form({"choice": "reject"}, sec_fetch_site="", origin="http://www.site.test").status
        == 303
    )


ELSEWHERE = [
    "",
    "x",
    "//evil.test",
    "///evil.test",
    "/\\evil.test",
    "\\\\evil.test",
    "/\t/evil.test",
    "/\n/evil.test",
    "\t//evil.test",
    " //evil.test",
    "\x00//evil.test",
    "https://evil.test",
    "https:evil.test",
    "javascript:alert(1)",
    "/ok\r\nSet-Cookie: a=b",
    "/ok\\..\\\\evil.test",
    "/\x7f",
    "/" * 3000,
    "/" + "x" * 3000,
    "/" + "é" * 400,
]
SAFE = [
    "/",
    "/a?b=c&d#e",
    "/%2f%2fevil.test",
    "/%5cevil.test",
    "/.//evil.test",
    "/..//evil.test",
    "/x//evil.test",
    "/a@evil.test",
    "/a:b",
    "/?next=https://evil.test",
    "/100%",
]


@pytest.mark.parametrize("value", ELSEWHERE)
def test_what_leads_elsewhere_is_replaced(value: str) -> None:
    assert safe_path(value) == "/"


@pytest.mark.parametrize("value", SAFE)
def test_paths_of_this_origin_are_kept(value: str) -> None:
    assert safe_path(value) == value


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ("/künstler/a b", "/k%C3%BCnstler/a%20b"),
        ("/\u2028/x", "/%E2%80%A8/x"),
        ("/／evil.test", "/%EF%BC%8Fevil.test"),
        ("/\ud800", "/%3F"),
        ("/ /evil.test", "/%20/evil.test"),
    ],
)
def test_what_a_server_has_decoded_is_encoded_again(value: str, path: str) -> None:
    assert safe_path(value) == path


ATTACK = st.lists(
    st.sampled_from(
        ["/", "\\", "\t", "\n", "\r", " ", ".", "..", "%2f", "%5c", ":", "@", "evil.test"]
    )
    | st.sampled_from(["?", "#", "http:", "／", "。", "\u2028", "\x00", "\ufeff", "é", "\ud800"]),
    max_size=8,
).map("".join)


@given(st.one_of(ATTACK, ATTACK.map("/".__add__), st.text(max_size=30)))
def test_no_browser_is_sent_elsewhere(value: str) -> None:
    path = safe_path(value)
    assert path.isascii()
    assert len(path) <= MAX_PATH
    for base in ("https://site.test/_consent", "http://site.test:8000/a/b"):
        assert ada_url.URL(path, base).origin == ada_url.URL(base).origin


def test_the_answer_leads_only_here() -> None:
    site = a_site()
    for value in ELSEWHERE:
        response = site.form({"choice": "reject", "next": value.encode("utf-8", "replace")})
        assert first(response, b"location") == b"/"
    for value in SAFE:
        assert first(site.form({"choice": "reject", "next": value}), b"location") == value.encode()
