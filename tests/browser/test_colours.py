"""Contrast of what is painted, in each theme and scheme; and what a reader's own settings ask for.

WCAG 2.2: 1.4.3 (text 4.5:1), 1.4.11 (edges of controls and the focus 3:1), 2.4.7 (focus visible);
reduced motion, forced colours, paper. The colours that a site gives are held to it by
``tests/policy/test_theme``.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import Browser, Page
from tests.browser.visiting import visiting

from consentguard.policy.theme import contrast

pytestmark = pytest.mark.asyncio(loop_scope="session")

VIDEO = '<p><iframe width="560" height="315" src="https://www.youtube.com/embed/one"></iframe></p>'
PAGE = f"<style>body {{ background: #f0f; color: #0f0 }}</style><p>words</p>{VIDEO}"
UNFOLD = "document.querySelectorAll('details').forEach(one => one.open = true)"
SCOPE = ":is(#cg-banner, #cg-reopen, .cg-embed, .cg-page body)"
#: Each text with its colour, and each control with its edge, beside what is painted behind it.
PAINTED = """scope => {
    const clear = colour => /^rgba\\(.*, 0\\)$|transparent/.test(colour);
    const behind = el => {
        for (let at = el; at; at = at.parentElement) {
            const { backgroundColor } = getComputedStyle(at);
            if (!clear(backgroundColor)) return backgroundColor;
        }
        return "rgb(255, 255, 255)";
    };
    const texts = [], edges = [];
    for (const el of document.querySelectorAll(`${scope}, ${scope} *`)) {
        if (!el.checkVisibility() || el.closest(".cg-spoken")) continue;
        const { color, borderTopColor, borderTopStyle, backgroundColor } = getComputedStyle(el);
        const html = el.outerHTML.slice(0, 60);
        const own = [...el.childNodes].some(node => node.nodeType === 3 && node.data.trim());
        if (own && !el.matches(":disabled")) texts.push([html, color, behind(el)]);
        if (el.matches("button:not(.cg-close), summary.cg-button, select"))
            edges.push([html, borderTopColor, behind(el.parentElement),
                borderTopStyle, backgroundColor]);
    }
    return [texts, edges];
}"""
#: The ring around what has the focus, and what it lies on.
RING = """() => {
    const el = document.activeElement, ring = getComputedStyle(el);
    const clear = at => /^rgba.*, 0\\)$/.test(getComputedStyle(at).backgroundColor);
    let at = el.parentElement;
    while (at.parentElement && clear(at)) at = at.parentElement;
    return [el.outerHTML.slice(0, 60), ring.outlineStyle, parseFloat(ring.outlineWidth),
        ring.outlineColor, clear(at) ? "rgb(255, 255, 255)" : getComputedStyle(at).backgroundColor];
}"""


def ratio(one: str, other: str) -> float:
    """The contrast of two colours as the browser computed them."""
    return contrast(*(_hexadecimal(colour) for colour in (one, other)))


def _hexadecimal(colour: str) -> str:
    parts = re.fullmatch(r"rgb\((\d+), (\d+), (\d+)\)", colour)
    assert parts is not None, colour  # none is seen through
    return "#" + "".join(f"{int(part):02x}" for part in parts.groups())


async def faint(page: Page) -> list[Any]:
    """What stands out too little."""
    texts, edges = await page.evaluate(PAINTED, SCOPE)
    assert len(texts) > 1
    found = [(html, "text", ratio(a, b)) for html, a, b in texts if ratio(a, b) < 4.5]
    for html, edge, behind, line, ground in edges:
        assert line == "solid", html
        if max(ratio(edge, behind), ratio(ground, behind)) < 3:
            found.append((html, "edge", ratio(edge, behind)))
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("theme", ["auto", "light", "dark", "contrast"])
async def test_e1_what_is_painted_stands_out(chromium: Browser, theme: str, scheme: Any) -> None:
    async with visiting(chromium, PAGE, f"[banner]\ntheme = '{theme}'\n") as visitor:
        page = await visitor.context.new_page()
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        await page.goto(visitor.url)
        assert await faint(page) == []
        await page.evaluate(UNFOLD)
        assert await faint(page) == []
        await page.locator("#cg-banner [data-cg=reject]").hover()
        assert await faint(page) == []
        for path in ("/_consent", "/_consent/cookies", "/_consent/nowhere"):
            await page.goto(visitor.url + path)
            await page.evaluate(UNFOLD)
            assert await faint(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("theme", ["auto", "contrast"])
async def test_where_the_focus_is_can_be_seen(chromium: Browser, theme: str, scheme: Any) -> None:
    async with visiting(chromium, "words", f"[banner]\ntheme = '{theme}'\n") as visitor:
        page = await visitor.context.new_page()
        await page.emulate_media(color_scheme=scheme)
        for path, steps in (("/", 15), ("/_consent", 18), ("/_consent/cookies", 3)):
            await page.goto(visitor.url + path)
            if path == "/":
                await page.wait_for_function("self.consentguard")
                await page.locator("[data-cg=settings]").click()
                await page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
            for _ in range(steps):
                await page.keyboard.press("Tab")
                if await page.evaluate("document.activeElement === document.body"):
                    continue
                html, line, width, colour, ground = await page.evaluate(RING)
                assert (html, line) == (html, "solid")
                assert width >= 2
                assert ratio(colour, ground) >= 3, html


async def test_less_motion(chromium: Browser) -> None:
    async with visiting(chromium, PAGE) as visitor:
        page = await visitor.tab()
        for motion, moves in (("no-preference", True), ("reduce", False)):
            await page.emulate_media(reduced_motion=motion)  # type: ignore[arg-type]
            found = await page.locator("#cg-banner, #cg-banner *").evaluate_all(
                """all => all.some(el => {
                    const { transitionDuration, animationName } = getComputedStyle(el);
                    return transitionDuration !== "0s" || animationName !== "none";
                })"""
            )
            assert found is moves


async def test_forced_colours_leave_every_control_an_edge(chromium: Browser) -> None:
    async with visiting(chromium, PAGE) as visitor:
        page = await visitor.tab()
        await page.emulate_media(forced_colors="active", color_scheme="dark")
        await page.evaluate(UNFOLD)
        assert await faint(page) == []
        for part in ("#cg-banner", "#cg-reopen"):
            if part == "#cg-reopen":
                await page.evaluate("consentguard.choose({ choice: 'reject' })")
            edge = (
                "el => [getComputedStyle(el).borderTopStyle, getComputedStyle(el).borderTopColor]"
            )
            line, colour = await page.locator(part).evaluate(edge)
            ground = await page.locator(part).evaluate("el => getComputedStyle(el).backgroundColor")
            assert line == "solid"
            assert ratio(colour, ground) >= 3


async def test_paper_has_neither_banner_nor_the_room_for_it(chromium: Browser) -> None:
    async with visiting(chromium, PAGE) as visitor:
        page = await visitor.tab()
        room = "getComputedStyle(document.documentElement).paddingBlockEnd"
        assert await page.evaluate(room) != "0px"
        await page.emulate_media(media="print")
        assert await page.evaluate(room) == "0px"
        assert not await page.locator("#cg-banner").is_visible()
        await page.emulate_media(media="screen")
        await page.locator("[data-cg=reject]").click()
        await page.locator("#cg-reopen").wait_for()
        await page.emulate_media(media="print")
        assert not await page.locator("#cg-reopen").is_visible()
