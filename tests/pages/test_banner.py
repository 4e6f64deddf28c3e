"""The banner: equal answers, everything without a script, nothing inline."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from importlib import resources
from typing import Any
from urllib.parse import parse_qsl

import brotli
import pytest
from tests.conftest import Here
from tests.pages.driving import a_site

from consentguard.locales import load
from consentguard.model import STANDARD_PURPOSES, BannerRule, BannerSettings, Model, Reason
from consentguard.pages import banner
from consentguard.pages.assets import Assets
from consentguard.pages.markup import View

Read = Callable[[str], Any]
Make = Callable[..., Any]


def static(name: str) -> str:
    return resources.files("consentguard.static").joinpath(name).read_text(encoding="utf-8")


def test_it_is_a_dialog_that_does_not_lock_the_page(view: Make, read: Read) -> None:
    page = read(banner.render(view()))
    dialog = page.one(id="cg-banner")
    assert dialog.attrs["role"] == "dialog"
    assert dialog.attrs["aria-modal"] == "false"
    assert (dialog.attrs["lang"], dialog.attrs["dir"]) == ("en", "ltr")
    assert page.one(id=dialog.attrs["aria-labelledby"]).text == "We use cookies"
    assert page.one(id=dialog.attrs["aria-describedby"]).text


@pytest.mark.parametrize(
    ("lang", "accept", "reject"),
    [("en", "Accept all", "Reject all"), ("de", "Alle akzeptieren", "Alle ablehnen")],
)
def test_accept_and_reject_weigh_the_same(
    view: Make, read: Read, lang: str, accept: str, reject: str
) -> None:
    page = read(banner.render(view(lang)))
    yes, no = page.one(data_cg="accept"), page.one(data_cg="reject")
    assert (yes.text, no.text) == (accept, reject)
    assert yes.tag == no.tag == "button"
    assert yes.inside == no.inside
    for name in set(yes.attrs) - {"value", "data-cg"}:
        assert yes.attrs[name] == no.attrs[name]
    assert page.one(data_cg="settings").attrs["class"] == yes.attrs["class"]


def test_no_rule_of_the_style_sheet_knows_accept_from_reject() -> None:
    assert not re.search(r"accept|reject|nth|first-child|first-of|last-of", static("banner.css"))


def test_the_answers_are_a_real_form(view: Make, read: Read) -> None:
    page = read(banner.render(view()))
    for choice in ("accept", "reject", "save"):
        button = page.one("button", name="choice", data_cg=choice)
        assert button.attrs["value"] == choice
        assert button.within("form", method="post", action="/_consent")
    assert [e.attrs["value"] for e in page.all(type="hidden")] == ["/artist?x=1&y=2"] * 2


def test_enter_on_a_box_never_accepts(view: Make, read: Read) -> None:
    page = read(banner.render(view()))
    for box in page.all(type="checkbox"):
        form = next(e for e in reversed(box.inside) if e.tag == "form")
        first = next(e for e in page.all("button") if form in e.inside)
        assert first.attrs["value"] == "save"


def test_settings_open_without_a_script(view: Make, read: Read) -> None:
    page = read(banner.render(view()))
    assert page.one("summary", data_cg="settings").within("details")
    assert page.one(data_cg="save").within("details")


def test_nothing_is_ticked_but_what_is_required(view: Make, read: Read) -> None:
    boxes = read(banner.render(view())).all(type="checkbox", name="purpose")
    assert [b.attrs["value"] for b in boxes] == ["necessary", "analytics", "media"]
    assert ["checked" in b.attrs for b in boxes] == [True, False, False]
    assert ["disabled" in b.attrs for b in boxes] == [True, False, False]


def test_the_first_layer_names_who_what_and_how_many(view: Make, read: Read) -> None:
    page = read(banner.render(view()))
    first = page.one(class_="cg-first")
    for words in ("Example Music GmbH", "Analytics", "Embedded media", "4", "Cookie settings"):
        assert words in first.text
    assert "Necessary" not in first.text.replace("necessary", "")
    links = [e.attrs["href"] for e in page.all("a") if first in e.inside]
    assert links == ["/privacy", "/_consent"]


def test_no_partners_no_number(view: Make) -> None:
    assert "Partners involved" not in banner.render(view(partners=0))


def test_a_wider_scope_is_said(view: Make) -> None:
    made = view()
    wide = replace(made, site=replace(made.site, cookie_domain="a.example"))
    assert "all sites under a.example" in banner.render(wide)


def test_what_is_ruled_out_is_not_asked_for(view: Make, row: Make) -> None:
    denied = row("en", "advertising", model=Model.DENY, reason=Reason.RULE)
    assert "Advertising" not in banner.render(view(purposes=(denied,)))


@pytest.mark.parametrize(
    ("wanted", "rule", "stands"),
    [
        *((one, "any", one) for one in ("bottom", "top", "corner", "centre")),
        *((one, "not-bottom", "top") for one in ("bottom", "top", "corner")),
        ("centre", "not-bottom", "centre"),
    ],
)
def test_where_it_stands(view: Make, read: Read, wanted: str, rule: str, stands: str) -> None:
    made = view(banner=BannerSettings(position=wanted))
    region = replace(made.region, banner=BannerRule(position=rule))
    page = read(banner.render(replace(made, region=region)))
    assert page.one(id="cg-banner").attrs["class"] == f"cg-{stands}"
    assert page.one(id="cg-banner").attrs["aria-modal"] == "false"  # without a script it is not


def test_the_cross_refuses_where_the_law_asks_first(view: Make, read: Read) -> None:
    page = read(banner.render(view()))
    cross, form = page.one(data_cg="close"), page.one("form", id="cg-answers")
    assert (cross.attrs["name"], cross.attrs["value"]) == ("choice", "reject")
    assert (cross.attrs["type"], cross.attrs["form"]) == ("submit", "cg-answers")
    assert (form.attrs["method"], form.attrs["action"]) == ("post", "/_consent")
    assert cross.attrs["aria-label"] == "Close and reject all"
    assert "Closing with \u00d7 or Escape rejects all." in page.one(id="cg-text").text


@pytest.mark.parametrize("variant", ["opt-out", "notice"])
def test_elsewhere_it_only_closes(view: Make, read: Read, variant: str) -> None:
    page = read(banner.render(view(variant=variant)))
    assert page.one(data_cg="close").attrs["type"] == "button"
    assert page.one(data_cg="close").attrs["aria-label"] == "Close"
    assert "Escape" not in page.one(id="cg-text").text


def test_a_law_may_say_that_closing_means_nothing(view: Make, read: Read) -> None:
    made = view()
    region = replace(made.region, banner=BannerRule(close_means="nothing"))
    page = read(banner.render(replace(made, region=region)))
    assert page.one(data_cg="close").attrs["type"] == "button"


def test_under_a_signal_it_says_what_accept_leaves_off(
    view: Make, california: Make, read: Read, row: Make
) -> None:
    said = read(banner.render(california(show_banner=True))).one(id="cg-text").text
    assert "\u201cAccept all\u201d leaves off what your browser objects to: Advertising." in said
    two = [row("en", p, reason=Reason.SIGNAL) for p in ("advertising", "social")]
    said = read(banner.render(view(gpc=True, purposes=tuple(two)))).one(id="cg-text").text
    assert "objects to: Advertising, Social networks." in said
    assert "objects" not in banner.render(view())


def test_the_way_back_of_the_sites_own(view: Make, california: Make, read: Read) -> None:
    own = BannerSettings(control="own")
    assert read(banner.render(view(banner=own))).one(id="cg-reopen").attrs["class"] == "cg-own"
    # Cal. Code Regs. tit. 11, 7026(a)(4): the words are prescribed.
    page = read(banner.render(california(banner=own)))
    assert page.one(id="cg-reopen").attrs["class"] == "cg-own-sell"
    assert "class" not in read(banner.render(view())).one(id="cg-reopen").attrs


def test_the_way_back_is_on_every_page(any_view: View, read: Read) -> None:
    page = read(banner.render(any_view))
    control = page.one("a", data_cg="reopen")
    assert control.attrs["href"] == "/_consent"
    assert ("hidden" in page.one(id="cg-reopen").attrs) is any_view.show_banner
    assert bool(page.all(id="cg-banner")) is any_view.show_banner


@pytest.mark.parametrize(
    ("variant", "label"),
    [
        ("opt-out", "Do Not Sell or Share My Personal Information"),
        ("notice", "Cookie settings"),
        ("none", "Cookie settings"),
    ],
)
def test_the_label_of_the_way_back(view: Make, read: Read, variant: str, label: str) -> None:
    page = read(banner.render(view(variant=variant, show_banner=False)))
    control = page.one(data_cg="reopen")
    # One of three is shown, see test_control: how things stand, for who does not see the ring.
    words = [key for key in load("en") if key.startswith("standing.")]
    assert control.text == label + "".join(f" ({load('en')[key]})" for key in words)


@pytest.mark.parametrize("variant", ["opt-in", "opt-out", "notice", "none", "something else"])
def test_every_variant_has_words(view: Make, read: Read, variant: str) -> None:
    text = read(banner.render(view(variant=variant))).one(id="cg-text").text
    assert text.startswith("Example Music GmbH")
    assert "{" not in text


def test_an_honoured_signal_is_shown_once(california: Make, read: Read) -> None:
    for shown in (True, False):
        page = read(banner.render(california(show_banner=shown)))
        said = [e for e in page.all(role="status") if e.text]
        assert [e.text for e in said] == ["Your opt-out signal was honoured"]
        assert not any("hidden" in e.attrs for e in said[0].inside)
    assert "signal" not in banner.render(california(gpc=False))


def test_nothing_is_inline(any_view: View, read: Read) -> None:
    page = read(banner.render(any_view))
    assert page.all("style") == []
    for element in page.elements:
        assert "style" not in element.attrs
        assert not any(name.startswith("on") for name in element.attrs)
        assert not str(element.attrs.get("href", "")).startswith("javascript:")
    for script in page.all("script"):
        assert script.text == ""
        assert "defer" in script.attrs


def test_the_style_sheet_comes_first(view: Make, read: Read) -> None:
    page = read(banner.render(view(nonce="n0nce")))
    assert page.elements[0].tag == "link"
    assert page.elements[0].attrs["href"] == "/_consent/static/banner.0.css"
    first = page.elements[:2]
    assert [e.attrs.get("nonce") for e in first] == ["n0nce"] * 2
    assert "nonce" not in banner.render(view())


def test_one_sheet_and_one_script_are_linked(any_view: View, read: Read) -> None:
    page = read(banner.render(any_view))
    assert [e.attrs["href"] for e in page.all("link")] == ["/_consent/static/banner.0.css"]
    assert [e.attrs["src"] for e in page.all("script")] == ["/_consent/static/banner.0.js"]


def test_scripts_are_told_what_holds(view: Make, read: Read) -> None:
    made = view(granted=("necessary", "cdn"), exceptions={"youtube": True, "x": False})
    told = read(banner.render(made)).one(id="cg-reopen").attrs
    assert (told["data-cg-prefix"], told["data-cg-granted"]) == ("/_consent", "necessary cdn")
    assert json.loads(str(told["data-cg-services"])) == {"youtube": True, "x": False}
    assert "data-cg-services" not in banner.render(view())
    assert "data-cg-asks" in told
    assert "data-cg-asks" not in banner.render(view(show_banner=False))


def test_the_way_back_shows_how_things_stand() -> None:
    for place, choice, stand in (
        (Here("DE"), None, "none"),
        (Here("DE"), {"choice": "accept"}, "all"),
        (Here("DE"), {"choice": "save", "purposes": {"media": True}}, "some"),
        (Here("DE"), {"choice": "reject"}, "none"),
        (Here("US", "US-FL"), None, "all"),
        (Here("US", "US-FL"), {"choice": "reject"}, "none"),
    ):
        site = a_site(place=place)
        if choice:
            site.json(choice)
        markup = site.guard.setup.banners.of(site.guard.exchange(site.request("GET", "/")).visit)
        assert f'data-cg-stand="{stand}"'.encode() in markup.markup("/"), (place, choice)


def test_the_usual_names_of_purposes(view: Make, read: Read, row: Make) -> None:
    def usual(made: View) -> dict[str, str]:
        told = read(banner.render(made)).one(id="cg-reopen").attrs
        return dict(parse_qsl(str(told["data-cg-words"])))

    words = usual(view())
    assert words["statistics"] == words["performance"] == "analytics"
    assert words["marketing"] == words["targeting"] == words["ads"] == "advertising"
    assert words["preferences"] == words["functionality"] == "functional"
    assert words["strictly"] == words["essential"] == "necessary"
    assert set(words.values()) <= set(STANDARD_PURPOSES)
    assert not words.keys() & set(STANDARD_PURPOSES)
    own = row("en", "marketing")
    assert "marketing" not in usual(view(purposes=(own,)))


def test_ids_are_unique(any_view: View, read: Read) -> None:
    ids = [e.attrs["id"] for e in read(banner.render(any_view)).elements if "id" in e.attrs]
    assert len(ids) == len(set(ids))


def test_it_is_small(view: Make) -> None:
    assets = Assets()
    sizes = {name: len(brotli.compress(a.data)) for name, a in assets._by_name.items()}
    for script in (assets.js, assets.shared, assets.consent_mode):
        assert sizes[assets.css] + sizes[script] <= 8 * 1024
    assert len(brotli.compress(banner.render(view("de")).encode())) <= 2 * 1024


@pytest.mark.parametrize("name", ["banner.css", "banner.js", "ungate.js"])
def test_assets_read_alike_in_every_charset(name: str) -> None:
    # A linked style sheet without a charset takes that of its page, windows-1251 for instance.
    assert static(name).isascii()


def test_the_script_evaluates_and_writes_no_markup() -> None:
    assert not re.search(r"innerHTML|outerHTML|eval|document\.write|cookie\b", static("banner.js"))


@pytest.mark.parametrize(
    ("place", "accepts", "shown", "due"),
    [
        # Québec's law wants French, and whoever reads English is offered it.
        (Here("CA", "CA-QC"), "en", "en", ["fr"]),
        (Here("CA", "CA-QC"), "fr", "fr", []),
        # Canada wants one of two.
        (Here("CA", "CA-ON"), "en", "en", []),
        (Here("CA", "CA-ON"), "de", "de", ["en", "fr"]),
        (Here("DE"), "en", "en", ["de"]),
        # Italian would be due, and the site does not speak it.
        (Here("IT"), "en", "en", []),
        (Here("NZ"), "de", "de", ["en"]),
    ],
)
def test_the_language_that_the_law_wants_is_on_the_first_layer(
    read: Read, place: Here, accepts: str, shown: str, due: list[str]
) -> None:
    site = a_site('languages = ["en", "de", "fr"]\n', place)
    visit = site.guard.exchange(
        site.request("GET", "/", headers={"accept-language": accepts})
    ).visit
    page = read(banner.render(replace(visit.view("/"), show_banner=True)))
    assert page.one(id="cg-banner").attrs["lang"] == shown
    links = [a for a in page.all("a") if a.attrs.get("hreflang")]
    assert [a.attrs["lang"] for a in links] == due
    assert [a.attrs["href"] for a in links] == [f"/_consent?lang={tag}" for tag in due]


def test_how_things_stand_is_said_in_words_too(view: Make, read: Read) -> None:
    page = read(banner.render(view(show_banner=False, stand="some")))
    for stand, words in (("all", "everything is"), ("some", "some things are")):
        said = page.one("span", class_=f"cg-spoken cg-{stand}")
        assert said.text == f" ({words} allowed)"
    assert page.one(id="cg-reopen").attrs["data-cg-stand"] == "some"
