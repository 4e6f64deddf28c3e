"""fastapi-cache: endpoints that are kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from fastapi_cache import FastAPICache, default_key_builder
from fastapi_cache.backends.inmemory import InMemoryBackend
from fastapi_cache.decorator import cache
from starlette.testclient import TestClient
from tests.conftest import Here, a_policy

from consentguard.adapters.fastapi import (
    Consent,
    ConsentMiddleware,
    Decision,
    RequireConsent,
    consent,
    requires_consent,
)
from consentguard.testing import grant, refuse

PIXEL = "<img src='https://www.facebook.com/tr?id=1'>"
GATED = "data-cg-src='https://www.facebook.com"

made: list[str] = []  #: what was made anew
app = FastAPI()


def answer(decision: Decision) -> dict[str, bool]:
    made.append("made")
    return {"analytics": decision.allows("analytics")}


def by_decision(
    func: Any,
    namespace: str = "",
    *,
    request: Request | None = None,
    response: Response | None = None,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> str:
    assert request is not None
    usual = default_key_builder(func, namespace, args=args, kwargs=kwargs)
    return f"{usual}:{request.url.path}:{consent(request).digest}"


@app.get("/page", response_class=HTMLResponse)
@cache(expire=60)
async def page() -> str:
    made.append("made")
    return f"<!doctype html><title>Shop</title><body>{PIXEL}</body>"


@app.get("/parameter")
@cache(expire=60)
async def parameter(decision: Consent) -> dict[str, bool]:
    return answer(decision)


@app.get("/parameter-in-thread")
@cache(expire=60)  # type: ignore[arg-type]  # it takes functions, too
def parameter_in_thread(decision: Consent) -> dict[str, bool]:
    return answer(decision)


@app.get("/required")
@cache(expire=60)
async def required(
    decision: Annotated[Decision, Depends(RequireConsent("analytics"))],
) -> dict[str, bool]:
    return answer(decision)


@app.get("/asked")
@cache(expire=60)
async def asked(request: Request) -> dict[str, bool]:
    return answer(consent(request))


@app.get("/keyed")
@cache(expire=60, key_builder=by_decision)
async def keyed(request: Request) -> dict[str, bool]:
    return answer(consent(request))


@app.get("/keyed-in-thread")
@cache(expire=60, key_builder=by_decision)  # type: ignore[arg-type]
def keyed_in_thread(request: Request) -> dict[str, bool]:
    return answer(consent(request))


@app.get("/inside")
@cache(expire=60)
@requires_consent("analytics")
async def inside(request: Request) -> dict[str, bool]:
    return answer(consent(request))


@app.get("/dependency", dependencies=[Depends(RequireConsent("analytics"))])
@cache(expire=60)
async def dependency() -> dict[str, bool]:
    made.append("made")
    return {"analytics": True}


threads = APIRouter(prefix="/threads")


@threads.api_route("/asked", methods=["GET", "POST"])
@cache(expire=60)  # type: ignore[arg-type]
def asked_in_thread(request: Request) -> dict[str, bool]:
    return answer(consent(request))


@threads.get("/inside")
@cache(expire=60)
@requires_consent("analytics")
def inside_in_thread(request: Request) -> dict[str, bool]:
    return answer(consent(request))


@threads.get("/required", dependencies=[Depends(RequireConsent("analytics"))])
@cache(expire=60)  # type: ignore[arg-type]
def required_in_thread() -> dict[str, bool]:
    made.append("made")
    return {"analytics": True}


app.include_router(threads)
guard: dict[str, Any] = {"policy": a_policy(), "secret_keys": ["k"], "ledger": None, "geo": Here()}
app.add_middleware(ConsentMiddleware, **guard)
Visitors = tuple[TestClient, TestClient]


@pytest.fixture
def visitors() -> Iterator[Visitors]:
    """Somebody who has agreed, and somebody who has refused."""
    FastAPICache.init(InMemoryBackend())
    yes, no = TestClient(app), TestClient(app)
    grant(yes)
    refuse(no)
    made.clear()
    yield yes, no
    InMemoryBackend._store.clear()
    FastAPICache.reset()


@pytest.mark.parametrize("first", ["yes", "no"])
def test_a_kept_page_is_gated_for_each_visitor(visitors: Visitors, first: str) -> None:
    yes, no = visitors
    if first == "no":
        no.get("/page")
    for _ in range(2):
        agreed, refused = yes.get("/page"), no.get("/page")
        assert PIXEL in agreed.text
        assert GATED in refused.text
        # Its own lifetime and its tag, which is none, do not leave.
        assert agreed.headers["cache-control"] == "private, no-cache"
        assert agreed.headers["etag"] != refused.headers["etag"]
    assert made == ["made"]
    refuse(yes)
    known = {"accept": "text/html", "if-none-match": agreed.headers["etag"]}
    assert GATED in yes.get("/page", headers=known).text


@pytest.mark.parametrize(
    "path", ["/parameter", "/parameter-in-thread", "/keyed", "/keyed-in-thread"]
)
def test_a_key_that_names_the_decision(
    visitors: Visitors, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A parameter is in the key by itself."""
    yes, no = visitors
    for _ in range(2):
        assert yes.get(path).json() == {"analytics": True}
        assert no.get(path).json() == {"analytics": False}
    assert len(made) == 2
    assert "keeps for everybody" not in caplog.text


@pytest.mark.parametrize("path", ["/asked", "/threads/asked"])
@pytest.mark.parametrize("first", ["yes", "no"])
def test_what_is_kept_for_everybody_suits_everybody(
    visitors: Visitors, path: str, first: str, caplog: pytest.LogCaptureFixture
) -> None:
    yes, no = visitors
    for client in (yes, no, yes) if first == "yes" else (no, yes):
        assert client.get(path).json() == {"analytics": False}
    assert len(made) == 1
    assert caplog.text.count("keeps for everybody") == 1


@pytest.mark.parametrize("path", ["/asked", "/threads/asked"])
def test_what_is_not_kept_is_asked_anew(visitors: Visitors, path: str) -> None:
    for client, allowed in zip(visitors, (True, False), strict=True):
        answer = client.get(path, headers={"cache-control": "no-store"})
        assert answer.json() == {"analytics": allowed}
        if path == "/threads/asked":
            assert client.post(path).json() == {"analytics": allowed}
    FastAPICache.reset()
    FastAPICache.init(InMemoryBackend(), enable=False)
    for client, allowed in zip(visitors, (True, False), strict=True):
        assert client.get(path).json() == {"analytics": allowed}


@pytest.mark.parametrize("path", ["/dependency", "/required", "/threads/required"])
def test_a_dependency_is_asked_every_time(visitors: Visitors, path: str) -> None:
    yes, no = visitors
    for _ in range(2):
        assert yes.get(path).json() == {"analytics": True}
        assert no.get(path).status_code == 403
    assert made == ["made"]


@pytest.mark.parametrize("path", ["/inside", "/threads/inside"])
def test_a_decorator_inside_of_the_cache_lets_nobody_through(visitors: Visitors, path: str) -> None:
    for client in (*visitors, *visitors):
        assert client.get(path).status_code == 403
    assert made == []
