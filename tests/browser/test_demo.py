"""What the demo's visitors meet, seen from a real browser: which hosts, which cookies, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.browser.conftest import Demo, Visit, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOME = {
    "www.googletagmanager.com",
    "www.google-analytics.com",
    "connect.facebook.net",
    "www.facebook.com",
    "static.hotjar.com",
}
VIDEO, LOGIN = "www.youtube.com", "accounts.google.com"
TRACKERS = HOME | {VIDEO, LOGIN}
ADVERTISING = {"connect.facebook.net", "www.facebook.com"}
PAGES = ("/", "/artist/nora-lindqvist", "/login", "/stream", "/moscow", "/nowhere", "/boom")
PRECONNECT = 'link[rel=preconnect][href*="google-analytics"]'
NECESSARY = {"session", "demo_country", "consent"}
SERVER_SET = {"_ga", "_fbp", "_gcl_au"}
SCRIPT_SET = {"_ga_EXAMPLE000", "_hjSessionUser_0"}


async def nothing_leaves(visitor: Visitor) -> None:
    """Walks the whole site: no tracker hears of it, no cookie but the necessary ones exists."""
    for path in PAGES:
        visitor.forget()
        await visitor.go(path)
        assert (path, visitor.contacted & TRACKERS) == (path, set())
        assert await visitor.cookies() <= NECESSARY


async def accept(visitor: Visitor) -> None:
    """Accepts on the home page, where the browser is afterwards."""
    await visitor.go("/")
    visitor.forget()
    await visitor.press("accept")
    assert visitor.page.url == visitor.demo.url + "/"
    assert not await visitor.page.locator("#cg-banner").count()


@pytest.mark.parametrize("js", [True, False])
async def test_without_us_the_trackers_are_reached(visit: Visit, careless: Demo, js: bool) -> None:
    """The oracle sees what there is to see, else the silence below would prove nothing."""
    visitor = await visit(js=js, demo=careless)
    await visitor.go("/")
    assert visitor.contacted >= (HOME if js else {"www.facebook.com"})
    assert await visitor.cookies() >= SERVER_SET | (SCRIPT_SET if js else set())
    await visitor.go("/artist/otavio-reis")
    assert VIDEO in visitor.contacted
    if js:
        await visitor.go("/login")
        assert LOGIN in visitor.contacted


async def test_the_proxy_sees_what_is_not_stubbed(visit: Visit, careless: Demo) -> None:
    visitor = await visit(stubs=False, demo=careless)
    await visitor.go("/")
    assert visitor.contacted >= HOME - {"www.facebook.com", "www.google-analytics.com"}
    assert await visitor.page.locator(PRECONNECT).count() == 1


@pytest.mark.parametrize("stubs", [True, False])
@pytest.mark.parametrize("js", [True, False])
async def test_nothing_before_the_choice(visit: Visit, js: bool, stubs: bool) -> None:
    visitor = await visit("DE", js=js, stubs=stubs)
    await nothing_leaves(visitor)
    await visitor.go("/")
    assert await visitor.page.locator("#cg-banner").is_visible()
    assert await visitor.page.locator(PRECONNECT).count() == 0
    assert await visitor.cookies() == {"session"}


async def test_an_unknown_country_is_treated_like_the_strictest(visit: Visit) -> None:
    await nothing_leaves(await visit("XX"))


@pytest.mark.parametrize("js", [True, False])
async def test_accept_lets_them_in(visit: Visit, js: bool) -> None:
    visitor = await visit("DE", js=js)
    await accept(visitor)
    assert visitor.contacted >= (HOME if js else {"www.facebook.com"})
    assert await visitor.cookies() >= SERVER_SET | {"consent"} | (SCRIPT_SET if js else set())
    await visitor.go("/artist/nora-lindqvist")
    assert VIDEO in visitor.contacted
    if js:
        await visitor.go("/login")
        assert LOGIN in visitor.contacted


@pytest.mark.parametrize("js", [True, False])
async def test_reject_keeps_them_out(visit: Visit, js: bool) -> None:
    visitor = await visit("DE", js=js)
    await visitor.go("/")
    button = visitor.page.locator("#cg-banner [data-cg=reject]")
    if js:
        await button.click()
        await visitor.page.locator("#cg-banner").wait_for(state="hidden")
    else:
        await visitor.press("reject")
    await nothing_leaves(visitor)
    await visitor.go("/")
    assert not await visitor.page.locator("#cg-banner").count()
    assert await visitor.page.locator("[data-cg=reopen]").is_visible()
    assert "consent" in await visitor.cookies()


@pytest.mark.parametrize("js", [True, False])
async def test_withdrawing_takes_it_all_back(visit: Visit, js: bool) -> None:
    visitor = await visit("DE", js=js)
    await accept(visitor)
    await visitor.go("/artist/nora-lindqvist")
    await visitor.page.locator("[data-cg=reopen]").click()
    await visitor.press("withdraw")
    assert await visitor.cookies() <= NECESSARY
    await nothing_leaves(visitor)


@pytest.mark.parametrize("js", [True, False])
async def test_the_back_button_brings_no_tracker_back(visit: Visit, js: bool) -> None:
    """With the browser's own cache at work, which routing would turn off."""
    visitor = await visit("DE", js=js, stubs=False)
    await accept(visitor)
    assert visitor.contacted & TRACKERS
    await visitor.go("/artist/nora-lindqvist")
    await visitor.go("/_consent")
    await visitor.press("withdraw")
    visitor.forget()
    seen = set()
    for _ in range(4):
        await visitor.page.go_back()
        seen.add(visitor.page.url.removeprefix(visitor.demo.url))
        assert visitor.contacted & TRACKERS == set()
    assert {"/", "/artist/nora-lindqvist"} <= seen
    assert await visitor.cookies() <= NECESSARY


