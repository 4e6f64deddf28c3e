"""For a site's own tests: a client whose visitor has agreed, or refused.

::

    grant(client, "analytics")      # and nothing else
    refuse(client)

They press the buttons of the site under test, so that its policy, keys and ledger count. Works with
the test clients of Django, Flask, Starlette and FastAPI, and with a synchronous ``httpx.Client``.
Where consent does not matter to a test, ``[enforcement] mode = "off"`` leaves every response alone.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

#: The browser says that the site itself asks (Fetch Metadata, section 2.2).
_OWN = "same-origin"


def grant(
    client: Any, *purposes: str, services: Collection[str] = (), path: str = "/_consent"
) -> None:
    """Let the client's visitor agree to purposes and single services; without any, to everything.

    ``path`` is ``[enforcement] consent_path``, below the root of the app. Raises AssertionError
    with the site's answer where the choice was not taken.
    """
    if purposes or services:
        said = {
            "choice": "save",
            "purposes": dict.fromkeys(purposes, True),
            "services": dict.fromkeys(services, True),
        }
    else:
        said = {"choice": "accept"}
    _press(client, path, said)


def refuse(client: Any, *, path: str = "/_consent") -> None:
    """Let the client's visitor refuse everything; arguments as for :func:`grant`."""
    _press(client, path, {"choice": "reject"})


def _press(client: Any, path: str, said: dict[str, Any]) -> None:
    text, kind = json.dumps(said), "application/json"
    if hasattr(getattr(client, "handler", None), "enforce_csrf_checks"):  # Django's
        answer = client.post(path, data=text, content_type=kind, HTTP_SEC_FETCH_SITE=_OWN)
    elif hasattr(client, "open"):  # Werkzeug's, which Flask uses
        headers = {"Sec-Fetch-Site": _OWN}
        answer = client.post(path, data=text, content_type=kind, headers=headers)
    else:  # httpx, which Starlette uses
        headers = {"Sec-Fetch-Site": _OWN, "Content-Type": kind}
        answer = client.post(path, content=text, headers=headers)
        # Its cookie jar would not send a Secure cookie to http://testserver.
        for cookie in list(client.cookies.jar):
            cookie.secure = False
    if answer.status_code != 200:
        body: bytes = answer.data if hasattr(answer, "data") else answer.content
        raise AssertionError(
            f"POST {path} answered {answer.status_code}: {body[:300].decode('utf-8', 'replace')}"
        )
