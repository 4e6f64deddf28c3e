"""Images that only a browser without scripting sees."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser
from tests.browser.gating import visiting
from tests.html.test_noscripts import PAGES

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOSTS = [f"x{number}.stats.test" for number in range(len(PAGES))]
ROWS = {
    f"/{host}": "<!doctype html><body>" + page.decode().replace("t.test", host)
    for host, page in zip(HOSTS, PAGES, strict=True)
}
SHOWN = "<!doctype html>" + "".join(f"<iframe src={path}></iframe>" for path in ROWS)


@pytest.mark.parametrize("js", [True, False])
async def test_none_is_loaded(chromium: Browser, js: bool) -> None:
    async with visiting(chromium, SHOWN, js=js, more=ROWS) as site:
        assert site.contacted == set()


async def test_each_is_loaded_without_us(chromium: Browser) -> None:
    """So the test above can fail."""
    async with visiting(chromium, SHOWN, gated=False, js=False, more=ROWS) as site:
        assert site.contacted == set(HOSTS)
