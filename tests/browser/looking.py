"""How tests look at a page: in windows of many sizes, at each zoom, and with the eyes of a person.

The rule of this layer: what counts is what is painted. A control is there when a click in its
middle hits it; a colour is the one that the browser computed.
"""

from __future__ import annotations

from itertools import product
from weakref import WeakKeyDictionary

from playwright.async_api import CDPSession, Page
from tests.conftest import SITE

LANGUAGES = ("en", "de", "fr", "pt-BR", "ar")
POSITIONS = ("bottom", "top", "corner", "centre")
EVERY = f"{SITE}languages = {list(LANGUAGES)}\n"

#: Widths and heights of windows in pixels of the screen: two telephones, a tablet, a desk.
WINDOWS = ((320, 640), (360, 740), (768, 1024), (1280, 1024))
ZOOMS = (100, 200, 400)
#: By window and zoom, all that are as wide as WCAG 2.2, 1.4.10, asks for: 320 pixels of CSS.
VIEWS = tuple((w, z) for w, z in product(WINDOWS, ZOOMS) if w[0] * 100 // z >= 320)
#: The others: a telephone whose page is made four times as large has 80.
NARROW = tuple((w, z) for w, z in product(WINDOWS, ZOOMS) if w[0] * 100 // z < 320)

Window = tuple[int, int]

#: What trackers do, in all the ways that leave a trace.
TRACES = """<img src="https://a.stats.test/i" alt=""><script>
    stats();
    document.cookie = "_trace=1; path=/; max-age=9999";
    localStorage.trace = sessionStorage.trace = 1;
    indexedDB.open("trace");
    navigator.sendBeacon("https://b.stats.test/beacon", "here");
</script>"""

#: What a click in the middle of each of these would not hit.
MISSED = """([selectors, scroll]) => selectors.filter(selector => {
    const el = document.querySelector(selector);
    if (scroll) el.scrollIntoView({ block: "nearest" });
    const { left, right, top, bottom } = el.getBoundingClientRect();
    const hit = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    return !(hit && el.contains(hit));
})"""
#: Controls that show less than they say: text that is cut off, or lies over other text.
CUT = """selector => {
    const cut = [...document.querySelectorAll(selector)].filter(el => {
        if (!el.checkVisibility() || !el.textContent.trim()) return false;
        const words = document.createRange();
        words.selectNodeContents(el);
        const box = el.getBoundingClientRect(), text = words.getBoundingClientRect();
        // Above and below its letters a font has room, and some have much of it.
        const room = 1 + parseFloat(getComputedStyle(el).fontSize) / 4;
        return text.left < box.left - 1 || text.right > box.right + 1
            || text.top < box.top - room || text.bottom > box.bottom + room;
    });
    return cut.map(el => el.textContent.trim());
}"""
#: What reaches out of the window sideways (WCAG 2.2, 1.4.10).
WIDE = """() => [...document.querySelectorAll(
        "#cg-banner, #cg-banner *, #cg-reopen, #cg-reopen a, main, main *, header *"
    )].filter(el => {
        if (!el.checkVisibility() || el.closest(".cg-spoken")) return false;
        const { left, right } = el.getBoundingClientRect();
        return left < -0.5 || right > innerWidth + 0.5;
    }).map(el => el.outerHTML.slice(0, 90))"""


#: What is emulated ends with the session that asked for it.
_SESSIONS: WeakKeyDictionary[Page, CDPSession] = WeakKeyDictionary()


async def zoom(page: Page, window: Window, percent: int) -> None:
    """What zooming does: fewer pixels of CSS, each made of more of the screen's."""
    width, height = (side * 100 // percent for side in window)
    if page not in _SESSIONS:
        _SESSIONS[page] = await page.context.new_cdp_session(page)
    metrics = {"width": width, "height": height, "deviceScaleFactor": percent / 100}
    await _SESSIONS[page].send("Emulation.setDeviceMetricsOverride", {**metrics, "mobile": False})
    assert await page.evaluate("[innerWidth, innerHeight]") == [width, height]


async def missed(page: Page, *names: str, scroll: bool = False) -> list[str]:
    """Those of our controls, by ``data-cg``, that a click would not hit, scrolled to or not."""
    selectors = [f"#cg-banner [data-cg={name}]" for name in names]
    found: list[str] = await page.evaluate(MISSED, [selectors, scroll])
    return found
