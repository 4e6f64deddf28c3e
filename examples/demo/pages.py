"""The pages, written without a thought for consent: a request in, an answer out.

No framework is named here: those of the ``with_….py`` files all show these pages.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup

from consentguard.consent.decision import Decision
from consentguard.pages.origin import safe_path

from . import artists, geo, theming
from . import words as spoken

HERE = Path(__file__).parent
PRESS_KIT = HERE / "assets" / "press-kit.txt"
YEAR = 365 * 24 * 3600
PASSWORD = "music"  # noqa: S105 - printed on the form itself
_TEMPLATES = Environment(
    loader=FileSystemLoader(HERE / "templates"), autoescape=select_autoescape()
)

#: What the site's tag server sets for its vendors: name, value and lifetime in seconds.
TRACKER_COOKIES = (
    ("_ga", "GA1.1.1001001001.1767225600", 2 * YEAR),
    ("_fbp", "fb.1.1767225600000.1001001001", YEAR // 4),
    ("_gcl_au", "1.1.1001001001.1767225600", YEAR // 4),
    ("exm_variant", "warm-hero", YEAR),  # somebody's experiment; nobody wrote it down
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page wants to know of a request."""

    path: str
    method: str = "GET"
    slug: str = ""
    form: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)
    user: str = ""  #: of the session
    accepts: str = ""  #: the languages that the browser asks for
    decision: Decision | None = None  #: None in an unprotected demo


@dataclass(frozen=True, slots=True)
class Answer:
    """What a framework makes a response of. Pieces of a body come with their pause."""

    body: bytes | Iterator[str] = b""
    status: int = 200
    kind: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: tuple[tuple[str, str, int | None], ...] = ()  #: name, value, seconds
    session: Mapping[str, str] | None = None  #: to keep in it; an empty one ends it
    slow: str = ""  #: ``pause`` or ``beat`` between two pieces


@dataclass
class Pace:
    """How slowly what is streamed comes, in seconds; it ends when the server does."""

    beat: float = 1.5  #: between two events of the radio page
    pause: float = 0.15  #: between two pieces of the diary
    stopping: Callable[[], bool] = lambda: False


Page = Callable[[Asked], Answer]


def _shared(asked: Asked) -> dict[str, object]:
    """What every template may use: the words, who is signed in, and the pickers of the footer."""
    t = spoken.spoken(asked.cookies, asked.accepts)
    special = {"": t("demo.address"), "XX": t("demo.unknown")}
    return {
        "t": t,
        # What stays as it was written says so (WCAG 2.2, 3.1.2).
        "english": "" if t.lang == "en" else Markup(' lang="en" dir="ltr"'),
        "languages": [(lang, spoken.words(lang)) for lang in spoken.LOCALES],
        "user": asked.user,
        "quick": [(code, geo.label(code, t.locale)) for code in geo.QUICK],
        "places": [(c, special.get(c) or geo.label(c, t.locale)) for c in geo.USUAL],
        "more": geo.places(t.locale),
        "here": asked.cookies.get(geo.COOKIE, ""),
        "path": asked.path,
    }


def _rendered(asked: Asked, template: str, /, **context: object) -> str:
    return _TEMPLATES.get_template(template).render(**context, **_shared(asked))


def _page(asked: Asked, template: str, code: int = 200, /, **context: object) -> Answer:
    return Answer(_rendered(asked, template, **context).encode(), code)


def _moved(to: str, session: Mapping[str, str] | None = None) -> Answer:
    return Answer(status=303, headers={"Location": to}, session=session)


def home(asked: Asked) -> Answer:
    """The front page, and the cookies that marketing asked for."""
    page = _rendered(asked, "home.html", artists=artists.ARTISTS, tour=artists.TOUR)
    return Answer(
        page.encode(),
        headers={"Link": "<https://static.hotjar.com>; rel=preconnect"},
        cookies=TRACKER_COOKIES,
        session={"seen": "home"},
    )


def artist(asked: Asked) -> Answer:
    """One artist with a film."""
    found = artists.BY_SLUG.get(asked.slug)
    if found is None:
        return missing(asked)
    return _page(asked, "artist.html", artist=found, film=artists.FILM)


def privacy(asked: Asked) -> Answer:
    """The privacy notice."""
    return _page(asked, "privacy.html")


def moscow(asked: Asked) -> Answer:
    """A page from the old site, still in its old charset."""
    page = _rendered(asked, "moscow.html").encode("windows-1251", "xmlcharrefreplace")
    return Answer(page, kind="text/html; charset=windows-1251")


