from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import jinja2
import pytest
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.endpoints import HTTPEndpoint, WebSocketEndpoint
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.httpsredirect import HTTPSRedirectMiddleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.templating import Jinja2Templates
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect
from tests.conftest import Here, a_policy

from consentguard.adapters.starlette import (
    ConsentMiddleware,
    cache_mode,
    consent,
    consent_context,
    requires_consent,
    with_consent,
)
from consentguard.errors import ConfigError, KeyMissing, UnknownPurpose
from consentguard.hooks import Chosen
from consentguard.http.message import Request as Asked
from consentguard.model import Account
from consentguard.testing import grant, refuse

PIXEL = "<img src='https://www.facebook.com/tr?id=1'>"


async def home(request: Request) -> Response:
    return PlainTextResponse(str(consent(request).allows("analytics")))


@requires_consent("analytics")
async def statistics(request: Request) -> Response:
    return PlainTextResponse("async")


@requires_consent("advertising")
def adverts(request: Request) -> Response:
    return PlainTextResponse("sync")


async def boom(request: Request) -> Response:
    raise RuntimeError("boom")


async def error_page(request: Request, exc: Exception) -> Response:
    return HTMLResponse(f"<!doctype html><body>Sorry{PIXEL}</body>", 500)


GUARD: dict[str, Any] = {
    "policy": a_policy(),
    "secret_keys": ["key"],
    "ledger": None,
    "geo": Here(),
}


def protected(*routes: Any, **more: Any) -> Starlette:
    """An app with these routes, and the guard around it."""
    return Starlette(routes=routes, middleware=[Middleware(ConsentMiddleware, **GUARD | more)])


def app(**more: Any) -> Starlette:
    routes = [
        Route("/", home),
        Route("/statistics", statistics),
        Route("/adverts", adverts),
        Route("/boom", boom),
    ]
    options: dict[str, Any] = {
        "policy": a_policy(),
        "secret_keys": ["key"],
        "ledger": None,
        "geo": Here(),
    }
    return Starlette(routes=routes, middleware=[Middleware(ConsentMiddleware, **options)], **more)


def client_of(app: Any, *, raises: bool = False) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=raises)
    return httpx.AsyncClient(transport=transport, base_url="http://site.test")


async def press(client: httpx.AsyncClient, choice: str) -> None:
    headers = {"origin": "http://site.test"}
    answer = await client.post("/_consent", data={"choice": choice}, headers=headers)
    assert answer.status_code == 303


async def test_consent_answers_in_the_endpoint() -> None:
    async with client_of(app()) as client:
        assert (await client.get("/")).text == "False"
        await press(client, "accept")
        assert (await client.get("/")).text == "True"
        await press(client, "reject")
        assert (await client.get("/")).text == "False"


@pytest.mark.parametrize(("path", "text"), [("/statistics", "async"), ("/adverts", "sync")])
async def test_requires_consent(path: str, text: str) -> None:
    async with client_of(app()) as client:
        refused = await client.get(path)
        assert refused.status_code == 403
        assert "consent" in refused.text
        await press(client, "accept")
        assert (await client.get(path)).text == text


def test_requires_consent_needs_a_request() -> None:
    with pytest.raises(TypeError, match="request"):
        requires_consent("analytics")(lambda: None)


async def test_an_unknown_purpose_raises() -> None:
    async def typo(request: Request) -> Response:
        return PlainTextResponse(str(consent(request).allows("analitics")))

    options: dict[str, Any] = {
        "policy": a_policy(),
        "secret_keys": ["key"],
        "ledger": None,
        "geo": Here(),
    }
    site = Starlette(
        routes=[Route("/", typo)], middleware=[Middleware(ConsentMiddleware, **options)]
    )
    async with client_of(site, raises=True) as client:
        with pytest.raises(UnknownPurpose, match="analytics"):
            await client.get("/")


async def test_without_the_middleware_it_says_so() -> None:
    async with client_of(Starlette(routes=[Route("/", home)]), raises=True) as client:
        with pytest.raises(ConfigError, match="add_middleware"):
            await client.get("/")


