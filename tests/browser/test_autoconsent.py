"""A client that refuses for its user (DuckDuckGo) knows the banner by what it looks like alone."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import pytest
from duckduckgo_autoconsent import bundle, rules_json
from playwright.async_api import Browser, Page
from tests.browser.gating import until
from tests.browser.looking import LANGUAGES
from tests.browser.visiting import Visitor, visiting
from tests.conftest import SITE

from consentguard.locales import load

pytestmark = pytest.mark.asyncio(loop_scope="session")

RULES = {
    "autoconsent": [
        json.loads(files("consentguard.static").joinpath("autoconsent.json").read_text())
    ]
}
#: The page that comes back after a grant.
GRANTED = "!document.querySelector('#cg-banner') && self.consentguard?.allows('analytics')"
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
    if action == "optOut":
        await until(page, lambda: any(m["type"] == "autoconsentDone" for m in said))
    return page, said


def pattern(name: str) -> str:
    """The bundle, telling what it takes the text of a button for."""
    start, code = "(() => {", str(bundle())
    assert code.count(name) > 1
    return code.replace(start, f"{start} self.classify = {name};", 1)


async def state(page: Page) -> dict[str, Any]:
    """What the server holds of this visitor."""
    found: dict[str, Any] = await page.evaluate(
        "fetch('/_consent/state').then(answer => answer.json())"
    )
    return found


def results(said: list[dict[str, Any]], kind: str) -> set[Any]:
    return {message["result"] for message in said if message["type"] == kind}


# Arabic is none of its languages: there it needs the rule.
@pytest.mark.parametrize("lang", ["en", "de", "fr", "pt-BR"])
async def test_it_refuses_without_a_rule_of_ours(chromium: Browser, lang: str) -> None:
    site = SITE + f'languages = ["{lang}"]\n'
    async with visiting(chromium, TRACKERS, site=site) as visitor:
        page, said = await met(visitor, json.loads(rules_json()), "optOut")
        assert results(said, "optOutResult") == {True}
        await page.locator("#cg-banner").wait_for(state="hidden")
        found = await state(page)
        assert (found["show_banner"], found["denied"]["analytics"]) == (False, "refused")
        assert visitor.contacted == set()


@pytest.mark.parametrize("lang", LANGUAGES)
async def test_it_refuses_with_our_rule(chromium: Browser, lang: str) -> None:
    site = SITE + f'languages = ["{lang}"]\n'
    async with visiting(chromium, TRACKERS, site=site) as visitor:
        page, said = await met(visitor, RULES, "optOut")
        assert {m["cmp"] for m in said if m["type"] == "cmpDetected"} == {"consentguard"}
        assert results(said, "optOutResult") == {True}
        await page.locator("#cg-banner").wait_for(state="hidden")
        assert (await state(page))["denied"]["advertising"] == "refused"
        assert visitor.contacted == set()


@pytest.mark.parametrize("lang", LANGUAGES)
async def test_it_accepts_with_our_rule(chromium: Browser, lang: str) -> None:
    site = SITE + f'languages = ["{lang}"]\n'
    async with visiting(chromium, TRACKERS, site=site) as visitor:
        page, _ = await met(visitor, RULES, "optIn")
        await page.wait_for_function(GRANTED)
        await until(page, lambda: visitor.contacted == {"a.stats.test", "b.ads.test"})
        assert await page.locator("#cg-banner").count() == 0
        assert {"analytics", "advertising"} <= set((await state(page))["granted"])


async def test_it_knows_each_button_by_its_label(chromium: Browser) -> None:
    page = await chromium.new_page()
    await page.add_init_script(
        "self.autoconsentSendMessage = () => {};" + pattern("classifyButtonTextRegex")
    )
    await page.goto("about:blank")
    taken = {
        (lang, key): await page.evaluate("t => classify(t)", load(lang)[f"button.{key}"])
        for lang in ("en", "de", "fr", "pt-BR")
        for key in ("accept", "reject", "settings")
    }
    # The words of the ANPD's own example, which it does not know: it never accepts by label alone.
    assert taken.pop(("pt-BR", "accept")) == "other"
    assert all(found == key for (_, key), found in taken.items()), taken
    assert await page.evaluate("t => classify(t)", "words") == "other"
    await page.close()
