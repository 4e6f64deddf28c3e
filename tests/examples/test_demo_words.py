"""The demo in five languages: whole in each, picked by a click, and the banner goes along."""

from __future__ import annotations

import re
import string
from collections.abc import AsyncIterator

import httpx
import pytest
from examples.demo import geo, words
from examples.demo.app import build
from tests.examples.test_demo_app import PAGES

ORIGIN = "http://127.0.0.1:8000"
LANGUAGES = tuple(words.LOCALES)


@pytest.fixture
async def site() -> AsyncIterator[httpx.AsyncClient]:
    app = build(secret_keys=["a key for these tests only, and long enough"], ledger=None)
    app.state.beat = app.state.pause = 0
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=("127.0.0.1", 4711))
    headers = {"X-Demo-Country": "DE", "Accept": "text/html", "Accept-Language": "en"}
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers) as client:
        yield client


async def pick(site: httpx.AsyncClient, lang: str, onward: str = "/") -> httpx.Response:
    return await site.post("/demo/language", data={"language": lang, "next": onward})


def said(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_says_the_same_things(lang: str) -> None:
    english, other = words.words("en")._words, words.words(lang)._words
    assert other.keys() == english.keys()
    assert all(text.strip() for text in other.values())
    assert {key: said(text) for key, text in other.items()} == {
        key: said(text) for key, text in english.items()
    }


def test_days_are_written_as_the_language_does() -> None:
    from examples.demo.artists import TOUR

    assert words.words("en").day(TOUR[0][0]) == "4 Mar"
    assert words.words("de").day(TOUR[0][0]) == "4. März"


@pytest.mark.parametrize(
    ("cookie", "accepts", "expected"),
    [
        ("", "", "en"),
        ("", "fr-CA,en;q=0.5", "fr"),
        ("", "pt", "pt-BR"),
        ("ar", "de", "ar"),
        ("xx", "de", "de"),
        ("", "ru", "en"),
    ],
)
def test_the_picker_goes_before_the_browser(cookie: str, accepts: str, expected: str) -> None:
    cookies = {words.COOKIE: cookie} if cookie else {}
    assert words.spoken(cookies, accepts).lang == expected


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", [*PAGES, "/demo/rules", "/theme"])
async def test_page_and_banner_speak_one_language(
    site: httpx.AsyncClient, path: str, lang: str
) -> None:
    await pick(site, lang)
    response = await site.get(path)
    page = response.content.decode(response.charset_encoding or "utf-8")
    html = re.search(r'<html lang="([^"]+)" dir="([^"]+)"', page)
    banner = re.search(r'<div id="cg-banner"[^>]* lang="([^"]+)" dir="([^"]+)"', page)
    assert html is not None
    assert banner is not None
    direction = "rtl" if lang == "ar" else "ltr"
    if path == "/moscow":  # Russian, which the site does not speak, and its menu is not
        assert html.groups() == ("ru", "ltr")
        assert f'<footer class="bottom" lang="{lang}" dir="{direction}">' in page
        assert banner[1] == "en"
    else:
        assert html.groups() == banner.groups() == (lang, direction)
    pressed = re.findall(r'<button name="language" value="([^"]+)" [^>]*aria-current', page)
    assert pressed == [lang]


async def test_four_regions_and_five_languages_are_a_click_each(site: httpx.AsyncClient) -> None:
    page = (await site.get("/")).text
    assert re.findall(r'name="language" value="([^"]+)"', page) == list(LANGUAGES)
    assert re.findall(r'<button name="country" value="([^"]+)"', page) == list(geo.QUICK)
    del site.headers["X-Demo-Country"]
    seen = {}
    for code in geo.QUICK:
        await site.post("/demo/country", data={"country": code, "next": "/"})
        state = (await site.get("/_consent/state")).json()
        seen[code] = (state["region"], state["show_banner"])
    assert seen == {
        "DE": ("de-tdddg", True),
        "US-CA": ("us-ca", False),
        "BR": ("br-lgpd", True),
        "NZ": ("nz", False),
    }


async def test_the_language_is_forgotten_when_nobody_speaks_it(site: httpx.AsyncClient) -> None:
    answer = await pick(site, "de", "/login")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert site.cookies[words.COOKIE] == "de"
    assert (await pick(site, "xx", "//evil.example")).headers["location"] == "/"
    assert words.COOKIE not in site.cookies


async def test_what_stays_in_english_says_so(site: httpx.AsyncClient) -> None:
    await pick(site, "ar")
    page = (await site.get("/artist/nora-lindqvist")).text
    assert '<p lang="en" dir="ltr">Nora recorded' in page
    assert (await site.get("/stream")).text.count('<article class="day" lang="en" dir="ltr">') == 5
    await pick(site, "en")
    assert "<p>Nora recorded" in (await site.get("/artist/nora-lindqvist")).text


async def test_the_settings_go_on_in_the_language(site: httpx.AsyncClient) -> None:
    await pick(site, "ar")
    page = (await site.get("/")).text
    (control,) = re.findall(r'data-cg="reopen" href="([^"]+)"', page)
    assert '<html lang="ar" dir="rtl"' in (await site.get(control)).text
