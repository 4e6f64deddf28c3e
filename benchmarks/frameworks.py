"""What a response costs more in Flask and in Django, in this process and no server.

In the same turns runs SessionMiddleware around an ASGI app, which says how fast the machine is.
Beside us in Django runs the middleware of django-cookie-consent, where it is installed, with two
groups of three cookies each in a cache in memory: it looks at cookies and at nothing else.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from importlib.util import find_spec
from typing import Any

from starlette.middleware.sessions import SessionMiddleware

from . import jobs
from .figures import (
    DJANGO_HTML,
    DJANGO_JSON,
    DJANGO_RATIO,
    DJANGO_RIVAL,
    FLASK_HTML,
    FLASK_JSON,
    FLASK_RATIO,
    Effort,
    Figure,
)
from .pages import page

GUARD = "consentguard.adapters.django.middleware.ConsentMiddleware"
RIVAL = "cookie_consent.middleware.CleanCookiesMiddleware"
#: Kilobytes of the page.
SIZE = 100
#: Requests in a turn.
_TIMES = 200
_KEY = "a key for the benchmark only"
_TYPES = {"/json": "application/json", "/page": "text/html; charset=utf-8"}


def json_responses(effort: Effort) -> Iterator[Figure]:
    """A JSON response: what is added, in µs, and what other middleware adds in the same turns."""
    asgi = jobs.responder(_TYPES["/json"].encode(), b'{"a": 1}')
    session = (jobs.requester(asgi), jobs.requester(SessionMiddleware(asgi, _KEY)))
    flask = (flask_app(), flask_app(guarded=True))
    rival, added, *_ = _added((session, _requests(flask)), effort)
    yield Figure(FLASK_JSON, added * 1e6)
    yield Figure(FLASK_RATIO, added / rival)
    django = [django_app(*m) for m in ((), (GUARD,), *rivals())]
    rival, added, *others = _added((session, _requests(django)), effort)
    yield Figure(DJANGO_JSON, added * 1e6)
    yield Figure(DJANGO_RATIO, added / rival)
    for theirs in others:
        yield Figure("JSON, Django: added by django-cookie-consent, µs", theirs * 1e6)
        yield Figure(DJANGO_RIVAL, added / theirs)


def html_responses(effort: Effort) -> Iterator[Figure]:
    """A page of 100 KB: what is added ÷ what its rewriting alone takes."""
    body = page(SIZE)
    alone, visit = jobs.rewrite(body), jobs.first_visit(body)
    for name, apps in (
        (FLASK_HTML, (flask_app(), flask_app(guarded=True))),
        (DJANGO_HTML, (django_app(), django_app(GUARD))),
    ):
        runs = (*(request(app, "/page") for app in apps), alone, visit)
        bare, ours, rewriting, asgi = jobs.fastest(runs, 3 * effort.rounds)
        note = f"the ASGI shell: {asgi / rewriting:.2f}"
        yield Figure(name, (ours - bare) / rewriting, note)


def _requests(apps: Sequence[Any]) -> Sequence[jobs.Job]:
    return [request(app, "/json") for app in apps]


def _added(families: Sequence[Sequence[jobs.Job]], effort: Effort) -> list[float]:
    """What each job takes more than the first of its family, in seconds, at best."""
    runs = [run for family in families for run in family]
    turns = [[jobs.seconds(run, _TIMES) for run in runs] for _ in range(10 * effort.rounds)]
    best = map(min, zip(*turns, strict=True))
    added = []
    for family in families:
        bare, *others = (next(best) for _ in family)
        added += [taken - bare for taken in others]
    return added


def rivals() -> Iterable[tuple[str, ...]]:
    """The other middleware, where it is installed."""
    return ((RIVAL,),) if find_spec("cookie_consent") else ()


def flask_app(guarded: bool = False) -> Any:
    """Two responses of Flask."""
    from flask import Flask, Response  # noqa: PLC0415 - only this needs it

    from consentguard.adapters.flask import ConsentGuard  # noqa: PLC0415

    app = Flask(__name__)
    body = page(SIZE)
    app.add_url_rule("/json", "json", lambda: Response(b'{"a": 1}', content_type=_TYPES["/json"]))
    app.add_url_rule("/page", "page", lambda: Response(body, content_type=_TYPES["/page"]))
    if guarded:
        app.config["CONSENTGUARD_POLICY"] = jobs.policy()
        app.config["CONSENTGUARD_SECRET_KEYS"] = [_KEY]
        app.config["CONSENTGUARD_LEDGER"] = None
        ConsentGuard(app, geo=jobs.Germany())
    return app


def django_app(*middleware: str) -> Any:
    """Two responses of Django, through this middleware."""
    from django.conf import settings  # noqa: PLC0415 - as above
    from django.core.handlers.wsgi import WSGIHandler  # noqa: PLC0415

    if not settings.configured:
        _set_up()
    settings.MIDDLEWARE = list(middleware)
    return WSGIHandler()


def _set_up() -> None:
    """Django's settings, once for the process, and the other's cookies in its database."""
    import django  # noqa: PLC0415 - as above
    from django.conf import settings  # noqa: PLC0415

    there = [RIVAL.partition(".")[0]] if rivals() else []
    settings.configure(
        ALLOWED_HOSTS=["*"],
        CONSENTGUARD={
            "POLICY": jobs.policy(),
            "SECRET_KEYS": [_KEY],
            "LEDGER": None,
            "GEO": jobs.Germany(),
        },
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        INSTALLED_APPS=["consentguard.adapters.django", *there],
        LOGGING_CONFIG=None,
        ROOT_URLCONF=f"{__package__}.django_urls",
        SECRET_KEY=_KEY,
    )
    django.setup()
    if there:
        _fill()


def _fill() -> None:
    from cookie_consent.models import Cookie, CookieGroup  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    for group in ("analytics", "advertising"):
        made = CookieGroup.objects.create(varname=group, name=group, is_deletable=True)
        for number in range(3):
            Cookie.objects.create(cookiegroup=made, name=f"_{group}_{number}", domain="")


def request(app: Any, path: str) -> jobs.Job:
    """One request to a WSGI app: a first visit, its answer read and closed."""
    base = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "localhost",
        "HTTP_ACCEPT": "text/html",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    empty = io.BytesIO()

    def run() -> bytes:
        answer = app({**base, "wsgi.input": empty}, _started)
        try:
            return b"".join(answer)
        finally:
            answer.close() if hasattr(answer, "close") else None

    return run


def _started(status: str, headers: object, exc_info: object = None) -> Any:
    if not status.startswith("200"):
        raise SystemExit(f"the benchmark's app answered {status}")
    return None