@pytest.mark.parametrize("js", [True, False])
async def test_global_privacy_control_keeps_advertising_out(visit: Visit, js: bool) -> None:
    visitor = await visit("US-CA", gpc=True, js=js)
    for path in PAGES:
        await visitor.go(path)
    assert visitor.contacted & ADVERTISING == set()
    assert not await visitor.cookies() & {"_fbp", "_gcl_au"}
    if js:
        # Measuring is not selling: California lets it run until the visitor says no.
        assert "www.googletagmanager.com" in visitor.contacted
        assert "_ga" in await visitor.cookies()


async def test_california_without_a_signal_is_opt_out(visit: Visit) -> None:
    visitor = await visit("US-CA")
    await visitor.go("/")
    assert visitor.contacted >= ADVERTISING
    assert not await visitor.page.locator("#cg-banner").count()


@pytest.mark.parametrize("js", [True, False])
async def test_the_picker_moves_the_visitor(visit: Visit, js: bool) -> None:
    visitor = await visit("", js=js)
    await visitor.go("/privacy")
    assert await visitor.page.locator("#cg-banner").is_visible()
    await visitor.page.locator("#country").select_option("US-CA")
    async with visitor.page.expect_navigation():
        await visitor.page.locator(".picker button").press("Enter")
    assert visitor.page.url == visitor.demo.url + "/privacy"
    assert not await visitor.page.locator("#cg-banner").count()
    assert "Do Not Sell" in await visitor.page.locator("[data-cg=reopen]").inner_text()


async def test_signing_in_needs_no_consent(visit: Visit) -> None:
    visitor = await visit("DE")
    await visitor.go("/login")
    await visitor.page.locator("#name").fill("Ada")
    await visitor.page.locator("#password").fill("music")
    async with visitor.page.expect_navigation():
        await visitor.page.locator("#password").press("Enter")
    assert await visitor.page.locator("h1").inner_text() == "Hello, Ada"
    assert visitor.contacted & TRACKERS == set()


async def test_the_radio_plays_through_us(visit: Visit) -> None:
    visitor = await visit("DE")
    await visitor.page.goto(visitor.demo.url + "/now-playing")
    await visitor.page.locator("#track", has_text="Quarta-feira").wait_for()
    assert visitor.contacted & TRACKERS == set()
