"""The banner and our pages by keyboard alone, and as a screen reader is told of them.

WCAG 2.2: 1.3.1 and 4.1.2 (names, roles, states), 2.1.1 and 2.1.2 (all by keyboard, no trap), 2.4.3
(order), 2.5.3 (label in name), 3.2.1 and 3.2.2 (nothing happens by itself), 4.1.3 (status). What
has the focus in the middle of the page, with Escape and after a choice: ``test_banner``. The
placeholders: ``test_placeholders``.
"""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import pytest
from playwright.async_api import Browser, Page
from tests.browser.visiting import visiting
from tests.conftest import Here

pytestmark = pytest.mark.asyncio(loop_scope="session")

PAGE = "<a id='first' href='#'>first</a><p>words</p><a id='last' href='#'>last</a>"
PURPOSES = [
    "Security",
    "Functional",
    "Sign-in with other services",
    "Analytics",
    "Personalisation",
    "Advertising",
    "Social networks",
    "Embedded media",
]
CALIFORNIA = Here("US", "US-CA")
#: What has the focus, by the words of its name.
NAMED = """() => {
    const el = document.activeElement;
    if (el === document.body) return "";
    return el.getAttribute("aria-label") || el.labels?.[0]?.textContent || el.textContent.trim();
}"""
SETTLED = "new Promise(done => requestAnimationFrame(() => setTimeout(done)))"
BANNER = [
    "Close and reject all",
    "Privacy policy",
    "Partners and details",
    "Accept all",
    "Reject all",
    "Settings",
]
CLOSED = """\
- dialog "We use cookies":
  - button "Close and reject all": ×
  - heading "We use cookies" [level=2]
  - paragraph: Test Ltd would like to use cookies and similar technologies for the purposes below. \
Until you choose, only what is necessary runs.
  - list:
{purposes}
  - paragraph: 2 partners are involved. Some partners process data in other countries. The details \
name them. You can change your choice at any time under “Cookie settings”. Closing with × or \
Escape rejects all.
  - paragraph:
    - link "Privacy policy":
      - /url: /privacy
    - link "Partners and details":
      - /url: /_consent
  - button "Accept all"
  - button "Reject all"
""".format(purposes="\n".join(f"    - listitem: {name}" for name in PURPOSES))
ROWS = """\
      - listitem:
        - checkbox "Necessary" [checked] [disabled]
        - text: Necessary
        - paragraph: "Keeps the site working: your session, your basket, protection of forms, \
this very choice."
        - paragraph: Always on
      - listitem:
        - checkbox "Security"
        - text: Security
        - paragraph: Protects the site and you against abuse, fraud and automated attacks.
"""


async def walk(page: Page, steps: int, key: str = "Tab") -> list[str]:
    """The names of what gets the focus, step by step; empty where the page has none."""
    names = []
    for _ in range(steps):
        await page.keyboard.press(key)
        names.append(await page.evaluate(NAMED))
    return names


