"""What only a browser in a frameset sees, or one without scripting."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser
from tests.browser.gating import visiting
from tests.html import test_framesets, test_noscripts

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.parametrize(
        "pages", [test_framesets.PAGES, test_noscripts.PAGES, test_noscripts.REACHING], ids=len
    ),
]


def framed(pages: list[bytes]) -> tuple[set[str], dict[str, str]]:
    """A host for each, and documents: each by itself, and one that shows all of them."""
    hosts = [f"x{number}.stats.test" for number in range(len(pages))]
    documents = {
        f"/{host}": "<!doctype html>" + page.decode().replace("t.test", host)
        for host, page in zip(hosts, pages, strict=True)
    }
    shown = "".join(f"<iframe src={path}></iframe>" for path in documents)
    return set(hosts), {**documents, "/": f"<!doctype html>{shown}"}


@pytest.mark.parametrize("js", [True, False])
async def test_nothing_is_loaded(chromium: Browser, pages: list[bytes], js: bool) -> None:
    documents = framed(pages)[1]
    async with visiting(chromium, documents.pop("/"), js=js, more=documents) as site:
        assert site.contacted == set()


async def test_all_is_loaded_without_us(chromium: Browser, pages: list[bytes]) -> None:
    """So the test above can fail."""
    hosts, documents = framed(pages)
    shown = documents.pop("/")
    async with visiting(chromium, shown, gated=False, js=False, more=documents) as site:
        assert site.contacted == hosts
