"""What the pages are made from: the view that they show, and how text becomes HTML.

The rule of this layer: every value is escaped unless its type says that it is markup already
(:class:`Html`), and a value stands only in text or in a double-quoted attribute. No inline script
and no inline style, so that it all works under ``script-src 'self'; style-src 'self'``.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, reduce

from consentguard.locales import Language, Texts, nearest
from consentguard.model import BannerSettings, Model, Reason, Region, Service, Site, nothing

#: A site that says nothing about its banner.
PLAIN = BannerSettings()

_DOCUMENT = """\
<!doctype html>
<html lang="{lang}" dir="{dir}" class="cg-page">
<head><meta charset="utf-8"><title>{title} – {site}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
{assets}</head>
<body><header class="cg-head">{back}</header>
<main{told}><h1>{title}</h1>
{body}
</main>
</body></html>
"""

# WHATWG HTML, 13.2.3.5: what is no character of a document. Surrogates could not be encoded.
_NO_CHARACTER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class PurposeRow:
    """One purpose as the visitor sees it: what it is for, and how it stands for them now."""

    id: str
    name: str
    description: str
    required: bool  #: locked on
    allowed: bool
    model: Model
    reason: Reason
    explicit: bool  #: *accept all* does not include it
    services: tuple[Service, ...]  #: those of this purpose that the site declares, or well-known

    @property
    def locked(self) -> bool:
        """True where the visitor has nothing to choose: exempt or required, or ruled out."""
        return self.required or self.model in (Model.NONE, Model.DENY)


@dataclass(frozen=True, slots=True)
class Toggle:
    """How one service stands for the visitor, and whether they can switch it by itself."""

    on: bool
    locked: bool
    reason: Reason | None = None  #: why it is locked off


@dataclass(frozen=True, slots=True)
class View:
    """Everything that a banner or page of ours shows to one visitor."""

    site: Site
    prefix: str  #: of our own URLs, root path included: ``/_consent``
    next: str  #: same-origin path to return to
    region: Region
    variant: str  #: ``opt-in``, ``opt-out``, ``notice`` or ``none``
    show_banner: bool
    gpc: bool  #: the browser sent ``Sec-GPC: 1`` and it was honoured
    purposes: tuple[PurposeRow, ...]
    texts: Texts
    css_url: str
    js_url: str
    nonce: str  #: the app's CSP nonce or empty
    policy_version: str
    effective: str
    partners: int  #: third-party vendors named
    chosen: bool  #: a valid choice is stored
    granted: tuple[str, ...]  #: every purpose that is allowed, listed or not; ``unknown`` last
    exceptions: Mapping[str, bool]  #: services that are treated otherwise than their purposes
    #: Ids and names of the rules to choose from, those of the visitor's own place first.
    places: tuple[tuple[str, str], ...] = ()
    #: By service; of those that are not there nobody can say anything by themselves.
    toggles: Mapping[str, Toggle] = field(default_factory=nothing, hash=False)
    page_css_url: str = ""  #: of our own pages, beside the other
    identified: bool = False  #: the ledger may know the visitor's records from those of others
    shared: bool = False  #: a page that caches share; in a visitor's own it is false
    banner: BannerSettings = PLAIN
    stand: str = "none"  #: ``all`` that *accept* allows is on, ``some`` of it, or ``none``
    query: str = ""  #: of our own URLs: ``?lang=fr`` where the browser asks for another language
    others: tuple[Language, ...] = ()  #: that the site speaks, too
    minors: int = 0  #: the age below which a parent or guardian chooses; 0: nobody says

    @property
    def controller(self) -> str:
        """Who answers for the site; its name where the policy file does not say."""
        return self.site.controller or self.site.name

    @property
    def opt_out(self) -> bool:
        """True where the re-open control must be the "Do Not Sell or Share" link."""
        return self.variant == "opt-out" or self.region.do_not_sell

    @property
    def refuses(self) -> bool:
        """True where closing the banner is a refusal; elsewhere it only goes out of the way.

        Garante, guidelines of 10 June 2021: an X that refuses, and the banner says that it does.
        """
        return self.variant == "opt-in" and self.region.banner.close_means == "refuse"

    @property
    def due(self) -> tuple[Language, ...]:
        """Languages that the law of the place wants, where this is none of them.

        Charte de la langue française, s. 52 (Québec): what is there in another language is there
        in French, under conditions at least as favourable.
        """
        wanted = self.region.languages
        if nearest(self.texts.lang, wanted) is not None:
            return ()
        return tuple(one for one in self.others if nearest(one.tag, wanted) is not None)

    @property
    def control(self) -> str:
        """The label of the re-open control.

        Cal. Code Regs. tit. 11, 7026(a)(4): a cookie banner alone is no method of opting out,
        the link with these words is.
        """
        return self.texts["button.do-not-sell" if self.opt_out else "button.reopen"]


class Html(str):
    """Text that is markup already."""

    __slots__ = ()


def escape(value: object) -> Html:
    """``value`` as text or double-quoted attribute value; :class:`Html` stays as it is."""
    if isinstance(value, Html):
        return value
    return Html(html.escape(_NO_CHARACTER.sub("\ufffd", str(value))))


def fill(template: str, **values: object) -> Html:
    """``template`` with each ``{name}`` replaced by its escaped value."""
    return Html(template.format_map({name: escape(value) for name, value in values.items()}))


def join(parts: Iterable[Html], between: str = "") -> Html:
    """Pieces of markup, one after another."""
    return Html(between.join(parts))


def paragraph(text: str, css_class: str = "") -> Html:
    """``text`` as a paragraph; nothing where it is empty."""
    if not text:
        return Html("")
    named = fill(' class="{name}"', name=css_class) if css_class else Html("")
    return fill("<p{named}>{text}</p>", named=named, text=text)


def link(url: str, text: str) -> Html:
    """A link, or the bare text where ``url`` is not http(s), mailto or a path of this site.

    ``javascript:`` in a policy file must not become something to click.
    """
    if re.match(r"https?://|mailto:|/(?![/\\])", url, re.IGNORECASE) is None:
        return escape(text)
    return fill('<a href="{url}" rel="noreferrer">{text}</a>', url=url, text=text)


def in_language(language: Language, url: str) -> Html:
    """A link to the same in another language, named in that (WCAG 2.2, 3.1.2)."""
    return fill(
        '<a href="{url}" lang="{tag}" hreflang="{tag}" dir="{dir}">{name}</a>',
        url=url,
        tag=language.tag,
        dir=language.dir,
        name=language.name,
    )


def assets(view: View) -> Html:
    """The style sheet and the script. The sheet goes first: what follows is painted with it.

    WHATWG HTML, 4.12.1: a deferred script holds nothing up.
    """
    return fill(
        '<link rel="stylesheet" href="{css}"{nonce}><script src="{js}" defer{nonce}></script>',
        css=view.css_url,
        js=view.js_url,
        nonce=fill(' nonce="{nonce}"', nonce=view.nonce) if view.nonce else Html(""),
    )


def document(texts: Texts, site: Site, view: View | None, title: str, body: Html) -> str:
    """A whole page of ours. Without a view: no style sheet, and no way back but the root."""
    return fill(
        _DOCUMENT,
        lang=texts.lang,
        dir=texts.dir,
        title=title,
        site=site.name,
        assets=join((assets(view), _sheet(view))) if view else Html(""),
        back=link(view.next if view else "/", texts.get("preferences.back", site=site.name)),
        told=told(view) if view else Html(""),
        body=body,
    )


def _sheet(view: View) -> Html:
    """The style sheet of our own pages; pages of the site never load it."""
    if not view.page_css_url:
        return Html("")
    return fill('<link rel="stylesheet" href="{url}">', url=view.page_css_url)


def told(view: View) -> Html:
    """Attributes that tell the scripts where to ask, and what holds for this visitor."""
    marks = fill(
        ' data-cg-prefix="{prefix}" data-cg-granted="{granted}"',
        prefix=view.prefix,
        granted=" ".join(view.granted),
    )
    exceptions = json.dumps(dict(view.exceptions), separators=(",", ":"))
    services = fill(' data-cg-services="{exceptions}"', exceptions=exceptions)
    asks = Html(" data-cg-asks" * view.show_banner)
    shared = Html(" data-cg-shared" * view.shared)
    return join((marks, services if view.exceptions else Html(""), asks, shared))


def form(view: View, inside: Html, *, path: str = "", id: str = "", css_class: str = "") -> Html:
    """A form that posts to us and comes back to where the visitor was."""
    return fill(
        '<form method="post" action="{action}"{id} class="{css_class}">'
        '<input type="hidden" name="next" value="{next}">{inside}</form>',
        action=view.prefix + path + view.query,
        id=fill(' id="{id}"', id=id) if id else Html(""),
        css_class=css_class,
        next=view.next,
        inside=inside,
    )


@lru_cache(maxsize=256)
def button(texts: Texts, choice: str) -> Html:
    """A button that makes a choice. All of them share one class.

    EDPB, report of the cookie banner taskforce (2023), types D and E: no colour or contrast that
    makes one answer stand out.
    """
    return fill(
        '<button type="submit" class="cg-button" name="choice" value="{choice}" '
        'data-cg="{choice}">{label}</button>',
        choice=choice,
        label=texts[f"button.{choice}"],
    )


def answers(view: View, id: str = "") -> Html:
    """*Accept all* and *reject all* side by side.

    A form of their own: Enter in a form presses its first button, and that must never be *accept*
    for somebody who ticks boxes (WHATWG HTML, 4.10.21.2, implicit submission).
    """
    both = join(button(view.texts, choice) for choice in ("accept", "reject"))
    return form(view, both, id=id, css_class="cg-answers")


def checkbox(view: View, row: PurposeRow, page: str) -> Html:
    """The box of one purpose with its name and description; it shows how things stand.

    Planet49 (CJEU C-673/17): no box is ticked before the visitor ticks it. ``row.allowed`` is
    false under opt-in until then, so the truth and the rule are one.
    """
    return _checkbox(
        id=row.id,
        key=f"cg-{page}-{row.id}",
        flags=" checked" * (row.required or row.allowed) + " disabled" * row.locked,
        name=row.name,
        about=row.description,
        note=_note(view.texts, row, page),
    )


@lru_cache(maxsize=1024)  # the same few rows stand in every page that asks
def _checkbox(*, id: str, key: str, flags: str, name: str, about: str, note: str) -> Html:
    return fill(
        '<input type="checkbox" name="purpose" value="{id}" id="{key}"{flags} '
        'aria-describedby="{key}-about"><label for="{key}">{name}</label>'
        '<div id="{key}-about" class="cg-about">{about}{note}</div>',
        id=id,
        key=key,
        flags=Html(flags),
        name=name,
        about=paragraph(about),
        note=paragraph(note, "cg-note"),
    )


def _note(texts: Texts, row: PurposeRow, page: str) -> str:
    if row.locked:  # the preferences page says so in a line of its own
        return standing(texts, row) if page == "banner" else ""
    return texts["row.explicit"] if row.explicit else ""


def standing(texts: Texts, row: PurposeRow) -> str:
    """How a purpose stands, in a word or two: on, off, always on, not available here."""
    if row.locked:
        return texts["row.unavailable" if row.model is Model.DENY else "row.required"]
    return texts["row.allowed" if row.allowed else "row.denied"]


def signal(view: View) -> Html:
    """That Global Privacy Control was obeyed; nothing where the browser did not send it.

    Cal. Code Regs. tit. 11, 7025(c)(6): a business displays whether it processed the signal.
    """
    if not view.gpc:
        return Html("")
    return fill('<p class="cg-signal" role="status">{text}</p>', text=view.texts["signal.honoured"])


def stays_off(view: View) -> str:
    """Of *accept*, what it leaves off: a signal of the browser goes before it."""
    off = [row.name for row in view.purposes if row.reason is Reason.SIGNAL]
    if not off:
        return ""
    names = reduce(lambda one, more: view.texts.get("list.two", first=one, rest=more), off)
    accept = view.texts["button.accept"]
    return view.texts.get("signal.stays-off", accept=accept, purposes=names)
