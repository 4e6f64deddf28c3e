"""FastAPI: middleware, and two dependencies that its OpenAPI shows.

::

    app.add_middleware(ConsentMiddleware, policy="consent.toml", secret_keys=[KEY])

    @app.get("/offers")
    def offers(consent: Consent) -> Offers:
        ...consent.allows("personalisation")

    @app.get("/statistics", dependencies=[Depends(RequireConsent("analytics"))])
    def statistics() -> Statistics: ...

Add the middleware last: the last one added is the outermost.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

from fastapi import Cookie, Depends, FastAPI, HTTPException
from fastapi.openapi.models import APIKey
from fastapi.requests import HTTPConnection
from fastapi.security.base import SecurityBase

from consentguard.adapters import starlette
from consentguard.adapters.required import marked
from consentguard.adapters.starlette import (
    cache_mode,
    consent,
    consent_context,
    requires_consent,
    with_consent,
)
from consentguard.consent.decision import Decision
from consentguard.exchange import checked

__all__ = [
    "CacheMode",
    "Consent",
    "ConsentMiddleware",
    "Decision",
    "RequireConsent",
    "cache_mode",
    "consent",
    "consent_context",
    "documented",
    "requires_consent",
    "with_consent",
]

#: The name of the cookie where the site has https, which is where an API is described for others.
_COOKIE = "__Host-consent"
_SIGNED = "The visitor's choice, signed. Only the site's own banner and settings page set it."
#: Security schemes of ours begin so; what comes behind it is a component's name (OpenAPI 3.1,
#: "Components Object").
_SCHEME = "consent."
_NO_NAME = re.compile(r"[^\w.-]", re.ASCII)

#: What a refusal looks like, as OpenAPI says it.
_REFUSAL: dict[str, Any] = {
    "description": "The visitor has not allowed this.",
    "content": {
        "application/json": {
            "schema": {
                "title": "ConsentRequired",
                "type": "object",
                "required": ["detail"],
                "properties": {
                    "detail": {
                        "type": "object",
                        "required": ["message", "purpose", "service", "settings"],
                        "properties": {
                            "message": {"type": "string"},
                            "purpose": {"type": "string"},
                            "service": {"type": ["string", "null"]},
                            "settings": {"type": "string", "description": "Path of the settings."},
                        },
                    }
                },
            }
        }
    },
}


class ConsentMiddleware(starlette.ConsentMiddleware):
    """Starlette's, which also sees to it that OpenAPI tells of refusals: :func:`documented`."""

    def seen(self, app: Any) -> None:
        """The app that we are in; known when it serves its first request."""
        if isinstance(app, FastAPI):
            documented(app)


async def _decision(
    connection: HTTPConnection,
    _: Annotated[str | None, Cookie(alias=_COOKIE, description=_SIGNED)] = None,
) -> Decision:
    """What this visitor has allowed; OpenAPI shows the cookie on which the answer depends."""
    return consent(connection)


#: ``def endpoint(consent: Consent)``: what this visitor has allowed, in WebSockets too.
Consent = Annotated[Decision, Depends(_decision)]


class RequireConsent(SecurityBase):
    """``Depends(RequireConsent("analytics"))``: 403 unless the visitor allows it.

    On an endpoint, a router or the whole app; it gives the decision to who wants it. The 403 has a
    JSON body with the purpose and the path of the settings. A WebSocket gets it too where its
    server can, else it is closed with 1008. OpenAPI shows it as a security requirement.
    """

    def __init__(self, purpose: str, *, service: str | None = None) -> None:
        self.purpose = purpose
        self.service = service
        marked(self, purpose)
        named = f"{purpose}.{service}" if service else purpose
        self.scheme_name = _SCHEME + _NO_NAME.sub("_", named)
        said = f"Needs the visitor's consent to {purpose}" + (f" by {service}" if service else "")
        self.model = APIKey(
            **{"in": "cookie"},  # type: ignore[arg-type]
            name=_COOKIE,
            description=f"{said}. {_SIGNED}",
        )

    async def __call__(self, connection: HTTPConnection) -> Decision:
        """The decision; raises what becomes a 403 where it says no."""
        decision = consent(connection)
        if not decision.allows(self.purpose, service=self.service):
            why = f"This needs your consent to {self.purpose!r}."
            detail = {
                "message": why,
                "purpose": self.purpose,
                "service": self.service,
                "settings": starlette.exchange_of(connection).visit.prefix,
            }
            starlette.refuse(connection, why, HTTPException(403, detail))
        return decision


class CacheMode:
    """``dependencies=[Depends(CacheMode("shared"))]``: any cache may keep the pages of a route.

    On an endpoint, a router or the whole app, whatever the policy says of the path; ``private``:
    their visitor alone. Raises ValueError for another mode.
    """

    def __init__(self, mode: str) -> None:
        self.mode = checked(mode)

    async def __call__(self, connection: HTTPConnection) -> None:
        """Set it for this request."""
        starlette.exchange_of(connection).cache_mode = self.mode


def documented(app: FastAPI) -> FastAPI:
    """Let ``app.openapi()`` tell of every 403, and that consent comes on top of a login.

    The middleware does it when it serves its first request; call it yourself where you write the
    schema to a file, and for a FastAPI app that is mounted in another one.
    """
    given = app.openapi
    if not getattr(given, "tells_of_consent", False):

        def openapi() -> dict[str, Any]:
            schema = given()
            for path in schema.get("paths", {}).values():
                for operation in path.values():
                    if isinstance(operation, dict):
                        _tell(operation)
            return schema

        openapi.tells_of_consent = True  # type: ignore[attr-defined]
        app.openapi = openapi  # type: ignore[method-assign]
    return app


def _tell(operation: dict[str, Any]) -> None:
    """FastAPI lists the security of all dependencies as alternatives; consent is none to a login.

    OpenAPI 3.1, "Security Requirement Object": what one object names is required together.
    """
    needs: dict[str, Any] = {}
    others: list[dict[str, Any]] = []
    for alternative in operation.get("security", ()):
        ours = {name: scopes for name, scopes in alternative.items() if name.startswith(_SCHEME)}
        needs |= ours
        if ours != alternative or not alternative:
            others.append(alternative)
    if needs:
        operation["security"] = [{**other, **needs} for other in others or [{}]]
        operation.setdefault("responses", {}).setdefault("403", _REFUSAL)
