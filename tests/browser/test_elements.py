"""Chromium as judge: what contacts a host in the original, in the gated and in the restored page.

All rows of a page load at once, each in a frame and with a host of its own that a leak would name.
"""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser
from tests.browser.elements import ELEMENTS, SILENT, Row, document, forms
from tests.browser.gating import FREE, SCRIPT, TELL, Site, gate, visiting

from consentguard.html.table import HTML, SVG

pytestmark = pytest.mark.asyncio(loop_scope="session")

ALL = {"elements": ELEMENTS, "forms": forms()}
TAG = re.compile(r"<([a-z]+) data-cg-purpose=[^>]*", re.IGNORECASE)
RENAMED = re.compile(r" data-cg-(?!purpose|service|type|name)([a-z:]+)=")


def host(number: int) -> str:
    return f"r{number}.stats.test"


def named(rows: list[Row], hosts: set[str]) -> list[str]:
    """The rows that these hosts belong to."""
    return [row.name for number, row in enumerate(rows) if host(number) in hosts]


async def restore(site: Site) -> None:
    """Tell every row what is allowed now."""
    for frame in site.page.frames:
        if "/row/" in frame.url:
            await frame.evaluate(TELL, {"granted": [*FREE, "analytics"]})


async def test_every_attribute_of_the_table_has_a_row() -> None:
    found = set()
    for row in ELEMENTS:
        page = document(row, host(0), "")
        gated = gate(page, "/row/0")
        assert gated != page, row.name
        for tag in TAG.finditer(gated):
            found |= {(tag[1].lower(), name) for name in RENAMED.findall(tag[0])}
    for table in (HTML, SVG):
        for element, slots in table.items():
            for slot in slots:
                assert (element.decode(), slot.name.decode()) in found


@pytest.mark.parametrize("kind", ALL)
async def test_the_original_the_gated_and_the_restored(chromium: Browser, kind: str) -> None:
    rows = ALL[kind]
    documents = {f"/row/{n}": document(row, host(n), SCRIPT) for n, row in enumerate(rows)}
    page = "<!doctype html><html>" + "".join(f"<iframe src={path}></iframe>" for path in documents)

    async with visiting(chromium, page, gated=False, more=documents) as site:
        assert named(rows, site.contacted) == [row.name for row in rows if row.contacts]

    async with visiting(chromium, page, more=documents) as site:
        assert named(rows, site.contacted) == []
        await restore(site)
        back = [row.name for row in rows if row.contacts and row.restored]
        await site.until(*(host(n) for n, row in enumerate(rows) if row.name in back))
        await site.page.evaluate("fetch('/own')")
        assert named(rows, site.contacted) == back
        # A preconnect and its like make no request that could be seen.
        for frame in site.page.frames:
            assert not await frame.locator("link[data-cg-href]").count()


async def test_there_are_many_forms() -> None:
    assert len(ALL["forms"]) - len(SILENT) >= 80
