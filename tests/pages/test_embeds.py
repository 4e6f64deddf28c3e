"""What stands where a video or a map would: in the page, for whom, and what a click does."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest
from tests.conftest import NOW, Here, a_policy
from tests.pages.conftest import Element, Reader
from tests.pages.driving import HTTPS, Site, Store

from consentguard.guard import ConsentGuard
from consentguard.locales import load
from consentguard.model import BannerSettings
from consentguard.pages import embeds
from consentguard.pages.originals import original
from consentguard.policy import theme

YOUTUBE = "https://www.youtube.com/embed/dQw4w9WgXcQ"
VIMEO = "https://player.vimeo.com/video/76979871"
FRAME = f'<iframe width="560" height="315" src="{YOUTUBE}" title="How to knit"></iframe>'
OTHERS = """
[services.shows]
name = "Shows & <more>"
vendor = "Shows Ltd"
purposes = ["media", "analytics"]
hosts = ["*.shows.test"]
[services.counts]
purposes = ["analytics"]
hosts = ["*.counts.test", "two.test"]
[services.posts]
name = "Posts"
purposes = ["social"]
hosts = ["*.posts.test", "twice.test"]
[services.plays]
name = "Plays"
purposes = ["media"]
hosts = ["twice.test", "two.test"]
"""
HTML = (b"content-type", b"text/html; charset=utf-8")


def site(more: str = "", country: str = "DE", state: str = "", languages: str = "") -> Site:
    store = Store()
    made = ConsentGuard(
        a_policy(OTHERS + more, HTTPS + languages),
        ["key"],
        ledger=store,
        geo=Here(country, state),
        clock=lambda: NOW,
    )
    return Site(made, store, scheme="https")


def page(
    here: Site,
    body: str = FRAME,
    *,
    path: str = "/a",
    query: bytes = b"",
    head: str = "",
    type: str = "text/html; charset=utf-8",
    csp: str = "",
    **headers: str,
) -> str:
    document = f"<!doctype html><html><head>{head}</head><body>{body}</body></html>"
    sent = [(b"content-type", type.encode())]
    sent += [(b"content-security-policy", csp.encode())] if csp else []
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    reply = here.guard.exchange(here.request("GET", path, query, named)).reply(200, sent)
    charset = "utf-8" if "utf-8" in type else "latin-1"
    return (reply.feed(document.encode(charset)) + reply.finish()).decode(charset)


def places(html: str) -> list[Element]:
    reader = Reader()
    reader.feed(html)
    return [e for e in reader.elements if "cg-embed" in (e.attrs.get("class") or "").split()]


def below(html: str, **attrs: str) -> list[Element]:
    reader = Reader()
    reader.feed(html)
    return [e for e in reader.elements if all(e.attrs.get(k) == v for k, v in attrs.items())]


def test_it_names_the_service_what_it_receives_and_three_ways_on() -> None:
    html = page(site(), f"<p>See {FRAME}</p>", query=b"x=1&y=2")
    (place,) = places(html)
    assert place.attrs["aria-label"] == "YouTube: How to knit"
    assert (place.attrs["role"], place.attrs["lang"], place.attrs["dir"]) == ("group", "en", "ltr")
    assert place.within("p")
    texts = load("en")
    assert texts.service_description("youtube") in place.text
    assert texts.get("embed.receives", vendor="Google") in place.text
    assert re.search(r'<svg width="560" height="315" viewBox="0 0 560 315" ', html)
    (once,), (always,) = below(html, **{"data-cg": "once"}), below(html, **{"data-cg": "always"})
    assert (once.text, once.attrs["type"]) == ("Load once", "button")
    assert "hidden" in once.attrs  # it needs the script, which shows it
    assert always.text == "Always load YouTube"
    form = below(html, id="cg-embeds")
    assert [f.attrs["action"] for f in form] == ["/_consent"]
    fields = {
        e.attrs["name"]: e.attrs["value"]
        for e in (*below(html, type="hidden"), always)
        if e is always or e.within("form", id="cg-embeds")
    }
    assert fields == {"choice": "allow", "next": "/a?x=1&y=2", "service": "youtube"}
    (link,) = below(html, target="_blank")
    assert link.attrs["href"] == original(YOUTUBE, "https://www.site.test/")
    assert (link.attrs["rel"], link.text) == ("noopener noreferrer", "Open at youtube.com")


def test_it_stands_right_before_its_frame_and_contacts_nobody() -> None:
    html = page(site())
    assert re.search(r'</span><iframe data-cg-purpose="media" data-cg-service="youtube"', html)
    contacts = re.findall(r'<(?!a )[a-z]+ [^>]* (?:src|href|poster|action)="([^"]*)"', html)
    assert contacts
    assert all(url.startswith("/_consent") or url == "/privacy" for url in contacts)
    assert not re.search(r"<[^>]* (?:style|on\w+)=", html)


def test_the_choice_it_offers_is_one_service_and_leaves_the_rest() -> None:
    here = site()
    here.form({"choice": "save", "purpose": "analytics"})
    answer = here.form([("choice", "allow"), ("service", "youtube"), ("next", "/a")])
    assert dict(answer.headers)[b"location"] == b"/a"
    state = here.state()
    assert "analytics" in state["granted"]
    assert "media" not in state["granted"]
    assert not state["show_banner"]
    html = page(here, FRAME + f'<iframe src="{VIMEO}"></iframe>')
    assert f'<iframe width="560" height="315" src="{YOUTUBE}"' in html
    (place,) = places(html)
    assert place.attrs["aria-label"] == "Vimeo"
    record = here.store.stored[-1]
    assert (record.kind, record.services) == ("allow", {"youtube": True})
    assert "analytics" in record.granted


def test_several_services_of_one_frame_are_allowed_by_one_button() -> None:
    here = site()
    html = page(here, '<iframe src="https://twice.test/"></iframe>')
    (always,) = below(html, **{"data-cg": "always"})
    assert sorted((always.attrs["value"] or "").split()) == ["plays", "posts"]
    here.form([("choice", "allow"), ("service", str(always.attrs["value"]))])
    assert not places(page(here, '<iframe src="https://twice.test/"></iframe>'))


@pytest.mark.parametrize(
    "body",
    [
        "<p>nothing</p>",
        '<iframe src="https://a.counts.test/"></iframe>',  # no loss
        '<iframe src="https://two.test/"></iframe>',  # not all of them is to be seen
        '<iframe src="https://nobody.test/"></iframe>',  # unknown
        '<iframe src="/own"></iframe>',
        f'<iframe src="{YOUTUBE}" width="0" height="0"></iframe>',
        f'<img src="https://i.ytimg.com/vi/x/0.jpg"><video src="{YOUTUBE}"></video>',
        f"<iframe srcdoc=\"<iframe src='{YOUTUBE}'>\"></iframe>",
        f'<iframe src="data:text/html,<iframe src={YOUTUBE}>"></iframe>',
        f"<template>{FRAME}</template>",
    ],
)
def test_other_pages_have_nothing_of_it(body: str) -> None:
    html = page(site(), body)
    assert "cg-embed" not in html
    assert "embed." not in html


def test_frames_and_fragments_have_none() -> None:
    here = site()
    assert not places(page(here, sec_fetch_dest="iframe"))
    assert not places(page(here, type="application/xhtml+xml"))
    reply = here.guard.exchange(here.request("GET", "/a")).reply(200, [HTML])
    assert b"cg-embed" not in reply.feed(FRAME.encode()) + reply.finish()


def test_texts_are_escaped() -> None:
    body = '<iframe src="https://a.shows.test/?a=1&amp;b=%22" title=\'"><script>\'></iframe>'
    html = page(site(), body)
    (place,) = places(html)
    assert place.attrs["aria-label"] == 'Shows & <more>: "><script>'
    assert '"><script>' not in html.split("cg-embeds")[0]
    (link,) = below(html, target="_blank")
    assert link.attrs["href"] == "https://a.shows.test/?a=1&b=%22"


def test_it_speaks_the_visitors_language() -> None:
    here = site(languages='languages = ["en", "de"]')
    html = page(here, accept_language="de-AT,de;q=0.9")
    (place,) = places(html)
    assert place.attrs["lang"] == "de"
    assert load("de").service_description("youtube") in place.text
    (always,) = below(html, **{"data-cg": "always"})
    assert always.text == "YouTube immer laden"


def test_a_page_in_another_charset_reads_the_same() -> None:
    body = FRAME.replace("How to knit", "Größe")
    (place,) = places(page(site(), body, type="text/html; charset=iso-8859-1"))
    assert place.attrs["aria-label"] == "YouTube: Größe"


def test_the_sheet_comes_first_and_the_rest_once_with_the_nonce_of_the_app() -> None:
    html = page(site(), FRAME * 3, csp="script-src 'nonce-abc'")
    assets = site().guard.setup.assets
    sheet = f'<link rel="stylesheet" href="/_consent/static/{assets.embed_css}" nonce="abc">'
    assert html.index(sheet) < html.index('class="cg-embed')
    assert html.count(sheet) == 2
    script = f'<script src="/_consent/static/{assets.embed_js}" defer nonce="abc"></script>'
    assert html.count(script) == html.count('id="cg-embeds"') == 1
    assert len(places(html)) == 3


def test_a_base_elsewhere_moves_nothing_of_ours() -> None:
    html = page(
        site(),
        '<iframe src="//www.youtube.com/embed/x"></iframe>',
        head='<base href="https://cdn.test/">',
    )
    assert 'id="cg-embeds" method="post" action="https://www.site.test/_consent"' in html
    assert 'href="https://www.youtube.com/watch?v=x"' in html
    assert f"https://www.site.test/_consent/static/{site().guard.setup.assets.embed_css}" in html


def test_where_a_click_does_not_help_none_is_offered() -> None:
    here = site()
    california = site(country="US", state="CA")
    body = '<iframe src="https://www.tiktok.com/embed/v2/71"></iframe>'
    html = page(california, body, sec_gpc="1")
    (place,) = places(html)
    assert load("en")["embed.kept-off"] in place.text
    assert not below(html, **{"data-cg": "always"})
    assert not below(html, **{"data-cg": "once"})
    assert below(html, target="_blank")
    assert below(page(here, body), **{"data-cg": "always"})


def test_a_page_that_caches_share_offers_it_to_everybody() -> None:
    here = site('[enforcement]\ncache = "shared"\n')
    html = page(here, query=b"utm=x")
    assert below(html, **{"data-cg": "always"})
    (form,) = [e for e in below(html, name="next") if e.within("form", id="cg-embeds")]
    assert form.attrs["value"] == "/a"
    assert page(here, query=b"utm=x") == html


def test_a_page_has_so_many_and_no_more() -> None:
    html = page(site(), FRAME * (embeds.MOST + 5))
    assert html.count('class="cg-embed') == embeds.MOST
    assert html.count("data-cg-src") == embeds.MOST + 5


GSI = '<script src="https://accounts.google.com/gsi/client" async></script>'
CAPTCHA = '<script src="https://www.google.com/recaptcha/api.js"></script>'


def test_a_login_button_and_a_captcha_stand_before_the_end_once_a_service() -> None:
    html = page(site(), f"<form>{CAPTCHA}</form>{GSI}", head=GSI)
    google, captcha = places(html)
    assert google.attrs["aria-label"] == "Sign in with Google"
    assert google.attrs["data-cg-service"] == "google_login"
    assert ".g_id_signin" in str(google.attrs["data-cg-at"])
    assert captcha.attrs["data-cg-at"] == ".g-recaptcha"
    for place in (google, captcha):
        assert "hidden" not in place.attrs
        assert not place.within("form")
        assert load("en").get("embed.receives", vendor="Google") in place.text
    always = below(html, **{"data-cg": "always"})
    assert [one.attrs["value"] for one in always] == ["google_login", "recaptcha"]
    assert html.index("</form>") < html.index("cg-widget") < html.index('id="cg-embeds"')
    assert len(below(html, id="cg-embeds")) == 1
    assert not below(html, target="_blank")  # a script is nothing to open


def test_allowing_one_ends_its_question_and_no_other() -> None:
    here = site()
    here.form({"choice": "reject"})
    here.form([("choice", "allow"), ("service", "recaptcha")])
    html = page(here, GSI + CAPTCHA)
    assert CAPTCHA in html
    (place,) = places(html)
    assert place.attrs["data-cg-service"] == "google_login"
    assert here.store.stored[-1].kind == "allow"
    assert "security" not in here.state()["granted"]
    here.form({"choice": "accept"})
    assert not places(page(here, GSI + CAPTCHA))


def test_what_does_other_things_too_is_asked_only_where_its_button_is() -> None:
    html = page(site(), '<script src="https://connect.facebook.net/en_US/sdk.js"></script>')
    (place,) = places(html)
    assert "hidden" in place.attrs
    assert "data-cg-only" in place.attrs
    assert "fb-login-button" in str(place.attrs["data-cg-at"])


def test_a_login_service_of_the_site_is_asked_too() -> None:
    more = '[services.club]\nname = "Club"\npurposes = ["login"]\nhosts = ["club.test"]\n'
    (place,) = places(page(site(more), '<script src="https://club.test/in.js"></script>'))
    assert (place.attrs["aria-label"], place.attrs["data-cg-at"]) == ("Club", "")


@pytest.mark.parametrize(
    "url",
    [
        "https://www.googletagmanager.com/gtag/js?id=G-1",
        "https://js.datadome.co/tags.js",  # keeps programs out, and shows nothing
        "https://platform.instagram.test/embed.js",
    ],
)
def test_other_scripts_wait_without_a_word(url: str) -> None:
    html = page(site(), f'<script src="{url}"></script>')
    assert 'type="text/plain"' in html
    assert not places(html)


def test_where_the_law_keeps_foreign_logins_out_there_is_nothing_to_click() -> None:
    html = page(site(country="RU"), GSI + CAPTCHA)
    google, captcha = places(html)
    assert load("en")["embed.kept-off"] in google.text
    always = below(html, **{"data-cg": "always"})
    assert [one.attrs["value"] for one in always] == ["recaptcha"]
    assert load("en")["embed.kept-off"] not in captcha.text


@pytest.mark.parametrize("name", ["auto", "light", "dark", "contrast"])
def test_it_wears_the_colours_of_the_banner(name: str) -> None:
    """So what `check` says of the banner's contrast is true of it too."""
    css = files("consentguard").joinpath("static/embed.css").read_text("ascii")
    banner = BannerSettings(theme=name, colours={"background": "#102030", "text": "#fff"})
    for settings in (BannerSettings(theme=name), banner):
        theirs = theme.palettes(theme.sheet(), settings)
        for scheme, ours in theme.palettes(css, settings).items():
            assert ours.items() <= theirs[scheme].items()


def test_its_sheet_is_served_in_the_theme_of_the_site() -> None:
    here = site('[banner]\ntheme = "dark"\n[banner.colours]\nbutton = "#345"\n')
    name = here.guard.setup.assets.embed_css
    css = here.get(f"/_consent/static/{name}").body.decode()
    assert re.findall(r"--cg-bg: (.*);", css) == ["#171c23", "#171c23"]
    assert re.findall(r"--cg-button-bg: (.*);", css) == ["#345", "#345"]
    assert "color-scheme: dark;" in css
    assert name != site().guard.setup.assets.embed_css
