"""Chromium as judge of pages that nobody would write: whatever it fetches early or late waits."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser
from tests.browser.soup import PAGES, made, reached

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("js", [True, False])
async def test_nothing_passes(chromium: Browser, js: bool) -> None:
    pages = made(seed=int(js))
    assert len(await reached(chromium, pages, js=js, gated=False)) > PAGES / 10
    assert await reached(chromium, pages, js=js) == set()