def diary(asked: Asked) -> Answer:
    """The tour diary, sent in pieces as they are rendered."""
    template = _TEMPLATES.get_template("diary.html")
    stream = template.stream(days=artists.DIARY, **_shared(asked))
    stream.enable_buffering(12)
    return Answer(iter(stream), slow="pause")


def api(asked: Asked) -> Answer:
    """The catalogue for the shop's app."""
    found = {"artists": [asdict(artist) for artist in artists.ARTISTS]}
    return Answer(json.dumps(found, ensure_ascii=False).encode(), kind="application/json")


def radio(asked: Asked) -> Answer:
    """The player; a script listens to the stream."""
    return _page(asked, "now-playing.html", list=artists.programme())


def live(asked: Asked) -> Answer:
    """Server-sent events (WHATWG HTML, section 9.2): the programme, then connect again."""

    def events() -> Iterator[str]:
        yield "retry: 3000\n\n"
        for number, (title, name) in enumerate(artists.programme()):
            data = json.dumps({"title": title, "artist": name}, ensure_ascii=False)
            yield f"event: track\nid: {number}\ndata: {data}\n\n"

    return Answer(events(), kind="text/event-stream; charset=utf-8", slow="beat")


def login(asked: Asked) -> Answer:
    """A form with a third party's button, and what it sends. Any name will do."""
    if asked.method != "POST":
        return _page(asked, "login.html")
    name = asked.form.get("name", "").strip()[:40]
    password = asked.form.get("password", "")
    if not name or not secrets.compare_digest(password.encode(), PASSWORD.encode()):
        return _page(asked, "login.html", 401, name=name, wrong=True)
    return _moved("/account", {"user": name})


def account(asked: Asked) -> Answer:
    """The account page, for those who are signed in."""
    return _page(asked, "account.html") if asked.user else _moved("/login")


def logout(asked: Asked) -> Answer:
    """Ends the session."""
    return _moved("/", {})


def boom(asked: Asked) -> Answer:
    """The page that always fails."""
    raise RuntimeError("the demo's own broken page")


def missing(asked: Asked) -> Answer:
    """404 in the site's design."""
    return _page(asked, "error.html", 404, status=404)


def broken(asked: Asked) -> Answer:
    """500 in the site's design, trackers included."""
    return _page(asked, "error.html", 500, status=500)


def rules(asked: Asked) -> Answer:
    """Which rules hold for this visitor; part of the demo, not of the site."""
    return _page(asked, "rules.html", decision=asked.decision)


def theme(asked: Asked) -> Answer:
    """The theme editor, for whoever runs a site; part of the demo as well."""
    return _page(
        asked,
        "theme.html",
        theme=theming.facts(),
        themes=theming.THEMES,
        positions=theming.POSITIONS,
        colours=theming.COLOURS,
        protected=asked.decision is not None,
    )


def anew(asked: Asked) -> Answer:
    """Makes the visitor a German who was never here."""
    made = _picked(asked, geo.COOKIE, "DE")
    return replace(made, cookies=(*made.cookies, ("consent", "", 0)))


def country(asked: Asked) -> Answer:
    """The picker of the footer: keeps the country in a cookie and goes back to the page."""
    code = asked.form.get("country", "")
    return _picked(
        asked, geo.COOKIE, code if code in geo.USUAL or code in dict(geo.places()) else ""
    )


def language(asked: Asked) -> Answer:
    """The same for the language, which goes before what the browser asks for."""
    lang = asked.form.get("language", "")
    return _picked(asked, spoken.COOKIE, lang if lang in spoken.LOCALES else "")


def _picked(asked: Asked, name: str, value: str) -> Answer:
    cookie = (name, value, None if value else 0)
    back = safe_path(asked.form.get("next", "/"))
    return Answer(status=303, headers={"Location": back}, cookies=(cookie,))


#: Path, what it shows, and whether something may be sent to it.
ROUTES: tuple[tuple[str, Page, tuple[str, ...]], ...] = (
    ("/", home, ("GET",)),
    ("/artist/{slug}", artist, ("GET",)),
    ("/privacy", privacy, ("GET",)),
    ("/moscow", moscow, ("GET",)),
    ("/stream", diary, ("GET",)),
    ("/boom", boom, ("GET",)),
    ("/api/artists", api, ("GET",)),
    ("/now-playing", radio, ("GET",)),
    ("/live", live, ("GET",)),
    ("/login", login, ("GET", "POST")),
    ("/account", account, ("GET",)),
    ("/logout", logout, ("POST",)),
    ("/demo/country", country, ("POST",)),
    ("/demo/language", language, ("POST",)),
    ("/demo/anew", anew, ("POST",)),
    ("/demo/rules", rules, ("GET",)),
    ("/theme", theme, ("GET",)),
)
