"""The application: routes, the session, and one line that adds the middleware."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware.sessions import SessionMiddleware
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from consentguard.adapters.starlette import ConsentMiddleware
from consentguard.geo.locate import Locator
from consentguard.model import GeoSettings

from . import account, pages, radio
from .geo import DemoLocator

HERE = Path(__file__).parent
POLICY = HERE / "consent.toml"


def build(
    *,
    protected: bool = True,
    secret_keys: Sequence[str] = (),
    ledger: str | None = None,
    policy: str | Path = POLICY,
) -> Starlette:
    """The whole site as an ASGI application.

    ``protected=False`` is the same site without consentguard. ``secret_keys`` (oldest first) sign
    the consent cookie, ``ledger`` is a database URL or None for no record.
    """
    app = Starlette(
        routes=[
            Route("/", pages.home),
            Route("/artist/{slug}", pages.artist),
            Route("/privacy", pages.privacy),
            Route("/moscow", pages.moscow),
            Route("/stream", pages.diary),
            Route("/boom", pages.boom),
            Route("/api/artists", pages.api),
            Route("/download/press-kit.txt", pages.press_kit),
            Route("/now-playing", radio.page),
            Route("/live", radio.live),
            Route("/login", account.login, methods=["GET", "POST"]),
            Route("/account", account.home),
            Route("/logout", account.logout, methods=["POST"]),
            Route("/demo/country", pages.country, methods=["POST"]),
            Route("/demo/rules", pages.rules),
            Mount("/assets", StaticFiles(directory=HERE / "assets")),
        ],
        exception_handlers={404: pages.missing, 500: pages.broken},
    )
    app.add_middleware(SessionMiddleware, secret_key=secrets.token_urlsafe(32))
    app.state.stopping = lambda: False  # the server that runs us knows better
    app.state.beat = 1.5  # seconds between two events of the radio page
    app.state.pause = 0.15  # seconds between two pieces of the diary

    if protected:
        keys, where = list(secret_keys), DemoLocator(Locator(GeoSettings()))
        # ─── the one line that a site adds ───────────────────────────────────────────────────────
        app.add_middleware(
            ConsentMiddleware, policy=policy, secret_keys=keys, ledger=ledger, geo=where
        )
        # ─────────────────────────────────────────────────────────────────────────────────────────
    return app
