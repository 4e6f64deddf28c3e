"""What is put before ``</body>``: the banner with its settings, and the way back to them.

The rule of this layer: complete without JavaScript, *reject* where *accept* is and looking the
same, nothing hidden behind a link that the law wants on the first layer. There is no X: leaving
the banner alone is a refusal, and the page stays usable beside it.
"""

from __future__ import annotations

from urllib.parse import urlencode

from consentguard.model import Model
from consentguard.pages.markup import (
    Html,
    View,
    answers,
    assets,
    button,
    checkbox,
    fill,
    form,
    join,
    link,
    paragraph,
    signal,
    told,
)

_BANNER = """\
<div id="cg-banner" class="{place}" role="dialog" aria-modal="false" aria-labelledby="cg-title" \
aria-describedby="cg-text" lang="{lang}" dir="{dir}" data-cg-prefix="{prefix}" \
data-cg-done="{done}">\
<div class="cg-first"><h2 id="cg-title">{title}</h2><div id="cg-text">{text}</div>\
<p class="cg-links">{links}</p></div>\
<div class="cg-actions">{answers}{settings}</div></div>"""

_SETTINGS = """\
<details class="cg-settings"><summary class="cg-button" data-cg="settings">{label}</summary>\
<div class="cg-panel">{form}</div></details>"""

_REOPEN = """\
<div id="cg-reopen" lang="{lang}" dir="{dir}"{told} data-cg-words="{words}"{hidden}>{signal}\
<a data-cg="reopen" href="{prefix}">{label}</a>\
<span class="cg-spoken" role="status" data-cg="status"></span></div>"""


#: What ``<script type="text/plain" data-category="…">`` is written with elsewhere, by purpose.
_USUAL = {
    "necessary": ("essential", "strictly", "strictly-necessary", "required"),
    "functional": ("functionality", "preferences", "preference"),
    "analytics": ("statistics", "statistic", "performance", "measurement"),
    "advertising": ("marketing", "targeting", "advertisement", "ads"),
    "personalisation": ("personalization",),
}


def render(view: View) -> str:
    """The markup for one page: style sheet, banner if there is something to ask, re-open control.

    The re-open control is there beside a banner too, but hidden: the script shows it when a
    refusal has taken the banner away without a reload.
    """
    scripts = [view.js_url, view.ungate_url]
    if view.shared_url:
        scripts.append(view.shared_url)
    if view.region.google_consent_mode == "advanced":
        scripts.append(view.consent_mode_url)
    return join((assets(view, *scripts), parts(view)))


def parts(view: View) -> Html:
    """The same without style sheet and scripts: for a page that has them already."""
    return join((_banner(view) if view.show_banner else Html(""), _reopen(view)))


def _banner(view: View) -> Html:
    texts = view.texts
    return fill(
        _BANNER,
        # Nigeria's GAID, art. 7, among others: not at the bottom edge.
        place=("cg-top" if view.region.banner.position == "not-bottom" else "cg-bottom")
        + " cg-waits" * bool(view.shared_url),
        lang=texts.lang,
        dir=texts.dir,
        prefix=view.prefix,
        done=texts["banner.refused"],
        title=texts["banner.title"],
        text=_first_layer(view),
        links=_links(view),
        answers=answers(view),
        settings=_settings(view),
    )


def _first_layer(view: View) -> Html:
    """Who asks, for what, with how many others, and that it can be changed.

    GDPR, recital 42: at least the controller and the purposes; art. 7(3): told of withdrawal
    before consenting.
    """
    texts, site = view.texts, view.site
    variant = view.variant if view.variant in ("opt-in", "opt-out") else "notice"
    asked = [row for row in view.purposes if not row.locked]
    # A space between them: on narrow screens they stand in one line of text.
    names = join((fill("<li>{name}</li>", name=row.name) for row in asked), " ")
    more = [
        texts.get("banner.partners", count=view.partners) if view.partners else "",
        texts["banner.transfer"] if view.region.transfer_notice and view.partners else "",
        texts.get("banner.subdomains", domain=site.cookie_domain) if site.cookie_domain else "",
        texts.get("banner.later", control=view.control),
    ]
    return join(
        (
            signal(view),
            paragraph(texts.get(f"banner.{variant}", controller=view.controller)),
            fill('<ul class="cg-purposes">{names}</ul>', names=names) if asked else Html(""),
            paragraph(" ".join(filter(None, more))),
        )
    )


def _links(view: View) -> Html:
    texts = view.texts
    links = [link(view.prefix, texts["banner.details"])]
    if view.site.policy_url:
        links.insert(0, link(view.site.policy_url, texts["banner.policy"]))
    return join(links, " ")


def _settings(view: View) -> Html:
    """The purposes to tick, under a disclosure that needs no script."""
    rows = join(
        fill('<li class="cg-row">{row}</li>', row=checkbox(view, row, "banner"))
        for row in view.purposes
        if row.model is not Model.DENY
    )
    inside = fill(
        '<ul class="cg-rows">{rows}</ul>{save}', rows=rows, save=button(view.texts, "save")
    )
    return fill(_SETTINGS, label=view.texts["button.settings"], form=form(view, inside))


def _words(view: View) -> str:
    """The usual names as a query string; a purpose of the site's own goes before them."""
    own = {row.id for row in view.purposes}
    return urlencode([(w, p) for p, words in _USUAL.items() for w in words if w not in own])


def _reopen(view: View) -> Html:
    """The way back, on every page. GDPR, art. 7(3): withdrawing is as easy as giving."""
    return fill(
        _REOPEN,
        lang=view.texts.lang,
        dir=view.texts.dir,
        prefix=view.prefix,
        told=told(view),
        words=_words(view),
        hidden=Html(" hidden" if view.show_banner else ""),
        # One status is enough: the banner says it while it is there.
        signal=Html("") if view.show_banner else signal(view),
        label=view.control,
    )
