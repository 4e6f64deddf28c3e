"""Chromium's preload scanner, which fetches what it takes for a tag and the parser does not."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser
from tests.browser.gating import visiting
from tests.html.test_forerunner import PAGES

pytestmark = pytest.mark.asyncio(loop_scope="session")

#: It is at work while the parser waits for this one, for which a test host takes its time.
WAITS = "<script src=/slow.js></script>"


def document(number: int) -> str:
    page = PAGES[number].decode().replace("//t.test", "//a.stats.test")
    return f"<!doctype html><body>{WAITS}{page.replace('@t.test', '@a.stats.test')}"


async def test_it_is_fooled_by_none(chromium: Browser) -> None:
    rows = {f"/row/{number}": document(number) for number in range(len(PAGES))}
    frames = "".join(f"<iframe src={path}></iframe>" for path in rows)
    async with visiting(chromium, f"<!doctype html>{frames}", more=rows) as site:
        assert "a.stats.test" not in site.contacted


async def test_it_is_fooled_without_us(chromium: Browser) -> None:
    """So the test above can fail."""
    async with visiting(chromium, document(0), gated=False, more={"/x": ""}) as site:
        assert site.contacted == {"a.stats.test"}
