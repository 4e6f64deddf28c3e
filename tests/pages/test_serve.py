"""Which of our pages answers, and what a wrong request gets."""

from __future__ import annotations

import json

import pytest
from tests.conftest import Here
from tests.pages.driving import Site, a_site, all_of, first

from consentguard.http.message import Response


@pytest.fixture
def site() -> Site:
    return a_site()


def ask(site: Site, method: str, path: str, **headers: str) -> Response:
    named = {k.replace("_", "-"): v for k, v in headers.items()}
    return site.send(site.request(method, path, headers=named))


@pytest.mark.parametrize(
    "path",
    [
        "/_consent",
        "/_consent/",
        "/_consent/state",
        "/_consent/config",
        "/_consent/cookies",
        "/.well-known/gpc.json",
    ],
)
def test_pages_answer_and_are_not_stored(site: Site, path: str) -> None:
    response = site.get(path)
    assert response.status == 200
    assert first(response, b"cache-control") == b"no-store"
    assert first(response, b"x-content-type-options") == b"nosniff"
    assert b"frame-ancestors 'none'" in first(response, b"content-security-policy")
    assert int(first(response, b"content-length")) == len(response.body)
    assert all_of(response, b"set-cookie") == []


@pytest.mark.parametrize(
    ("path", "owned"),
    [
        ("/_consent", True),
        ("/_consent/anything", True),
        ("/_consents", False),
        ("/_consent.html", False),
        ("/x/_consent", False),
        ("/", False),
        ("/.well-known/gpc.json", True),
        ("/.well-known/gpc.json/", False),
        ("/_CONSENT", False),
    ],
)
def test_what_is_ours(site: Site, path: str, owned: bool) -> None:
    assert site.guard.exchange(site.request("GET", path)).own is owned


@pytest.mark.parametrize(
    ("path", "method", "allow"),
    [
        ("/_consent/withdraw", "GET", b"POST"),
        ("/_consent/withdraw", "HEAD", b"POST"),
        ("/_consent/withdraw", "DELETE", b"POST"),
        ("/_consent", "PUT", b"GET, HEAD, POST"),
        ("/_consent/state", "POST", b"GET, HEAD"),
        ("/_consent/static/banner.css", "POST", b"GET, HEAD"),
        ("/.well-known/gpc.json", "POST", b"GET, HEAD"),
        ("/_consent", "OPTIONS", b"GET, HEAD, POST"),
        ("/_consent", "<script>" * 9, b"GET, HEAD, POST"),
    ],
)
def test_other_methods_are_405_with_allow(site: Site, path: str, method: str, allow: bytes) -> None:
    response = ask(site, method, path, sec_fetch_site="same-origin")
    assert response.status == 405
    assert first(response, b"allow") == allow
    assert b"<script>" not in response.body
    assert site.store.stored == []


@pytest.mark.parametrize(
    "path",
    [
        "/_consent",
        "/_consent/state",
        "/_consent/withdraw",
        "/_consent/nothing",
        "/.well-known/gpc.json",
        "/_consent/static/x",
    ],
)
def test_head_is_get_without_its_body(site: Site, path: str) -> None:
    full, bare = ask(site, "GET", path), ask(site, "HEAD", path)
    assert bare.body == b""
    assert bare.status == full.status
    if full.status == 200:
        assert bare.headers == full.headers


