"""Back, forward, reload, another tab: what was seen before a withdrawal does not come back.

Chromium keeps pages in two places. The back/forward cache holds them alive, so that a tracker in
one goes on before anybody is asked; the disk holds their bytes, which the back button shows
without asking as well. Each has its rule.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Error, Page, async_playwright
from tests.browser.conftest import FLAGS, Demo, executable
from tests.browser.remembering import App, Visitor, remembering, trackers
from tests.conftest import Here

pytestmark = pytest.mark.asyncio(loop_scope="session")

PIXEL = "img[src*='facebook.com'], iframe[src*='youtube.com'], script[src*='googletagmanager']"
FORM = "<form method=post action=/posted><button id=post>Send</button></form>"
HOSTS = {"a.stats.test", "b.ads.test"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def keeping() -> AsyncIterator[Browser]:
    """Chromium with its back/forward cache switched on, as it is for visitors."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=executable(),
            args=[*FLAGS, "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
            ignore_default_args=["--disable-back-forward-cache"],
        )
        yield browser
        await browser.close()


async def back(page: Page) -> None:
    """The back button."""
    try:
        await page.go_back(wait_until="commit")
    except Error:
        # The answer to a form is not asked for again: Chromium wants to be told to.
        await page.wait_for_url("chrome-error://**")


async def retraced(visitor: Visitor, page: Page, steps: int) -> list[str]:
    """Where the back button leads, so many times; nothing is contacted on the way."""
    seen = []
    for _ in range(steps):
        await back(page)
        assert await trackers(page) == 0
        seen.append(page.url.removeprefix(visitor.url))
    assert await visitor.contacts() == set()
    return seen


@pytest.mark.parametrize("by", ["form", "script"])
async def test_a_withdrawal_ends_pages_that_are_kept_alive(keeping: Browser, by: str) -> None:
    async with remembering(keeping, App()) as visitor:
        page = await visitor.tab("/zero")
        await visitor.press(page, "accept", "/one")
        await page.goto(visitor.url + "/two")
        await back(page)
        await page.wait_for_function("self.persisted")
        assert await visitor.contacts() == {*HOSTS, "again.ads.test"}
        await page.go_forward(wait_until="commit")
        await page.wait_for_function("self.persisted")
        await page.goto(visitor.url + "/three")
        await visitor.contacts()
        if by == "form":
            await visitor.press(page, "withdraw", "/_consent")
        else:
            await page.goto(visitor.url + "/_consent")
            # Our own page reloads itself then: nobody waits for what was promised.
            async with page.expect_navigation():
                await page.evaluate("c => { consentguard.choose({ choice: 'withdraw' }) }")
        ours = ["/_consent"] if by == "form" else []
        seen = await retraced(visitor, page, 3 + len(ours))
        assert seen == [*ours, "/three", "/two", "/one"]


@pytest.mark.parametrize("js", [True, False])
async def test_no_page_of_before_comes_back_from_disk(chromium: Browser, js: bool) -> None:
    app = App({"/framing": FORM + "<iframe src=/inner></iframe>"})
    async with remembering(chromium, app, js=js) as visitor:
        page = await visitor.tab("/zero")
        await visitor.press(page, "accept", "/one")
        await page.goto(visitor.url + "/moved")
        await page.goto(visitor.url + "/framing")
        async with page.expect_navigation():
            await page.locator("#post").click()
        await page.goto(visitor.url + "/three")
        # So much for what is kept: not even the answer to a form is asked for again.
        app.asked.clear()
        await back(page)
        assert (await trackers(page), app.asked) == (2, [])
        await page.goto(visitor.url + "/last")
        await visitor.contacts()
        await visitor.press(page, "withdraw", "/_consent")
        assert await trackers(await visitor.tab("/three")) == 0  # who revalidates is not told 304
        seen = await retraced(visitor, page, 6)
        error = "chrome-error://chromewebdata/"
        assert seen == ["/_consent", "/last", error, "/framing", "/two", "/one"]
        await page.go_forward()
        assert await trackers(page) == 0
        await page.reload()
        assert await trackers(page) == 0
        assert await visitor.contacts() == set()


async def test_a_signal_counts_for_pages_that_may_be_kept(chromium: Browser) -> None:
    async with remembering(chromium, App(), place=Here("US", "TX")) as visitor:
        assert await trackers(await visitor.tab("/one")) == 2
        await visitor.contacts()
        # No cookie has changed, and the app calls its pages fresh.
        await visitor.context.set_extra_http_headers({"Sec-GPC": "1"})
        assert await trackers(await visitor.tab("/one")) == 1
        assert await visitor.contacts() == {"a.stats.test"}


async def test_a_page_out_of_the_cache_asks_what_holds(demo: Demo, keeping: Browser) -> None:
    context = await keeping.new_context(extra_http_headers={"X-Demo-Country": "DE"})
    page = await context.new_page()
    await page.goto(demo.url)
    async with page.expect_navigation():
        await page.locator("[data-cg=accept]").first.click()
    await page.goto(f"{demo.url}/artist/nora-lindqvist")
    assert await page.locator(PIXEL).count()
    await page.goto(f"{demo.url}/_consent")
    # As after a time: nobody has chosen anything.
    await context.clear_cookies()
    await page.evaluate("history.back()")
    await page.wait_for_url("**/artist/nora-lindqvist")
    await page.locator("#cg-banner").wait_for()
    await page.wait_for_function("document.querySelector('[data-cg-src]') !== null")
    assert not await page.locator(PIXEL).count()
    await context.close()
