"""Nothing is cut off, covered or too small: in narrow windows, zoomed, and with text made larger.

WCAG 2.2: 1.4.4 (text of 200 %), 1.4.10 (reflow), 1.4.12 (text spacing), 2.4.11 (focus not
obscured), 2.5.8 (targets of 24 × 24 pixels). The banner is looked at with its settings closed and
open, the pages of ours with all that is folded away unfolded.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, Page
from tests.browser.conftest import Demo
from tests.browser.looking import (
    CUT,
    EVERY,
    LANGUAGES,
    NARROW,
    POSITIONS,
    VIEWS,
    WIDE,
    WINDOWS,
    missed,
    zoom,
)
from tests.browser.visiting import visiting
from tests.conftest import Here

pytestmark = pytest.mark.asyncio(loop_scope="session")

CALIFORNIA = Here("US", "US-CA")
LINKS = 24
#: The last one is at the very end of the page, where the banner and the way back are.
LONG = "<style>body { margin: 0 16px 14px } p { margin: 4em 0 0 }</style>" + "".join(
    f"<p><a id='a{n}' href='#a{n}'>link {n}</a></p>" for n in range(LINKS)
)
TEXTS = (
    ":is(#cg-banner, main, header)"
    " :is(button, summary, label, p, li, a, h1, h2, h3, dt, dd, td, th)"
)
#: What can be pressed, links in running text apart (2.5.8: "inline").
SMALL = """() => [...document.querySelectorAll(
        "#cg-banner :is(button, summary, input, a), #cg-reopen a, .cg-embed :is(button, a),"
        + "main :is(button, summary, select, input:not([type=hidden]), .cg-links a), header a"
    )].filter(el => el.checkVisibility())
    .map(el => [el.outerHTML.slice(0, 80), el.getBoundingClientRect()])
    .filter(([, box]) => box.width < 24 || box.height < 24)"""
#: As a reader's own style sheet, which no policy of the site keeps out.
ADOPT = """css => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    document.adoptedStyleSheets = [sheet];
}"""
UNFOLD = "document.querySelectorAll('details').forEach(one => one.open = true)"
#: WCAG 2.2, 1.4.12: the values that an author has to allow for.
SPACED = """* { line-height: 1.5 !important; letter-spacing: .12em !important;
    word-spacing: .16em !important } p { margin-block-end: 2em !important }"""
#: The focused element is hidden as a whole, in or under something else (2.4.11).
HIDDEN = """() => {
    const el = document.activeElement, box = el.getBoundingClientRect();
    const spots = [.05, .5, .95].flatMap(x => [.1, .5, .9].map(y => [x, y]));
    return !spots.some(([x, y]) => {
        const hit = document.elementFromPoint(box.left + box.width * x, box.top + box.height * y);
        return hit && el.contains(hit);
    }) && el !== document.body && el.outerHTML.slice(0, 90);
}"""


async def faults(page: Page) -> list[Any]:
    """What is cut off, reaches out of the window or is too small to be pressed."""
    wide: int = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
    found = [*await page.evaluate(CUT, TEXTS), *await page.evaluate(WIDE)]
    return [*found, *await page.evaluate(SMALL), *([("scrolls by", wide)] if wide > 0 else [])]


async def looks(page: Page, url: str) -> AsyncIterator[str]:
    """The banner, closed and open, and the pages of ours."""
    await page.goto(url)
    yield "banner"
    await page.locator("[data-cg=settings]").click()
    yield "settings"
    for path in ("/_consent", "/_consent/cookies"):
        await page.goto(url + path)
        await page.evaluate(UNFOLD)
        yield path


@pytest.mark.parametrize("lang", LANGUAGES)
async def test_nothing_is_cut_off_or_scrolls_sideways(chromium: Browser, lang: str) -> None:
    said = {"Accept-Language": lang}
    async with visiting(chromium, LONG, site=EVERY, headers=said) as visitor:
        page = await visitor.tab()
        async for name in looks(page, visitor.url):
            for view in VIEWS:
                await zoom(page, *view)
                assert (name, view, await faults(page)) == (name, view, [])


@pytest.mark.parametrize("place", ["DE", "BR", "US-CA"])
async def test_nor_in_the_demo(chromium: Browser, demo: Demo, place: str) -> None:
    """Whose services have vendors, tables of cookies and addresses that are one long word."""
    context = await chromium.new_context(
        extra_http_headers={"X-Demo-Country": place}, locale="de-DE"
    )
    await context.route("**/*", lambda r: r.continue_() if demo.url in r.request.url else r.abort())
    page = await context.new_page()
    for path in ("/_consent", "/_consent/cookies"):
        await page.goto(demo.url + path)
        await page.evaluate(UNFOLD)
        for view in VIEWS:
            await zoom(page, *view)
            assert (path, view, await faults(page)) == (path, view, [])
    await context.close()


@pytest.mark.parametrize("lang", LANGUAGES)
async def test_text_of_twice_the_size_or_spaced(chromium: Browser, lang: str) -> None:
    said = {"Accept-Language": lang}
    async with visiting(chromium, LONG, site=EVERY, headers=said) as visitor:
        page = await visitor.tab()
        for css in ("html { font-size: 200% }", SPACED):
            async for name in looks(page, visitor.url):
                await page.evaluate(ADOPT, css)
                for window in WINDOWS:
                    await zoom(page, window, 100)
                    assert (name, window, await faults(page)) == (name, window, [])
                    if name == "banner":
                        assert await missed(page, "accept", "reject") == []


@pytest.mark.parametrize("position", POSITIONS)
async def test_narrower_than_the_norm_asks_for(chromium: Browser, position: str) -> None:
    """On small windows that are zoomed all can be scrolled to, and nothing sideways."""
    at = f"[banner]\nposition = '{position}'\n"
    for lang in LANGUAGES:
        said = {"Accept-Language": lang}
        async with visiting(chromium, LONG, at, site=EVERY, headers=said) as visitor:
            page = await visitor.tab()
            for view in NARROW:
                await zoom(page, *view)
                assert (view, await page.evaluate(WIDE)) == (view, [])
                for name in ("accept", "reject", "settings", "close"):
                    assert (view, await missed(page, name, scroll=True)) == (view, [])


@pytest.mark.parametrize("place", [Here("DE"), CALIFORNIA], ids=["asked", "not asked"])
@pytest.mark.parametrize("position", ["bottom", "top", "corner"])
async def test_no_focus_is_obscured(chromium: Browser, position: str, place: Here) -> None:
    """WCAG 2.2, 2.4.11: there and back through a long page, under the banner and beside the way
    back that stays."""
    at = f"[banner]\nposition = '{position}'\n"
    async with visiting(chromium, LONG, at, place=place) as visitor:
        page = await visitor.tab()
        # As in browsers that know no timeline of scrolling.
        await page.evaluate(ADOPT, "html { animation: none !important }")
        for view in (((320, 640), 100), ((1280, 1024), 200)):
            await zoom(page, *view)
            await page.evaluate("scrollTo(0, 0); document.activeElement.blur()")
            for key in ("Tab", "Shift+Tab"):
                seen = set()
                for _ in range(LINKS + 8):
                    await page.keyboard.press(key)
                    seen.add(await page.evaluate("document.activeElement.id"))
                    assert (view, key, await page.evaluate(HIDDEN)) == (view, key, False)
                assert {f"a{n}" for n in range(LINKS)} <= seen


async def test_the_way_back_covers_no_last_line(chromium: Browser) -> None:
    fit = "<style>body { margin: 0; min-height: 100vh }</style>"
    async with visiting(chromium, fit + LONG, place=CALIFORNIA) as visitor:
        page = await visitor.tab()
        for window in WINDOWS:
            await zoom(page, window, 100)
            await page.evaluate("scrollTo(0, 1e6)")
            await page.locator(f"#a{LINKS - 1}").click(trial=True, timeout=3000)
    async with visiting(chromium, fit, place=CALIFORNIA) as visitor:
        page = await visitor.tab()
        assert await page.locator("[data-cg=reopen]").is_visible()
        height = "document.documentElement.scrollHeight - innerHeight"
        assert await page.evaluate(height) == 0  # a page that fits does not scroll
