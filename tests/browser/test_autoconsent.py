"""A client that refuses for its user (DuckDuckGo) knows the banner by what it looks like alone."""

from __future__ import annotations

import json
from typing import Any

import pytest
from duckduckgo_autoconsent import bundle, rules_json
from playwright.async_api import Browser, Page
from tests.browser.gating import until
from tests.browser.visiting import Visitor, visiting
from tests.conftest import SITE

pytestmark = pytest.mark.asyncio(loop_scope="session")

TRACKERS = "<img src='https://a.stats.test/i'><iframe src='https://b.ads.test/f'></iframe>"


async def met(visitor: Visitor, rules: Any, action: str) -> tuple[Page, list[dict[str, Any]]]:
    """A page that such a client has seen, and all that it said of it."""
    said: list[dict[str, Any]] = []
    page = await visitor.context.new_page()
    config = {"autoAction": action, "heuristicMode": "reject", "enablePrehide": False}

    async def hear(message: dict[str, Any]) -> None:
        said.append(message)
        reply: dict[str, Any] = {}
        if message["type"] == "init":
            reply = {"type": "initResp", "config": config, "rules": rules}
        elif message["type"] == "eval":
            result = await page.evaluate(message["code"])
            reply = {"type": "evalResp", "id": message["id"], "result": result}
        if reply:
            # Not waited for: the answer asks again.
            await page.evaluate("reply => void autoconsentReceiveMessage(reply)", reply)

    await page.expose_function("autoconsentSendMessage", hear)
    await page.add_init_script(bundle())
    await page.goto(visitor.url)
    await until(page, lambda: any(m["type"] == "autoconsentDone" for m in said))
    return page, said


@pytest.mark.parametrize("lang", ["en", "de"])
async def test_it_refuses_without_a_rule_of_ours(chromium: Browser, lang: str) -> None:
    site = SITE + f'languages = ["{lang}"]\n'
    async with visiting(chromium, TRACKERS, site=site) as visitor:
        page, said = await met(visitor, json.loads(rules_json()), "optOut")
        assert {m["result"] for m in said if m["type"] == "optOutResult"} == {True}
        await page.locator("#cg-banner").wait_for(state="hidden")
        state = await page.evaluate("fetch('/_consent/state').then(answer => answer.json())")
        assert (state["show_banner"], state["denied"]["analytics"]) == (False, "refused")
        assert visitor.contacted == set()
