"""The application: the same pages, policy and places in the framework that is asked for."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from consentguard.geo.locate import Locator
from consentguard.model import GeoSettings

from .geo import DemoLocator

HERE = Path(__file__).parent
POLICY = HERE / "consent.toml"
#: Each has a file ``with_….py``.
FRAMEWORKS = ("starlette", "fastapi", "flask", "django")


def build(
    framework: str = "starlette",
    *,
    protected: bool = True,
    secret_keys: Sequence[str] = (),
    ledger: str | None = None,
    policy: str | Path = POLICY,
) -> Any:
    """The whole site as an application: WSGI for Flask, else ASGI.

    ``protected=False`` is the same site without consentguard. ``secret_keys`` (oldest first) sign
    the consent cookie, ``ledger`` is a database URL or None for no record.
    """
    module = importlib.import_module(f".with_{framework}", __package__)
    if not protected:
        return module.build(protected=False)
    return module.build(
        protected=True,
        policy=policy,
        secret_keys=list(secret_keys),
        ledger=ledger,
        geo=DemoLocator(Locator(GeoSettings())),
    )


def pace_of(app: Any) -> Any:
    """How slowly an app streams: attributes ``beat``, ``pause`` and ``stopping``."""
    if hasattr(app, "state"):
        return app.state
    if hasattr(app, "extensions"):
        return app.extensions["pace"]
    return importlib.import_module(".with_django", __package__).PACE
