"""A page that caches share: one document for everybody, and each visitor gets what is theirs."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page
from tests.browser.gating import until
from tests.browser.visiting import Visitor, visiting
from tests.conftest import Here

pytestmark = pytest.mark.asyncio(loop_scope="session")

SHARED = '[enforcement]\ncache = "shared"\n'
STATS, ADS = "https://a.stats.test", "https://b.ads.test"
HOSTS = {"a.stats.test", "b.ads.test"}
BODY = (
    f"<img src='{STATS}/i'><script src='{STATS}/one.js'></script>"
    f"<script>stats(); ran.push('two')</script><iframe src='{ADS}/f'></iframe>"
    "<script type='text/plain' data-category='advertising'>ran.push('three')</script>"
)
#: Notes at each frame that is painted whether the banner can be seen.
WATCH = """
    self.seen = [];
    const look = () => {
        const banner = document.getElementById("cg-banner");
        if (document.body) seen.push(!!banner?.checkVisibility());
        requestAnimationFrame(look);
    };
    requestAnimationFrame(look);"""
CALIFORNIA = Here("US", "US-CA")
GPC = {"Sec-GPC": "1"}


async def told(page: Page) -> None:
    """Wait until the page knows who its visitor is; Trusted Types take no text to wait for."""
    while not await page.evaluate("self.consentguard !== undefined"):
        await page.evaluate("new Promise(requestAnimationFrame)")


async def hinted(visitor: Visitor) -> bool:
    """Whether the hint is there, for scripts to read."""
    found = [c for c in await visitor.context.cookies() if c.get("name") == "consent-hint"]
    return bool(found) and not found[0].get("httpOnly")


async def test_a_visitor_who_has_to_be_asked(chromium: Browser) -> None:
    async with visiting(chromium, BODY, SHARED) as visitor:
        page = await visitor.tab("/a?utm=1")
        await told(page)
        assert await page.locator("#cg-banner").is_visible()
        assert await page.locator("#cg-reopen").is_hidden()
        assert visitor.contacted == set()
        assert not await hinted(visitor)
        async with page.expect_navigation(url="**/a?utm=1"):
            await page.locator("[data-cg=accept]").click()
        await page.wait_for_function("ran.length === 3")
        assert await page.evaluate("ran") == ["one", "two", "three"]
        await until(page, lambda: visitor.contacted == HOSTS)
        assert await page.locator("#cg-banner").count() == 0
        assert await page.locator("#cg-reopen").is_visible()
        assert await page.evaluate("consentguard.allows('analytics')")
        assert await hinted(visitor)


async def test_who_has_chosen_never_sees_the_banner_again(chromium: Browser) -> None:
    async with visiting(chromium, BODY, SHARED) as visitor:
        page = await visitor.tab()
        await told(page)
        await page.locator("[data-cg=reject]").click()
        await page.locator("#cg-banner").wait_for(state="hidden")
        await visitor.context.add_init_script(WATCH)
        for _ in range(2):
            await page.goto(visitor.url + "/next")
            await told(page)
            await page.wait_for_function("seen.length > 3")
            assert not any(await page.evaluate("seen"))
        assert await page.locator("#cg-reopen").is_visible()
        assert visitor.contacted == set()


async def test_withdrawing_takes_back_what_was_given(chromium: Browser) -> None:
    async with visiting(chromium, BODY, SHARED) as visitor:
        page = await visitor.tab()
        await told(page)
        async with page.expect_navigation():
            await page.locator("[data-cg=accept]").click()
        await page.wait_for_function("ran.length === 3")
        other = await visitor.tab()
        await other.wait_for_function("ran.length === 3")
        await page.goto(visitor.url + "/_consent")
        visitor.contacted.clear()
        async with page.expect_navigation():
            await page.locator("[data-cg=withdraw]").click()
        async with page.expect_navigation():
            await page.locator(".cg-message a").first.click()
        await other.wait_for_function("self.kept !== true && self.consentguard !== undefined")
        await told(page)
        for tab in (page, other):
            assert await tab.evaluate("ran") == []
            assert await tab.locator("[data-cg-src]").count() == 3
        assert visitor.contacted == set()
        for _ in range(3):
            await page.go_back()
        await told(page)
        assert await page.evaluate("ran") == []
        assert visitor.contacted == set()


@pytest.mark.parametrize(
    ("headers", "reached"), [({}, HOSTS), (GPC, {"a.stats.test"})], ids=["no signal", "GPC"]
)
async def test_where_nobody_is_asked_a_signal_counts(
    chromium: Browser, headers: dict[str, str], reached: set[str]
) -> None:
    async with visiting(chromium, BODY, SHARED, CALIFORNIA, headers) as visitor:
        await visitor.context.add_init_script(WATCH)
        page = await visitor.tab()
        await told(page)
        await until(page, lambda: visitor.contacted >= reached)
        await page.wait_for_function("seen.length > 3")
        assert visitor.contacted == reached
        assert not any(await page.evaluate("seen"))
        control = page.locator("[data-cg=reopen]")
        assert "Do Not Sell" in (await control.inner_text())
        assert await page.locator(".cg-signal").count() == len(headers)


async def test_without_javascript_nothing_runs_and_the_banner_stays(chromium: Browser) -> None:
    async with visiting(chromium, BODY, SHARED, js=False) as visitor:
        page = await visitor.context.new_page()
        await page.goto(visitor.url + "/a")
        assert await page.locator("#cg-banner").is_visible()
        async with page.expect_navigation(url="**/a"):
            await page.locator("[data-cg=accept]").click()
        assert await page.locator("#cg-banner").is_visible()
        await page.goto(visitor.url + "/_consent?next=/a")
        assert await page.locator("[type=checkbox][value=analytics]").is_checked()
        async with page.expect_navigation(url="**/_consent?next=/a&receipt=*"):
            await page.locator("[data-cg=withdraw]").click()
        async with page.expect_navigation(url="**/a"):
            await page.locator(".cg-message a").first.click()
        assert visitor.contacted == set()


async def test_who_cannot_be_told_apart_gets_nothing_and_may_still_choose(
    chromium: Browser,
) -> None:
    async with visiting(chromium, BODY, SHARED) as visitor:
        await visitor.context.route("**/_consent/state?*", lambda route: route.abort())
        page = await visitor.tab()
        await page.locator("#cg-banner").wait_for()
        async with page.expect_navigation():
            await page.locator("[data-cg=reject]").click()
        await page.locator("#cg-banner").wait_for()
        assert visitor.contacted == set()


async def test_a_page_that_takes_no_markup_from_scripts(chromium: Browser) -> None:
    """Trusted Types refuse the visitor's own banner: the site's own words do the same."""
    said = ((b"content-security-policy", b"require-trusted-types-for 'script'"),)
    async with visiting(chromium, f"<img src='{STATS}/i'>", SHARED, said=said) as visitor:
        page = await visitor.tab()
        await told(page)
        assert await page.locator("#cg-banner").is_visible()
        async with page.expect_navigation():
            await page.locator("[data-cg=accept]").click()
        await until(page, lambda: visitor.contacted == {"a.stats.test"})
        assert await page.locator("#cg-banner").is_hidden()
        assert await page.locator("#cg-reopen").is_visible()


async def test_in_a_frame_the_window_asks(chromium: Browser) -> None:
    async with visiting(chromium, BODY, SHARED) as visitor:
        page = await visitor.tab("/a")
        await page.evaluate("""() => new Promise(done => {
            const frame = Object.assign(document.createElement("iframe"), { src: "/b" });
            frame.onload = done;
            document.body.append(frame);
        })""")
        (inner,) = [frame for frame in page.frames if frame.url.endswith("/b")]
        await inner.wait_for_function("self.consentguard !== undefined")
        assert await inner.locator("#cg-banner").is_hidden()
        assert await inner.locator("#cg-reopen").is_hidden()
        assert visitor.contacted == set()
        assert await page.locator("#cg-banner").is_visible()


async def test_a_base_of_the_site_moves_none_of_our_urls(chromium: Browser) -> None:
    base = "<base href='https://cdn.test/x/'><p>x</p>"
    async with visiting(chromium, base, SHARED) as visitor:
        page = await visitor.tab("/a?b=c")
        await told(page)
        actions = "all => all.map(form => form.action)"
        forms = await page.locator("#cg-banner form").evaluate_all(actions)
        assert set(forms) == {visitor.url + "/_consent"}
        await page.locator("[data-cg=reject]").click()
        await page.locator("#cg-banner").wait_for(state="hidden")
        await page.locator("[data-cg=reopen]").click()
        await page.locator("dialog input[value=analytics]").check()
        async with page.expect_navigation(url=visitor.url + "/a?b=c"):
            await page.locator("dialog [data-cg=save]").click()
        await told(page)
        assert await page.evaluate("consentguard.allows('analytics')")
        assert visitor.contacted == set()
