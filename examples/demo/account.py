"""Signing in: a form, a button of a third party, and a page that needs a session."""

from __future__ import annotations

import secrets

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from .pages import templates

PASSWORD = "music"  # noqa: S105 - printed on the form itself


async def login(request: Request) -> Response:
    """The form, and what it sends. Any name will do."""
    if request.method == "GET":
        return templates.TemplateResponse(request, "login.html")
    form = await request.form()
    name, password = str(form.get("name", "")).strip()[:40], str(form.get("password", ""))
    if not name or not secrets.compare_digest(password.encode(), PASSWORD.encode()):
        context = {
            "name": name,
            "error": "That did not work. The password of this demo is “music”.",
        }
        return templates.TemplateResponse(request, "login.html", context, status_code=401)
    request.session["user"] = name
    return RedirectResponse("/account", status_code=303)


async def home(request: Request) -> Response:
    """The account page, for those who are signed in."""
    if not request.session.get("user"):
        return RedirectResponse("/login", status_code=303)
    return templates.TemplateResponse(request, "account.html")


async def logout(request: Request) -> Response:
    """Ends the session."""
    request.session.clear()
    return RedirectResponse("/", status_code=303)
