"""What Chromium has fetched or rendered ahead is not opened under another choice.

The links are on a page that is the site's own business, so that nothing of ours reloads it.
``<link rel=prefetch>`` fills the disk cache, whose pages are revalidated as ever. What speculation
rules ask for is held beside it and opened without a word: the answer to a choice ends it.
"""

from __future__ import annotations

import asyncio
import queue
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from playwright.async_api import Browser, Page, async_playwright
from tests.browser.conftest import FLAGS, executable
from tests.browser.remembering import (
    App,
    Receive,
    Send,
    Visitor,
    guarded,
    noting,
    remembering,
    trackers,
)
from tests.serving import serving

pytestmark = pytest.mark.asyncio(loop_scope="session")

AHEAD = {
    "link": '<link rel="prefetch" href="/to" onload="self.ahead = true">',
    "rules": """<script type="speculationrules">
        {"prefetch": [{"urls": ["/to"], "eagerness": "immediate"}]}</script>""",
}


async def fetched(visitor: Visitor, how: str) -> Page:
    """A tab with a link, whose page has been fetched ahead."""
    page = await visitor.context.new_page()
    ready = asyncio.Event()

    def told(event: dict[str, Any]) -> None:
        if event["status"] == "Ready":
            ready.set()

    session = await visitor.context.new_cdp_session(page)
    session.on("Preload.prefetchStatusUpdated", told)
    await session.send("Preload.enable")
    await page.goto(f"{visitor.url}/own")
    if how == "link":
        await page.wait_for_function("self.ahead")
    else:
        async with asyncio.timeout(20):
            await ready.wait()
    visitor.app.asked.clear()
    return page


async def follow(page: Page) -> int:
    """Open the link; how many trackers the page has."""
    async with page.expect_navigation():
        await page.locator("#to").click()
    return await trackers(page)


@pytest.mark.parametrize(
    ("how", "choice"), [("link", "withdraw"), ("rules", "withdraw"), ("rules", "accept")]
)
async def test_a_page_fetched_before_a_choice(chromium: Browser, how: str, choice: str) -> None:
    app = App({"/own": f"{AHEAD[how]}<a id=to href=/to>to</a>"})
    before, after = (2, 0) if choice == "withdraw" else (0, 2)
    async with remembering(chromium, app) as visitor:
        other = await visitor.tab("/one")
        if choice == "withdraw":
            await visitor.press(other, "accept", "/one")
        # So much for what is kept: no page is sent again.
        page = await fetched(visitor, how)
        assert (await follow(page), app.asked) == (before, ["304 /to"] if how == "link" else [])
        page = await fetched(visitor, how)
        await visitor.press(other, choice, "/_consent" if choice == "withdraw" else "/one")
        await visitor.contacts()
        assert await follow(page) == after
        assert bool(await visitor.contacts()) == bool(after)
        assert await page.locator("#cg-banner").is_hidden()


#: A visitor without hands: what each page does by itself. Developer tools, which Playwright needs,
#: keep Chromium from rendering ahead.
SAY = """<script>
const entry = performance.getEntriesByType("navigation")[0];
const tell = what => fetch(`/own/told?what=${what}&ahead=${entry.activationStart > 0}&path=` +
    `${location.pathname}&trackers=${document.querySelectorAll("[src*='.test/']").length}`);
const choose = (path, choice) => fetch("/_consent" + path, { method: "POST",
    headers: { Accept: "application/json", "Content-Type": "application/json" },
    body: JSON.stringify({ choice }) });
"""
THERE = """
const go = () => { if (NEXT) location = NEXT };
if (document.prerendering) document.addEventListener("prerenderingchange", async () => {
    await tell("shown");
    go();
});
addEventListener("load", async () => {
    await tell(document.prerendering ? "rendered" : "shown");
    if (!document.prerendering) go();
});</script>"""
RULES = """</script><script type="speculationrules">
    {"prerender": [{"urls": ["/PATH"], "eagerness": "immediate"}]}</script>"""


@dataclass
class Telling:
    """The site, and what its pages tell; ``/own/rendered`` waits until one was rendered ahead."""

    app: Any
    told: queue.Queue[dict[str, str]] = field(default_factory=queue.Queue)
    rendered: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Hear what a page tells; all else is the site's."""
        path = scope.get("path", "")
        if path not in ("/own/told", "/own/rendered"):
            await self.app(scope, receive, send)
            return
        if path == "/own/rendered":
            await self.rendered.wait()
            self.rendered.clear()
        else:
            said = {k: v[0] for k, v in parse_qs(scope["query_string"].decode()).items()}
            if said.pop("what") == "rendered":
                self.rendered.set()
            else:
                self.told.put(said)
        headers = [(b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b""})


async def test_a_page_rendered_before_a_withdrawal(tmp_path: Path) -> None:
    wait = "fetch('/own/rendered')"
    app = App(
        {
            "/own": SAY + "choose('', 'accept').then(() => location = '/own/a')</script>",
            "/own/a": f"{SAY}{wait}.then(() => location = '/a')" + RULES.replace("PATH", "a"),
            "/a": SAY + THERE.replace("NEXT", "'/own/b'"),
            "/own/b": f"{SAY}{wait}.then(() => choose('/withdraw')).then(() => location = '/b')"
            + RULES.replace("PATH", "b"),
            "/b": SAY + THERE.replace("NEXT", "''"),
        }
    )
    site = Telling(guarded(app))
    async with async_playwright() as playwright, noting() as proxy:
        path = executable() or playwright.chromium.executable_path
        with serving(site) as url:
            chromium = await asyncio.create_subprocess_exec(
                path,
                *FLAGS,
                "--headless",
                f"--user-data-dir={tmp_path}",
                f"--proxy-server={proxy.url}",
                "--proxy-bypass-list=127.0.0.1",
                f"{url}/own",
                stderr=asyncio.subprocess.DEVNULL,
            )
            try:
                first = await asyncio.to_thread(site.told.get, timeout=60)
                then = await asyncio.to_thread(site.told.get, timeout=60)
            finally:
                chromium.terminate()
                await chromium.wait()
    assert first == {"path": "/a", "ahead": "true", "trackers": "2"}
    assert then == {"path": "/b", "ahead": "false", "trackers": "0"}
    assert "again.ads.test" not in proxy.contacted
