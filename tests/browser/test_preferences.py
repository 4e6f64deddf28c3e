"""Settings and declaration in Chromium: narrow, wide, light, dark, and without JavaScript."""

from __future__ import annotations

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser
from tests.browser.conftest import Demo, Visit

pytestmark = pytest.mark.asyncio(loop_scope="session")

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPEN = "document.querySelectorAll('details').forEach(one => one.open = true)"
SMALL = """[...document.querySelectorAll('a, button, input:not([type=hidden]), summary, select')]
  .map(one => [one.outerHTML, one.getBoundingClientRect()])
  .filter(([, box]) => box.height < 24 || box.width < 24)
  .map(([html]) => html)"""


@pytest.mark.parametrize("width", [320, 768, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_everybody_can_use_them(
    chromium: Browser, demo: Demo, width: int, scheme: str
) -> None:
    context = await chromium.new_context(
        bypass_csp=True,  # for axe's own script
        color_scheme="dark" if scheme == "dark" else "light",
        viewport={"width": width, "height": 800},
        extra_http_headers={"X-Demo-Country": "DE"},
        locale="de-DE",
    )
    page = await context.new_page()
    for path in ("/_consent", "/_consent/cookies"):
        await page.goto(demo.url + path)
        await page.evaluate(OPEN)
        found = await Axe().run(page, options={"runOnly": TAGS})
        assert found.response["violations"] == []
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        assert await page.evaluate(SMALL) == []
    await context.close()


async def test_one_service_alone_without_javascript(visit: Visit) -> None:
    visitor = await visit(js=False)
    await visitor.go("/_consent")
    row = visitor.page.locator("#cg-purpose-media")
    await row.locator("summary").click()
    await row.get_by_label("YouTube", exact=True).check()
    await visitor.press("save")
    await visitor.go("/_consent")
    assert await row.get_by_label("YouTube", exact=True).is_checked()
    assert not await row.get_by_label("Embedded media", exact=True).is_checked()
    visitor.forget()
    await visitor.go("/artist/otavio-reis")
    assert "www.youtube.com" in visitor.contacted
    assert not visitor.contacted & {"www.googletagmanager.com", "connect.facebook.net"}
    # Saved again as it is shown, it stays.
    await visitor.go("/_consent")
    await visitor.press("save")
    await visitor.go("/_consent")
    assert await row.get_by_label("YouTube", exact=True).is_checked()