@pytest.mark.parametrize(
    "path",
    [
        "/_consent/nothing",
        "/_consent/static",
        "/_consent/static/",
        "/_consent/static/banner.css",
        "/_consent/static/../state",
        "/_consent/static/..%2f..%2fetc/passwd",
        "/_consent/withdraw/x",
        "/_consent//state",
        "/_consent/\x00\r\n<b>",
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_is_not_there_is_our_404(site: Site, path: str, method: str) -> None:
    response = ask(site, method, path)
    assert response.status == 404
    assert first(response, b"cache-control") == b"no-store"
    assert b"<b>" not in response.body


def test_an_asset_below_another_folder_is_not_there(site: Site) -> None:
    name = site.guard.setup.assets.css
    assert site.get(f"/_consent/static/{name}").status == 200
    assert site.get(f"/_consent/static/x/{name}").status == 404


def test_errors_for_programs_and_for_people(site: Site) -> None:
    page = site.get("/_consent/nothing", accept_language="de")
    assert first(page, b"content-type").startswith(b"text/html")
    assert b'lang="de"' not in page.body  # English only: the policy names no other language
    for headers in ({"accept": "application/json"}, {"content-type": "application/json"}):
        response = site.send(site.request("GET", "/_consent/nothing", headers=headers))
        assert first(response, b"content-type") == b"application/json"
        assert json.loads(response.body) == {"error": "there is no such page"}


def test_what_was_sent_is_escaped_where_it_is_shown(site: Site) -> None:
    response = site.form({"choice": "accept", "region": "<script>alert(1)</script>"})
    assert response.status == 400
    assert b"<script>alert" not in response.body
    response = site.form(
        {"choice": "accept"}, sec_fetch_site="", origin='http://<img src="x">.test'
    )
    assert response.status == 403
    assert b"<img" not in response.body


def test_the_preferences_page_knows_where_to_go_back_to(site: Site) -> None:
    page = site.get("/_consent", b"next=/artist%3Fx%3D1%26y%3D2")
    assert b'href="/artist?x=1&amp;y=2"' in page.body
    # What is chosen there is seen there, and then there is the same way back.
    assert b'value="/_consent?next=/artist%3Fx%3D1%26y%3D2"' in page.body
    for query in (
        b"next=//evil.test",
        b"next=%09//evil.test",
        b"next=%22%3E%3Cb%3E",
        b"%ff=&" * 2000,
    ):
        page = site.get("/_consent", query)
        assert page.status == 200
        assert b"evil.test" not in page.body
        assert b'"><b>' not in page.body


@pytest.mark.parametrize(
    ("country", "site", "age"),
    [
        ("DE", "", 16),
        ("ES", "", 14),
        ("BE", "", 13),
        ("BE", "[minors]\nsite_minimum_age = 15\n", 15),
    ],
)
def test_who_is_too_young_is_told_who_chooses(country: str, site: str, age: int) -> None:
    page = a_site(site, Here(country)).get("/_consent").body.decode()
    assert f"<p>If you are under {age}, a parent or guardian has to choose for you.</p>" in page


@pytest.mark.parametrize(
    ("referrer", "back"),
    [
        ("http://www.site.test/artist?x=1", "/artist?x=1"),
        ("http://user:pw@www.site.test/artist", "/artist"),
        ("http://elsewhere.test/artist", "/"),
        ("http://www.site.test//elsewhere.test/", "/"),
        ("http://www.site.test/_consent?next=/x", "/"),
        ("http://www.site.test/_consent/cookies", "/"),
        ("http://www.site.test/_consentful", "/_consentful"),
        ("http://www.site.test", "/"),
        ("http://[", "/"),
        ("", "/"),
    ],
)
def test_without_a_script_the_way_back_is_where_the_link_stood(
    site: Site, referrer: str, back: str
) -> None:
    page = site.get("/_consent", referer=referrer).body.decode()
    assert f'<a href="{back}" rel="noreferrer">Back to Test</a>' in page
    # What a link says itself goes before.
    page = site.get("/_consent", b"next=/here", referer=referrer).body.decode()
    assert '<a href="/here" rel="noreferrer">Back to Test</a>' in page


def test_a_mounted_app_has_its_urls_below_its_root() -> None:
    site = a_site(root="/shop")
    page = site.get("/_consent")
    assert page.status == 200
    assert b'action="/shop/_consent"' in page.body
    assert f"/shop/_consent/static/{site.guard.setup.assets.css}".encode() in page.body
    assert b'="/_consent' not in page.body
    response = site.form({"choice": "reject", "next": "/shop/x"})
    assert first(response, b"location") == b"/shop/x"


def test_another_prefix() -> None:
    site = a_site('[enforcement]\nconsent_path = "/privacy/choices"\n')
    assert site.get("/privacy/choices").status == 200
    assert site.get("/privacy/choices/state").status == 200
    assert site.get(f"/privacy/choices/static/{site.guard.setup.assets.js}").status == 200
    assert not site.guard.exchange(site.request("GET", "/_consent")).own
    assert site.form({"choice": "reject"}, "/privacy/choices").status == 303
