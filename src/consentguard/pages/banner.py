"""What is put before ``</body>``: the banner with its settings, and the way back to them.

The rule of this layer: complete without JavaScript, *reject* where *accept* is and looking the
same, nothing hidden behind a link that the law wants on the first layer. Leaving the banner alone
is a refusal, and the page stays usable beside it. X and Escape refuse too where the law asks
first, and the banner says so; elsewhere they only close it.
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
    in_language,
    join,
    link,
    paragraph,
    signal,
    stays_off,
    told,
)

_BANNER = """\
<div id="cg-banner" class="{place}" role="dialog" aria-modal="false" aria-labelledby="cg-title" \
aria-describedby="cg-text" lang="{lang}" dir="{dir}" data-cg-prefix="{prefix}">\
{close}<div class="cg-first"><h2 id="cg-title">{title}</h2><div id="cg-text">{text}</div>\
<p class="cg-links">{links}</p></div>\
<div class="cg-actions">{answers}{settings}</div></div>"""

_SETTINGS = """\
<details class="cg-settings"><summary class="cg-button" data-cg="settings">{label}</summary>\
<div class="cg-panel">{form}</div></details>"""

#: Refuses without a script, as a button of the form with the answers.
_CLOSE = """\
<button type="{type}" form="cg-answers" class="cg-close" name="choice" value="reject" \
data-cg="close" aria-label="{label}">&#215;</button>"""

_REOPEN = """\
<div id="cg-reopen"{own} lang="{lang}" dir="{dir}"{told} data-cg-words="{words}" \
data-cg-stand="{stand}" data-cg-done="{done}"{hidden}>{signal}\
<a data-cg="reopen" href="{settings}">{label}{standing}</a>\
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
    return join((assets(view), parts(view)))


def parts(view: View) -> Html:
    """The same without style sheet and script: for a page that has them already."""
    return join((_banner(view) if view.show_banner else Html(""), _reopen(view)))


def _banner(view: View) -> Html:
    texts = view.texts
    return fill(
        _BANNER,
        place=f"cg-{position(view)}" + " cg-waits" * view.shared,
        close=_close(view),
        lang=texts.lang,
        dir=texts.dir,
        prefix=view.prefix,
        title=texts["banner.title"],
        text=_first_layer(view),
        links=_links(view),
        answers=answers(view, "cg-answers"),
        settings=_settings(view),
    )


def position(view: View) -> str:
    """Where the banner stands: where the site wants it, unless the law forbids that.

    Nigeria's GAID, art. 7: not at the bottom edge.
    """
    wanted = view.banner.position
    forbidden = view.region.banner.position == "not-bottom" and wanted in ("bottom", "corner")
    return "top" if forbidden else wanted


def _close(view: View) -> Html:
    """The X. Where it refuses, its name says that, too (WCAG 2.2, 2.4.6)."""
    label = view.texts["banner.close-refuse" if view.refuses else "banner.close"]
    return fill(_CLOSE, type="submit" if view.refuses else "button", label=label)


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
        texts.count("banner.partners", view.partners) if view.partners else "",
        texts["banner.transfer"] if view.region.transfer_notice and view.partners else "",
        texts.get("banner.subdomains", domain=site.cookie_domain) if site.cookie_domain else "",
        texts.get("banner.later", control=view.control),
    ]
    if view.refuses:
        more.append(texts["banner.close-means"])
    return join(
        (
            signal(view),
            paragraph(stays_off(view)),
            paragraph(texts.get(f"banner.{variant}", controller=view.controller)),
            fill('<ul class="cg-purposes">{names}</ul>', names=names) if asked else Html(""),
            paragraph(" ".join(filter(None, more))),
        )
    )


def _links(view: View) -> Html:
    texts = view.texts
    links = [link(view.prefix + view.query, texts["banner.details"])]
    links += [in_language(due, f"{view.prefix}?lang={due.tag}") for due in view.due]
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


def _standing(view: View) -> Html:
    """What the ring says, for who does not see it; the style sheet shows the one that holds."""
    return join(
        fill(
            '<span class="cg-spoken cg-{stand}"> ({words})</span>',
            stand=stand,
            words=view.texts[f"standing.{stand}"],
        )
        for stand in ("all", "some", "none")
    )


def _reopen(view: View) -> Html:
    """The way back, on every page. GDPR, art. 7(3): withdrawing is as easy as giving.

    With ``control = "own"`` it hides on pages that have a mark of the site's own; the style sheet
    looks, so no page is without one. Where the law prescribes the words, the mark has to say
    that it has them: ``data-cg-open="do-not-sell"``.
    """
    mark = "cg-own-sell" if view.opt_out else "cg-own"
    own = fill(' class="{mark}"', mark=mark) if view.banner.control == "own" else Html("")
    return fill(
        _REOPEN,
        own=own,
        lang=view.texts.lang,
        dir=view.texts.dir,
        settings=view.prefix + view.query,
        told=told(view),
        words=_words(view),
        stand=view.stand,
        done=view.texts["banner.refused"],
        standing=_standing(view),
        hidden=Html(" hidden" if view.show_banner else ""),
        # One status is enough: the banner says it while it is there.
        signal=Html("") if view.show_banner else signal(view),
        label=view.control,
    )
