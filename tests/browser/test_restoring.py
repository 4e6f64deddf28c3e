"""A few of the pages that ``make soup`` gives back by the thousand."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser
from tests.browser.restoring import KINDS, differing, made

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_all_comes_back(chromium: Browser) -> None:
    pages = made(seed=1)
    assert sum(len(page) for page in pages.values()) > 100 * len(KINDS)
    assert await differing(chromium, pages) == {}
