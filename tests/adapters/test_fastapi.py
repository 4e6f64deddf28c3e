"""FastAPI's dependencies, and what its OpenAPI says of them."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, Security, WebSocket
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.security import HTTPBearer, OAuth2PasswordBearer
from fastapi.testclient import TestClient
from starlette.testclient import WebSocketDenialResponse
from tests.conftest import Here, a_policy

from consentguard.adapters import fastapi as adapter
from consentguard.adapters.fastapi import (
    Consent,
    ConsentMiddleware,
    RequireConsent,
    consent,
    documented,
    requires_consent,
)
from consentguard.consent.decision import Decision
from consentguard.errors import ConfigError
from consentguard.testing import grant, refuse

ANALYTICS = Depends(RequireConsent("analytics"))
LOGIN = OAuth2PasswordBearer("token", scopes={"read": "Read"})
User = Annotated[str, Security(LOGIN, scopes=["read"])]
REFUSED: dict[str, Any] = {
    "detail": {
        "message": "This needs your consent to 'analytics'.",
        "purpose": "analytics",
        "service": None,
        "settings": "/_consent",
    }
}


def guarded(app: FastAPI, **more: Any) -> FastAPI:
    """The app with the guard around it."""
    app.add_middleware(
        ConsentMiddleware,
        policy=a_policy(),
        secret_keys=["key"],
        ledger=None,
        geo=Here(),
        **more,
    )
    return app


def shop() -> FastAPI:
    """An API that asks in every way there is."""
    app, router = FastAPI(), APIRouter(prefix="/numbers", dependencies=[ANALYTICS])

    @app.get("/")
    def read(consent: Consent) -> dict[str, bool]:
        return {"analytics": consent.allows("analytics"), "media": consent.allows("media")}

    @app.get("/decorated")
    @requires_consent("analytics")
    async def decorated(request: Request) -> dict[str, bool]:
        return {"analytics": consent(request).allows("analytics")}

    @app.get("/film")
    def film(
        decision: Annotated[Decision, Depends(RequireConsent("media", service="youtube"))],
    ) -> dict[str, str]:
        return {"region": decision.region.id}

    @router.get("/a")
    async def numbers() -> list[int]:
        return [1]

    @app.websocket("/live")
    async def live(websocket: WebSocket, consent: Consent) -> None:
        await websocket.accept()
        await websocket.send_json({"analytics": consent.allows("analytics")})
        await websocket.close()

    @app.websocket("/counted", dependencies=[ANALYTICS])
    async def counted(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.close()

    @app.get("/page", response_class=HTMLResponse)
    def page() -> str:
        return "<!doctype html><body><img src='https://www.facebook.com/tr?id=1'></body>"

    app.include_router(router)
    return guarded(app)


def test_consent_is_a_dependency() -> None:
    client = TestClient(shop())
    assert client.get("/").json() == {"analytics": False, "media": False}
    grant(client, "analytics")
    assert client.get("/").json() == {"analytics": True, "media": False}
    refuse(client)
    assert client.get("/").json()["analytics"] is False


@pytest.mark.parametrize("path", ["/numbers/a", "/decorated", "/film"])
def test_require_consent_answers_403_without_it(path: str) -> None:
    client = TestClient(shop())
    assert client.get(path).status_code == 403
    grant(client)
    assert client.get(path).status_code == 200
    refuse(client)
    assert client.get(path).status_code == 403


def test_the_403_is_json_that_says_what_and_where() -> None:
    client = TestClient(shop())
    answer = client.get("/numbers/a")
    assert answer.json() == REFUSED
    assert answer.headers["content-type"] == "application/json"
    film = client.get("/film").json()["detail"]
    assert (film["purpose"], film["service"]) == ("media", "youtube")
    grant(client, services=["youtube"])
    assert client.get("/film").status_code == 200


@pytest.mark.parametrize("kind", [HTTPException, 403])
def test_the_apps_own_handlers_make_the_403(kind: Any) -> None:
    app = shop()

    @app.exception_handler(kind)
    async def sorry(request: Request, exc: HTTPException) -> JSONResponse:
        detail: Any = exc.detail
        return JSONResponse({"needs": detail["purpose"]}, 403)

    answer = TestClient(app).get("/numbers/a")
    assert (answer.status_code, answer.json()) == (403, {"needs": "analytics"})


def test_websockets_ask_too() -> None:
    client = TestClient(shop())
    with client.websocket_connect("/live") as socket:
        assert socket.receive_json() == {"analytics": False}
    with pytest.raises(WebSocketDenialResponse) as refused, client.websocket_connect("/counted"):
        pass
    assert (refused.value.status_code, refused.value.json()) == (403, REFUSED)
    grant(client, "analytics")
    with client.websocket_connect("/live") as socket:
        assert socket.receive_json() == {"analytics": True}
    with client.websocket_connect("/counted"):
        pass


async def test_a_websocket_of_a_simple_server_is_closed() -> None:
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "websocket", "path": "/counted", "headers": [], "query_string": b""}
    await shop()(scope, receive, send)
    assert [(m["type"], m["code"]) for m in sent] == [("websocket.close", 1008)]


def test_dependencies_of_the_whole_app_and_of_what_is_mounted() -> None:
    sub = FastAPI(dependencies=[ANALYTICS])

    @sub.get("/")
    def read(decision: Consent) -> bool:
        return decision.chosen

    app = FastAPI()
    app.mount("/sub", sub)
    client = TestClient(guarded(app), root_path="/api")
    answer = client.get("/api/sub/")
    assert answer.json()["detail"]["settings"] == "/api/_consent"
    grant(client, "analytics")
    assert client.get("/api/sub/").json() is True


def test_own_openapi_pages_and_error_pages_pass_the_guard() -> None:
    app = shop()

    @app.get("/boom")
    def boom() -> None:
        raise RuntimeError("boom")

    client = TestClient(app, raise_server_exceptions=False)
    assert "data-cg-src='https://www.facebook.com" in client.get("/page").text
    assert "cg-reopen" in client.get("/docs").text
    for path in ("/boom", "/none"):
        answer = client.get(path, headers={"cookie": "_ga=1"})
        assert answer.status_code in (404, 500)
        assert "_ga=;" in answer.headers["set-cookie"]


def test_without_the_middleware_it_says_so() -> None:
    app = FastAPI()

    @app.get("/")
    def read(consent: Consent) -> None: ...

    with pytest.raises(ConfigError, match="add_middleware"):
        TestClient(app).get("/")


def test_mistakes_fail_the_startup() -> None:
    app = guarded(shop())
    with pytest.raises(ConfigError, match="two consentguard guards"), TestClient(app):
        pass


# --- OpenAPI -------------------------------------------------------------------------------------


def test_openapi_shows_both() -> None:
    schema = TestClient(shop()).get("/openapi.json").json()
    (cookie,) = schema["paths"]["/"]["get"]["parameters"]
    assert (cookie["name"], cookie["in"], cookie["required"]) == ("__Host-consent", "cookie", False)
    assert "403" not in schema["paths"]["/"]["get"]["responses"]
    numbers = schema["paths"]["/numbers/a"]["get"]
    assert numbers["security"] == [{"consent.analytics": []}]
    assert schema["paths"]["/film"]["get"]["security"] == [{"consent.media.youtube": []}]
    refusal = numbers["responses"]["403"]["content"]["application/json"]["schema"]
    assert refusal["properties"]["detail"]["required"] == list(REFUSED["detail"])
    schemes = schema["components"]["securitySchemes"]
    assert schemes["consent.analytics"] == {
        "type": "apiKey",
        "in": "cookie",
        "name": "__Host-consent",
        "description": "Needs the visitor's consent to analytics. The visitor's choice, signed. "
        "Only the site's own banner and settings page set it.",
    }
    assert "by youtube" in schemes["consent.media.youtube"]["description"]


def test_a_schema_that_is_written_to_a_file_is_the_same() -> None:
    app = shop()
    offline = documented(documented(app)).openapi()
    assert offline == TestClient(app).get("/openapi.json").json()
    assert app.openapi() is offline  # FastAPI keeps it


def test_consent_comes_on_top_of_a_login() -> None:
    app = documented(FastAPI())

    @app.get("/both", dependencies=[Depends(HTTPBearer()), ANALYTICS])
    def both(
        user: User,
        consent: Annotated[Decision, Depends(RequireConsent("media"))],
    ) -> None: ...

    @app.get("/own", dependencies=[ANALYTICS], responses={403: {"description": "Mine"}})
    def own() -> None: ...

    @app.get("/none", dependencies=[Depends(HTTPBearer())])
    def none() -> None: ...

    for _ in range(2):  # asked again it is the same
        paths = app.openapi()["paths"]
        ours: dict[str, Any] = {"consent.analytics": [], "consent.media": []}
        security = paths["/both"]["get"]["security"]
        assert {"HTTPBearer": [], **ours} in security
        assert {"OAuth2PasswordBearer": ["read"], **ours} in security
        assert len(security) == 2
        assert paths["/own"]["get"]["responses"]["403"]["description"] == "Mine"
        assert paths["/none"]["get"]["security"] == [{"HTTPBearer": []}]
        assert "403" not in paths["/none"]["get"]["responses"]


@pytest.mark.parametrize("purpose", ["analytics", "my:own-purpose", "email_marketing"])
def test_names_are_such_as_components_may_have(purpose: str) -> None:
    name = RequireConsent(purpose, service="a.b c").scheme_name
    assert name.replace(".", "").replace("_", "").replace("-", "").isalnum()
    assert name.isascii()


def test_everything_is_in_one_place() -> None:
    assert all(hasattr(adapter, name) for name in adapter.__all__)