@pytest.mark.parametrize("more", [{}, {"debug": True}, {"exception_handlers": {500: error_page}}])
async def test_error_pages_of_the_framework_pass_the_guard(more: dict[str, Any]) -> None:
    async with client_of(app(**more)) as client:
        answer = await client.get("/boom", headers={"accept": "text/html", "cookie": "_ga=1"})
    assert answer.status_code == 500
    assert "private" in answer.headers["cache-control"]
    assert "_ga=;" in answer.headers["set-cookie"]
    if "exception_handlers" in more:
        assert "data-cg-src='https://www.facebook.com" in answer.text
        assert 'id="cg-banner"' in answer.text


async def test_the_exception_still_reaches_the_server() -> None:
    async with client_of(app(), raises=True) as client:
        with pytest.raises(RuntimeError, match="boom"):
            await client.get("/boom")


async def log_in(request: Request) -> Response:
    request.session["user"] = 7
    response = PlainTextResponse("in")
    response.set_cookie("csrf", "1")
    response.set_cookie("_ga", "1")
    response.set_cookie("mine", "1")
    return response


class Counting:
    """Middleware of no framework: its cookie is anybody's."""

    cookie_name = "_ga"

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


async def test_cookies_of_the_framework_are_necessary_under_their_own_names() -> None:
    inner = Starlette(routes=[Route("/", log_in)])
    inner.add_middleware(SessionMiddleware, secret_key="s", session_cookie="sid")
    inner.add_middleware(Counting)
    guarded: dict[str, Any] = {
        "policy": a_policy(),
        "secret_keys": ["k"],
        "ledger": None,
        "geo": Here("DE"),
    }
    inner.add_middleware(ConsentMiddleware, **guarded, cookies=["csrf"])
    transport = httpx.ASGITransport(app=inner)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        answer = await client.get("/")
    assert {cookie.name for cookie in answer.cookies.jar} == {"sid", "csrf"}


# --- decorator and WebSockets --------------------------------------------------------------------


class Numbers(HTTPEndpoint):
    @requires_consent("analytics")
    async def get(self, request: Request) -> Response:
        return PlainTextResponse("method")


async def test_requires_consent_on_a_method_and_for_one_service() -> None:
    @requires_consent("media", service="youtube")
    async def film(request: Request) -> Response:
        return PlainTextResponse("film")

    client = TestClient(protected(Route("/", Numbers), Route("/film", film)))
    assert client.get("/").status_code == client.get("/film").status_code == 403
    grant(client, "analytics", services=["youtube"])
    assert (client.get("/").text, client.get("/film").text) == ("method", "film")


def test_a_403_is_the_apps_own_to_show() -> None:
    async def sorry(request: Request, exc: Exception) -> Response:
        return HTMLResponse(f"<!doctype html><body>Ask first{PIXEL}</body>", 403)

    site = protected(Route("/", statistics))
    site.add_exception_handler(403, sorry)
    answer = TestClient(site).get("/")
    assert answer.status_code == 403
    assert "Ask first<img data-cg-purpose" in answer.text


