from __future__ import annotations

import asyncio
import logging
import pickle
import threading
import weakref
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.test import AsyncClient, Client, RequestFactory
from tests.adapters import django_site
from tests.adapters.django_site import GATED, GUARD, MIDDLEWARE, PIXEL, site
from tests.conftest import Here, a_policy

from consentguard import Decision
from consentguard.adapters.django import choice_made, consent, guard
from consentguard.adapters.django.asked import exchange_of
from consentguard.adapters.django.middleware import ConsentMiddleware
from consentguard.errors import ConfigError, UnknownPurpose
from consentguard.hooks import Chosen
from consentguard.model import Account
from consentguard.testing import grant, refuse
from consentguard.wsgi import ConsentMiddleware as WSGIGuard


def client(**more: Any) -> Client:
    return Client(raise_request_exception=False, **more)


def aclient(**more: Any) -> AsyncClient:
    return AsyncClient(raise_request_exception=False, **more)


async def got(client: Any, path: str, **more: Any) -> Any:
    """What either client gets; async views need a thread without a loop in the sync one."""
    if isinstance(client, AsyncClient):
        return await client.get(path, **more)
    return await asyncio.to_thread(client.get, path, **more)


def named(response: Any) -> set[str]:
    """The cookies that are set, and not expired."""
    return {m.key for m in response.cookies.values() if str(m["max-age"]) != "0"}


def test_a_first_visit_and_both_choices() -> None:
    with site():
        visitor = client()
        first = visitor.get("/")
        assert GATED in first.content
        assert b'id="cg-banner"' in first.content
        assert named(first) == {"django_language"}
        assert first.headers["Cache-Control"] == "private, no-cache"
        assert int(first.headers["Content-Length"]) == len(first.content)
        grant(visitor)
        after = visitor.get("/")
        assert PIXEL.encode() in after.content
        assert named(after) >= {"_ga", "_fbp", "django_language"}
        refuse(visitor)
        assert GATED in visitor.get("/").content


async def test_the_same_under_asgi() -> None:
    with site():
        visitor, asynchronous = client(), aclient()
        first = await asynchronous.get("/")
        assert GATED in first.content
        assert named(first) == {"django_language"}
        answer = await asynchronous.post(
            "/_consent", {"choice": "accept"}, content_type="application/json"
        )
        assert answer.status_code == 403
        said = await asynchronous.post(
            "/_consent",
            {"choice": "accept"},
            content_type="application/json",
            headers={"sec-fetch-site": "same-origin"},
        )
        assert said.status_code == 200
        after = await asynchronous.get("/")
        assert PIXEL.encode() in after.content
        visitor.cookies = asynchronous.cookies
        assert PIXEL.encode() in visitor.get("/").content


@pytest.mark.parametrize("path", ["/data", "/adata"])
async def test_the_question(path: str) -> None:
    with site():
        visitor, asynchronous = client(), aclient()
        for answer in (await got(visitor, path), await got(asynchronous, path)):
            assert answer.json() == {"analytics": False}
        grant(visitor, "analytics")
        asynchronous.cookies = visitor.cookies
        for answer in (await got(visitor, path), await got(asynchronous, path)):
            assert answer.json() == {"analytics": True}


def test_request_consent_is_a_decision_and_has_a_subject() -> None:
    seen: list[Any] = []

    def view(request: HttpRequest) -> HttpResponse:
        asked: Any = request.consent  # type: ignore[attr-defined]
        seen.append((isinstance(asked, Decision), asked.subject, repr(asked)[:9]))
        return HttpResponse("")

    with site():
        visitor = client()
        grant(visitor, "analytics")
        cookie = visitor.cookies["consent"].value
        request = RequestFactory().get("/", headers={"cookie": f"consent={cookie}"})
        ConsentMiddleware(view)(request)
        assert seen == [(True, cookie, "Decision(")]
        assert guard().decision_for(cookie, Account("DE")).allows("analytics")
        assert not guard().decision_for("", Account("DE")).allows("analytics")


def test_consent_without_the_middleware_says_so() -> None:
    with pytest.raises(ConfigError, match="MIDDLEWARE"):
        consent(RequestFactory().get("/"))


@pytest.mark.parametrize(
    ("path", "text"),
    [("/statistics", "sync"), ("/adverts", "async"), ("/class", "class"), ("/aclass", "aclass")],
)
async def test_views_that_require_consent(path: str, text: str) -> None:
    with site():
        visitor, asynchronous = client(), aclient()
        for refused in (await got(visitor, path), await got(asynchronous, path)):
            assert refused.status_code == 403
            assert b"data-cg" in refused.content  # Django's own page has the banner
        grant(visitor)
        asynchronous.cookies = visitor.cookies
        for allowed in (await got(visitor, path), await got(asynchronous, path)):
            assert allowed.content == text.encode()


