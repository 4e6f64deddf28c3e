"""The service worker of docs/caching.md: it shows no page of a choice that is gone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, Error, Page
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from tests.browser.gating import POLICY
from tests.conftest import Here, a_policy
from tests.serving import serving

from consentguard.asgi import ConsentMiddleware

pytestmark = pytest.mark.asyncio(loop_scope="session")

TEXT = (Path(__file__).parents[2] / "docs" / "caching.md").read_text("utf-8")
WORKER, IN_PAGE = re.findall(r"```js\n(.*?)```", TEXT, re.DOTALL)
PAGE = """<!doctype html><title>Shop</title><body>
<script>navigator.serviceWorker.register("/sw.js")</script>
<script src="https://www.stats.test/a.js"></script></body>"""
RUNS = "script[src*='stats.test']"
KEPT = "caches.match({!r}).then((found) => found !== undefined)"


async def page(request: Request) -> Response:
    return HTMLResponse(PAGE)


async def worker(request: Request) -> Response:
    return Response(WORKER, media_type="text/javascript")


def site() -> ConsentMiddleware:
    app = Starlette(routes=[Route("/sw.js", worker), Route("/{path:path}", page)])
    return ConsentMiddleware(app, a_policy(POLICY), ["key"], ledger=None, geo=Here("DE"))


async def press(tab: Page, name: str) -> None:
    async with tab.expect_navigation():
        await tab.locator(f"[data-cg={name}]").first.click()


async def test_an_offline_page_is_of_the_choice_that_holds(chromium: Browser) -> None:
    context = await chromium.new_context()
    tab = await context.new_page()
    with serving(site()) as url:
        await tab.goto(url)
        await tab.evaluate("navigator.serviceWorker.ready.then(() => 1)")
        await tab.goto(f"{url}/first")
        assert await tab.evaluate("navigator.serviceWorker.controller !== null")
        # What the worker fetches is a navigation all the same, with a banner.
        assert await tab.locator("#cg-banner").count()
        assert not await tab.locator(RUNS).count()
        await tab.wait_for_function(KEPT.format("/first"))
        await press(tab, "accept")
        assert not await tab.evaluate(KEPT.format(f"{url}/_consent"))
        await tab.goto(f"{url}/second")
        assert await tab.locator(RUNS).count()
        await tab.wait_for_function(KEPT.format("/second"))
        await tab.goto(f"{url}/_consent?next=/third")
        await press(tab, "withdraw")
        await tab.goto(f"{url}/third")
        await tab.wait_for_function(KEPT.format("/third"))
        assert not await tab.evaluate(KEPT.format("/second"))
        assert not await tab.evaluate(KEPT.format("/first"))
    # The network is gone.
    await tab.goto(f"{url}/third")
    assert await tab.locator("#cg-reopen").count()
    assert not await tab.locator(RUNS).count()
    for path in ("/first", "/second"):
        with pytest.raises(Error, match="ERR_FAILED"):
            await tab.goto(url + path)
    await context.close()


async def test_what_a_page_has_stored_goes_with_the_choice(chromium: Browser) -> None:
    context = await chromium.new_context()
    tab = await context.new_page()
    with serving(site()) as url:
        await tab.goto(url)
        await tab.evaluate(IN_PAGE)
        await tab.evaluate("caches.open('pages-1').then((cache) => cache.add('/kept'))")
        assert await tab.evaluate(KEPT.format("/kept"))
        await tab.evaluate("consentguard.choose({ choice: 'reject' })")
        await tab.wait_for_function("caches.has('pages-1').then((there) => !there)")
    await context.close()