@requires_consent("analytics")
async def live(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text(" ".join(consent(websocket).granted))
    await websocket.close()


class Late(WebSocketEndpoint):
    async def on_connect(self, websocket: WebSocket) -> None:
        await websocket.accept()
        await self.counted(websocket)

    @requires_consent("analytics")
    async def counted(self, websocket: WebSocket) -> None:
        await websocket.send_text("counted")


def test_a_websocket_is_refused_with_a_403() -> None:
    client = TestClient(protected(WebSocketRoute("/live", live)))
    with pytest.raises(WebSocketDenialResponse) as refused, client.websocket_connect("/live"):
        pass
    assert refused.value.status_code == 403
    assert "your consent to 'analytics'" in refused.value.text
    grant(client, "analytics")
    with client.websocket_connect("/live") as socket:
        assert "analytics" in socket.receive_text()


def test_an_open_websocket_is_closed() -> None:
    client = TestClient(protected(WebSocketRoute("/late", Late)))
    with client.websocket_connect("/late") as socket, pytest.raises(WebSocketDisconnect) as closed:
        socket.receive_text()
    assert closed.value.code == 1008
    assert closed.value.reason == "This needs your consent to 'analytics'."
    grant(client, "analytics")
    with client.websocket_connect("/late") as socket:
        assert socket.receive_text() == "counted"


async def test_a_server_without_denial_responses_closes() -> None:
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope: dict[str, Any] = {
        "type": "websocket",
        "path": "/live",
        "headers": [],
        "query_string": b"",
        "client": None,
    }
    await protected(WebSocketRoute("/live", live))(scope, receive, send)
    assert [(m["type"], m["code"]) for m in sent] == [("websocket.close", 1008)]


# --- templates -----------------------------------------------------------------------------------

TEMPLATE = """{% if consent_allows("analytics") %}counted{% else %}not counted{% endif %}
{% if consent.allows("media", service="youtube") %}film{% endif %} {{ consent.region.id }}
{{ consent_settings_link() }} {{ consent_settings_link("<Cookies>") }}
<a href="{{ consent_settings_url() }}">?</a> {{ consent_banner() }}<footer></footer>"""


def templates_of(**named: str) -> Jinja2Templates:
    loader = jinja2.DictLoader(named)
    return Jinja2Templates(env=jinja2.Environment(loader=loader, autoescape=True))


def test_words_for_templates() -> None:
    templates = with_consent(with_consent(templates_of(page=TEMPLATE)))
    assert templates.context_processors == [consent_context]

    async def page(request: Request) -> Response:
        return templates.TemplateResponse(request, "page")

    client = TestClient(protected(Route("/", page), Route("/cart", page)))
    text = client.get("/cart?x=1").text
    assert "not counted" in text
    assert "film" not in text
    assert '<a href="/_consent?next=/cart%3Fx%3D1" rel="noreferrer">&lt;Cookies&gt;</a>' in text
    assert '<a href="/_consent?next=/cart%3Fx%3D1">?</a>' in text
    assert "data-cg-banner" not in text
    assert text.index('id="cg-banner"') < text.index("<footer>")
    grant(client)
    assert client.get("/").text.startswith("counted\nfilm ")


def test_the_settings_link_leads_back() -> None:
    templates = with_consent(templates_of(page="<p>{{ consent_settings_link('Cookies') }}"))

    async def page(request: Request) -> Response:
        return templates.TemplateResponse(request, "page")

    client = TestClient(protected(Mount("/shop", routes=[Route("/cart", page)])))
    link = client.get("/shop/cart").text.partition('href="')[2].partition('"')[0]
    assert link == "/_consent?next=/shop/cart"
    assert 'href="/shop/cart"' in client.get(link).text


def test_a_template_that_asks_nothing_needs_no_middleware() -> None:
    templates = with_consent(templates_of(page="{{ 1 + 1 }}", asks="{{ consent.gpc }}"))

    async def page(request: Request) -> Response:
        return templates.TemplateResponse(request, request.path_params["name"])

    client = TestClient(Starlette(routes=[Route("/{name}", page)]))
    assert client.get("/page").text == "2"
    with pytest.raises(ConfigError, match="outermost"):
        client.get("/asks")


# --- arguments -----------------------------------------------------------------------------------


def test_account_and_after_choice_are_the_guards() -> None:
    told: list[tuple[str, str]] = []

    async def after(chosen: Chosen) -> None:
        told.append(("async", chosen.request.path))

    def account(request: Asked) -> Account | None:
        return Account(country="BR") if b"x-user" in request.fields else None

    async def place(request: Request) -> Response:
        return PlainTextResponse(consent(request).region.id)

    hooks = [after, lambda chosen: told.append(("sync", chosen.subject))]
    client = TestClient(protected(Route("/", place), account=account, after_choice=hooks))
    assert client.get("/").text != client.get("/", headers={"x-user": "1"}).text
    assert told == []
    grant(client, "analytics")
    assert [kind for kind, _ in told] == ["async", "sync"]
    refuse(client)
    assert len(told) == 4


# --- mistakes ------------------------------------------------------------------------------------

BROKEN = [
    ({"secret_keys": []}, "secret key"),
    ({"policy": "no-such-file.toml"}, "no-such-file"),
    ({"policy": Path(__file__)}, "E"),
]


@pytest.mark.parametrize(("wrong", "said"), BROKEN)
async def test_a_mistake_fails_the_servers_startup(wrong: dict[str, Any], said: str) -> None:
    site = protected(Route("/", home), **wrong)
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "lifespan.startup"}

    async def send(message: Any) -> None:
        sent.append(message)

    with pytest.raises(ConfigError, match=said):
        await site({"type": "lifespan"}, receive, send)
    assert [m["type"] for m in sent] == ["lifespan.startup.failed"]
    assert said in sent[0]["message"]
    with pytest.raises(ConfigError, match=said):
        TestClient(site).get("/")  # a server without lifespan: nothing is served unguarded


