"""The theme editor of the demo shows, writes down and warns of what consentguard would do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.conftest import SITE

from consentguard.locales import available
from consentguard.model import BannerSettings
from consentguard.policy import parse, theme
from consentguard.policy.lint import lint

if TYPE_CHECKING:
    from tests.browser.conftest import Visit, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

SEEN = """() => {
    const banner = document.getElementById("cg-banner"), style = getComputedStyle(banner);
    return [style.backgroundColor, style.color, style.borderTopLeftRadius, banner.className];
}"""


async def editor(visit: Visit, country: str = "DE") -> Visitor:
    visitor = await visit(country)
    await visitor.page.emulate_media(color_scheme="light")
    await visitor.go("/theme")
    return visitor


async def test_it_shows_on_the_banner_what_the_policy_would_do(visit: Visit) -> None:
    visitor = await editor(visit)
    page = visitor.page
    await page.locator("#background").fill("#fff8e7")
    await page.locator("#text").fill("#5a4a3a")
    await page.locator("#radius").fill("4")
    await page.locator("#font").fill("Georgia, serif")
    await page.locator("#position").select_option("corner")
    assert await page.evaluate(SEEN) == [
        "rgb(255, 248, 231)",
        "rgb(90, 74, 58)",
        "4px",
        "cg-corner",
    ]
    toml = await page.locator("#toml").input_value()
    policy, problems = parse(SITE + toml)
    assert policy is not None, problems
    assert policy.banner == BannerSettings(
        position="corner",
        colours={
            "background": "#fff8e7",
            "text": "#5a4a3a",
            "radius": "4px",
            "font": "Georgia, serif",
        },
    )
    light = theme.palettes(theme.sheet(), policy.banner)["light"]
    css = await page.locator("#css").input_value()
    for name in ("bg", "fg", "radius", "font", "muted", "line"):
        assert f"--cg-{name}: {light[name]};" in css


@pytest.mark.parametrize("kind", ["auto", "dark", "contrast"])
async def test_it_warns_of_what_check_warns_of(visit: Visit, kind: str) -> None:
    visitor = await editor(visit)
    page = visitor.page
    assert "Every pair can be read" in await page.locator("#warnings").inner_text()
    await page.locator("#kind").select_option(kind)
    await page.locator("#text").fill("#777777")
    await page.locator("#button_line").fill("#888888")
    policy, _ = parse(SITE + await page.locator("#toml").input_value())
    assert policy is not None
    ratios = {
        f"{ratio:.2f}"
        for palette in theme.palettes(theme.sheet(), policy.banner).values()
        for _, _, ratio, _, _ in theme.faint(palette)
    }
    said = await page.locator("#warnings li").all_inner_texts()
    assert {text.partition(": ")[2].split(" ")[0] for text in said} == ratios
    assert any(one.code == "W501" for one in lint(policy, "", available()))
    await page.locator("[type=reset]").click()
    await page.locator("#warnings", has_text="Every pair can be read").wait_for()
    assert await page.locator("#toml").input_value() == "[banner]\n"


async def test_it_brings_the_banner_back(visit: Visit) -> None:
    """To a visitor who has chosen, and wherever the picker said they were."""
    visitor = await editor(visit, "")
    await visitor.page.locator("[data-cg=reject]").first.click()
    await visitor.page.locator("#cg-banner").wait_for(state="hidden")
    await visitor.go("/theme")
    async with visitor.page.expect_navigation():
        await visitor.page.locator("#no-banner button").click()
    assert visitor.page.url.endswith("/theme")
    assert await visitor.page.locator("#cg-banner").is_visible()
    assert await visitor.page.locator("#no-banner").is_hidden()


async def test_without_a_script_it_says_what_to_do(visit: Visit) -> None:
    visitor = await visit("DE", js=False)
    await visitor.go("/theme")
    said = await visitor.page.locator("main noscript").inner_text()
    assert "needs JavaScript" in said
    assert await visitor.page.locator("#theme").is_hidden()


async def test_the_picked_language_is_the_banners_and_the_records(visit: Visit) -> None:
    """By a click at the foot; the browser asks for English."""
    visitor = await visit("DE")
    await visitor.go("/")
    async with visitor.page.expect_navigation():
        await visitor.page.locator("[name=language][value=ar]").press("Enter")
    banner = visitor.page.locator("#cg-banner")
    assert await banner.get_attribute("dir") == "rtl"
    asked = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    await banner.locator("[data-cg=reject]").click()
    await banner.wait_for(state="hidden")
    assert f"{visitor.demo.url}/_consent?lang=ar" in asked
    await visitor.page.locator("[data-cg=reopen]").click()
    dialog = visitor.page.locator("dialog")
    await dialog.wait_for()
    assert await dialog.get_attribute("lang") == "ar"
    await visitor.page.goto(f"{visitor.demo.url}/_consent?lang=ar")
    assert await visitor.page.locator("html").get_attribute("lang") == "ar"
    wide = await visitor.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0
