"""Frames that only a browser in a frameset sees."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser
from tests.browser.gating import visiting
from tests.html.test_framesets import PAGES

pytestmark = pytest.mark.asyncio(loop_scope="session")

ROWS = {
    f"/row/{number}": "<!doctype html>" + page.decode().replace("//t.test", "//a.stats.test")
    for number, page in enumerate(PAGES)
}
SHOWN = "<!doctype html>" + "".join(f"<iframe src={path}></iframe>" for path in ROWS)


@pytest.mark.parametrize("js", [True, False])
async def test_none_is_loaded(chromium: Browser, js: bool) -> None:
    async with visiting(chromium, SHOWN, js=js, more=ROWS) as site:
        assert "a.stats.test" not in site.contacted


async def test_each_is_loaded_without_us(chromium: Browser) -> None:
    """So the test above can fail."""
    for path, page in ROWS.items():
        js = "noscript" not in page
        async with visiting(chromium, page, gated=False, js=js, more={"/x": ""}) as site:
            assert site.contacted == {"a.stats.test"}, path
