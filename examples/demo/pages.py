"""The public pages, written without a thought for consent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    JSONResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.templating import Jinja2Templates

from . import artists, geo

HERE = Path(__file__).parent
YEAR = 365 * 24 * 3600

#: What the site's tag server sets for its vendors: name, value and lifetime in seconds.
TRACKER_COOKIES = (
    ("_ga", "GA1.1.1001001001.1767225600", 2 * YEAR),
    ("_fbp", "fb.1.1767225600000.1001001001", YEAR // 4),
    ("_gcl_au", "1.1.1001001001.1767225600", YEAR // 4),
    ("exm_variant", "warm-hero", YEAR),  # somebody's experiment; nobody wrote it down
)


def shared(request: Request) -> dict[str, object]:
    """What every template may use: who is signed in, and the picker of the footer."""
    return {
        "user": request.scope.get("session", {}).get("user", ""),
        "places": geo.USUAL,
        "more": geo.places(),
        "here": request.cookies.get(geo.COOKIE, ""),
        "path": request.url.path,
    }


templates = Jinja2Templates(directory=HERE / "templates", context_processors=[shared])


async def home(request: Request) -> Response:
    """The front page, and the cookies that marketing asked for."""
    request.session["seen"] = "home"
    response = templates.TemplateResponse(
        request, "home.html", {"artists": artists.ARTISTS, "tour": artists.TOUR}
    )
    for name, value, seconds in TRACKER_COOKIES:
        response.set_cookie(name, value, max_age=seconds, samesite="lax")
    response.headers["Link"] = "<https://static.hotjar.com>; rel=preconnect"
    return response


async def artist(request: Request) -> Response:
    """One artist with a film."""
    found = artists.BY_SLUG.get(request.path_params["slug"])
    if found is None:
        raise HTTPException(404)
    context = {"artist": found, "film": artists.FILM}
    return templates.TemplateResponse(request, "artist.html", context)


async def privacy(request: Request) -> Response:
    """The privacy notice."""
    return templates.TemplateResponse(request, "privacy.html")


async def moscow(request: Request) -> Response:
    """A page from the old site, still in its old charset."""
    page = templates.get_template("moscow.html").render(request=request, **shared(request))
    return Response(
        page.encode("windows-1251", "xmlcharrefreplace"),
        headers={"Content-Type": "text/html; charset=windows-1251"},
    )


async def diary(request: Request) -> Response:
    """The tour diary, sent in pieces as they are rendered."""
    template = templates.get_template("diary.html")
    stream = template.stream(request=request, days=artists.DIARY, **shared(request))
    stream.enable_buffering(12)

    async def pieces() -> AsyncIterator[str]:
        for piece in stream:
            yield piece
            await asyncio.sleep(request.app.state.pause)

    return StreamingResponse(pieces(), media_type="text/html")


async def api(request: Request) -> Response:
    """The catalogue for the shop's app."""
    return JSONResponse({"artists": [asdict(artist) for artist in artists.ARTISTS]})


async def press_kit(request: Request) -> Response:
    """A file to keep; byte ranges work."""
    return FileResponse(HERE / "assets" / "press-kit.txt", filename="example-music-press-kit.txt")


async def boom(request: Request) -> Response:
    """The page that always fails."""
    raise RuntimeError("the demo's own broken page")


async def missing(request: Request, exc: Exception) -> Response:
    """404 in the site's design."""
    return templates.TemplateResponse(request, "error.html", {"status": 404}, status_code=404)


async def broken(request: Request, exc: Exception) -> Response:
    """500 in the site's design, trackers included."""
    return templates.TemplateResponse(request, "error.html", {"status": 500}, status_code=500)


async def rules(request: Request) -> Response:
    """Which rules hold for this visitor; part of the demo, not of the site."""
    exchange = request.scope.get("consentguard")  # not there in an unprotected demo
    decision = exchange.decision if exchange else None
    return templates.TemplateResponse(request, "rules.html", {"decision": decision})


async def country(request: Request) -> Response:
    """The picker of the footer: keeps the country in a cookie and goes back to the page."""
    form = await request.form()
    code, back = str(form.get("country", "")), str(form.get("next", "/"))
    # Only a path of this site: "//host" and "/\host" would leave it (WHATWG URL, special schemes).
    local = back.startswith("/") and not back.startswith(("//", "/\\"))
    response = RedirectResponse(back if local else "/", status_code=303)
    if code and code in dict((*geo.USUAL, *geo.places())):
        response.set_cookie(geo.COOKIE, code, samesite="lax", httponly=True)
    else:
        response.delete_cookie(geo.COOKIE)
    return response
