"""For a site's own tests: a client whose visitor has agreed, or refused.

::

    grant(client, "analytics")      # and nothing else
    refuse(client)
    await agrant(async_client)      # where client.post() is awaited

They press the buttons of the site under test, so that its policy, keys and ledger count. Works with
the test clients of Django, Flask, Starlette, FastAPI and Quart, and with those of httpx. Where
consent does not matter to a test, ``[enforcement] mode = "off"`` leaves every response alone.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Collection
from typing import Any

#: The browser says that a person's click on the site itself asks (Fetch Metadata, section 2).
_HEADERS = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-User": "?1"}
_OURS = frozenset(("consent", "__Host-consent", "__Secure-consent"))
_REFUSED = {"choice": "reject"}


def grant(
    client: Any, *purposes: str, services: Collection[str] = (), path: str = "/_consent"
) -> None:
    """Let the client's visitor agree to purposes and single services; without any, to everything.

    ``path`` is ``[enforcement] consent_path``, below the root of the app. Raises AssertionError
    with the site's answer where the choice was not taken, TypeError for a client of :func:`agrant`
    and for one of Werkzeug's that keeps no cookies.
    """
    _press(client, path, _granted(purposes, services))


def refuse(client: Any, *, path: str = "/_consent") -> None:
    """Let the client's visitor refuse everything; arguments as for :func:`grant`."""
    _press(client, path, _REFUSED)


async def agrant(
    client: Any, *purposes: str, services: Collection[str] = (), path: str = "/_consent"
) -> None:
    """:func:`grant` for a client whose ``post`` is awaited, as that of Django's AsyncClient."""
    await _apress(client, path, _granted(purposes, services))


async def arefuse(client: Any, *, path: str = "/_consent") -> None:
    """:func:`refuse` for a client whose ``post`` is awaited."""
    await _apress(client, path, _REFUSED)


def _granted(purposes: Collection[str], services: Collection[str]) -> dict[str, Any]:
    if not purposes and not services:
        return {"choice": "accept"}
    return {
        "choice": "save",
        "purposes": dict.fromkeys(purposes, True),
        "services": dict.fromkeys(services, True),
    }


def _press(client: Any, path: str, said: dict[str, Any]) -> None:
    answer = _posted(client, path, said)
    if inspect.iscoroutine(answer):
        answer.close()
        raise TypeError(f"{type(client).__name__} is asynchronous: await agrant() or arefuse()")
    if _wants_https(answer):
        answer = _posted(client, path, said, secure=True)
    _taken(client, path, answer, _body(answer))


async def _apress(client: Any, path: str, said: dict[str, Any]) -> None:
    answer = _posted(client, path, said)
    if inspect.iscoroutine(answer):
        answer = await answer
    if _wants_https(answer):
        answer = _posted(client, path, said, secure=True)
        if inspect.iscoroutine(answer):
            answer = await answer
    body = _body(answer)
    _taken(client, path, answer, await body if inspect.iscoroutine(body) else body)


def _posted(client: Any, path: str, said: dict[str, Any], *, secure: bool = False) -> Any:
    """The answer to a choice, or what gives it when it is awaited."""
    text, kind = json.dumps(said), "application/json"
    if _is_djangos(client):
        return client.post(path, data=text, content_type=kind, headers=_HEADERS, secure=secure)
    headers = {**_HEADERS, "Content-Type": kind}
    if hasattr(client, "get_cookie"):  # Werkzeug's, which Flask uses
        client.get_cookie("consent")  # raises TypeError where the client keeps none
        scheme = {"wsgi.url_scheme": "https"} if secure else {}
        return client.post(path, data=text, headers=headers, environ_overrides=scheme)
    if hasattr(client, "open"):  # Quart's
        return client.post(path, data=text, headers=headers)
    return client.post(path, content=text, headers=headers)  # httpx, which Starlette uses


def _wants_https(answer: Any) -> bool:
    """Whether it leads there, as Django's ``SECURE_SSL_REDIRECT`` does."""
    to: str = answer.headers.get("location", "")
    return to.startswith("https:") and 300 < answer.status_code < 400


def _is_djangos(client: Any) -> bool:
    return hasattr(getattr(client, "handler", None), "enforce_csrf_checks")


def _body(answer: Any) -> Any:
    found = getattr(answer, "data", None)  # once: Quart makes something to be awaited each time
    return answer.content if found is None else found


def _taken(client: Any, path: str, answer: Any, body: bytes) -> None:
    """Raise unless the choice was taken; let the client send what it was given."""
    if answer.status_code != 200:
        said = body[:300].decode("utf-8", "replace")
        raise AssertionError(f"POST {path} answered {answer.status_code}: {said}")
    # The cookie jar of httpx would not send a Secure cookie to http://testserver.
    for cookie in list(getattr(getattr(client, "cookies", None), "jar", ())):
        if cookie.name in _OURS:
            cookie.secure = False