def test_a_class_without_a_purpose_says_so() -> None:
    with site(), pytest.raises(ImproperlyConfigured, match="consent_purpose"):
        Client().get("/nameless")


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize(("path", "status"), [("/boom", 500), ("/gone", 404), ("/denied", 403)])
async def test_pages_that_django_makes_pass_the_guard(path: str, status: int, debug: bool) -> None:
    with site(DEBUG=debug):
        cookies = {"cookie": "_ga=1"}
        for answer in (
            client().get(path, headers=cookies),
            await aclient().get(path, headers=cookies),
        ):
            assert answer.status_code == status
            assert b"data-cg" in answer.content
            assert "private" in answer.headers["Cache-Control"]
            assert answer.cookies["_ga"]["max-age"] == "0"


def test_the_app_does_not_see_refused_cookies() -> None:
    with site():
        for raw in ("_ga=1; sid=2", "sid=2; _ga=1; _ga=2"):
            answer = client().get("/echo", headers={"cookie": raw})
            assert answer.json() == {
                "cookies": {"sid": "2"},
                "meta": "sid=2",
                "headers": "sid=2",
                "match": "",
            }
            expired = [m for m in answer.cookies.values() if m.key == "_ga"]
            assert len(expired) > 1  # variants of path and domain, each a header of its own
            assert {m["max-age"] for m in expired} == {"0"}


async def test_asgi_joins_cookie_headers_as_http_2_splits_them() -> None:
    with site():
        scope_headers = [(b"cookie", b"sid=2"), (b"cookie", b"_ga=1"), (b"cookie", b"b=3")]
        sent = await served(ASGIHandler(), "/echo", scope_headers)
        assert b'"meta": "sid=2; b=3"' in sent[1]["body"]


