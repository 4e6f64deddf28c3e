"""What axe-core finds in the banner and the preferences page, and what it does not look at."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page
from tests.browser.visiting import visiting
from tests.conftest import SITE, Here

pytestmark = pytest.mark.asyncio(loop_scope="session")

AXE = Axe().axe_script
#: WCAG 2.2, A and AA.
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN = """levels => axe.run(
    document.querySelector("main") || { include: ["#cg-banner, #cg-reopen"] },
    { runOnly: levels, resultTypes: ["violations"] },
).then(found => found.violations.map(one => [one.id, one.nodes.map(node => node.html)]))"""
#: What can be pressed and is smaller than it may be (WCAG 2.2, 2.5.8), links in text apart.
SMALL = """() => [...document.querySelectorAll(
        "#cg-banner :is(button, summary, label), #cg-reopen a, main :is(button, summary, select)"
    )].filter(el => el.checkVisibility())
    .map(el => [el.outerHTML.slice(0, 80), el.getBoundingClientRect()])
    .filter(([, box]) => box.width && (box.width < 24 || box.height < 24))
    .map(([html, box]) => [html, box.width, box.height])"""
MEDIA = "<img src='https://a.stats.test/i' alt=''>"
PLACES = {"opt-in": Here("DE"), "opt-out": Here("US", "US-CA"), "notice": Here("JP")}


async def faults(page: Page) -> list[Any]:
    """What is wrong with what can be seen."""
    await page.evaluate(AXE)
    return [*(await page.evaluate(RUN, LEVELS)), *(await page.evaluate(SMALL))]


@pytest.mark.parametrize(("theme", "width"), [("light", 320), ("dark", 1280)])
@pytest.mark.parametrize("variant", PLACES)
async def test_it_has_no_fault_that_a_machine_finds(
    chromium: Browser, variant: str, theme: Any, width: int
) -> None:
    site = SITE + 'languages = ["de"]\n'
    async with visiting(chromium, MEDIA, "", PLACES[variant], site=site) as visitor:
        page = await visitor.context.new_page()
        await page.emulate_media(color_scheme=theme)
        await page.set_viewport_size({"width": width, "height": 800})
        await page.goto(visitor.url)
        assert await page.locator("#cg-banner, #cg-reopen").first.is_visible()
        assert await faults(page) == []
        settings = page.locator("[data-cg=settings]")
        if await settings.count():
            await settings.click()
            assert await faults(page) == []
        for path in ("", "/me"):
            await page.goto(visitor.url + "/_consent" + path)
            assert await faults(page) == []
        await page.request.post(
            visitor.url + "/_consent", form={"choice": "accept"}, headers={"Origin": visitor.url}
        )
        await page.goto(visitor.url + "/_consent/me")
        assert await page.locator("[data-cg=erase]").is_visible()
        assert await faults(page) == []
        await page.goto(visitor.url)
        await page.evaluate("consentguard.open()")
        await page.locator("dialog").wait_for()
        assert await faults(page) == []


async def test_a_fault_would_be_found(chromium: Browser) -> None:
    async with visiting(chromium, MEDIA) as visitor:
        page = await visitor.context.new_page()
        await page.goto(visitor.url)
        await page.evaluate("""() => {
            const banner = document.getElementById("cg-banner");
            banner.append(new Image());
            banner.querySelector("[data-cg=accept]").style = "color: #eee";
            const low = "padding: 0; min-block-size: 0; block-size: 20px";
            banner.querySelector("[data-cg=reject]").style = low;
        }""")
        found = await faults(page)
        assert [one[0] for one in found[:2]] == ["color-contrast", "image-alt"]
        assert 'value="reject"' in found[2][0]
