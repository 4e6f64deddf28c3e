"""The site in Flask."""

from __future__ import annotations

from typing import Any
from wsgiref.validate import validator

from flask import Flask, Response, request, stream_with_context
from tests.contract.site import KEY, METHODS, Anywhere, Asked, page_of
from werkzeug.datastructures import Headers

from consentguard.adapters.flask import ConsentGuard, consent_allows
from consentguard.adapters.flask.questions import exchange
from consentguard.ledger import Ledger
from consentguard.model import Policy


def view(path: str = "") -> Response:
    """The site as a view."""
    headers = {name.lower(): value for name, value in request.headers}
    words = (consent_allows, lambda mode: setattr(exchange(), "cache_mode", mode))
    page = page_of(Asked(request.path, request.method, headers, request.cookies, *words))
    one = len(page.pieces) == 1
    pieces = page.pieces[0] if one else stream_with_context(iter(page.pieces))
    response = Response(pieces, page.status)
    text = [(k.decode("latin-1"), v.decode("latin-1")) for k, v in page.headers]
    response.headers = Headers(text)
    return response


def build(policy: Policy, ledger: Ledger) -> Any:
    """The app with its extension, watched by the standard's own validator."""
    app = Flask(__name__, static_folder=None)
    app.config.update(
        SECRET_KEY="the app's own",
        CONSENTGUARD_POLICY=policy,
        CONSENTGUARD_SECRET_KEYS=[KEY],
        CONSENTGUARD_LEDGER=ledger,
    )
    app.add_url_rule("/", "root", view, methods=METHODS)
    app.add_url_rule("/<path:path>", "site", view, methods=METHODS)
    ConsentGuard(app, geo=Anywhere())
    return validator(app)