class Peeking:
    """Middleware outside of the guard that looks at cookies before it, and after it."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.COOKIES["added"] = "by us"
        environ, match = request.environ, request.headers.get("If-None-Match")  # type: ignore[attr-defined]
        response: HttpResponse = self.get_response(request)
        assert environ["HTTP_COOKIE"] == "_ga=1; sid=2"
        assert request.headers.get("If-None-Match") == match
        return response


def test_middleware_outside_keeps_what_is_its_own() -> None:
    with site([f"{__name__}.Peeking", *MIDDLEWARE]):
        headers = {"cookie": "_ga=1; sid=2", "if-none-match": '"x"', "accept": "text/html"}
        answer = client().get("/echo", headers=headers).json()
    assert answer["cookies"] == {"sid": "2", "added": "by us"}
    assert answer["match"] == ""


class Synchronous:
    """Middleware that knows no loop: Django puts everything outside of it into a thread."""

    sync_capable, async_capable = True, False

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> Any:
        return self.get_response(request)


async def test_it_is_async_without_a_thread() -> None:
    threads: list[Any] = []

    async def view(request: HttpRequest) -> HttpResponse:
        threads.append((threading.get_ident(), asyncio.current_task()))
        return HttpResponse(django_site.PAGE)

    with site([GUARD]):
        made = ConsentMiddleware(view)
        assert made._async
        answer: Any = await made(RequestFactory().get("/"))  # type: ignore[misc]
    assert GATED in answer.content
    assert threads == [(threading.get_ident(), asyncio.current_task())]


@pytest.mark.parametrize("path", ["/_consent", "/_consent/state", "/.well-known/gpc.json"])
async def test_own_urls_are_answered_before_the_app(path: str) -> None:
    with site(policy='[enforcement]\nmode = "enforce"\n', ROOT_URLCONF="tests.adapters.nothing"):
        for answer in (client().get(path), await aclient().get(path)):
            assert answer.status_code == 200
            assert int(answer.headers["Content-Length"]) == len(answer.content)


@pytest.mark.parametrize(("host", "status"), [("testserver", 200), ("shop.test", 400)])
async def test_own_urls_answer_for_the_hosts_of_the_site_alone(host: str, status: int) -> None:
    with site(ALLOWED_HOSTS=[host]):
        for visitor in (client(), aclient()):
            for path in ("/_consent", "/.well-known/gpc.json", "/"):
                assert (await got(visitor, path)).status_code == status


@pytest.mark.parametrize("handler", [WSGIHandler, ASGIHandler])
def test_a_guard_around_the_handler_is_an_error_at_start(handler: Any) -> None:
    with site(), pytest.raises(ConfigError, match="two consentguard guards"):
        WSGIGuard(handler(), a_policy(), ["k"], ledger=None)


def test_the_csrf_check_of_the_app_does_not_block_a_choice() -> None:
    with site():
        strict = client(enforce_csrf_checks=True)
        answer = strict.post(
            "/_consent",
            {"choice": "reject", "next": "/data"},
            content_type="application/x-www-form-urlencoded",
            headers={"origin": "http://testserver"},
        )
        assert answer.status_code == 400  # a form has to be one
        refused = strict.post(
            "/_consent",
            "choice=reject&next=/data",
            content_type="application/x-www-form-urlencoded",
            headers={"origin": "http://testserver"},
        )
        assert (refused.status_code, refused.headers["Location"]) == (303, "/data")
        other = strict.post(
            "/_consent",
            "choice=accept",
            content_type="application/x-www-form-urlencoded",
            headers={"origin": "https://evil.test"},
        )
        assert other.status_code == 403


def test_a_body_that_is_too_large() -> None:
    with site():
        answer = client().post("/_consent", b"x" * 20_000, content_type="application/json")
        assert answer.status_code in (400, 403)


def test_a_chunked_choice_of_a_server_that_ends_it() -> None:
    said = b'{"choice":"reject"}'
    factory = RequestFactory(
        headers={"sec-fetch-site": "same-origin", "origin": "http://testserver"}
    )
    with site():
        environ = factory.post("/_consent", content_type="application/json").environ
        del environ["CONTENT_LENGTH"]
        environ |= {"wsgi.input": BytesIO(said), "wsgi.input_terminated": True}
        started: list[Any] = []
        handler: Any = WSGIHandler()
        handler(environ, lambda *args: started.append(args))
    assert started[0][0] == "200 OK"


def test_mounted_below_a_path() -> None:
    with site(FORCE_SCRIPT_NAME="/shop"):
        page = client().get("/").content
        assert b'href="/shop/_consent' in page
        assert client().get("/_consent/state").status_code == 200


def test_a_path_beyond_ascii() -> None:
    with site():
        answer = client().get("/straße/日本")
        assert answer.status_code == 404
        assert b'value="/stra%C3%9Fe/%E6%97%A5%E6%9C%AC"' in answer.content


def test_mode_off_leaves_everything_alone() -> None:
    with site([GUARD], policy='[enforcement]\nmode = "off"\n'):
        answer = client().get("/", headers={"cookie": "_ga=1"})
        assert answer.content == django_site.PAGE.encode()
        assert named(answer) == {"_ga", "_fbp", "django_language"}


async def test_hooks_the_signal_and_the_account() -> None:
    told: list[Any] = []

    def sync_hook(chosen: Chosen) -> None:
        told.append(("sync", chosen.decision.allows("analytics")))

    async def async_hook(chosen: Chosen) -> None:
        told.append(("async", chosen.decision.allows("analytics")))

    def on_signal(chosen: Chosen, **_: Any) -> None:
        told.append(("signal", bool(chosen.subject)))

    choice_made.connect(on_signal)
    everything = {("sync", True), ("async", True), ("signal", True)}
    try:
        with site(more={"AFTER_CHOICE": [sync_hook, async_hook]}):
            asked: dict[str, Any] = {
                "path": "/_consent",
                "data": {"choice": "accept"},
                "content_type": "application/json",
                "headers": {"sec-fetch-site": "same-origin"},
            }
            assert (await aclient().post(**asked)).status_code == 200
            assert set(told) == everything
    finally:
        choice_made.disconnect(on_signal)


def test_hooks_without_a_loop() -> None:
    told: list[Any] = []

    async def async_hook(chosen: Chosen) -> None:
        told.append("async")

    with site(more={"AFTER_CHOICE": [lambda chosen: told.append("sync"), async_hook]}):
        grant(client())
    assert told == ["sync", "async"]


def in_california(request: HttpRequest) -> Account | None:
    if request.COOKIES.get("who") == "broken":
        raise RuntimeError("no account")
    return Account("US", "CA") if request.COOKIES.get("who") else None


async def ain_california(request: HttpRequest) -> Account | None:
    return in_california(request)


@pytest.mark.parametrize("hook", ["in_california", "ain_california"])
async def test_the_account_says_where_somebody_lives(hook: str) -> None:
    with site(more={"ACCOUNT": f"{__name__}.{hook}"}):
        for who, region in (("", "de-tdddg"), ("1", "us-ca"), ("broken", "opt-in-strict")):
            headers = {"cookie": f"who={who}"} if who else {}
            clients: list[Any] = [aclient(), *([client()] if hook == "in_california" else [])]
            for one in clients:
                answer = await got(one, "/_consent/state", headers=headers)
                assert region in (answer.json()["region"], answer.json()["preset"])


def test_cookies_of_django_are_necessary_under_their_own_names() -> None:
    names: dict[str, Any] = {
        "SESSION_COOKIE_NAME": "zz1",
        "CSRF_COOKIE_NAME": "zz2",
        "LANGUAGE_COOKIE_NAME": "zz3",
    }
    allowed = ["zz1", "zz2", "zz3", "messages", "zz4"]

    def view(request: HttpRequest) -> HttpResponse:
        response = HttpResponse(django_site.PAGE)
        for name in (*allowed, "zz5", "_ga"):
            response.set_cookie(name, "1")
        return response

    with site(more={"COOKIES": ["zz4"]}, **names):
        answer: Any = ConsentMiddleware(view)(RequestFactory().get("/", SERVER_NAME="localhost"))
    assert named(answer) == set(allowed)


def test_a_cookie_that_the_guard_shortens_keeps_its_attributes() -> None:
    def view(request: HttpRequest) -> HttpResponse:
        response = HttpResponse(django_site.PAGE)
        response.set_cookie("_ga", "1", max_age=10**9, path="/x", samesite="Lax", httponly=True)
        response.set_cookie("sessionid", "a b", secure=True)
        return response

    with site():
        visitor = client()
        grant(visitor)
        headers = {"cookie": f"consent={visitor.cookies['consent'].value}"}
        answer: Any = ConsentMiddleware(view)(RequestFactory().get("/", headers=headers))
    said = answer.cookies["_ga"]
    assert said["path"] == "/x"
    assert said["httponly"] is True
    assert int(said["max-age"]) < 10**9
    assert said.output(header="").strip() == said.OutputString()
    assert answer.cookies["sessionid"].OutputString() == 'sessionid="a b"; Path=/; Secure'
    assert pickle.loads(pickle.dumps(said)).OutputString() == said.OutputString()


def test_two_guards_on_one_app(caplog: pytest.LogCaptureFixture) -> None:
    with site():
        options: dict[str, Any] = {
            "policy": a_policy(),
            "secret_keys": ["tests"],
            "ledger": None,
            "geo": Here(),
        }
        inner = WSGIHandler()

        def hiding(environ: Any, start_response: Any) -> Any:
            return inner(environ, start_response)

        app: Any = WSGIGuard(hiding, **options)
        environ = RequestFactory().get("/data").environ
        started: list[Any] = []
        with caplog.at_level(logging.ERROR, "consentguard"):
            for _ in range(2):
                body = app(dict(environ), lambda *args: started.append(args))
                assert b"".join(body) == b'{"analytics": false}'
                body.close()
    said = [r.message[:19] for r in caplog.records if r.levelno == logging.ERROR]
    assert said == ["There are two conse"]


def test_an_unknown_purpose_raises() -> None:
    with site(), pytest.raises(UnknownPurpose, match="analytics"):
        Client().get("/typo")


async def served(app: Any, path: str, headers: list[tuple[bytes, bytes]]) -> list[Any]:
    """What an ASGI app sends for one request."""
    sent: list[Any] = []
    asked = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Any:
        if asked:
            return asked.pop()
        await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": b"",
        "headers": [(b"host", b"testserver"), *headers],
        "client": ("127.0.0.1", 1),
    }
    await app(scope, receive, send)
    return sent


@pytest.mark.parametrize("asked", [True, False])
def test_a_request_goes_with_its_response(asked: bool) -> None:
    kept: list[Any] = []

    def view(request: HttpRequest) -> HttpResponse:
        kept.append(exchange_of(request))
        if asked:
            assert not consent(request).allows("analytics")
        return HttpResponse("{}", content_type="application/json")

    with site():
        request = RequestFactory().get("/data?a=\xe9", secure=True, HTTP_HOST="site.test")
        there = weakref.ref(request)
        ConsentMiddleware(view)(request)
        del request
        assert there() is None
        (exchange,) = kept
        read = exchange.request
        assert (read.scheme, read.host, read.path) == ("https", "site.test", "/data")
        assert read.query == "a=\xe9".encode()
        assert not exchange.decision.allows("analytics")
