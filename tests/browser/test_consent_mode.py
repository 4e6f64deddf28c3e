"""Google Consent Mode, "advanced": Google's tags run and hear what is denied; nobody else's do."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser, Page
from tests.browser.gating import until
from tests.browser.visiting import visiting
from tests.conftest import Here

pytestmark = pytest.mark.asyncio(loop_scope="session")

GTAG = "https://www.googletagmanager.com/gtag/js?id="
GOOGLE = (
    f"<script async src='{GTAG}AW-1'></script>"
    "<script>window.dataLayer = window.dataLayer || [];"
    "function gtag(){dataLayer.push(arguments);} gtag('js', new Date()); gtag('config','AW-1');"
    "</script>"
)
MANAGER = (
    "<script>(function(w,d,s,l,i){w[l]=w[l]||[];w[l].push({'gtm.start':\n"
    "new Date().getTime(),event:'gtm.js'});var f=d.getElementsByTagName(s)[0],\n"
    "j=d.createElement(s),dl=l!='dataLayer'?'&l='+l:'';j.async=true;j.src=\n"
    "'https://www.googletagmanager.com/gtm.js?id='+i+dl;f.parentNode.insertBefore(j,f);\n"
    "})(window,document,'script','LAYER','GTM-1');</script>"
)
PIXEL = "<script src='https://connect.facebook.net/en_US/fbevents.js'></script>"
ADVANCED = "[signals]\ngoogle_consent_mode = 'advanced'\n"
TEXAS = Here("US", "US-TX")
GPC = {"Sec-GPC": "1"}
CONFIGURED = "(self.dataLayer || []).some(one => one[0] === 'config')"
SAID = "(self.dataLayer || []).map(one => [...one])"


async def said(page: Page) -> list[list[Any]]:
    """What Google's tags were told, in order."""
    found: list[list[Any]] = await page.evaluate(SAID)
    return found


async def test_tags_run_and_are_told_before_what_is_denied(chromium: Browser) -> None:
    async with visiting(chromium, GOOGLE + PIXEL, ADVANCED, TEXAS, GPC) as visitor:
        page = await visitor.tab()
        await until(page, lambda: "www.googletagmanager.com" in visitor.contacted)
        await page.wait_for_function(CONFIGURED)
        default, update, *rest = await said(page)
        assert (default[:2], update[:2]) == (["consent", "default"], ["consent", "update"])
        assert default[2] == update[2]
        assert default[2]["ad_storage"] == default[2]["ad_user_data"] == "denied"
        assert default[2]["analytics_storage"] == "granted"
        assert ["config", "AW-1"] in rest
        assert visitor.contacted == {"www.googletagmanager.com"}


@pytest.mark.parametrize(("place", "headers"), [(Here("DE"), {}), (Here("DE"), GPC)])
async def test_where_the_law_asks_first_they_wait(
    chromium: Browser, place: Here, headers: dict[str, str]
) -> None:
    body = GOOGLE + MANAGER.replace("LAYER", "dataLayer") + PIXEL
    async with visiting(chromium, body, ADVANCED, place, headers) as visitor:
        page = await visitor.tab()
        await page.wait_for_load_state("load")
        assert visitor.contacted == set()
        assert await said(page) == []


@pytest.mark.parametrize(("layer", "runs"), [("dataLayer", True), ("ours", False)])
async def test_a_tag_that_would_not_hear_waits(
    chromium: Browser, layer: str, *, runs: bool
) -> None:
    body = MANAGER.replace("LAYER", layer)
    async with visiting(chromium, body, ADVANCED, TEXAS, GPC) as visitor:
        page = await visitor.tab()
        await page.wait_for_load_state("load")
        if runs:
            await until(page, lambda: "www.googletagmanager.com" in visitor.contacted)
        await page.evaluate("new Promise(requestAnimationFrame)")
        assert bool(visitor.contacted) is runs


async def test_a_refusal_is_told_to_the_tags_of_the_page(chromium: Browser) -> None:
    async with visiting(chromium, GOOGLE, ADVANCED, TEXAS) as visitor:
        page = await visitor.tab()
        assert await said(page) != []  # everything runs by itself there
        await page.evaluate("consentguard.choose({choice: 'reject'})")
        await page.wait_for_function("self.kept !== true && document.readyState === 'complete'")
        await page.wait_for_function(CONFIGURED)
        default = (await said(page))[0]
        assert set(default[2].values()) == {"denied"}


async def test_basic_is_the_default(chromium: Browser) -> None:
    async with visiting(chromium, GOOGLE + PIXEL, "", TEXAS, GPC) as visitor:
        page = await visitor.tab()
        await page.wait_for_load_state("load")
        assert visitor.contacted == set()
        assert await said(page) == []


@pytest.mark.parametrize(
    "tag",
    [
        # They have signals of their own, or none.
        "<script src='https://securepubads.g.doubleclick.net/tag/js/gpt.js'></script>",
        "<script src='https://pagead2.googlesyndication.com/pagead/js/adsbygoogle.js'></script>",
        "<script src='https://www.googleadservices.com/pagead/conversion.js'></script>",
        "<script src='https://stats.g.doubleclick.net/dc.js'></script>",
        # They read another layer.
        f"<script async src='{GTAG}AW-1&l=ours'></script>",
        f"<script async src='{GTAG}AW-1&%6c=ours'></script>",
        f"<script>var s=document.createElement('script');s.src='{GTAG}AW-1&l=ours';"
        "document.head.append(s)</script>",
        f"<script type='module'>import '{GTAG}AW-1&l=ours'</script>",
    ],
)
async def test_what_does_not_surely_hear_the_signal_waits(chromium: Browser, tag: str) -> None:
    async with visiting(chromium, tag, ADVANCED, TEXAS, GPC) as visitor:
        page = await visitor.tab()
        await page.wait_for_load_state("load")
        await page.evaluate("new Promise(requestAnimationFrame)")
        assert visitor.contacted == set()


ALLOWED = (
    f"<script async src='{GTAG}G-1'></script><script>window.dataLayer = window.dataLayer || [];"
    "function gtag(){dataLayer.push(arguments);} gtag('config','G-1');</script>"
)


@pytest.mark.parametrize(
    "site",
    [
        "",
        "gtag('consent','default',{'ad_storage':'granted'});",
        "gtag('consent','update',{'ad_storage':'granted'});",
        "gtag('consent','default',{'ad_storage':'granted','region':'US'});",
    ],
)
async def test_an_allowed_tag_is_told_first_and_the_site_s_own_grant_does_not_stand(
    chromium: Browser, site: str
) -> None:
    own = (
        "<script>window.dataLayer = window.dataLayer || [];"
        f"function gtag(){{dataLayer.push(arguments);}} {site}</script>"
    )
    async with visiting(chromium, own + ALLOWED, ADVANCED, TEXAS, GPC) as visitor:
        page = await visitor.tab()
        await page.wait_for_function(CONFIGURED)
        await until(page, lambda: "www.googletagmanager.com" in visitor.contacted)
        told = [one for one in await said(page) if one[0] in ("consent", "config")]
        before = told[: told.index(["config", "G-1"])]
        assert before[-1][:2] == ["consent", "update"]
        assert before[-1][2]["ad_storage"] == "denied"
        assert told[-1][2]["ad_storage"] == "denied"
