"""The back button with Chromium's back/forward cache switched on, as it is for visitors."""

from __future__ import annotations

import pytest
from playwright.async_api import async_playwright
from tests.browser.conftest import FLAGS, Demo, executable

pytestmark = pytest.mark.asyncio(loop_scope="session")

PIXEL = "img[src*='facebook.com'], iframe[src*='youtube.com'], script[src*='googletagmanager']"


async def test_a_page_out_of_the_cache_reloads_after_a_withdrawal(demo: Demo) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=executable(),
            args=[*FLAGS, "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
            ignore_default_args=["--disable-back-forward-cache"],
        )
        context = await browser.new_context(extra_http_headers={"X-Demo-Country": "DE"})
        page = await context.new_page()
        await page.goto(demo.url)
        async with page.expect_navigation():
            await page.locator("[data-cg=accept]").first.click()
        await page.goto(f"{demo.url}/artist/nora-lindqvist")
        assert await page.locator(PIXEL).count()
        await page.goto(f"{demo.url}/_consent")
        async with page.expect_navigation():
            await page.locator("[data-cg=withdraw]").first.click()
        await page.evaluate("history.go(-2)")
        await page.wait_for_url("**/artist/nora-lindqvist")
        await page.locator("#cg-reopen").wait_for()
        await page.wait_for_function("document.querySelector('[data-cg-src]') !== null")
        assert not await page.locator(PIXEL).count()
        await browser.close()
