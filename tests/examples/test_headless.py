"""The site with a banner of its own, in Chromium."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from examples.headless.app import build
from playwright.async_api import ConsoleMessage, Page, Route, async_playwright
from tests.browser.conftest import FLAGS, executable
from tests.serving import serving

from consentguard.policy import load

GTAG = "www.googletagmanager.com"


@dataclass
class Visitor:
    """One profile on the site, and the third parties that it tried to reach."""

    page: Page
    url: str
    contacted: set[str] = field(default_factory=set)
    errors: list[str] = field(default_factory=list)

    async def answer(self, route: Route) -> None:
        """Let the site answer for itself; note every other host."""
        host = urlsplit(route.request.url).hostname or ""
        if host == "127.0.0.1":
            await route.continue_()
            return
        self.contacted.add(host)
        await route.fulfill(status=200, content_type="text/javascript", body="")

    def hear(self, message: ConsoleMessage) -> None:
        """What the console complains of."""
        if message.type in ("error", "warning"):
            self.errors.append(message.text)

    async def press(self, name: str) -> None:
        """A button of the site's own banner."""
        await self.page.locator(f"[data-own={name}]").click()

    async def reloaded(self, name: str) -> None:
        """Press it and wait for the page that comes again."""
        async with self.page.expect_navigation():
            await self.press(name)


@pytest.fixture
def site() -> Iterator[str]:
    with serving(build(secret_keys=["key"], ledger=None), lifespan="off") as url:
        yield url


@asynccontextmanager
async def visiting(url: str, *, js: bool = True, locale: str = "en") -> AsyncIterator[Visitor]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable(), args=[*FLAGS])
        context = await browser.new_context(java_script_enabled=js, locale=locale)
        visitor = Visitor(await context.new_page(), url)
        await context.route("**/*", visitor.answer)
        visitor.page.on("console", visitor.hear)
        visitor.page.on("pageerror", lambda error: visitor.errors.append(str(error)))
        await visitor.page.goto(url)
        yield visitor
        await browser.close()


async def test_refusing_needs_no_reload(site: str) -> None:
    async with visiting(site) as visitor:
        page = visitor.page
        banner = page.get_by_role("dialog", name="We use cookies")
        await banner.wait_for()
        assert not await page.locator("#cg-banner").is_visible()
        text = await banner.inner_text()
        assert "Example Radio Ltd" in text
        assert "1 partner is involved." in text
        assert "Analytics" in text
        boxes = banner.locator("input[type=checkbox]:not([disabled])")
        assert await boxes.count() > 0
        assert await banner.locator("input:checked:not([disabled])").count() == 0
        yes = await page.locator("[data-own=accept]").bounding_box()
        no = await page.locator("[data-own=reject]").bounding_box()
        assert yes is not None
        assert no is not None
        assert (yes["height"], yes["y"]) == (no["height"], no["y"])
        await page.evaluate("self.kept = true")
        await visitor.press("reject")
        again = page.get_by_role("button", name="Cookie settings")
        await again.wait_for()
        assert await again.evaluate("one => one === document.activeElement")
        assert await banner.count() == 0
        assert await page.evaluate("self.kept") is True
        await page.goto(visitor.url)
        await again.wait_for()
        assert await banner.count() == 0
        assert visitor.contacted == set()
        assert visitor.errors == []


async def test_granting_and_taking_back_one_purpose(site: str) -> None:
    async with visiting(site) as visitor:
        page, own = visitor.page, visitor.page.locator("#own-banner")
        await own.locator("summary").click()
        await own.get_by_label("Analytics").check()
        await visitor.reloaded("save")
        again = page.get_by_role("button", name="Cookie settings")
        await again.click()
        assert visitor.contacted == {GTAG}
        await own.locator("summary").click()
        assert await own.get_by_label("Analytics").is_checked()
        assert not await own.get_by_label("Embedded media").is_checked()
        await own.get_by_label("Analytics").uncheck()
        visitor.contacted.clear()
        await visitor.reloaded("save")
        await again.wait_for()
        assert visitor.contacted == set()
        assert visitor.errors == []


async def test_it_speaks_german(site: str) -> None:
    async with visiting(site, locale="de-DE") as visitor:
        await visitor.page.get_by_role("button", name="Alle ablehnen").wait_for()
        assert await visitor.page.locator("#own-banner").get_attribute("lang") == "de"


async def test_without_scripts_the_banner_in_the_page_is_there(site: str) -> None:
    async with visiting(site, js=False) as visitor:
        assert await visitor.page.locator("#cg-banner").is_visible()
        assert await visitor.page.locator("#own-banner").count() == 0
        async with visitor.page.expect_navigation():
            await visitor.page.locator("#cg-banner [data-cg=reject]").click()
        assert not await visitor.page.locator("#cg-banner").is_visible()
        assert visitor.contacted == set()


async def test_the_privacy_policy_holds_the_declaration(site: str) -> None:
    async with visiting(f"{site}/privacy") as visitor:
        text = await visitor.page.locator(".cg-declaration").inner_text()
        assert "Google Analytics" in text
        assert "2 years" in text
        assert "Third party" in text


def test_its_policy_has_nothing_to_complain_about() -> None:
    assert set(load("examples/headless/consent.toml").services) == {"ga4", "youtube"}
