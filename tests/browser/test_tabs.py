"""One visitor, several tabs, the real middleware: what a choice anywhere changes everywhere."""

from __future__ import annotations

from collections.abc import Awaitable
from pathlib import PurePosixPath
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, Route
from tests.browser.gating import until
from tests.browser.visiting import visiting
from tests.conftest import Here

pytestmark = pytest.mark.asyncio(loop_scope="session")

STATS, ADS = "https://a.stats.test", "https://b.ads.test"
HOSTS = {"a.stats.test", "b.ads.test"}
PICTURE = f"<img src='{STATS}/i'>"
SCRIPTS = (
    f"<script src='{STATS}/one-slow.js'></script><script>stats(); ran.push('two')</script>"
    f"<script src='{ADS}/three.js'></script>"
)
ASKED = "fetch('/_consent/state').then(answer => answer.json())"


async def kept(page: Page) -> bool:
    """True while the tab has not loaded another document."""
    found: bool = await page.evaluate("self.kept === true")
    return found


async def reloaded(page: Page) -> None:
    """Wait until the tab shows another document, complete."""
    await page.wait_for_function("self.kept !== true && document.readyState === 'complete'")


async def taken(page: Page, choice: Awaitable[object]) -> None:
    """Wait until the server took a choice. Go on in another tab: this one may be loading a page.

    It is left open, since Chromium may never answer who closes a tab while it loads another page.
    """
    async with page.expect_response(
        lambda answer: answer.request.method == "POST" and answer.status in (200, 303)
    ):
        await choice


async def test_accepting_in_one_tab_ungates_the_other(chromium: Browser) -> None:
    async with visiting(chromium, PICTURE + SCRIPTS) as visitor:
        first, second = await visitor.tab(), await visitor.tab()
        assert visitor.contacted == set()
        assert await second.locator("#cg-banner").is_visible()
        await visitor.press(first, "accept")
        await second.wait_for_function("ran.length === 3")
        assert (
            await first.evaluate("ran")
            == await second.evaluate("ran")
            == ["one-slow", "two", "three"]
        )
        assert await second.locator(f"img[src='{STATS}/i']").count() == 1
        assert visitor.contacted == HOSTS
        assert await second.evaluate("consentguard.allows('advertising')")
        assert await second.locator("#cg-banner").is_hidden()
        assert await second.locator("#cg-reopen").is_visible()
        assert await kept(second)


async def test_withdrawing_gates_again_what_can_be(chromium: Browser) -> None:
    async with visiting(chromium, PICTURE) as visitor:
        first, second = await visitor.tab(), await visitor.tab()
        await visitor.press(first, "accept")
        await second.locator(f"img[src='{STATS}/i']").wait_for(state="attached")
        await visitor.press(first, "withdraw", "/_consent")
        await second.locator("img[data-cg-src]").wait_for(state="attached")
        assert await second.locator("img[src]").count() == 0
        assert not await second.evaluate("consentguard.allows('analytics')")
        assert await kept(second)


@pytest.mark.parametrize("came", ["gated", "granted"])
async def test_withdrawing_reloads_what_ran(chromium: Browser, came: str) -> None:
    async with visiting(chromium, SCRIPTS) as visitor:
        second = await visitor.tab()
        first = await visitor.tab()
        await visitor.press(first, "accept")
        if came == "granted":
            second = await visitor.tab()
        await second.wait_for_function("ran.length === 3")
        assert await kept(second)
        await visitor.press(first, "withdraw", "/_consent")
        visitor.contacted.clear()
        await reloaded(second)
        assert await second.evaluate("ran") == []
        assert await second.locator("script[data-cg-purpose]").count() == 3
        assert visitor.contacted == set()


async def test_a_refusal_elsewhere_takes_the_banner_away(chromium: Browser) -> None:
    async with visiting(chromium, SCRIPTS) as visitor:
        first, second = await visitor.tab(), await visitor.tab()
        await first.locator("[data-cg=reject]").first.click()
        await second.locator("#cg-banner").wait_for(state="hidden")
        assert visitor.contacted == set()
        assert await kept(first)
        assert await kept(second)


async def test_our_own_page_shows_what_holds(chromium: Browser) -> None:
    async with visiting(chromium, "") as visitor:
        first, second = await visitor.tab(), await visitor.tab("/_consent")
        box = second.locator("[name=purpose][value=analytics]")
        assert not await box.is_checked()
        await visitor.press(first, "accept")
        await second.locator("[name=purpose][value=analytics]:checked").wait_for()


