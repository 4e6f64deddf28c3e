"""Every language fits: on a telephone of 320 pixels nothing is cut off, covered or too small.

Labels differ in length by more than half; this is the proof that each has room. And what
DuckDuckGo's tool takes the labels for, in the languages that it knows.
"""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page
from tests.browser.looking import CUT, WIDE, missed, zoom
from tests.browser.test_autoconsent import pattern
from tests.browser.visiting import visiting
from tests.conftest import SITE

from consentguard.locales import available, load

pytestmark = pytest.mark.asyncio(loop_scope="session")

LANGUAGES = available()
EVERY = f"{SITE}languages = {list(LANGUAGES)}\n"
SERVICES = """
[services.youtube]
purposes = ["media"]
hosts = ["*.youtube.com"]
country = "US"
safeguard = { EU = "dpf", BR = "scc" }
"""
SIZES = """() => ["accept", "reject"].map(name => {
    const box = document.querySelector(`#cg-banner [data-cg=${name}]`).getBoundingClientRect();
    return [box.width, box.height];
})"""
TEXTS = ":is(#cg-banner, main, header) :is(button, summary, label, p, li, a, h1, h2, h3, dt, dd)"
#: Whose refusals it has patterns for, by the language that is refused in.
KNOWN = (
    *("en", "de", "fr", "fr-CA", "es", "es-419", "it", "nl", "pl", "pt-BR", "sv", "ca", "ru"),
    *("tr", "id", "ja"),
)

#: And words for *accept*. Those of the ANPD's own example (pt-BR) are not among them.
ACCEPTED = ("en", "de", "fr", "fr-CA", "es", "es-419", "it", "nl", "pl", "ca", "ru", "tr")


async def faults(page: Page) -> list[str]:
    """What is cut off, or reaches out of the window."""
    return [*await page.evaluate(CUT, TEXTS), *await page.evaluate(WIDE)]


@pytest.mark.parametrize("lang", LANGUAGES)
async def test_all_of_it_has_room(chromium: Browser, lang: str) -> None:
    said = {"Accept-Language": lang}
    async with visiting(chromium, "", SERVICES, site=EVERY, headers=said) as visitor:
        page = await visitor.tab()
        await page.goto(visitor.url)
        await zoom(page, (320, 640), 100)
        banner = page.locator("#cg-banner")
        assert await banner.get_attribute("lang") == lang
        assert await banner.get_attribute("dir") == load(lang).dir
        assert await faults(page) == []
        assert await missed(page, "accept", "reject", "settings", scroll=True) == []
        # EDPB taskforce, types D and E: refusing is as large as accepting.
        (wide, high), (width, height) = await page.evaluate(SIZES)
        assert 0.8 <= width * height / (wide * high) <= 1.25
        await page.locator("#cg-banner [data-cg=settings]").click()
        assert await faults(page) == []

        await page.goto(f"{visitor.url}/_consent")
        assert await page.locator("html").get_attribute("lang") == lang
        await page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert await faults(page) == []


async def test_each_label_is_taken_for_what_it_is(chromium: Browser) -> None:
    page = await chromium.new_page()
    await page.add_init_script(
        "self.autoconsentSendMessage = () => {};" + pattern("classifyButtonTextRegex")
    )
    await page.goto("about:blank")

    async def taken(lang: str, key: str) -> str:
        found: str = await page.evaluate("t => classify(t)", load(lang)[f"button.{key}"])
        return found

    rejected = {lang: await taken(lang, "reject") for lang in LANGUAGES}
    assert {lang for lang in KNOWN if rejected[lang] != "reject"} == set()
    # Where it does not know a language it leaves the button alone, and never takes no for yes.
    assert set(rejected.values()) <= {"reject", "other"}
    accepted = {lang: await taken(lang, "accept") for lang in LANGUAGES}
    assert {lang for lang in ACCEPTED if accepted[lang] != "accept"} == set()
    assert set(accepted.values()) <= {"accept", "other"}
    assert {await taken(lang, "settings") for lang in LANGUAGES} <= {"settings", "other"}
    await page.close()
