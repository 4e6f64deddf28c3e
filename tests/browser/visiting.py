"""A visitor with tabs at a site behind the real middleware; whoever else is asked, answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, Page, Request, Route
from tests.browser.conftest import closed
from tests.browser.gating import POLICY
from tests.conftest import SITE, Here, a_policy
from tests.serving import serving

from consentguard.asgi import ConsentMiddleware

SAYS = "<script>self.ran = []; self.stats = self.ads = () => 1</script>"
GERMANY = Here("DE")
NO_HEADERS: Mapping[str, str] = MappingProxyType({})


@dataclass
class App:
    """A site whose every page has the same body, and sends these headers."""

    body: str = ""
    said: tuple[tuple[bytes, bytes], ...] = ()

    async def __call__(
        self,
        scope: MutableMapping[str, Any],
        receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
        send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ) -> None:
        """Answer any request with the page."""
        if scope["type"] != "http":
            return
        headers = [(b"content-type", b"text/html; charset=utf-8"), *self.said]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        page = f"<!doctype html><html><head>{SAYS}</head><body>{self.body}</body></html>"
        await send({"type": "http.response.body", "body": page.encode(), "more_body": False})


@dataclass
class Visitor:
    """A browser profile: its tabs, the hosts of others that they reached, and the pages loaded."""

    url: str
    context: BrowserContext
    contacted: set[str] = field(default_factory=set)
    loads: list[str] = field(default_factory=list)

    async def answer(self, route: Route) -> None:
        """Let the site answer for itself; answer for the others, and note them."""
        url = urlsplit(route.request.url)
        if route.request.url.startswith(self.url):
            await route.continue_()
            return
        self.contacted.add(url.hostname or "")
        if "slow" in url.path:
            await asyncio.sleep(0.1)
        script = route.request.resource_type == "script"
        body = f"ran.push('{PurePosixPath(url.path).stem}')" if script else ""
        kind = "text/javascript" if script else "image/svg+xml"
        await route.fulfill(status=200, content_type=kind, body=body)

    def note(self, request: Request) -> None:
        """Count the documents that are asked for."""
        if request.is_navigation_request():
            self.loads.append(urlsplit(request.url).path)

    async def tab(self, path: str = "/") -> Page:
        """A new tab."""
        page = await self.context.new_page()
        page.on("request", self.note)
        await page.goto(self.url + path)
        await page.evaluate("self.kept = true")
        return page

    async def press(self, page: Page, name: str, path: str = "/") -> None:
        """Open a page in a tab and press one of our buttons there."""
        await page.goto(self.url + path)
        async with page.expect_navigation():
            await page.locator(f"[data-cg={name}]").first.click()


@asynccontextmanager
async def visiting(
    chromium: Browser,
    body: str,
    more: str = "",
    place: Here = GERMANY,
    headers: Mapping[str, str] = NO_HEADERS,
    said: tuple[tuple[bytes, bytes], ...] = (),
    js: bool = True,
    site: str = SITE,
) -> AsyncIterator[Visitor]:
    """A visitor, from Germany unless told, at a site whose pages have this body."""
    guarded = ConsentMiddleware(
        App(body, said), a_policy(POLICY + more, site), ["key"], ledger=None, geo=place
    )
    with serving(guarded) as url:
        context = await chromium.new_context(
            extra_http_headers=dict(headers), java_script_enabled=js
        )
        visitor = Visitor(url, context)
        await context.route("**/*", visitor.answer)
        try:
            yield visitor
        finally:
            await closed(context)