CHOOSE = "async wish => (await consentguard.choose(wish)).granted"


async def test_choosing_by_script_needs_no_reload(chromium: Browser) -> None:
    async with visiting(chromium, PICTURE + SCRIPTS) as visitor:
        page = await visitor.tab()
        await page.evaluate(
            "() => { self.heard = []; self.stop = consentguard.onChange(d => heard.push(d)) }"
        )
        assert "analytics" in await page.evaluate(CHOOSE, {"analytics": True})
        await page.wait_for_function("ran.length === 2")
        assert await page.evaluate("ran") == ["one-slow", "two"]
        assert await page.evaluate("consentguard.allows('analytics')")
        assert not await page.evaluate("consentguard.allows('advertising')")
        assert ["analytics" in one["granted"] for one in await page.evaluate("heard")] == [True]
        assert await page.locator("#cg-banner").is_hidden()
        assert visitor.contacted == {"a.stats.test"}
        await page.evaluate("stop()")
        await page.evaluate(CHOOSE, {"choice": "accept"})
        await page.wait_for_function("ran.length === 3")
        assert await page.evaluate("heard.length") == 1
        assert await kept(page)
        assert visitor.loads == ["/"]


async def test_withdrawing_by_script(chromium: Browser) -> None:
    async with visiting(chromium, PICTURE) as visitor:
        page = await visitor.tab()
        await page.evaluate(CHOOSE, {"analytics": True})
        await page.locator("img[src]").wait_for(state="attached")
        granted = await page.evaluate(CHOOSE, {"choice": "withdraw"})
        assert "analytics" not in granted
        await page.locator("img[data-cg-src]").wait_for(state="attached")
        assert await kept(page)
        await page.reload()
        assert await page.locator("img[data-cg-src]").count() == 1
        assert visitor.loads == ["/", "/"]


async def test_one_service_alone(chromium: Browser) -> None:
    async with visiting(chromium, PICTURE + SCRIPTS) as visitor:
        page, other = await visitor.tab(), await visitor.tab()
        wish = {"choice": "save", "purposes": {}, "services": {"stats": True}}
        granted = await page.evaluate(CHOOSE, wish)
        assert "analytics" not in granted
        for tab in (page, other):
            await tab.wait_for_function("ran.length === 2")
            assert await kept(tab)
        assert visitor.contacted == {"a.stats.test"}
        third = await visitor.tab()
        assert await third.evaluate("ran") == ["one-slow", "two"]
        await page.evaluate(CHOOSE, {"choice": "reject"})
        for tab in (page, other, third):
            await reloaded(tab)
            assert await tab.evaluate("ran") == []


async def test_a_choice_that_is_none_changes_nothing(chromium: Browser) -> None:
    async with visiting(chromium, PICTURE) as visitor:
        page = await visitor.tab()
        wrong = "consentguard.choose({nonsense: true}).catch(error => error.message)"
        assert await page.evaluate(wrong) == "consentguard: 400"
        assert await page.locator("#cg-banner").is_visible()
        assert visitor.contacted == set()


async def test_where_a_grant_needs_a_person_it_is_a_navigation(chromium: Browser) -> None:
    button = "<button id=yes onclick=\"consentguard.choose({choice: 'accept'})\">yes</button>"
    more = '[enforcement]\ngrant = "person"\n'
    async with visiting(chromium, button + SCRIPTS, more) as visitor:
        page = await visitor.tab("/shop?x=1")
        async with page.expect_navigation():
            await page.locator("#yes").click()
        await reloaded(page)
        assert page.url == visitor.url + "/shop?x=1"
        assert await page.evaluate("ran") == ["one-slow", "two", "three"]


#: What is refused beside what is allowed; earlier words are replaced.
WISHES: tuple[dict[str, bool], ...] = (
    {"stats": False},
    {"more": False, "ads": True},
    {"stats": True, "more": False},
    {"ads": False},
)


