"""Chromium as judge of pages that nobody would write: whatever it fetches early or late waits."""

from __future__ import annotations

from random import Random

import pytest
from playwright.async_api import Browser
from tests.browser.gating import visiting
from tests.html import test_forerunner, test_framesets, test_noscripts

pytestmark = pytest.mark.asyncio(loop_scope="session")

LOADING = """
<image|href=//t.test/1> <image|xlink:href=//t.test/2> <use|href=//t.test/3>
<feImage|href=//t.test/4> <script|href=//t.test/5></script> <image|src=//t.test/6>
<link|rel=preload|as=image|href=//t.test/7> <video|poster=//t.test/8> <source|srcset=//t.test/9>
<img|srcset=//t.test/a> <picture> </picture> <input|type=image|src=//t.test/b>
<iframe|src=//t.test/c></iframe> <object|data=//t.test/d></object> <embed|src=//t.test/e>
<style>@import|"//t.test/f";</style> <td|background=//t.test/g> <audio|src=//t.test/h>
<p|style="background:url(//t.test/i)"> <foreignObject> </foreignObject> <mtext> </body> <select>
</select>
"""
TOKENS = [word.replace("|", " ").encode() for word in LOADING.split()] * 2 + sorted(
    {*test_forerunner.TOKENS, *test_framesets.TOKENS, *test_noscripts.TOKENS}
)
HEADS = (
    "<body> <svg> <math> <frameset> <noscript> <svg><desc> <div><noscript> <svg><desc><noscript>"
)
PAGES = 150


def made(seed: int) -> dict[str, str]:
    """Documents, each with a host of its own."""
    rng, pages = Random(seed), {}
    for number in range(PAGES):
        crumbs = rng.choices(TOKENS, k=rng.randint(2, 16))
        page = rng.choice(HEADS.split()) + b"".join(crumbs).decode()
        pages[f"/{number}"] = "<!doctype html>" + page.replace("t.test", f"x{number}.stats.test")
    return pages


@pytest.mark.parametrize("js", [True, False])
async def test_nothing_passes(chromium: Browser, js: bool) -> None:
    pages = made(seed=int(js))
    shown = "<!doctype html>" + "".join(f"<iframe src={path}></iframe>" for path in pages)
    async with visiting(chromium, shown, gated=False, js=js, more=pages) as site:
        assert len(site.contacted) > PAGES / 10
    async with visiting(chromium, shown, js=js, more=pages) as site:
        assert site.contacted == set()