async def tree(page: Page, selector: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Role, name and states of what Chromium tells screen readers below an element."""
    session = await page.context.new_cdp_session(page)
    document = await session.send("DOM.getDocument")
    node = await session.send(
        "DOM.querySelector", {"nodeId": document["root"]["nodeId"], "selector": selector}
    )
    found = await session.send("Accessibility.queryAXTree", {"nodeId": node["nodeId"]})
    await session.detach()
    return [
        (
            one["role"]["value"],
            one.get("name", {}).get("value", ""),
            {p["name"]: p["value"].get("value") for p in one.get("properties", ())},
        )
        for one in found["nodes"]
        if not one["ignored"]
    ]


async def test_through_the_banner_and_out_of_it(chromium: Browser) -> None:
    async with visiting(chromium, PAGE) as visitor:
        page = await visitor.tab()
        assert await page.evaluate(NAMED) == ""  # it takes no focus by itself
        assert await walk(page, 9) == [*BANNER, "first", "last", ""]
        back = await walk(page, 8, "Shift+Tab")
        assert back == ["last", "first", *reversed(BANNER)]


async def test_without_a_script_too(chromium: Browser) -> None:
    """Then it comes where it stands in the document, after the page."""
    async with visiting(chromium, PAGE, js=False) as visitor:
        page = await visitor.context.new_page()
        await page.goto(visitor.url)
        assert await walk(page, 8) == ["first", "last", *BANNER]
        await page.keyboard.press("Enter")
        names = [n for n in await walk(page, 10) if n]
        assert names[-2:] == ["Embedded media", "Save choices"]


@pytest.mark.parametrize("key", ["Enter", "Space"])
async def test_settings_by_keyboard(chromium: Browser, key: str) -> None:
    async with visiting(chromium, PAGE) as visitor:
        page = await visitor.tab()
        await walk(page, len(BANNER))
        await page.keyboard.press(key)
        inside = await walk(page, 9)
        assert inside[0] == "Security"  # what is locked takes no focus
        assert inside[-1] == "Save choices"
        await walk(page, inside[::-1].index("Analytics"), "Shift+Tab")
        await page.keyboard.press("Space")
        seen = len(visitor.loads)
        assert await page.locator("#cg-banner [value=analytics]").is_checked()
        assert await page.locator("#cg-banner").is_visible()
        await walk(page, inside[::-1].index("Analytics"))
        async with page.expect_navigation():
            await page.keyboard.press("Enter")
        assert len(visitor.loads) > seen
        assert await page.evaluate("consentguard.allows('analytics')")
        assert not await page.evaluate("consentguard.allows('advertising')")


async def test_nothing_happens_by_focus_or_by_a_tick(chromium: Browser) -> None:
    async with visiting(chromium, PAGE) as visitor:
        asked: list[str] = []
        visitor.context.on("request", lambda request: asked.append(request.url))
        for path, rows in (("/", "#cg-banner"), ("/_consent", "main")):
            page = await visitor.tab(path)
            await page.wait_for_load_state("networkidle")
            asked.clear()
            if path == "/":
                await page.locator("[data-cg=settings]").click()
            for box in await page.locator(f"{rows} input[type=checkbox]:enabled:visible").all():
                await box.focus()
                await page.keyboard.press("Space")
                assert await box.is_checked()
            for place in await page.locator("select").all():
                await place.select_option(index=1)
            await page.evaluate(SETTLED)
            assert asked == []
            assert page.url == visitor.url + path


async def test_the_order_of_our_pages_is_that_of_reading(chromium: Browser) -> None:
    async with visiting(chromium, PAGE) as visitor:
        page = await visitor.tab("/_consent")
        names = await walk(page, 30)
        names = names[: names.index("", 3)]
        places = "els => els.map(el => el.getBoundingClientRect().top)"
        stops = page.locator(":is(a[href], button, input:enabled, select, summary):visible")
        tops = await stops.evaluate_all(places)
        assert len(names) == len(tops)
        assert tops == sorted(tops)
        wanted = ["Back to Test", "Accept all", "Reject all", "Analytics", "Save choices"]
        wanted.append("Withdraw everything")
        assert [name for name in names if name in wanted] == wanted


async def test_what_a_screen_reader_is_told(chromium: Browser) -> None:
    async with visiting(chromium, PAGE) as visitor:
        page = await visitor.tab()
        banner = page.locator("#cg-banner")
        assert await banner.aria_snapshot() == f"{CLOSED}  - group: Settings"
        await page.locator("[data-cg=settings]").click()
        told = await banner.aria_snapshot()
        assert told.startswith(f"{CLOSED}  - group:\n    - text: Settings\n    - list:\n{ROWS}")
        assert told.endswith('\n    - button "Save choices"')


async def test_states_change_as_they_are_told(chromium: Browser) -> None:
    async with visiting(chromium, PAGE) as visitor:
        page = await visitor.tab()
        [told] = [one for one in await tree(page, "#cg-banner") if one[1] == "We use cookies"][:1]
        assert told[0] == "dialog"
        assert told[2].get("modal", False) is False
        for expanded in (False, True):
            role, _, states = next(
                one for one in await tree(page, "#cg-banner") if one[1] == "Settings"
            )
            assert role == "DisclosureTriangle"
            assert states["expanded"] is expanded
            await page.locator("[data-cg=settings]").press("Enter")
        await page.locator("[data-cg=settings]").press("Enter")
        for checked in ("false", "true"):
            found = {one[1]: one for one in await tree(page, "#cg-banner") if one[0] == "checkbox"}
            assert list(found) == ["Necessary", *PURPOSES]
            assert found["Analytics"][2]["checked"] == checked
            assert found["Necessary"][2]["disabled"] is True
            await page.locator("#cg-banner [value=analytics]").press("Space")


async def test_a_refusal_is_announced(chromium: Browser) -> None:
    """In a live region that was there, and empty, before: else nobody hears of it."""
    async with visiting(chromium, PAGE) as visitor:
        page = await visitor.tab()
        await page.evaluate("""() => {
            const status = document.querySelector("[data-cg=status]");
            self.said = [];
            new MutationObserver(() => said.push([status.textContent, status.checkVisibility()]))
                .observe(status, { childList: true });
            new MutationObserver(() => said.push([status.textContent, status.checkVisibility()]))
                .observe(document.getElementById("cg-reopen"), { attributes: true });
        }""")
        await page.locator("[data-cg=reject]").press("Enter")
        await page.wait_for_function("said.length === 2")
        assert await page.evaluate("said") == [
            ["", True],
            ["Saved. Only what is necessary runs.", True],
        ]
        assert await page.locator("#cg-reopen").aria_snapshot() == dedent("""\
            - link "Cookie settings (only what is necessary is allowed)":
              - /url: /_consent
            - status: Saved. Only what is necessary runs.""")


async def test_an_honoured_signal_is_a_status(chromium: Browser) -> None:
    headers = {"Sec-GPC": "1"}
    async with visiting(chromium, PAGE, place=CALIFORNIA, headers=headers) as visitor:
        page = await visitor.tab()
        assert await page.locator("#cg-reopen").aria_snapshot() == dedent("""\
            - status: Your opt-out signal was honoured
            - link "Do Not Sell or Share My Personal Information (some things are allowed)":
              - /url: /_consent
            - status""")


@pytest.mark.parametrize("path", ["/", "/_consent", "/_consent/cookies", "/_consent/nowhere"])
async def test_names_hold_what_is_to_be_read(chromium: Browser, path: str) -> None:
    """WCAG 2.2, 2.5.3; a sign such as × is not text."""
    async with visiting(chromium, PAGE) as visitor:
        page = await visitor.tab(path)
        await page.evaluate("document.querySelectorAll('details').forEach(e => e.open = true)")
        scope = "#cg-banner, #cg-reopen" if path == "/" else "body"
        for control in await page.locator(f":is({scope}) :is(a, button, summary)").all():
            text = (await control.inner_text()).strip()
            if text and text != "×" and await control.is_visible():
                name = await control.get_attribute("aria-label") or text
                assert text in name
        for box in await page.locator(f":is({scope}) :is(input:visible, select)").all():
            [label] = await box.evaluate("el => [...el.labels].map(one => one.textContent)")
            assert label.strip()