@pytest.mark.parametrize("grant", ["any", "person"])
async def test_a_refusal_of_a_service_goes_along_with_a_grant(
    chromium: Browser, grant: str
) -> None:
    more = f'[services.more]\npurposes = ["analytics"]\n[enforcement]\ngrant = "{grant}"\n'
    button = "<button id=go onclick='consentguard.choose(self.wish)'>go</button>"
    async with visiting(chromium, button + PICTURE, more) as visitor:
        for services in WISHES:
            wish = {"choice": "save", "purposes": {"analytics": True}, "services": services}
            page = await visitor.tab()
            await page.evaluate("wish => { self.wish = wish }", wish)
            await taken(page, page.locator("#go").click())
            visitor.contacted.clear()
            page = await visitor.tab()
            state = await page.evaluate(ASKED)
            said = {id: on for id, on in state["services"].items() if not (on and id == "stats")}
            # With its purposes on, a service's own yes says nothing more; theirs off, a no neither.
            assert said == {id: on for id, on in services.items() if on is (id == "ads")}
            assert ("a.stats.test" in visitor.contacted) is (services.get("stats") is not False)


@pytest.mark.parametrize("grant", ["any", "person"])
async def test_a_stricter_place_goes_along_with_a_grant(chromium: Browser, grant: str) -> None:
    more = f'[enforcement]\ngrant = "{grant}"\n'
    wish = "{ choice: 'save', services: { ads: true }, region: 'eea-gdpr' }"
    button = f'<button id=go onclick="consentguard.choose({wish})">go</button>'
    async with visiting(chromium, button, more, Here("US", "US-CA")) as visitor:
        page = await visitor.tab()
        await taken(page, page.evaluate("() => { consentguard.choose({ choice: 'reject' }) }"))
        page = await visitor.tab()
        await taken(page, page.locator("#go").click())
        page = await visitor.tab()
        state = await page.evaluate(ASKED)
        assert (state["region"], state["services"]) == ("eea-gdpr", {"ads": True})


WRITES = "<script>stats(); document.write('<b>written</b>'); ran.push('writes')</script>"
SHEET = f"<style>p {{ background: url({STATS}/bg) }}</style><p>x</p>"


@pytest.mark.parametrize(
    "body", [WRITES, SHEET, f"<p style='background: url({STATS}/bg)'>x</p>"], ids=str
)
async def test_what_cannot_come_back_comes_with_one_reload(chromium: Browser, body: str) -> None:
    async with visiting(chromium, body) as visitor:
        page = await visitor.tab()
        await page.evaluate("consentguard.choose({analytics: true})")
        await reloaded(page)
        if body == WRITES:
            assert await page.evaluate("ran") == ["writes"]
        else:
            await until(page, lambda: visitor.contacted == {"a.stats.test"})
        await page.evaluate(ASKED)
        assert visitor.loads == ["/", "/"]


async def test_unknown_things_come_back_when_all_is_allowed(chromium: Browser) -> None:
    body = "<iframe src='https://x.test/f'></iframe><script src='https://y.test/y.js'></script>"
    async with visiting(chromium, body) as visitor:
        page = await visitor.tab()
        await page.evaluate(CHOOSE, {"analytics": True, "advertising": True})
        assert visitor.contacted == set()
        await page.evaluate(CHOOSE, {"choice": "accept"})
        await until(page, lambda: visitor.contacted == {"x.test", "y.test"})
        assert await kept(page)


async def test_pages_that_tell_other_than_the_server_do_not_reload_for_ever(
    chromium: Browser,
) -> None:
    """Two tabs show pages that somebody kept: neither is what the server would say."""
    async with visiting(chromium, SCRIPTS) as visitor:
        page = await visitor.tab()
        stale = await page.content()
        await page.close()

        async def serve(route: Route) -> None:
            granted = "necessary " + PurePosixPath(urlsplit(route.request.url).path).name
            body = stale.replace('data-cg-granted="', f'data-cg-granted="{granted} ')
            await route.fulfill(status=200, content_type="text/html", body=body)

        await visitor.context.route("**/stale/*", serve)
        one, two = await visitor.tab("/stale/media"), await visitor.tab("/stale/social")
        await reloaded(one)  # the second told it
        await one.evaluate("self.kept = true")
        visitor.loads.clear()
        await visitor.tab()
        await reloaded(one)
        await reloaded(two)
        for tab in (one, two):
            await tab.evaluate(ASKED)
            await tab.evaluate("new Promise(requestAnimationFrame)")
        assert sorted(visitor.loads) == ["/", "/stale/media", "/stale/social"]
