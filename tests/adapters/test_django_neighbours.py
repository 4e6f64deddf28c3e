"""The guard among Django's middleware: caches, compression, conditions, CSP, the admin."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.core.management import call_command
from django.test import AsyncClient, Client
from tests.adapters.django_site import GATED, GUARD, MIDDLEWARE, PIXEL, calls, site

from consentguard.testing import grant, refuse

GZIP = "django.middleware.gzip.GZipMiddleware"
CONDITIONAL = "django.middleware.http.ConditionalGetMiddleware"
UPDATE = "django.middleware.cache.UpdateCacheMiddleware"
FETCH = "django.middleware.cache.FetchFromCacheMiddleware"
CSP = "csp.middleware.CSPMiddleware"


@pytest.fixture(autouse=True)
def _empty() -> None:
    calls.clear()
    cache.clear()


def two() -> tuple[Client, Client]:
    """Somebody who has agreed, and somebody who has refused."""
    yes, no = Client(), Client()
    grant(yes)
    refuse(no)
    return yes, no


@pytest.mark.parametrize("first", ["yes", "no"])
@pytest.mark.parametrize(
    ("middleware", "path"), [([GUARD], "/cached"), ([GUARD, UPDATE, FETCH], "/counted")]
)
def test_a_cache_keeps_the_apps_bytes(middleware: list[str], path: str, first: str) -> None:
    with site(middleware):
        yes, no = two()
        if first == "no":
            no.get(path)
        for _ in range(2):
            agreed, refused = yes.get(path), no.get(path)
            assert PIXEL.encode() in agreed.content
            assert agreed.cookies["_ga"].value == "1"
            assert GATED in refused.content
            assert "_ga" not in refused.cookies
            assert agreed.headers["Cache-Control"] == "private, no-cache"
    assert calls == ["rendered"]


@pytest.mark.parametrize("first", ["yes", "no"])
def test_a_cached_response_that_is_no_page(first: str) -> None:
    with site([GUARD]):
        yes, no = two()
        if first == "no":
            no.get("/cached-json")
        assert yes.get("/cached-json").cookies["_ga"].value == "1"
        refused = no.get("/cached-json")
        assert "_ga" not in refused.cookies
        assert "private" in refused.headers["Cache-Control"]
    assert calls == ["rendered"]


@pytest.mark.parametrize(
    ("middleware", "path"),
    [([GUARD], "/cached-answer"), ([GUARD, UPDATE, FETCH], "/counted-answer")],
)
def test_an_answer_about_one_visitor_is_not_kept(middleware: list[str], path: str) -> None:
    path = path.replace("counted-answer", "data")
    with site(middleware):
        yes, no = two()
        for _ in range(2):
            assert yes.get(path).json() == {"analytics": True}
            assert no.get(path).json() == {"analytics": False}


def test_tags_in_a_cached_page() -> None:
    with site([GUARD]):
        yes, no = two()
        for _ in range(2):
            assert b"yes" in yes.get("/cached-branch").content
            assert b"no" in no.get("/cached-branch").content
        calls.clear()
        for _ in range(2):  # the banner's place is the same for all
            assert b'id="cg-banner"' not in yes.get("/cached-banner").content
            assert b'id="cg-banner"' in Client().get("/cached-banner").content
        assert calls == ["rendered"]


@pytest.mark.parametrize("path", ["/", "/stream", "/file?name=a.html"])
@pytest.mark.parametrize("middleware", [[GZIP, GUARD], [GUARD, GZIP]])
def test_gzip_outside_and_inside(middleware: list[str], path: str) -> None:
    with site(middleware):
        answer = Client().get(path, headers={"accept-encoding": "gzip"})
        body = b"".join(answer) if answer.streaming else answer.content
        assert answer.headers["Content-Encoding"] == "gzip"
        assert GATED in gzip.decompress(body)
        assert {"Accept-Encoding", "Cookie"} <= set(answer.headers["Vary"].split(", "))
        answer.close()


async def test_gzip_outside_of_an_async_stream() -> None:
    with site([GZIP, GUARD]):
        answer: Any = await AsyncClient().get("/astream", headers={"accept-encoding": "gzip"})
        body = b"".join([piece async for piece in answer.streaming_content])
        assert GATED in gzip.decompress(body)
        answer.close()


@pytest.mark.parametrize("path", ["/counted", "/conditional"])
@pytest.mark.parametrize("middleware", [[CONDITIONAL, GUARD], [GUARD, CONDITIONAL], [GUARD]])
def test_a_browser_revalidates(middleware: list[str], path: str) -> None:
    """304 only while the decision is the same: never after a withdrawal."""
    if middleware == [GUARD] and path == "/counted":
        return  # nothing gives it a tag
    with site(middleware):
        client = Client()
        grant(client)
        html = {"accept": "text/html"}
        tag = client.get(path, headers=html).headers["ETag"]
        again = client.get(path, headers={**html, "if-none-match": tag})
        assert again.status_code == 304
        assert again.headers["ETag"] == tag
        refuse(client)
        after = client.get(path, headers={**html, "if-none-match": tag})
        assert after.status_code == 200
        assert GATED in after.content


def test_a_nonce_of_django_csp_reaches_the_banner() -> None:
    from csp.constants import NONCE, SELF

    policy = {"DIRECTIVES": {"script-src": [NONCE], "style-src": [SELF, NONCE]}}
    with site([GUARD, CSP], CONTENT_SECURITY_POLICY=policy):
        answer = Client().get("/nonce")
        said = answer.headers["Content-Security-Policy"]
        nonce = said.partition("'nonce-")[2].partition("'")[0]
        assert nonce
        assert answer.content.decode().count(f'nonce="{nonce}"') >= 3


def test_the_admin_works_behind_it() -> None:
    with site():
        call_command("migrate", verbosity=0)
        users: Any = get_user_model().objects
        user = users.create_superuser("ada", "ada@site.test", "enigma")
        client = Client(enforce_csrf_checks=True)
        page = client.get("/admin/login/?next=/admin/")
        assert b'id="cg-banner"' in page.content
        token = page.content.decode().partition('csrfmiddlewaretoken" value="')[2][:64]
        form = {"username": "ada", "password": "enigma", "csrfmiddlewaretoken": token}
        answer = client.post("/admin/login/?next=/admin/", form)
        assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/")
        index = client.get("/admin/")
        assert b"Site administration" in index.content
        refuse(client)
        assert b"Site administration" in client.get("/admin/").content
        user.delete()


def test_whitenoise_outside_and_inside(tmp_path: Any) -> None:
    (tmp_path / "app.css").write_text("p{}")
    noise = "whitenoise.middleware.WhiteNoiseMiddleware"
    for middleware in ([noise, GUARD], [GUARD, noise]):
        with site(middleware, STATIC_ROOT=str(tmp_path), WHITENOISE_AUTOREFRESH=True):
            answer = Client().get("/static/app.css")
            assert b"".join(answer) == b"p{}"
            assert "private" not in answer.headers["Cache-Control"]
            answer.close()


def test_the_whole_list_of_the_documentation() -> None:
    with site(MIDDLEWARE):
        answer = Client().get("/", headers={"accept-encoding": "gzip", "accept": "text/html"})
        assert GATED in gzip.decompress(answer.content)
        tag = answer.headers["ETag"]
        again = Client().get(
            "/",
            headers={"accept-encoding": "gzip", "accept": "text/html", "if-none-match": tag},
        )
        assert again.status_code == 304