@pytest.mark.parametrize(("wrong", "said"), BROKEN)
def test_a_mistake_is_raised_at_once_where_the_app_is_wrapped(
    wrong: dict[str, Any], said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        ConsentMiddleware(Starlette(), **GUARD | wrong)


def test_two_guards_fail_the_startup_too() -> None:
    site = protected(Route("/", home))
    site.add_middleware(BaseHTTPMiddleware, dispatch=passing)
    site.add_middleware(ConsentMiddleware, **GUARD)
    with pytest.raises(ConfigError, match="two consentguard guards"), TestClient(site):
        pass


def test_a_test_client_says_so_too() -> None:
    with pytest.raises(KeyMissing), TestClient(protected(secret_keys=[])):
        pass


class CacheMiddleware(BaseHTTPMiddleware):
    """Called as those of asgi-caches and starlette-caches are."""

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        return await call_next(request)


@pytest.mark.parametrize(
    ("outside", "inside", "said"),
    [
        ([TrustedHostMiddleware, GZipMiddleware], [CORSMiddleware, SessionMiddleware], []),
        ([CORSMiddleware], [], ["read the visitor's choice: add CORSMiddleware before"]),
        ([CacheMiddleware], [], ["kept for all: add CacheMiddleware before"]),
        (
            [],
            [TrustedHostMiddleware, CacheMiddleware],
            ["every host: add TrustedHostMiddleware after"],
        ),
        ([], [HTTPSRedirectMiddleware], ["https: add HTTPSRedirectMiddleware after"]),
        ([SessionMiddleware], [], ["cookie that it sets: add SessionMiddleware before"]),
        ([], [GZipMiddleware], ["packed once more: add GZipMiddleware after"]),
    ],
)
def test_middleware_on_the_wrong_side_is_told_of_at_start(
    outside: list[Any], inside: list[Any], said: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    needs: dict[Any, Any] = {SessionMiddleware: {"secret_key": "s"}}
    layers = [
        [Middleware(kind, **needs.get(kind, {})) for kind in side] for side in (outside, inside)
    ]
    guard = Middleware(ConsentMiddleware, **GUARD)
    with TestClient(Starlette(middleware=[*layers[0], guard, *layers[1]])):
        told = [r.getMessage() for r in caplog.records if "ConsentMiddleware" in r.getMessage()]
    assert len(told) == len(said)
    assert all(part in one for part, one in zip(said, told, strict=True))


# --- what else goes through ----------------------------------------------------------------------


async def passing(request: Request, call_next: RequestResponseEndpoint) -> Response:
    response = await call_next(request)
    seen = "consentguard" in request.scope
    response.headers["x-seen"] = str(consent(request).allows("analytics")) if seen else "nothing"
    response.set_cookie("_ga", "1")
    return response


@pytest.mark.parametrize("inside", [True, False])
def test_base_http_middleware_on_either_side(inside: bool) -> None:
    async def page(request: Request) -> Response:
        async def pieces() -> AsyncIterator[str]:
            yield "<!doctype html><body>"
            yield PIXEL
            yield "</body>"

        return StreamingResponse(pieces(), media_type="text/html")

    guard = Middleware(ConsentMiddleware, **GUARD)
    other = Middleware(BaseHTTPMiddleware, dispatch=passing)
    middleware = [guard, other] if inside else [other, guard]
    client = TestClient(Starlette(routes=[Route("/", page)], middleware=middleware))
    answer = client.get("/")
    assert "data-cg-src='https://www.facebook.com" in answer.text
    assert answer.headers["x-seen"] == ("False" if inside else "nothing")
    # What is set outside of the guard is not seen by it: this is the wrong order.
    assert ("set-cookie" in answer.headers) is not inside


def test_background_tasks_run_after_the_response() -> None:
    done: list[str] = []

    async def page(request: Request) -> Response:
        subject = request.scope["consentguard"].subject
        return HTMLResponse("<!doctype html>", background=BackgroundTask(done.append, subject))

    client = TestClient(protected(Route("/", page)))
    grant(client, "analytics")
    client.get("/")
    assert len(done) == 1
    assert done[0]


@pytest.mark.parametrize("kind", ["application/json", "text/html"])
def test_a_background_task_asks_when_the_body_has_left(kind: str) -> None:
    done: list[bool] = []

    async def page(request: Request) -> Response:
        def job() -> None:
            done.append(consent(request).allows("analytics"))

        public = {"cache-control": "public"}
        return Response("{}", 200, public, kind, background=BackgroundTask(job))

    client = TestClient(protected(Route("/", cache_mode("shared")(page))))
    grant(client, "analytics")
    assert "public" in client.get("/").headers["cache-control"]
    assert done == [True]


async def test_a_subject_answers_in_a_background_job() -> None:
    subjects: list[str] = []

    async def page(request: Request) -> Response:
        subjects.append(request.scope["consentguard"].subject)
        return PlainTextResponse("")

    guard = ConsentMiddleware(Starlette(routes=[Route("/", page)]), **GUARD)
    client = TestClient(guard)
    grant(client, "analytics")
    client.get("/")
    assert guard.guard.decision_for(subjects[0], Account("DE")).allows("analytics")


def test_lifespan_is_the_apps_own() -> None:
    told: list[str] = []

    async def lifespan(app: Any) -> AsyncIterator[dict[str, str]]:
        told.append("up")
        yield {"database": "open"}
        told.append("down")

    async def page(request: Request) -> Response:
        return PlainTextResponse(request.state.database)

    site = Starlette(routes=[Route("/", page)], lifespan=contextlib.asynccontextmanager(lifespan))
    site.add_middleware(ConsentMiddleware, **GUARD)
    with TestClient(site) as client:
        assert client.get("/").text == "open"
        assert told == ["up"]
    assert told == ["up", "down"]


def test_a_mounted_app_is_guarded_with_its_parent() -> None:
    async def page(request: Request) -> Response:
        return HTMLResponse(f"<!doctype html><body>{PIXEL}{consent(request).chosen}</body>")

    sub = Starlette(routes=[Route("/", page)])
    client = TestClient(protected(Mount("/sub", sub)))
    text = client.get("/sub/").text
    assert "data-cg-src" in text
    assert 'action="/_consent"' in text


def test_a_mounted_app_may_be_all_that_is_guarded() -> None:
    async def page(request: Request) -> Response:
        return HTMLResponse(f"<!doctype html><body>{PIXEL}</body>")

    parent = Starlette(routes=[Mount("/sub", protected(Route("/", page))), Route("/", page)])
    client = TestClient(parent)
    assert "data-cg-src" not in client.get("/").text
    assert 'action="/sub/_consent"' in client.get("/sub/").text
    grant(client, path="/sub/_consent")
    assert "data-cg-src" not in client.get("/sub/").text


async def test_a_slow_client_slows_the_app_down() -> None:
    """Back-pressure: nothing is made that nobody has taken yet."""
    made, taken = [], []
    gate = asyncio.Semaphore(0)

    async def page(request: Request) -> Response:
        async def pieces() -> AsyncIterator[str]:
            for number in range(8):
                made.append(number)
                yield f"<p>{number}</p>"

        return StreamingResponse(pieces(), media_type="text/html")

    async def receive() -> Any:
        await asyncio.sleep(3600)

    async def send(message: Any) -> None:
        await gate.acquire()
        taken.append(message["type"])

    scope: dict[str, Any] = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "headers": [],
        "query_string": b"",
    }
    serving = asyncio.create_task(protected(Route("/", page))(scope, receive, send))
    for free in range(1, 6):
        gate.release()
        for _ in range(50):  # rounds of the event loop
            await asyncio.sleep(0)
        assert len(taken) == free
        assert len(made) <= free
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving


async def test_who_hangs_up_cancels_the_app() -> None:
    told: list[str] = []

    async def page(request: Request) -> Response:
        async def pieces() -> AsyncIterator[str]:
            try:
                yield "<!doctype html><p>1</p>"
                await asyncio.sleep(3600)
            finally:
                told.append("closed")

        return StreamingResponse(pieces(), media_type="text/html")

    gone = asyncio.Event()

    async def receive() -> Any:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body":
            gone.set()

    scope: dict[str, Any] = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "headers": [],
        "query_string": b"",
    }
    await protected(Route("/", page))(scope, receive, send)
    assert told == ["closed"]


def test_nothing_is_said_on_a_quiet_request(caplog: pytest.LogCaptureFixture) -> None:
    client = TestClient(protected(Route("/", home)))
    client.get("/")
    with caplog.at_level(logging.INFO, "consentguard"):
        caplog.clear()
        client.get("/")
    assert caplog.records == []
