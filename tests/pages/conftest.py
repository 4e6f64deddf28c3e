"""A view to render, and a reader for what comes out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest

from consentguard.locales import load
from consentguard.model import Model, Reason, Region, Service, Site
from consentguard.pages.markup import PurposeRow, View

VOID = {"input", "link", "meta", "br"}
GA4 = Service(
    "ga4",
    "Google Analytics 4",
    ("analytics",),
    cookies=("_ga", "_ga_*"),
    vendor="Google Ireland Ltd",
    country="US",
    policy_url="https://policies.google.com/privacy",
)
SITE = Site(
    "Example Music",
    controller="Example Music GmbH",
    contact="privacy@music.example",
    policy_url="/privacy",
)
EEA = Region("eea-gdpr", "eea-gdpr", "GDPR + ePrivacy", ("DE",), {}, sources=("https://x.example",))
CALIFORNIA = Region("us-ca", "us-ca", "CCPA", ("US-CA",), {}, gpc=True, do_not_sell=True)


@dataclass
class Element:
    """One element: its attributes, all text below it, and the tags that it stands in."""

    tag: str
    attrs: dict[str, str | None]
    inside: tuple[Element, ...]
    text: str = ""

    def within(self, tag: str, **attrs: str) -> bool:
        """True when an ancestor is such an element."""
        return any(
            e.tag == tag and all(e.attrs.get(k) == v for k, v in attrs.items()) for e in self.inside
        )


@dataclass
class Reader(HTMLParser):
    """The elements of a page in document order. Fails on tags that do not pair."""

    elements: list[Element] = field(default_factory=list)
    open: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"attribute twice in <{tag}>"
        element = Element(tag, dict(attrs), tuple(self.open))
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data

    def all(self, tag: str = "", **attrs: str) -> list[Element]:
        """Elements by tag and attributes; ``_`` in a name stands for ``-``."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attrs.items()}
        return [
            e
            for e in self.elements
            if tag in ("", e.tag) and all(e.attrs.get(k) == v for k, v in wanted.items())
        ]

    def one(self, tag: str = "", **attrs: str) -> Element:
        """The only such element."""
        found = self.all(tag, **attrs)
        assert len(found) == 1, (tag, attrs, len(found))
        return found[0]


def read(markup: str) -> Reader:
    """``markup``, parsed; every element closed."""
    reader = Reader()
    reader.feed(markup)
    reader.close()
    assert reader.open == []
    return reader


def row(lang: str, purpose: str, **changes: object) -> PurposeRow:
    """A purpose under opt-in that nobody has chosen yet."""
    texts = load(lang)
    values: dict[str, object] = {
        "id": purpose,
        "name": texts.purpose_name(purpose),
        "description": texts.purpose_description(purpose),
        "required": False,
        "allowed": False,
        "model": Model.OPT_IN,
        "reason": Reason.NO_CHOICE,
        "explicit": False,
        "services": (),
    }
    return PurposeRow(**{**values, **changes})  # type: ignore[arg-type]


def view(lang: str = "en", **changes: object) -> View:
    """A first visit from Germany, unless ``changes`` say otherwise."""
    needed = row(
        lang, "necessary", required=True, allowed=True, model=Model.NONE, reason=Reason.EXEMPT
    )
    values: dict[str, object] = {
        "site": SITE,
        "prefix": "/_consent",
        "next": "/artist?x=1&y=2",
        "region": EEA,
        "variant": "opt-in",
        "show_banner": True,
        "gpc": False,
        "purposes": (needed, row(lang, "analytics", services=(GA4,)), row(lang, "media")),
        "texts": load(lang),
        "css_url": "/_consent/static/banner.0.css",
        "js_url": "/_consent/static/banner.0.js",
        "nonce": "",
        "policy_version": "3",
        "effective": "2026-11-01",
        "partners": 4,
        "chosen": False,
        "granted": ("necessary", "cdn"),
        "exceptions": {},
    }
    return View(**{**values, **changes})  # type: ignore[arg-type]


def california(**changes: object) -> View:
    """A visitor from California whose browser says no: nothing to ask."""
    ads = row("en", "advertising", model=Model.OPT_OUT, reason=Reason.SIGNAL)
    stats = row("en", "analytics", allowed=True, model=Model.OPT_OUT, reason=Reason.DEFAULT)
    values: dict[str, object] = {
        "region": CALIFORNIA,
        "variant": "opt-out",
        "show_banner": False,
        "gpc": True,
        "purposes": (stats, ads),
    }
    return view(**{**values, **changes})  # type: ignore[arg-type]


@pytest.fixture(scope="session", name="read")
def _read() -> Callable[[str], Reader]:
    return read


@pytest.fixture(scope="session", name="row")
def _row() -> Callable[..., PurposeRow]:
    return row


@pytest.fixture(scope="session", name="view")
def _view() -> Callable[..., View]:
    return view


@pytest.fixture(scope="session", name="california")
def _california() -> Callable[..., View]:
    return california


@pytest.fixture(params=["opt-in", "settings-chosen", "opt-out", "german"])
def any_view(request: pytest.FixtureRequest) -> View:
    """The same tests over the kinds of visitor there are."""
    match request.param:
        case "settings-chosen":
            return view(show_banner=False, chosen=True, nonce="abc")
        case "opt-out":
            return california()
        case "german":
            return view("de", gpc=True)
        case _:
            return view()
