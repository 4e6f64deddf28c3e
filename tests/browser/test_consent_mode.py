"""Google Consent Mode, "advanced": Google's tags run and hear what is denied; nobody else's do."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser, Page
from tests.browser.gating import until
from tests.browser.visiting import visiting
from tests.conftest import Here

pytestmark = pytest.mark.asyncio(loop_scope="session")

GTAG = "https://www.googletagmanager.com/gtag/js?id="
GOOGLE = (
    f"<script async src='{GTAG}AW-1'></script>"
    "<script>window.dataLayer = window.dataLayer || [];"
    "function gtag(){dataLayer.push(arguments)} gtag('config','AW-1'); ran.push('config')</script>"
)
MANAGER = (
    "<script>(function(w,d,s,l,i){w[l]=w[l]||[];var j=d.createElement(s);"
    "j.src='https://www.googletagmanager.com/gtm.js?id='+i;d.head.append(j)})"
    "(window,document,'script','LAYER','GTM-1')</script>"
)
PIXEL = "<script src='https://connect.facebook.net/en_US/fbevents.js'></script>"
ADVANCED = "[signals]\ngoogle_consent_mode = 'advanced'\n"
TEXAS = Here("US", "US-TX")
GPC = {"Sec-GPC": "1"}
SAID = "(self.dataLayer || []).map(one => [...one])"


async def said(page: Page) -> list[list[Any]]:
    """What Google's tags were told, in order."""
    found: list[list[Any]] = await page.evaluate(SAID)
    return found


async def test_tags_run_and_are_told_before_what_is_denied(chromium: Browser) -> None:
    async with visiting(chromium, GOOGLE + PIXEL, ADVANCED, TEXAS, GPC) as visitor:
        page = await visitor.tab()
        await until(page, lambda: "www.googletagmanager.com" in visitor.contacted)
        await page.wait_for_function("ran.includes('config')")
        default, _, config, *_ = await said(page)
        assert default[:2] == ["consent", "default"]
        assert default[2]["ad_storage"] == default[2]["ad_user_data"] == "denied"
        assert default[2]["analytics_storage"] == "granted"
        assert config[:2] == ["config", "AW-1"]
        assert visitor.contacted == {"www.googletagmanager.com"}


@pytest.mark.parametrize(("place", "headers"), [(Here("DE"), {}), (Here("DE"), GPC)])
async def test_where_the_law_asks_first_they_wait(
    chromium: Browser, place: Here, headers: dict[str, str]
) -> None:
    body = GOOGLE + MANAGER.replace("LAYER", "dataLayer") + PIXEL
    async with visiting(chromium, body, ADVANCED, place, headers) as visitor:
        page = await visitor.tab()
        await page.wait_for_load_state("load")
        assert visitor.contacted == set()
        assert await said(page) == []


@pytest.mark.parametrize(("layer", "runs"), [("dataLayer", True), ("ours", False)])
async def test_a_tag_that_would_not_hear_waits(
    chromium: Browser, layer: str, *, runs: bool
) -> None:
    body = MANAGER.replace("LAYER", layer)
    async with visiting(chromium, body, ADVANCED, TEXAS, GPC) as visitor:
        page = await visitor.tab()
        await page.wait_for_load_state("load")
        if runs:
            await until(page, lambda: "www.googletagmanager.com" in visitor.contacted)
        await page.evaluate("new Promise(requestAnimationFrame)")
        assert bool(visitor.contacted) is runs


async def test_a_refusal_is_told_to_the_tags_of_the_page(chromium: Browser) -> None:
    async with visiting(chromium, GOOGLE, ADVANCED, TEXAS) as visitor:
        page = await visitor.tab()
        assert await said(page) != []  # everything runs by itself there
        await page.evaluate("consentguard.choose({choice: 'reject'})")
        await page.wait_for_function("self.kept !== true && document.readyState === 'complete'")
        await page.wait_for_function("ran.includes('config')")
        default = (await said(page))[0]
        assert set(default[2].values()) == {"denied"}


async def test_basic_is_the_default(chromium: Browser) -> None:
    async with visiting(chromium, GOOGLE + PIXEL, "", TEXAS, GPC) as visitor:
        page = await visitor.tab()
        await page.wait_for_load_state("load")
        assert visitor.contacted == set()
        assert await said(page) == []
