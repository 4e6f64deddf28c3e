"""The banner comes with the first paint, moves nothing, and asks nobody but the site: one style
sheet, one script."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, Request, Route
from tests.browser.gating import until
from tests.browser.looking import POSITIONS
from tests.browser.visiting import Visitor, visiting

pytestmark = pytest.mark.asyncio(loop_scope="session")

PAGE = "<h1>words</h1>" + "<p>words of the page <a href='#x'>and a link</a></p>" * 40
FIT = "<style>body { margin: 0; min-height: 100vh }</style><p>words</p>"
#: In the body, since the head is not ours here; it holds up the painting of what follows it.
SHEET = '<link rel="stylesheet" href="/site.css">'
TRACKERS = "<img src='https://a.stats.test/i' alt=''><script src='https://b.ads.test/s'></script>"
#: Notes what shifts, and at each frame whether the banner and its button stand where they will.
WATCH = """
self.shifts = []; self.frames = [];
new PerformanceObserver(list => shifts.push(...list.getEntries()
    .filter(one => !one.hadRecentInput) // as in the definition of CLS
    .map(one => [one.value, one.sources.map(from => from.node?.outerHTML?.slice(0, 60))])))
    .observe({ type: "layout-shift", buffered: true });
const look = () => {
    const box = document.querySelector("#cg-banner [data-cg=reject]")?.getBoundingClientRect();
    const painted = performance.getEntriesByType("paint").length;
    frames.push([painted, box ? [box.x, box.y, box.width, box.height].map(Math.round) : null]);
    requestAnimationFrame(look);
};
requestAnimationFrame(look);"""
SETTLED = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done())))"


async def shifts(page: Page) -> Any:
    """What has shifted so far, told after the next frames."""
    await page.evaluate(SETTLED)
    return await page.evaluate("shifts")


async def watched(visitor: Visitor) -> Page:
    """A page that notes what shifts, from its beginning."""
    page = await visitor.context.new_page()
    await page.add_init_script(WATCH)
    await page.goto(visitor.url)
    await page.wait_for_load_state("networkidle")
    return page


@pytest.mark.parametrize("body", [PAGE, FIT], ids=["long", "fits"])
@pytest.mark.parametrize("position", POSITIONS)
async def test_nothing_shifts(chromium: Browser, position: str, body: str) -> None:
    """Cumulative layout shift: at load, with the settings open, at a refusal, by keyboard."""
    async with visiting(chromium, body, f"[banner]\nposition = '{position}'\n") as visitor:
        page = await watched(visitor)
        assert await shifts(page) == []
        for _ in range(2):
            await page.locator("[data-cg=settings]").click()
            assert await shifts(page) == []
        # An answer may come long after the click, when nothing is forgiven any more.
        await page.evaluate("consentguard.choose({ choice: 'reject' })")
        assert await page.locator("#cg-banner").is_hidden()
        assert await shifts(page) == []
        await page.keyboard.press("Tab")
        assert await shifts(page) == []
        await page.goto(visitor.url)
        await page.wait_for_load_state("networkidle")
        assert await shifts(page) == []


async def test_a_shift_would_be_seen(chromium: Browser) -> None:
    async with visiting(chromium, PAGE) as visitor:
        page = await watched(visitor)
        await page.evaluate("document.querySelector('h1').style.marginBlockStart = '300px'")
        assert await shifts(page)


@pytest.mark.parametrize("body", [PAGE, FIT], ids=["long", "fits"])
async def test_it_is_in_the_first_paint(chromium: Browser, body: str) -> None:
    """Of a page that has a style sheet of its own to wait for: ours comes beside it, not after.

    Styled and in its place before anything has been painted; the script moves nothing of it.
    """
    ours = asyncio.Event()
    async with visiting(chromium, f"{SHEET}{body}") as visitor:

        async def slow(route: Route) -> None:
            async with asyncio.timeout(20):
                await ours.wait()
            await route.fulfill(status=200, content_type="text/css", body="h1 { color: #123 }")

        def finished(request: Request) -> None:
            if request.url.endswith(".css") and "/_consent/static/" in request.url:
                ours.set()

        await visitor.context.route("**/site.css", slow)
        visitor.context.on("requestfinished", finished)
        page = await watched(visitor)
        frames = await page.evaluate("frames")
        places = [place for painted, place in frames if painted]
        assert places
        assert places[0] is not None
        assert {tuple(place) for place in places} == {tuple(places[0])}
        assert places[0][1] > await page.evaluate("innerHeight") / 2  # fixed, not in the flow


@pytest.mark.parametrize("js", [True, False], ids=["script", "plain"])
async def test_it_asks_for_one_sheet_and_one_script(chromium: Browser, js: bool) -> None:
    async with visiting(chromium, PAGE + TRACKERS, js=js) as visitor:
        page = await visitor.context.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(urlsplit(request.url).path))
        await page.goto(visitor.url)
        await page.wait_for_load_state("networkidle")
        own = [path for path in asked if path != "/"]
        assert len(own) == 1 + js
        assert all(path.startswith("/_consent/static/banner.") for path in own)
        assert visitor.contacted == set()
        # Settings, refusal and what follows: one request more, the refusal itself.
        asked.clear()
        if js:
            await page.locator("[data-cg=settings]").click()
            await page.locator("[data-cg=reject]").click()
            await until(page, lambda: bool(asked))
            await page.locator("[data-cg=reopen]").wait_for()
            assert asked == ["/_consent"]


async def test_the_height_of_the_banner_restyles_the_root_alone(chromium: Browser) -> None:
    """A property that all elements inherit would have them all styled anew when it changes."""
    async with visiting(chromium, PAGE) as visitor:
        page = await watched(visitor)
        said = "e => getComputedStyle(e).getPropertyValue('--cg-height')"
        assert (await page.locator("html").evaluate(said)).endswith("px")
        assert await page.locator("body").evaluate(said) == ""
