"""Chromium as judge of XML: what it contacts where HTML has no tag, and what a fence does.

Each document contacts a tracker as the app sends it, so that the test can fail.
"""

from __future__ import annotations

import pytest
from playwright.async_api import Browser
from tests.browser.gating import GUARD, visiting
from tests.conftest import a_request

from consentguard.http.csp import FENCE

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOST = "r.stats.test"
U = f"https://{HOST}/x"
IMG = f'<img src="{U}"/>'
NS = "http://www.w3.org/1999/xhtml"
SVG = "http://www.w3.org/2000/svg"


def _page(head: str, body: str = IMG, before: str = "") -> str:
    return f'{before}<html xmlns="{NS}"><head>{head}</head><body>{body}</body></html>'


#: What the scanner of HTML would miss, or read as text that never ends.
XHTML = {
    "a script that closes itself": _page('<script src="/own.js"/>'),
    "a title that closes itself": _page("<title/>"),
    "a style that closes itself": _page("<style/>"),
    "a textarea that closes itself": _page("", f"<textarea/>{IMG}"),
    "a frame that closes itself": _page("", f"<iframe/>{IMG}"),
    "a section of text": _page("", f"<p><![CDATA[ > <script> ]]></p>{IMG}"),
    "an instruction": _page("", f"<?x ><script>?>{IMG}"),
    "a comment in a style": _page("<style><!-- </style><script> --></style>"),
    "a prefix": f'<h:html xmlns:h="{NS}"><h:body><h:img src="{U}"/></h:body></h:html>',
    "an entity": _page("", "&x;", f"<!DOCTYPE html [<!ENTITY x \"&#60;img src='{U}'/>\">]>"),
    "a default of an attribute": _page(
        "", "<img/>", f'<!DOCTYPE html [<!ATTLIST img src CDATA "{U}">]>'
    ),
    "a style sheet": _page("", "", f'<?xml-stylesheet type="text/css" href="{U}"?>'),
}
XML = {
    "a script in a drawing": ("image/svg+xml", f'<svg xmlns="{SVG}"><script href="{U}"/></svg>'),
    "a picture in a drawing": ("image/svg+xml", f'<svg xmlns="{SVG}"><image href="{U}"/></svg>'),
    "a page in data": ("text/xml", f'<a><b xmlns="{NS}">{IMG}</b></a>'),
    "a page in a feed": ("application/atom+xml", f'<feed><p xmlns="{NS}">{IMG}</p></feed>'),
    "a style sheet of data": ("application/xml", f'<?xml-stylesheet href="{U}"?><a/>'),
}


async def contacted(
    chromium: Browser, kind: str, text: str, *, ours: bool
) -> tuple[set[str], bool]:
    """The hosts that a document contacts, and whether Chromium found fault with it."""
    headers = [(b"content-type", kind.encode())]
    if ours:
        reply = GUARD.exchange(a_request()).reply(200, headers, text.encode())
        assert reply.open(text.encode(), whole=True)[1] == text.encode()
        headers = list(reply.headers)
    said = [(name.decode(), value.decode()) for name, value in headers]
    async with visiting(chromium, text, gated=False, headers=said) as site:
        faulty = await site.page.evaluate("!!document.querySelector('parsererror')")
        return site.contacted, bool(faulty)


@pytest.mark.parametrize("name", XHTML)
async def test_xhtml_contacts_nobody(chromium: Browser, name: str) -> None:
    kind = "application/xhtml+xml"
    assert await contacted(chromium, kind, XHTML[name], ours=False) == ({HOST}, False)
    assert await contacted(chromium, kind, XHTML[name], ours=True) == (set(), False)


@pytest.mark.parametrize("name", XML)
async def test_a_document_of_other_xml_contacts_nobody(chromium: Browser, name: str) -> None:
    kind, text = XML[name]
    assert await contacted(chromium, kind, text, ours=False) == ({HOST}, False)
    assert await contacted(chromium, kind, text, ours=True) == (set(), False)


async def test_a_fence_does_no_harm_to_a_picture(chromium: Browser) -> None:
    drawing = f"""<svg xmlns="{SVG}" width="3" height="4"><style>rect {{ fill: red }}</style>
    <script>document.documentElement.id = "ran"</script><rect width="3" height="4"/></svg>"""
    headers = [("content-type", "image/svg+xml"), (FENCE[0].decode(), FENCE[1].decode())]
    async with visiting(chromium, drawing, gated=False, headers=headers) as site:
        size = await site.page.evaluate(
            "async () => { const i = new Image(); i.src = '/'; await i.decode();"
            " return [i.naturalWidth, i.naturalHeight, document.documentElement.id]; }"
        )
    assert size == [3, 4, "ran"]
