"""The preferences page: complete, true and without a script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.pages.driving import a_site

from consentguard.locales import available
from consentguard.model import Model, Reason, Service
from consentguard.pages import preferences
from consentguard.pages.markup import View

GA4 = Service("ga4", "Google Analytics 4", ("analytics",))
Read = Callable[[str], Any]
Make = Callable[..., Any]


def test_it_is_a_whole_document(any_view: View, read: Read) -> None:
    markup = preferences.page(any_view)
    page = read(markup)
    assert markup.startswith("<!doctype html>")
    html = page.one("html")
    assert (html.attrs["lang"], html.attrs["dir"]) == (any_view.texts.lang, "ltr")
    assert page.one("title").text.endswith("Example Music")
    assert page.one("meta", charset="utf-8").within("head")
    assert page.one("link", rel="stylesheet").attrs["href"] == any_view.css_url
    assert page.one("main").attrs["data-cg-prefix"] == "/_consent"
    assert len(page.all("h1")) == 1


def test_nothing_is_inline(any_view: View, read: Read) -> None:
    page = read(preferences.page(any_view))
    assert page.all("style") == []
    assert page.one("script").text == ""
    for element in page.elements:
        assert "style" not in element.attrs
        assert not any(name.startswith("on") for name in element.attrs)


def test_accept_and_reject_weigh_the_same(any_view: View, read: Read) -> None:
    page = read(preferences.page(any_view))
    yes, no = page.one(data_cg="accept"), page.one(data_cg="reject")
    assert yes.inside == no.inside
    assert yes.attrs["class"] == no.attrs["class"]


def test_every_purpose_can_be_chosen_and_enter_only_saves(view: Make, read: Read) -> None:
    page = read(preferences.page(view()))
    boxes = page.all(type="checkbox", name="purpose")
    assert [b.attrs["value"] for b in boxes] == ["necessary", "analytics", "media"]
    form = next(e for e in reversed(boxes[0].inside) if e.tag == "form")
    assert form.attrs["action"] == "/_consent"
    assert [e.attrs["value"] for e in page.all("button") if form in e.inside] == ["save"]


def test_the_services_behind_a_purpose(view: Make, read: Read) -> None:
    page = read(preferences.page(view()))
    services = page.one("details", class_="cg-services")
    assert services.within("li", id="cg-purpose-analytics")
    for words in ("Google Analytics 4", "Google Ireland Ltd", "United States", "_ga", "_ga_*"):
        assert words in services.text
    policy = page.one("a", href="https://policies.google.com/privacy")
    assert policy.text == "Privacy policy of Google Ireland Ltd"


def test_a_service_that_says_little(view: Make, row: Make, read: Read) -> None:
    bare = Service("own", "Own counter", ("analytics",))
    page = read(preferences.page(view(purposes=(row("en", "analytics", services=(bare,)),))))
    assert page.one("details").text == "1 serviceOwn counter"
    assert page.all("p", class_="cg-does") == []


def test_what_a_well_known_service_does(view: Make, read: Read, row: Make) -> None:
    for lang, words in (("en", "Counts visits"), ("de", "Zählt Besuche")):
        rows = (row(lang, "analytics", services=(GA4,)),)
        page = read(preferences.page(view(lang, purposes=rows)))
        about = page.one("p", class_="cg-does")
        assert about.within("details", **{"class": "cg-services"})
        assert about.text == view(lang).texts.service_description("ga4")
        assert about.text.startswith(words)


def test_names_of_cookies_run_from_left_to_right(view: Make, read: Read) -> None:
    page = read(preferences.page(view()))
    assert [(e.text, e.attrs["dir"]) for e in page.all("code")] == [
        ("_ga", "ltr"),
        ("_ga_*", "ltr"),
    ]


def test_how_each_purpose_stands_and_why(view: Make, row: Make, read: Read) -> None:
    rows = (
        row("en", "analytics", allowed=True, reason=Reason.GRANTED),
        row("en", "media", reason=Reason.EXPIRED),
        row("en", "advertising", model=Model.DENY, reason=Reason.RULE),
    )
    page = read(preferences.page(view(purposes=rows, chosen=True)))
    assert [e.text for e in page.all(class_="cg-state")] == [
        "On: you agreed",
        "Off: your consent has expired",
        "Not available here: not permitted here",
    ]
    assert ["checked" in e.attrs for e in page.all(type="checkbox")] == [True, False, False]


def test_withdrawing_takes_one_button(any_view: View, read: Read) -> None:
    button = read(preferences.page(any_view)).one("button", data_cg="withdraw")
    assert button.within("form", method="post", action="/_consent/withdraw")


def test_the_rules_in_force(view: Make, read: Read) -> None:
    page = read(preferences.page(view()))
    (facts,) = [e.text for e in page.all("dl") if not e.within("details")]
    for words in ("eea-gdpr", "GDPR + ePrivacy", "3", "November 1, 2026", "None yet"):
        assert words in facts
    assert page.one("a", href="https://x.example").within("dl")
    stored = read(preferences.page(view(chosen=True)))
    assert "Your choiceStored" in stored.one("main").text


def test_california_is_told_of_its_right(california: Make, read: Read) -> None:
    page = read(preferences.page(california()))
    assert page.one("h1").text == "Do Not Sell or Share My Personal Information"
    assert "not to sell or share" in page.one("main").text
    assert page.one(role="status").text == "Your opt-out signal was honoured"
    states = [e.text for e in page.all(class_="cg-state")]
    assert states == ["On: runs until you refuse", "Off: refused by your browser's signal"]


def test_a_message_is_announced(view: Make, read: Read) -> None:
    page = read(preferences.page(view(), "Saved."))
    assert page.one(role="status").text == "Saved."
    assert read(preferences.page(view())).all(role="status") == []


def test_the_way_back_stays_on_this_site(view: Make, read: Read) -> None:
    page = read(preferences.page(view()))
    assert page.one("a", href="/artist?x=1&y=2").within("header")
    assert read(preferences.page(view(next="//evil.example"))).all("a", href="//evil.example") == []


def test_contact_and_policy(view: Make, read: Read) -> None:
    page = read(preferences.page(view()))
    assert page.one("a", href="mailto:privacy@music.example")
    assert page.one("a", href="/privacy")


def test_ids_are_unique_and_point_somewhere(any_view: View, read: Read) -> None:
    page = read(preferences.page(any_view))
    ids = [e.attrs["id"] for e in page.elements if "id" in e.attrs]
    assert len(ids) == len(set(ids))
    for name in ("for", "aria-labelledby", "aria-describedby"):
        assert {e.attrs[name] for e in page.elements if name in e.attrs} <= set(ids)


def test_the_same_page_in_each_language_of_the_site(read: Read) -> None:
    site = a_site('languages = ["en", "de-AT", "ar"]\n')
    page = read(site.get("/_consent", b"next=/artist").body.decode())
    nav = page.one("nav", aria_label="Language")
    links = [a for a in page.all("a") if a.attrs.get("hreflang")]
    assert [(a.attrs["lang"], a.attrs["dir"], a.text) for a in links] == [
        ("de-AT", "ltr", "Deutsch"),
        ("ar", "rtl", "العربية"),
    ]
    assert links[0].attrs["href"] == "/_consent?lang=de-AT&next=/artist"
    assert "English" not in nav.text
    there = read(site.get("/_consent", b"lang=de-AT&next=/artist").body.decode())
    assert there.one("html").attrs["lang"] == "de-AT"
    assert there.one("nav", aria_label="Sprache")
    # One language needs no way to another, and many are folded away.
    assert not read(a_site().get("/_consent").body.decode()).all("nav")
    many = f"languages = {['en', *(tag for tag in available() if tag != 'en')]}\n"
    page = read(a_site(many).get("/_consent").body.decode())
    assert page.one("nav").within("details")
