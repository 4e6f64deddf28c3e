"""The banner as people meet it: where it stands, by keyboard, and what becomes of the page."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from playwright.async_api import Browser, Page
from tests.browser.visiting import visiting
from tests.conftest import SITE, Here

pytestmark = pytest.mark.asyncio(loop_scope="session")

TALL = "<a id='first' href='#'>first</a>" + "<p>words</p>" * 60 + "<a id='last' href='#'>last</a>"
OWN = "<a id='own' href='/_consent' data-cg-open>Cookies</a>"
POSITIONS = ("bottom", "top", "corner", "centre")
CALIFORNIA = Here("US", "US-CA")
FOCUS = "document.activeElement.dataset.cg ?? document.activeElement.id"
WAY_BACK = "#cg-reopen a"
Box = dict[str, float]


def at(position: str) -> str:
    return f"[banner]\nposition = '{position}'\n"


async def boxes(page: Page) -> dict[str, Box]:
    """Where the banner and each of its controls are, in pixels of the window."""
    found: dict[str, Box] = await page.evaluate(
        """() => Object.fromEntries(
            [...document.querySelectorAll("#cg-banner, #cg-banner :is(button, summary)")]
                .filter((el) => el.checkVisibility())
                .map((el) => [el.dataset.cg ?? "banner", el.getBoundingClientRect().toJSON()]))"""
    )
    return found


def apart(one: Box, other: Box) -> bool:
    beside = one["right"] <= other["left"] or other["right"] <= one["left"]
    return beside or one["bottom"] <= other["top"] or other["bottom"] <= one["top"]


async def until(page: Page, said: str) -> None:
    await page.wait_for_function(said)


@pytest.mark.parametrize("position", POSITIONS)
@pytest.mark.parametrize("js", [True, False], ids=["script", "plain"])
async def test_every_button_is_in_sight(chromium: Browser, position: str, js: bool) -> None:
    async with visiting(chromium, TALL, at(position), js=js) as visitor:
        page = await visitor.context.new_page()
        for width, height in ((320, 480), (320, 256), (1280, 800)):
            await page.set_viewport_size({"width": width, "height": height})
            await page.goto(visitor.url)
            found = await boxes(page)
            around = found.pop("banner")
            assert set(found) == {"close", "accept", "reject", "settings"}
            assert around["left"] >= 0
            assert around["right"] <= width
            for name, box in found.items():
                assert box["width"] >= 24, name
                assert box["height"] >= 24, name
                assert around["top"] <= box["top"], name
                assert box["bottom"] <= min(around["bottom"], height), name
            assert all(apart(*pair) for pair in combinations(found.values(), 2))
            yes, no = found["accept"], found["reject"]
            assert (yes["width"], yes["height"]) == (no["width"], no["height"])


@pytest.mark.parametrize(("lang", "dir"), [("fr", "ltr"), ("pt-BR", "ltr"), ("ar", "rtl")])
@pytest.mark.parametrize("position", ["bottom", "corner"])
async def test_languages_in_their_direction(
    chromium: Browser, lang: str, dir: str, position: str
) -> None:
    site = f"{SITE}languages = ['en', '{lang}']\n"
    accepts = {"Accept-Language": lang}
    async with visiting(chromium, TALL, at(position), headers=accepts, site=site) as visitor:
        page = await visitor.tab()
        for width in (320, 768):
            await page.set_viewport_size({"width": width, "height": 800})
            found = await boxes(page)
            title: Box = await page.locator("#cg-title").evaluate(
                """el => {
                    const words = document.createRange();
                    words.selectNodeContents(el);
                    return words.getBoundingClientRect().toJSON();
                }"""
            )
            assert await page.locator("#cg-banner").get_attribute("lang") == lang
            assert apart(title, found["close"])
            first, second = found["accept"]["left"], found["reject"]["left"]
            assert (first < second) is (dir == "ltr")
            assert (title["left"] < found["close"]["left"]) is (dir == "ltr")
            wide = await page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width


@pytest.mark.parametrize(
    ("position", "place"), [("bottom", "DE"), ("corner", "DE"), ("top", "DE"), ("bottom", "NG")]
)
@pytest.mark.parametrize("js", [True, False], ids=["script", "plain"])
async def test_it_covers_nothing_that_has_the_focus(
    chromium: Browser, position: str, place: str, js: bool
) -> None:
    """WCAG 2.2, 2.4.11."""
    async with visiting(chromium, TALL, at(position), place=Here(place), js=js) as visitor:
        page = await visitor.context.new_page()
        await page.set_viewport_size({"width": 320, "height": 640})
        await page.goto(visitor.url)
        if js:
            await until(page, "document.documentElement.style.getPropertyValue('--cg-height')")
        for link in ("first", "last"):
            seen = []
            for _ in range(20):
                seen.append(await page.evaluate("document.activeElement.id"))
                if seen[-1] == link:
                    break
                await page.keyboard.press("Tab")
            assert seen[-1] == link
            box = await page.locator(f"#{link}").bounding_box()
            around = (await boxes(page))["banner"]
            assert box is not None
            focused = {
                **{"left": box["x"], "right": box["x"] + box["width"]},
                **{"top": box["y"], "bottom": box["y"] + box["height"]},
            }
            assert apart(focused, around), link
            assert 0 <= focused["top"] < focused["bottom"] <= 640


@pytest.mark.parametrize("position", ["bottom", "centre"])
async def test_escape_refuses_where_people_are_asked_first(
    chromium: Browser, position: str
) -> None:
    async with visiting(chromium, TALL, at(position)) as visitor:
        page = await visitor.tab()
        await page.keyboard.press("Tab")
        assert await page.evaluate(FOCUS) == "close"
        await page.keyboard.press("Escape")
        await page.locator(WAY_BACK).wait_for()
        assert await page.locator("#cg-banner").is_hidden()
        assert await page.evaluate(FOCUS) == "reopen"
        await until(page, "document.querySelector('[data-cg=status]').textContent")
        await page.reload()
        assert await page.locator("#cg-banner").count() == 0
        assert not await page.evaluate("consentguard.allows('analytics')")


async def test_escape_in_the_page_is_the_pages(chromium: Browser) -> None:
    async with visiting(chromium, TALL) as visitor:
        page = await visitor.tab()
        await page.locator("#first").focus()
        await page.keyboard.press("Escape")
        assert await page.locator("#cg-banner").is_visible()


async def test_elsewhere_the_cross_only_closes(chromium: Browser) -> None:
    asked = "[regions.us-ca]\nextends = 'us-ca'\npurposes = { media = 'opt-in' }\n"
    async with visiting(chromium, TALL, asked, place=CALIFORNIA) as visitor:
        page = await visitor.tab()
        await page.locator("[data-cg=close]").click()
        assert await page.locator("#cg-banner").is_hidden()
        assert await page.evaluate("consentguard.allows('analytics')")
        await page.reload()
        assert await page.locator("#cg-banner").is_visible()


async def test_in_the_middle_it_keeps_the_focus_and_lets_the_page_scroll(
    chromium: Browser,
) -> None:
    async with visiting(chromium, TALL, at("centre")) as visitor:
        page = await visitor.tab()
        banner = page.locator("#cg-banner")
        assert await banner.get_attribute("aria-modal") == "true"
        assert await page.evaluate(FOCUS) == "cg-banner"
        seen = []
        for _ in range(12):
            await page.keyboard.press("Tab")
            seen.append(await page.evaluate(FOCUS))
        assert {"close", "accept", "reject", "settings"} <= set(seen)
        assert not {"first", "last"} & set(seen)
        await page.mouse.wheel(0, 200)
        await until(page, "scrollY > 0")


async def test_a_grant_leaves_the_page_where_it_was(chromium: Browser) -> None:
    async with visiting(chromium, TALL) as visitor:
        page = await visitor.tab("/list?page=2#last")
        await page.evaluate("scrollTo(0, 321)")
        await page.locator("[data-cg=accept]").focus()
        await page.keyboard.press("Tab")  # so that the browser shows the focus
        await page.keyboard.press("Shift+Tab")
        async with page.expect_navigation():
            await page.keyboard.press("Enter")
        assert page.url.endswith("/list?page=2#last")
        await until(page, "scrollY === 321")
        assert await page.evaluate(FOCUS) == "reopen"
        assert await page.evaluate("Object.keys(sessionStorage).length + localStorage.length") == 0


async def test_a_mark_of_the_sites_own_opens_the_settings(chromium: Browser) -> None:
    async with visiting(chromium, OWN + TALL, "[banner]\ncontrol = 'own'\n") as visitor:
        page = await visitor.tab("/a?b=c")
        await page.locator("#own").click()
        assert await page.evaluate(FOCUS) == "settings"
        assert await page.locator("[data-cg=save]").is_visible()
        await page.keyboard.press("Escape")
        await until(page, f"({FOCUS}) === 'own'")
        shown = await page.locator("#cg-reopen").evaluate("el => getComputedStyle(el).clipPath")
        assert shown != "none"  # ours does not float
        await page.locator(WAY_BACK).focus()
        shown = await page.locator("#cg-reopen").evaluate("el => getComputedStyle(el).clipPath")
        assert shown == "none"
        await page.locator("#own").click()
        await page.get_by_role("dialog", name="Cookie settings").wait_for()


@pytest.mark.parametrize(
    ("body", "place", "floats"),
    [
        ("", Here("BR"), True),
        (OWN, Here("BR"), False),
        (OWN, CALIFORNIA, True),
        (OWN.replace("open", "open=do-not-sell"), CALIFORNIA, False),
    ],
)
async def test_no_page_is_without_a_way_back(
    chromium: Browser, body: str, place: Here, floats: bool
) -> None:
    async with visiting(
        chromium, body, "[banner]\ncontrol = 'own'\n", place=place, js=False
    ) as visitor:
        page = await visitor.context.new_page()
        await page.goto(visitor.url)
        if await page.locator("#cg-banner").count():
            async with page.expect_navigation():
                await page.locator("[data-cg=reject]").click()
        shown = await page.locator("#cg-reopen").evaluate("el => getComputedStyle(el).clipPath")
        assert (shown == "none") is floats


async def test_forced_colours_and_paper(chromium: Browser) -> None:
    async with visiting(chromium, TALL) as visitor:
        page = await visitor.tab()
        await page.emulate_media(forced_colors="active")
        style: dict[str, Any] = await page.locator("[data-cg=reject]").evaluate(
            "el => ({...getComputedStyle(el)})"
        )
        assert style["borderTopStyle"] == "solid"
        assert style["borderTopColor"] != style["backgroundColor"]
        await page.emulate_media(media="print", forced_colors="none")
        assert not await page.locator("#cg-banner").is_visible()


async def test_a_style_sheet_of_the_site_sets_the_colours(chromium: Browser) -> None:
    style = "<style>#cg-banner { --cg-bg: rgb(1, 2, 3) }</style>"
    async with visiting(chromium, style + TALL) as visitor:
        page = await visitor.tab()
        ground = await page.locator("#cg-banner").evaluate("el => getComputedStyle(el).background")
        assert "rgb(1, 2, 3)" in ground
