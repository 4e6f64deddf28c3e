"""What holds before, with and after a choice: the checklist's ids I, K, N, P and R.

The table of all ids stands in ``test_checklist``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Response
from tests.browser.conftest import Demo, Visit
from tests.browser.gating import POLICY, until
from tests.browser.looking import TRACES
from tests.browser.visiting import GERMANY, App, visiting
from tests.conftest import a_policy
from tests.serving import serving

from consentguard.asgi import ConsentMiddleware
from consentguard.ledger.sql import SQLLedger

pytestmark = pytest.mark.asyncio(loop_scope="session")

PAGE = "<p>words</p>"
COOKIE = '[services.trace]\npurposes = ["analytics"]\ncookies = ["_trace"]\n'
STORED = """async () => [document.cookie.includes("_trace"), localStorage.length,
    sessionStorage.length, (await indexedDB.databases()).length]"""


async def test_p_nothing_is_set_sent_or_stored_before(chromium: Browser) -> None:
    async with visiting(chromium, TRACES) as visitor:
        page = await visitor.tab()
        await page.wait_for_load_state("networkidle")
        assert await page.evaluate(STORED) == [False, 0, 0, 0]
        assert await visitor.context.cookies() == []
        assert visitor.contacted == set()
        # The same page leaves all of these traces where it may.
        await visitor.press(page, "accept")
        await until(page, lambda: len(visitor.contacted) == 2)
        assert await page.evaluate(STORED) == [True, 1, 1, 1]


async def test_i1_what_is_set_before_is_declared_as_necessary(visit: Visit) -> None:
    visitor = await visit()
    for path in ("/", "/login", "/artist/nora-lindqvist"):
        await visitor.go(path)
    answer = await visitor.context.request.get(
        visitor.demo.url + "/_consent/cookies", headers={"Accept": "application/json"}
    )
    named = {
        cookie["name"]
        for purpose in (await answer.json())["purposes"]
        if purpose["id"] in ("necessary", "security", "consent-management")
        for service in purpose["services"]
        for cookie in service["cookies"]
    }
    before = await visitor.cookies()
    assert before
    assert before <= named


@pytest.mark.parametrize("js", [True, False], ids=["script", "plain"])
async def test_k1_two_clicks_withdraw(chromium: Browser, js: bool) -> None:
    async with visiting(chromium, TRACES, COOKIE, js=js) as visitor:
        page = await visitor.context.new_page()
        await visitor.press(page, "accept", "/deep/down?x=1")
        assert visitor.contacted
        await page.locator("[data-cg=reopen]").click()
        await page.locator("[data-cg=withdraw]").click(trial=True)  # in sight, or scrolled to
        async with page.expect_navigation():
            await page.locator("[data-cg=reject]").click()
        # Without a script the settings know the way back, and say that it is saved.
        onward = "/deep/down?x=1" if js else "/_consent?next=/deep/down%3Fx%3D1&receipt="
        assert onward in page.url
        assert {c.get("name") for c in await visitor.context.cookies()} == {"consent"}
        visitor.contacted.clear()
        await page.goto(visitor.url + "/deep/down?x=1")
        assert visitor.contacted == set()


async def max_age(answer: Response) -> int:
    """Seconds that the consent cookie of an answer is kept."""
    said = await answer.header_values("set-cookie")
    cookie = next(c for c in said if c.startswith("consent="))
    return int(next(p for p in cookie.split("; ") if p.startswith("Max-Age=")).partition("=")[2])


async def test_n1_a_refusal_is_remembered_as_long_as_a_grant(chromium: Browser) -> None:
    kept = {}
    for choice in ("accept", "reject"):
        async with visiting(chromium, PAGE) as visitor:
            page = await visitor.tab()
            async with page.expect_response(lambda r: r.request.method == "POST") as answer:
                await page.locator(f"[data-cg={choice}]").click()
            kept[choice] = await max_age(await answer.value)
            await page.locator("#cg-banner").wait_for(state="hidden")
            await page.goto(visitor.url)
            assert await page.locator("#cg-banner").count() == 0
    assert kept["accept"] == kept["reject"] >= 181 * 86400


@pytest.mark.parametrize(("choice", "again"), [("accept", 1), ("reject", 0)])
async def test_n2_only_something_new_asks_again(chromium: Browser, choice: str, again: int) -> None:
    """And who has refused everything is left alone."""
    newer = "[policy]\nversion = '2'\n"
    more = '[purposes.fans]\n[services.f]\npurposes = ["fans"]\nhosts = ["f.test"]\n'
    asked = []
    async with visiting(chromium, PAGE) as visitor:
        page = await visitor.tab()
        await page.locator(f"[data-cg={choice}]").click()
        await page.locator("[data-cg=reopen]").wait_for()
        # Another port, the same cookies.
        for policy in (POLICY, newer + POLICY, POLICY + more):
            guarded = ConsentMiddleware(
                App(PAGE), a_policy(policy), ["key"], ledger=None, geo=GERMANY
            )
            with serving(guarded) as url:
                await visitor.context.unroute_all()
                await page.goto(url)
                asked.append(await page.locator("#cg-banner").count())
    assert asked == [0, 0, again]


async def rows(demo: Demo, page: Page, choose: Callable[[], Awaitable[Any]]) -> list[Any]:
    """What the ledger holds more after a choice; a refusal is written after its answer."""
    ledger = SQLLedger(f"sqlite:///{demo.ledger}")
    before = len(ledger.records())
    await choose()
    await until(page, lambda: len(ledger.records()) > before)
    found = ledger.records()[before:]
    ledger.close()
    return found


async def test_r1_each_choice_is_a_row(visit: Visit, demo: Demo) -> None:
    visitor = await visit()
    page = visitor.page
    seen = []
    for path, choice in (("/", "accept"), ("/_consent", "withdraw"), ("/_consent", "save")):
        await visitor.go(path)
        control = page.locator(f"[data-cg={choice}]").first
        [row] = await rows(demo, page, control.click)
        seen.append((row["kind"], "analytics" in row["granted"], "analytics" in row["denied"]))
        assert row["policy_version"] == "2026-11-21"
        assert len(row["policy_digest"]) == len(row["text_digest"]) == 64
        assert (row["language"], row["region"], row["device"]) == ("en", "de-tdddg", "desktop")
        assert row["time"] > 1_700_000_000
    assert [one[1:] for one in seen] == [(True, False), (False, True), (False, True)]
    assert len({one[0] for one in seen}) == 3
