"""What a visitor meets where a video or a map waits: with a mouse, by keyboard, without scripts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from playwright.async_api import Browser, Page
from tests.browser.test_login import RESTLESS
from tests.browser.visiting import visiting

pytestmark = pytest.mark.asyncio(loop_scope="session")

YOUTUBE, VIMEO = "www.youtube.com", "player.vimeo.com"
VIDEO = f'<iframe width="560" height="315" src="https://{YOUTUBE}/embed/one"></iframe>'
SECOND = VIDEO.replace("one", "two")
OTHER = f'<iframe width="400" height="225" src="https://{VIMEO}/video/3"></iframe>'
BODY = f"<p>See {VIDEO}</p><p>{SECOND}</p><p>{OTHER}</p>"
#: Ways in which sites size their frames.
SIZED = {
    "attributes": VIDEO,
    "a part": '<iframe width="100%" height="352" src="https://www.youtube.com/embed/x"></iframe>',
    "nothing said": '<iframe src="https://www.youtube.com/embed/x"></iframe>',
    "a ratio": f"<style>iframe {{ width: 100%; height: auto; aspect-ratio: 2 }}</style>{VIDEO}",
    "a box": "<style>div { aspect-ratio: 2; width: 600px } div > * { width: 100%; height: 100% }"
    f"</style><div>{VIDEO}</div>",
    "padding": "<style>div { position: relative; height: 0; padding-bottom: 50% }"
    "div iframe { position: absolute; inset: 0; width: 100%; height: 100% }</style>"
    f"<div>{VIDEO}</div>",
    "in the tag": '<div style="position:relative;padding:50% 0 0"><iframe src='
    '"https://www.youtube.com/embed/x" style="position:absolute;top:0;left:0;width:100%;height:'
    '100%"></iframe></div>',
    "the middle": f"<style>iframe {{ display: block; margin: 0 auto }}</style>{VIDEO}",
    "a side": f"<style>iframe {{ float: right; margin: 1em }}</style>{VIDEO}",
}
BOX = """selector => {
    const { x, y, width, height } = document.querySelector(selector).getBoundingClientRect();
    return [x, y, width, height].map(Math.round);
}"""


async def embeds(page: Page) -> list[str]:
    """The names of the placeholders that are to be seen."""
    script = "all => all.filter(e => e.offsetHeight).map(e => e.getAttribute('aria-label'))"
    names: list[str] = await page.locator(".cg-embed").evaluate_all(script)
    return names


async def holds(page: Page, condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await page.evaluate("new Promise(requestAnimationFrame)")


async def test_nobody_is_contacted_before_a_click(chromium: Browser) -> None:
    async with visiting(chromium, BODY) as visitor:
        page = await visitor.tab()
        assert await embeds(page) == ["YouTube", "YouTube", "Vimeo"]
        assert await page.locator("iframe:visible").count() == 0
        # Neither by looking closer.
        for place in await page.locator(".cg-embed").all():
            await place.scroll_into_view_if_needed()
            await place.hover(position={"x": 5, "y": 5})
        await page.wait_for_load_state("networkidle")
        assert visitor.contacted == set()


async def test_always_loads_every_embed_of_that_service_and_no_other(chromium: Browser) -> None:
    async with visiting(chromium, BODY) as visitor:
        page = await visitor.tab("/a?b=1")
        async with page.expect_navigation():
            await page.get_by_role("button", name="Always load YouTube").first.click()
        assert page.url == visitor.url + "/a?b=1"
        assert await embeds(page) == ["Vimeo"]
        assert [frame.url.rpartition("/")[2] for frame in page.frames[1:3]] == ["one", "two"]
        assert visitor.contacted == {YOUTUBE}
        # Nobody was asked about purposes: the banner still asks.
        assert await page.locator("#cg-banner").is_visible()
        assert await page.evaluate("!consentguard.allows('media')")


@pytest.mark.parametrize("more", ["", '[enforcement]\ncache = "shared"\n'])
@pytest.mark.parametrize("asked", ["banner", "nobody"])
async def test_always_leaves_the_page_where_it_was_and_goes_on_in_the_frame(
    chromium: Browser, asked: str, more: str
) -> None:
    tall = '<p style="height: 900px">Long</p>'
    async with visiting(chromium, tall + BODY + tall, more) as visitor:
        page = await visitor.tab("/a?b=1#c")
        if asked == "nobody":
            await page.locator("[data-cg=reject]").click()
            await page.locator("[data-cg=reopen]").wait_for()
        await page.get_by_role("button", name="Always load YouTube").nth(1).focus()
        await page.evaluate("scrollTo(0, 654)")
        async with page.expect_navigation():
            await page.keyboard.press("Enter")
        async with asyncio.timeout(20):
            while "/embed/two" not in await page.evaluate("document.activeElement.src || ''"):
                await page.evaluate("new Promise(requestAnimationFrame)")
        assert page.url.endswith("/a?b=1#c")
        assert await page.evaluate("scrollY") == 654


async def test_always_keeps_what_was_chosen_before(chromium: Browser) -> None:
    async with visiting(chromium, BODY) as visitor:
        page = await visitor.tab()
        await page.evaluate("consentguard.choose({ analytics: true })")
        await page.reload()
        async with page.expect_navigation():
            await page.get_by_role("button", name="Always load Vimeo").click()
        assert await embeds(page) == ["YouTube", "YouTube"]
        assert await page.evaluate("consentguard.allows('analytics')")
        assert not await page.locator("#cg-banner").count()


async def test_once_loads_one_and_tells_nobody_else(chromium: Browser) -> None:
    async with visiting(chromium, BODY) as visitor:
        page = await visitor.tab()
        own: list[str] = []
        page.on("request", lambda request: own.append(request.url))
        await page.get_by_role("button", name="Load once").nth(1).click()
        await holds(page, lambda: any("/embed/two" in frame.url for frame in page.frames))
        assert own == [f"https://{YOUTUBE}/embed/two"]
        assert await embeds(page) == ["YouTube", "Vimeo"]
        assert await page.evaluate("document.activeElement.src") == own[0]
        assert await page.locator("iframe:visible").count() == 1
        assert await visitor.context.cookies() == []
        stored = "[localStorage.length, sessionStorage.length, self.kept]"
        assert await page.evaluate(stored) == [0, 0, True]
        await page.reload()
        assert await embeds(page) == ["YouTube", "YouTube", "Vimeo"]
        assert [frame.url for frame in page.frames[1:]] == ["about:blank"] * 3


async def test_a_refusal_ends_what_was_loaded_once_and_other_grants_do_not(
    chromium: Browser,
) -> None:
    async with visiting(chromium, BODY) as visitor:
        page = await visitor.tab()
        await page.get_by_role("button", name="Load once").first.click()
        await holds(page, lambda: visitor.contacted == {YOUTUBE})
        await page.evaluate("consentguard.choose({ media: true })")
        await holds(page, lambda: visitor.contacted == {YOUTUBE, VIMEO})
        assert await page.evaluate("document.querySelector('iframe').src") != ""
        await page.goto(visitor.url)
        await page.evaluate("consentguard.choose({ choice: 'reject' })")
        await page.wait_for_load_state("networkidle")
        await page.get_by_role("button", name="Load once").first.click()
        assert await embeds(page) == ["YouTube", "Vimeo"]
        await page.evaluate("consentguard.choose({ analytics: true })")
        assert await embeds(page) == ["YouTube", "YouTube", "Vimeo"]
        assert [frame.url for frame in page.frames[1:]] == ["about:blank"] * 3


async def test_once_never_runs_a_script(chromium: Browser) -> None:
    async with visiting(chromium, BODY) as visitor:
        page = await visitor.tab()
        await page.evaluate("document.querySelector('iframe').dataset.cgSrc = 'javascript:top.x=1'")
        await page.get_by_role("button", name="Load once").first.click()
        assert await embeds(page) == ["YouTube", "YouTube", "Vimeo"]
        assert not await page.evaluate("'x' in self")


async def test_a_grant_of_the_purpose_takes_their_place_at_once(chromium: Browser) -> None:
    async with visiting(chromium, BODY) as visitor:
        page = await visitor.tab()
        await page.evaluate("consentguard.choose({ media: true })")
        await holds(page, lambda: visitor.contacted == {YOUTUBE, VIMEO})
        assert await embeds(page) == []
        assert await page.locator("iframe:visible").count() == 3
        assert await page.evaluate("self.kept")


async def test_in_a_page_that_caches_share_it_goes_for_whom_it_is_allowed(
    chromium: Browser,
) -> None:
    async with visiting(chromium, BODY, '[enforcement]\ncache = "shared"\n') as visitor:
        page = await visitor.tab("/a")
        assert await embeds(page) == ["YouTube", "YouTube", "Vimeo"]
        async with page.expect_navigation():
            await page.get_by_role("button", name="Always load YouTube").first.click()
        await holds(page, lambda: visitor.contacted == {YOUTUBE})
        assert await embeds(page) == ["Vimeo"]
        assert await page.locator(".cg-embed").count() == 3


async def test_without_scripts_a_form_and_a_link_do_it(chromium: Browser) -> None:
    async with visiting(chromium, BODY, js=False) as visitor:
        page = await visitor.context.new_page()
        await page.goto(visitor.url)
        await page.locator("[data-cg=reject]").click()
        assert await page.get_by_role("button", name="Load once").count() == 0
        links = page.get_by_role("link", name="Open at youtube.com")
        assert await links.first.get_attribute("href") == "https://www.youtube.com/watch?v=one"
        assert visitor.contacted == set()
        async with page.expect_navigation():
            await page.get_by_role("button", name="Always load YouTube").nth(1).click()
        assert await page.locator(".cg-embed:visible").count() == 1
        assert visitor.contacted == {YOUTUBE}
        assert await page.locator("[data-cg=reopen]").is_visible()


async def test_the_keyboard_gets_everywhere_and_on_into_the_frame(chromium: Browser) -> None:
    async with visiting(chromium, f"<p id=start tabindex=0>{VIDEO}</p>") as visitor:
        page = await visitor.tab()
        await page.locator("#start").focus()
        for name in ("Load once", "Always load YouTube", "Open at youtube.com"):
            await page.keyboard.press("Tab")
            focused = page.locator(":focus-visible")
            assert await focused.inner_text() == name
            assert await focused.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
        await page.keyboard.press("Shift+Tab")
        await page.keyboard.press("Shift+Tab")
        await page.keyboard.press("Enter")
        await holds(page, lambda: visitor.contacted == {YOUTUBE})
        assert await page.evaluate("document.activeElement.localName") == "iframe"


async def test_its_tree_is_a_named_group(chromium: Browser) -> None:
    async with visiting(chromium, VIDEO.replace(" src", ' title="The film" src')) as visitor:
        page = await visitor.tab()
        group = page.get_by_role("group", name="YouTube: The film")
        tree = await group.aria_snapshot()
        assert '- button "Load once"' in tree
        assert '- button "Always load YouTube"' in tree
        assert '- link "Open at youtube.com"' in tree
        assert "Google receives your IP address" in tree
        for target in await group.locator("button, a").all():
            box = await target.bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) >= 24


@pytest.mark.parametrize("way", SIZED)
async def test_it_takes_the_place_of_the_frame(chromium: Browser, way: str) -> None:
    async with visiting(chromium, f"<style>iframe {{ border: 0 }}</style>{SIZED[way]}") as visitor:
        page = await visitor.tab()
        await page.evaluate("consentguard.choose({ choice: 'reject' })")
        before = await page.evaluate(BOX, ".cg-embed")
        await page.evaluate("consentguard.choose({ media: true })")
        await holds(page, lambda: visitor.contacted == {YOUTUBE})
        after = await page.evaluate(BOX, "iframe")
        if way == "nothing said":  # the text needs more height than browsers give
            assert before.pop() > after.pop()
        assert before == after


#: What players' scripts do to frames: a wrapper that keeps their shape.
WRAP = """document.querySelectorAll("iframe").forEach(frame => {
    const box = document.createElement("div");
    box.style = "position: relative; width: 400px; padding-top: 200px";
    frame.replaceWith(box);
    frame.style = "position: absolute; inset: 0; width: 100%; height: 100%";
    box.append(frame);
})"""


@pytest.mark.parametrize("when", ["early", "late"])
async def test_it_goes_along_where_a_script_wraps_its_frame(chromium: Browser, when: str) -> None:
    early = f"<script>{WRAP}</script>" if when == "early" else ""
    async with visiting(chromium, BODY + early) as visitor:
        page = await visitor.tab()
        if when == "late":
            await page.evaluate(WRAP)
        boxes = page.locator("div > .cg-embed:first-of-type + iframe:last-child")
        await boxes.nth(2).wait_for(state="attached")
        assert await embeds(page) == ["YouTube", "YouTube", "Vimeo"]
        box = await page.evaluate(BOX, "div:has(> .cg-embed)")
        assert box == await page.evaluate(BOX, ".cg-embed")
        assert box[2:] == [400, 200]
        assert await page.locator("iframe:visible").count() == 0
        await page.get_by_role("button", name="Load once").nth(1).click()
        await holds(page, lambda: any("/embed/two" in frame.url for frame in page.frames))
        assert await embeds(page) == ["YouTube", "Vimeo"]


async def test_a_style_sheet_of_the_site_sets_the_colours(chromium: Browser) -> None:
    style = "<style>.cg-embed { --cg-bg: rgb(1, 2, 3) }</style>"
    async with visiting(chromium, style + BODY) as visitor:
        page = await visitor.tab()
        ground = "e => getComputedStyle(e).backgroundColor"
        assert await page.locator(".cg-embed").first.evaluate(ground) == "rgb(1, 2, 3)"


async def test_it_goes_with_a_frame_that_a_script_takes_away(chromium: Browser) -> None:
    async with visiting(chromium, BODY) as visitor:
        page = await visitor.tab()
        await page.evaluate("self.gone = document.querySelector('iframe'); gone.remove()")
        await page.wait_for_function("document.querySelector('.cg-embed').hidden")
        assert await embeds(page) == ["YouTube", "Vimeo"]
        await page.evaluate("document.body.append(gone)")
        await page.wait_for_function("!document.querySelectorAll('.cg-embed')[2].hidden")
        await page.locator("body > .cg-embed + iframe").wait_for(state="attached")
        assert await embeds(page) == ["YouTube", "Vimeo", "YouTube"]


async def test_it_is_not_put_back_for_ever(chromium: Browser) -> None:
    removes = """() => {
        const remove = () => document.querySelector(".cg-embed")?.remove();
        new MutationObserver(remove).observe(document.body, { childList: true, subtree: true });
        remove();
    }"""
    async with visiting(chromium, VIDEO) as visitor:
        page = await visitor.tab()
        await page.evaluate(removes)
        await page.evaluate(RESTLESS)
        assert await page.evaluate(RESTLESS) == 0
        assert await page.locator("iframe[data-cg-src]").is_visible()


async def test_it_fits_on_a_telephone(chromium: Browser) -> None:
    async with visiting(chromium, BODY) as visitor:
        page = await visitor.tab()
        await page.set_viewport_size({"width": 320, "height": 640})
        wide = "document.documentElement.scrollWidth"
        assert await page.evaluate(wide) == 320
        over = "all => all.filter(e => e.scrollWidth > e.clientWidth).length"
        assert await page.locator(".cg-embed, .cg-embed *").evaluate_all(over) == 0


FITS = """all => {
    const after = document.querySelector("#after").getBoundingClientRect();
    const boxes = all.map(one => one.getBoundingClientRect());
    return all.map((one, index) => {
        const box = boxes[index];
        const beside = box.bottom <= after.top && box.left >= 0 && box.right <= innerWidth;
        one.scrollIntoView({ block: "center", behavior: "instant" });
        const { x, y, width, height } = one.getBoundingClientRect();
        return beside && one.contains(document.elementFromPoint(x + width / 2, y + height / 2));
    });
}"""
#: Boxes of sites in which a long text does not fit on a telephone.
LOW = {
    "padding": ".v { position: relative; height: 0; padding-bottom: 56.25%; overflow: hidden }"
    ".v iframe { position: absolute; inset: 0; width: 100%; height: 100% }",
    "before": ".v { position: relative; overflow: hidden }"
    ".v::before { content: ''; display: block; padding-top: 56.25% }"
    ".v iframe { position: absolute; inset: 0; width: 100%; height: 100% }",
    "a height": ".v { height: 120px; overflow: hidden } .v iframe { width: 100%; height: 100% }",
    "at most": ".v { max-height: 120px; overflow: hidden }",
    "a ratio": ".v { aspect-ratio: 16 / 9 } .v iframe { width: 100%; height: 100% }",
    "a flat frame": "iframe { width: 100%; height: 80px }",
}


@pytest.mark.parametrize("js", [True, False], ids=["script", "no script"])
@pytest.mark.parametrize("way", LOW)
async def test_no_word_of_it_is_hidden_or_hides_another(
    chromium: Browser, way: str, js: bool
) -> None:
    long = "How to knit a very warm and wonderful pullover with both of your hands and a needle"
    video = VIDEO.replace(" src", f' title="{long}" src')
    body = f"<style>{LOW[way]}</style><div class=v>{video}</div><p id=after>After</p>"
    async with visiting(chromium, body, js=js) as visitor:
        page = await visitor.context.new_page()
        await page.set_viewport_size({"width": 320, "height": 256})
        await page.goto(visitor.url)
        await page.locator("[data-cg=reject]").click()
        await page.locator("[data-cg=reopen]").wait_for()
        parts = ".cg-embed, .cg-embed :is(.cg-name, .cg-about, a, button:not([hidden]))"
        fits = await page.locator(parts).evaluate_all(FITS)
        assert fits == [True] * (6 if js else 5)


async def test_a_strict_policy_of_the_site_lets_it_work(chromium: Browser) -> None:
    policy = b"default-src 'self'; style-src 'self'; script-src 'self'; frame-src https:"
    said = ((b"content-security-policy", policy),)
    async with visiting(chromium, BODY, said=said) as visitor:
        page = await visitor.context.new_page()
        errors: list[str] = []
        page.on("console", lambda message: errors.append(message.text))
        await page.goto(visitor.url)
        mine = [error for error in errors if "inline script" not in error]
        assert mine == []
        await page.get_by_role("button", name="Load once").first.click()
        await holds(page, lambda: visitor.contacted == {YOUTUBE})
        assert await embeds(page) == ["YouTube", "Vimeo"]
