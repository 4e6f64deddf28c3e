"""Example Music in Flask."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from typing import Any

from flask import Flask, Response, request, send_file, session
from werkzeug.exceptions import HTTPException

from consentguard.adapters.flask import ConsentGuard, current_consent

from . import pages


def build(protected: bool, **settings: Any) -> Flask:
    """The site; ``settings`` are the guard's."""
    app = Flask(__name__, static_folder="assets", static_url_path="/assets")
    app.secret_key = secrets.token_urlsafe(32)
    app.extensions["pace"] = pages.Pace()
    for path, page, methods in pages.ROUTES:
        rule = path.replace("{slug}", "<slug>")
        app.add_url_rule(rule, page.__name__, view(page, app, protected), methods=methods)
    app.add_url_rule("/download/press-kit.txt", "press_kit", press_kit)
    app.register_error_handler(404, view(pages.missing, app, protected))
    app.register_error_handler(500, view(pages.broken, app, protected))
    if protected:
        app.config["CONSENTGUARD_POLICY"] = settings["policy"]
        app.config["CONSENTGUARD_SECRET_KEYS"] = settings["secret_keys"]
        app.config["CONSENTGUARD_LEDGER"] = settings["ledger"]
        # ─── the one line that a site adds ───────────────────────────────────────────────────────
        ConsentGuard(app, geo=settings["geo"])
        # ─────────────────────────────────────────────────────────────────────────────────────────
    return app


def view(page: pages.Page, app: Flask, protected: bool) -> Callable[..., Response]:
    """A page as a view, or as the handler of an error."""

    def show(error: HTTPException | None = None, slug: str = "") -> Response:
        asked = pages.Asked(
            request.path,
            request.method,
            slug,
            request.form,
            request.cookies,
            session.get("user", ""),
            request.headers.get("Accept-Language", ""),
            current_consent if protected else None,
        )
        answer = page(asked)
        if answer.session is not None:
            session.clear() if not answer.session else None
            session.update(answer.session)
        return response(answer, app.extensions["pace"])

    return show


def response(answer: pages.Answer, pace: pages.Pace) -> Response:
    """An answer as a response."""
    whole = isinstance(answer.body, bytes)
    made = Response(answer.body if whole else _slowly(answer, pace), answer.status)
    made.headers["Content-Type"] = answer.kind
    made.headers.update(answer.headers)
    for name, value, seconds in answer.cookies:
        made.set_cookie(name, value, max_age=seconds, samesite="Lax")
    return made


def _slowly(answer: pages.Answer, pace: pages.Pace) -> Iterator[str]:
    for piece in answer.body:
        yield str(piece)
        time.sleep(getattr(pace, answer.slow))
        if pace.stopping():
            return


def press_kit() -> Response:
    """A file to keep; byte ranges work."""
    return send_file(
        pages.PRESS_KIT, download_name="example-music-press-kit.txt", as_attachment=True
    )
