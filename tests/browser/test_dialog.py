"""The settings over a page: a dialog where scripts can make one, the page itself where not."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Browser, Page, Route
from tests.browser.gating import until
from tests.browser.test_banner import FOCUS
from tests.browser.visiting import Visitor, visiting

pytestmark = pytest.mark.asyncio(loop_scope="session")

STATS = "https://a.stats.test"
BODY = f"<img src='{STATS}/i'><p style='height: 3000px'>x</p><p id=end>y</p>"
OPENED = "/a?b=c"
OWN = {"/_consent", "/_consent/withdraw", "/_consent/me"}
#: A site whose styles fit to no other markup than its own.
LOUD = """<style>
body, body * { all: unset !important; font: 40px fantasy !important; color: red !important }
body * { letter-spacing: 1em !important; text-transform: uppercase !important }
dialog, form, button, input { display: none !important }
</style>"""
STYLE = """e => {
    const { font, color, letterSpacing, textTransform } = getComputedStyle(e);
    return [font, color, letterSpacing, textTransform];
}"""


async def opened(visitor: Visitor, path: str = OPENED) -> Page:
    """A page whose visitor has refused and come back to the settings."""
    page = await visitor.tab(path)
    await page.locator("#cg-banner [data-cg=reject]").click()
    await page.locator("[data-cg=reopen]").click()
    await page.locator("dialog").wait_for()
    return page


async def test_it_opens_over_the_page_and_leaves_nothing_behind(chromium: Browser) -> None:
    async with visiting(chromium, BODY) as visitor:
        page = await opened(visitor)
        dialog = page.get_by_role("dialog", name="Cookie settings")
        assert await dialog.get_by_role("button", name="Save choices").is_visible()
        inside = "document.activeElement.shadowRoot.activeElement.textContent"
        assert await page.evaluate(inside) == "Back to Test"
        asked = len(visitor.loads)
        await page.keyboard.press("Escape")
        await page.locator("#cg-over").wait_for(state="detached")
        assert await page.evaluate(FOCUS) == "reopen"
        await page.locator("[data-cg=reopen]").click()
        await dialog.get_by_role("link", name="Back to Test").click()
        await page.locator("#cg-over").wait_for(state="detached")
        assert page.url == visitor.url + OPENED
        assert len(visitor.loads) == asked
        assert await page.evaluate("self.kept")


async def test_two_clicks_open_one(chromium: Browser) -> None:
    async with visiting(chromium, BODY) as visitor:
        page = await visitor.tab(OPENED)
        await page.evaluate("consentguard.choose({ choice: 'reject' })")
        await page.evaluate("consentguard.open(); consentguard.open()")
        await page.locator("dialog").first.wait_for()
        await page.wait_for_load_state("networkidle")
        assert await page.locator("dialog").count() == 1
        await page.keyboard.press("Escape")
        await page.locator("#cg-over").wait_for(state="detached")
        await page.evaluate("consentguard.open()")
        await page.locator("dialog").wait_for()


async def test_a_grant_comes_back_to_where_the_page_stood(chromium: Browser) -> None:
    async with visiting(chromium, BODY) as visitor:
        page = await visitor.tab(OPENED)
        await page.locator("#cg-banner [data-cg=reject]").click()
        await page.locator("[data-cg=reopen]").wait_for()
        await page.evaluate("scrollTo(0, 1200)")
        await page.evaluate("consentguard.open()")
        await page.locator("dialog input[value=analytics]").check()
        async with page.expect_navigation(url=f"**{OPENED}"):
            await page.locator("dialog [data-cg=save]").click()
        await page.wait_for_function("consentguard.allows('analytics')")
        await page.wait_for_function("scrollY > 1000")
        assert not await page.evaluate("consentguard.allows('advertising')")
        assert visitor.contacted == {"a.stats.test"}


async def test_a_refusal_needs_no_navigation(chromium: Browser) -> None:
    async with visiting(chromium, BODY) as visitor:
        page = await opened(visitor)
        asked = len(visitor.loads)
        await page.locator("dialog [data-cg=reject]").click()
        await page.locator("#cg-over").wait_for(state="detached")
        assert len(visitor.loads) == asked
        assert visitor.contacted == set()


@pytest.mark.parametrize("asked", [True, False], ids=["page that asked", "page that did not"])
async def test_a_refusal_is_announced(chromium: Browser, asked: bool) -> None:
    status = "document.querySelector('[data-cg=status]').textContent"
    saved, silent = f"{status} === 'Saved. Only what is necessary runs.'", f"{status} === ''"
    async with visiting(chromium, BODY) as visitor:
        page = await visitor.tab(OPENED)
        await page.evaluate("consentguard.choose({ choice: 'reject' })")
        await page.wait_for_function(saved)
        if not asked:
            await page.reload()
        await page.evaluate("consentguard.choose({ analytics: true })")
        await page.wait_for_function(silent)
        await page.locator("[data-cg=reopen]").click()
        await page.locator("dialog [data-cg=reject]").click()
        await page.wait_for_function(saved)


async def test_styles_of_the_site_do_not_reach_it(chromium: Browser) -> None:
    plain: list[tuple[str, bool, list[str]]] = []
    loud: list[tuple[str, bool, list[str]]] = []
    for body, found in ((BODY, plain), (LOUD + BODY, loud)):
        async with visiting(chromium, body) as visitor:
            page = await visitor.tab(OPENED)
            await page.evaluate("consentguard.choose({ choice: 'reject' })")
            await page.evaluate("consentguard.open()")
            await page.locator("dialog").wait_for()
            for part in ("h1", "[data-cg=save]", "[value=analytics]", "p"):
                one = page.locator(f"dialog {part}").first
                found.append((part, await one.is_visible(), await one.evaluate(STYLE)))
    assert loud == plain
    assert all(visible for _, visible, _ in plain)


@pytest.mark.parametrize(
    ("policy", "over"),
    [
        ("default-src 'self'", True),
        ("script-src 'nonce-n0' 'strict-dynamic'; style-src 'nonce-n0'; connect-src 'self'", True),
        ("require-trusted-types-for 'script'; default-src 'self'", False),
        ("script-src 'self'; connect-src 'none'", False),
    ],
)
async def test_where_it_cannot_be_the_page_itself_opens(
    chromium: Browser, policy: str, over: bool
) -> None:
    body = "<p>x</p><script nonce=n0></script>"
    said = ((b"content-security-policy", policy.encode()),)
    async with visiting(chromium, body, said=said) as visitor:
        # Under `connect-src 'none'` the refusal is a form too, so it is made elsewhere.
        await visitor.context.request.post(
            visitor.url + "/_consent", form={"choice": "reject"}, headers={"Origin": visitor.url}
        )
        page = await visitor.tab(OPENED)
        await page.locator("[data-cg=reopen]").click()
        if over:
            await page.locator("dialog").wait_for()
            size = await page.locator("dialog h1").evaluate("e => getComputedStyle(e).fontSize")
            assert size == "28px"
            assert page.url == visitor.url + OPENED
        else:
            await page.wait_for_url("**/_consent?next=%2Fa%3Fb%3Dc")


async def test_another_tab_ends_what_it_shows(chromium: Browser) -> None:
    async with visiting(chromium, BODY) as visitor:
        page = await opened(visitor)
        other = await visitor.tab()
        await other.evaluate("consentguard.choose({ choice: 'accept' })")
        await page.locator("#cg-over").wait_for(state="detached")


async def test_the_way_back_shows_how_things_stand_without_a_reload(chromium: Browser) -> None:
    async with visiting(chromium, "<p>x</p>") as visitor:
        page = await visitor.tab()
        stand = page.locator("#cg-reopen")
        for choice, shown in (("accept", "all"), ("reject", "none")):
            await page.evaluate("choice => { consentguard.choose({ choice }) }", choice)
            await page.locator(f"#cg-reopen[data-cg-stand={shown}]").wait_for()
        assert await stand.is_visible()
        await page.evaluate("consentguard.choose({ analytics: true })")
        assert await stand.get_attribute("data-cg-stand") == "some"
        await page.reload()
        assert await stand.get_attribute("data-cg-stand") == "some"


#: What moves every URL of a page: written in it, or put there by a script of the site's.
BASES = {
    "another host": "<base href='https://cdn.test/x/'>",
    "a folder": "<base href='/deep/er/'>",
    "late": "<script>addEventListener('load', () => document.head.prepend(Object.assign("
    "document.createElement('base'), { href: 'https://cdn.test/x/' })))</script>",
}


@pytest.mark.parametrize("base", ["another host", "a folder"])
async def test_a_base_of_the_site_moves_none_of_its_urls(chromium: Browser, base: str) -> None:
    async with visiting(chromium, BASES[base] + "<p>x</p>") as visitor:
        page = await opened(visitor)
        urls = "all => all.map(e => new URL(e.getAttribute('action') ?? e.href).pathname)"
        forms = await page.locator("dialog form").evaluate_all(urls)
        assert {"/_consent", "/_consent/withdraw"} <= set(forms) <= OWN
        links = await page.locator("dialog a").evaluate_all("all => all.map(e => e.href)")
        assert visitor.url + OPENED in links
        assert not any("cdn.test" in url or "/deep/" in url for url in links)
        await page.locator("dialog input[value=analytics]").check()
        async with page.expect_navigation(url=visitor.url + OPENED):
            await page.locator("dialog [data-cg=save]").click()
        assert await page.evaluate("consentguard.allows('analytics')")
        assert visitor.contacted == set()


async def test_nor_does_one_that_a_script_puts_in(chromium: Browser) -> None:
    async with visiting(chromium, BASES["late"] + "<p>x</p>") as visitor:
        page = await visitor.tab(OPENED)
        other = await visitor.tab()
        await other.evaluate("consentguard.choose({ choice: 'accept' })")
        await page.locator("#cg-reopen[data-cg-stand=all]").wait_for()
        await page.evaluate("consentguard.choose({ choice: 'reject' })")
        await page.locator("#cg-reopen[data-cg-stand=none]").wait_for()
        async with page.expect_navigation(url=f"{visitor.url}/_consent?*"):
            await page.locator("[data-cg=reopen]").click()
        assert visitor.contacted == set()


#: Rules that are meant for other things that scripts put at the end of a page.
HIDING = (
    "body > div:not(#app) { display: none !important }",
    "body > :last-child#cg-over { visibility: hidden !important; content-visibility: hidden }",
    "html body div#cg-over#cg-over#cg-over { all: unset !important; display: none !important }",
)


@pytest.mark.parametrize("rule", HIDING)
async def test_no_rule_of_the_site_hides_it(chromium: Browser, rule: str) -> None:
    async with visiting(chromium, f"<style>{rule}</style><div id=app>x</div>") as visitor:
        page = await visitor.tab(OPENED)
        await page.evaluate("consentguard.choose({ choice: 'reject' })")
        await page.evaluate("consentguard.open()")
        await page.locator("dialog [data-cg=save]").wait_for()


async def test_where_it_cannot_be_seen_the_page_opens(chromium: Browser) -> None:
    """A dialog that nobody sees would take the page away, and give nothing for it."""
    async with visiting(chromium, BODY) as visitor:
        page = await visitor.tab(OPENED)
        await page.evaluate("consentguard.choose({ choice: 'reject' })")
        await page.evaluate("document.body.attachShadow({ mode: 'open' }).append('mine')")
        async with page.expect_navigation(url=f"{visitor.url}/_consent?next=*"):
            await page.evaluate("consentguard.open()")


@pytest.mark.parametrize("part", ["**/_consent?*", "**/static/page.*.css"])
async def test_where_it_does_not_come_the_page_opens(chromium: Browser, part: str) -> None:
    async with visiting(chromium, BODY) as visitor:
        page = await visitor.tab(OPENED)
        await page.evaluate("consentguard.choose({ choice: 'reject' })")

        async def hold(route: Route) -> None:
            if route.request.is_navigation_request():
                await route.continue_()

        await page.route(part, hold)
        await page.locator("[data-cg=reopen]").click()
        await page.wait_for_url("**/_consent?next=%2Fa%3Fb%3Dc", wait_until="commit")


async def test_a_click_after_one_that_came_to_nothing_counts(chromium: Browser) -> None:
    async with visiting(chromium, BODY) as visitor:
        page = await visitor.tab(OPENED)
        await page.evaluate("consentguard.choose({ choice: 'reject' })")
        asked: list[str] = []

        async def hold(route: Route) -> None:
            asked.append(route.request.resource_type)
            if asked[-1] == "document":
                await route.fulfill(status=204)  # the page stays

        await page.route("**/_consent?*", hold)
        for _ in range(2):
            await page.locator("[data-cg=reopen]").click()
            await until(page, lambda: "document" in asked)
            assert asked == ["fetch", "document"]
            asked.clear()


async def test_a_mark_in_a_web_component_opens_it(chromium: Browser) -> None:
    element = """<my-foot></my-foot><script>
    customElements.define("my-foot", class extends HTMLElement {
        connectedCallback() {
            const mark = document.createElement("button");
            mark.dataset.cgOpen = "";
            mark.append(Object.assign(document.createElement("span"), { textContent: "Cookies" }));
            this.attachShadow({ mode: "open" }).append(mark);
        }
    })</script>"""
    async with visiting(chromium, element) as visitor:
        page = await visitor.tab(OPENED)
        await page.get_by_text("Cookies", exact=True).click()
        assert await page.evaluate("document.activeElement.localName") == "summary"
        await page.evaluate("consentguard.choose({ choice: 'reject' })")
        await page.get_by_text("Cookies", exact=True).click()
        await page.locator("dialog").wait_for()


async def test_what_is_ticked_stays_when_it_is_opened_again(chromium: Browser) -> None:
    async with visiting(chromium, BODY) as visitor:
        page = await opened(visitor)
        box = page.locator("dialog input[value=analytics]")
        await box.check()
        await page.evaluate("consentguard.open()")
        await page.wait_for_load_state("networkidle")
        assert await box.is_checked()
        # Where a router threw it away there is nothing to keep.
        await page.evaluate("document.getElementById('cg-over').remove()")
        await page.evaluate("consentguard.open()")
        await page.locator("dialog").wait_for()
        assert not await box.is_checked()


@pytest.mark.parametrize("where", ["#cg-banner", "dialog"])
async def test_two_clicks_refuse_once(chromium: Browser, where: str) -> None:
    async with visiting(chromium, BODY) as visitor:
        page = await visitor.tab(OPENED) if where == "#cg-banner" else await opened(visitor)
        asked: list[str] = []

        async def fail(route: Route) -> None:
            asked.append(route.request.resource_type)
            if asked[-1] == "document":
                await route.continue_()
            else:
                await asyncio.sleep(0.3)
                await route.abort()

        await page.route("**/_consent", fail)
        async with page.expect_navigation(url=visitor.url + OPENED):
            await page.locator(f"{where} [data-cg=reject]").dblclick()
        assert asked == ["fetch", "document"]


async def test_it_is_not_printed(chromium: Browser) -> None:
    async with visiting(chromium, BODY) as visitor:
        page = await opened(visitor)
        await page.emulate_media(media="print")
        assert await page.locator("dialog").is_hidden()
        assert await page.locator("#end").is_visible()
