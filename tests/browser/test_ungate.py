"""What `ungate.js` gives back, in which order, and what it must never give back."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Browser, Route
from tests.browser.gating import FREE, SCRIPT, TELL, visiting

pytestmark = pytest.mark.asyncio(loop_scope="session")

STATS, ADS = "https://a.stats.test", "https://b.ads.test"
#: Ways to load it: before the banner's script and behind it, while the page is read and later.
LOADED = [SCRIPT, SCRIPT.replace(" src", " defer src"), SCRIPT.replace(" src", " async src")]
HEAD = f"<!doctype html><html><head>{SCRIPT}</head><body>"
SAY = "(self.ran ||= []).push"


def inline(name: str, attributes: str = "") -> str:
    return f"<script {attributes}>stats(); {SAY}('{name}')</script>"


def external(name: str, attributes: str = "", host: str = STATS) -> str:
    return f'<script {attributes} src="{host}/{name}.js"></script>'


SAYS = "<script>self.stats = self.ads = () => 1</script>"
SCRIPTS = (
    f"<!doctype html><html><head>{SCRIPT}{SAYS}"
    + external("late-slow", "defer")
    + inline("module-inline", "type=module")
    + external("module-slow", "type=module")
    + external("first-slow")
    + inline("second")
    + external("third", host=ADS)
    + "</head><body>"
    + inline("fourth", 'type="text/javascript"')
    + f"<svg><script href='{STATS}/svg-slow.js'></script>"
    + f"<script>stats(); {SAY}(&#39;svg-inline&#39;)</script></svg>"
    + inline("fifth")
    + external("old", "nomodule")
    + external("last", "defer")
    + inline("sixth", "defer")
    + "</body></html>"
)


async def test_scripts_run_in_the_order_of_the_original(chromium: Browser) -> None:
    async with visiting(chromium, SCRIPTS, gated=False) as site:
        original = await site.ran()
    assert len(original) == 12
    async with visiting(chromium, SCRIPTS) as site:
        assert await site.ran() == []
        assert await site.tell("analytics", "advertising") == 0
        assert await site.ran() == original
        assert await site.tell("analytics", "advertising") == 0
        assert await site.ran() == original


async def test_an_async_script_holds_nobody_up(chromium: Browser) -> None:
    page = HEAD + SAYS + external("held", "async") + external("quick")
    others = asyncio.Event()

    async def hold(route: Route) -> None:
        await others.wait()
        await route.fulfill(content_type="text/javascript", body=f"{SAY}('held')")

    async with visiting(chromium, page) as site:
        await site.page.route("**/held.js", hold)
        await site.tell("analytics")
        await site.page.wait_for_function("self.ran?.length === 1")
        assert await site.ran() == ["quick"]
        others.set()
        await site.page.wait_for_function("self.ran.length === 2")


async def test_a_script_that_fails_holds_nobody_up(chromium: Browser) -> None:
    page = HEAD + SAYS + external("gone") + inline("next")
    async with visiting(chromium, page) as site:
        await site.page.route("**/gone.js", lambda route: route.abort())
        await site.tell("analytics")
        assert await site.ran() == ["next"]


@pytest.mark.parametrize("script", LOADED)
async def test_the_order_of_loading_does_not_matter(chromium: Browser, script: str) -> None:
    for page in (
        f"<!doctype html><html>{script}<img src='{STATS}/i'>",
        f"<!doctype html><html><img src='{STATS}/i'></body>{script}",
    ):
        async with visiting(chromium, page) as site:
            assert site.contacted == set()
            assert await site.page.evaluate("Object.keys(consentguard).sort().join()") == (
                "allows,choose,onChange,open"
            )
            await site.tell("analytics")
            await site.until("a.stats.test")


async def test_a_word_before_the_page_is_read_is_kept(chromium: Browser) -> None:
    early = f"<script>self.told = ({TELL})({{ granted: {[*FREE, 'analytics']} }})</script>"
    async with visiting(chromium, HEAD + early + external("one")) as site:
        assert await site.page.evaluate("told") == 0
        assert await site.ran() == ["one"]


async def test_only_what_is_allowed_comes_back(chromium: Browser) -> None:
    page = HEAD + f"<img src='{STATS}/i'><img src='{ADS}/i'><img src='https://x.test/i'>"
    page += external("ads", host=ADS) + external("stats") + "<iframe src='https://x.test/f'>"
    async with visiting(chromium, page) as site:
        assert site.contacted == {"x.test"}  # an unknown image passes, an unknown frame does not
        await site.tell("analytics", "necessary")
        assert await site.ran() == ["stats"]
        assert await site.value("iframe", "data-cg-purpose") == "unknown"
        assert await site.value("iframe", "src") is None
        assert site.contacted == {"x.test", "a.stats.test"}


async def test_a_service_has_a_word_of_its_own(chromium: Browser) -> None:
    page = HEAD + f"<img id=s src='{STATS}/i'><img id=a src='{ADS}/i'>"
    async with visiting(chromium, page) as site:
        await site.tell("analytics", stats=False, ads=True)
        assert await site.value("#s", "src") is None
        assert await site.value("#a", "src") == f"{ADS}/i"


async def test_several_purposes_must_all_be_granted(chromium: Browser) -> None:
    page = HEAD + f"<img src='{STATS}/i'>"
    async with visiting(chromium, page) as site:
        put = "document.images[0].dataset.cgPurpose = 'analytics advertising'"
        await site.page.evaluate(put)
        await site.tell("analytics")
        assert await site.value("img", "src") is None
        await site.tell("analytics", "advertising")
        assert await site.value("img", "src") == f"{STATS}/i"


async def test_what_the_server_held_back_for_its_service_stays(chromium: Browser) -> None:
    """The page came with the purpose granted: so it was the service that was refused."""
    page = HEAD + f"<img src='{STATS}/i'>" + external("one")
    async with visiting(chromium, page) as site:
        site.documents = {"/": site.documents["/"].replace('granted="', 'granted="analytics ')}
        await site.page.reload()
        assert await site.tell("analytics") == 0
        assert site.contacted == set()
        await site.tell("analytics", stats=True)
        assert await site.ran() == ["one"]
        assert await site.value("img", "src") == f"{STATS}/i"


async def test_a_frame_gets_its_name_back_and_loses_it_again(chromium: Browser) -> None:
    page = HEAD + f"<iframe name=video src='{STATS}/v'></iframe><iframe src='{STATS}/w'></iframe>"
    async with visiting(chromium, page) as site:
        before = await site.page.evaluate("history.length")
        gated = await site.page.evaluate("document.body.innerHTML")
        for _ in range(2):
            await site.tell("analytics")
            await site.shows(f"{STATS}/v", f"{STATS}/w")
            assert await site.value("iframe", "name") == "video"
            await site.tell()
            await site.shows("about:blank", "about:blank")
        assert await site.page.evaluate("history.length") == before
        after = await site.page.evaluate("document.body.innerHTML")
        assert sorted(after) == sorted(gated)


async def test_withdrawal_gates_again_and_counts_what_ran(chromium: Browser) -> None:
    page = HEAD + SAYS + f"<img src='{STATS}/i'><video src='{STATS}/v'></video>"
    page += external("one") + inline("two") + external("ads", host=ADS)
    async with visiting(chromium, page) as site:
        assert await site.tell("analytics") == 0
        assert await site.ran() == ["one", "two"]
        assert await site.tell() == 2
        assert await site.value("img", "data-cg-src") == f"{STATS}/i"
        assert await site.value("img", "src") is None
        assert await site.page.evaluate("document.querySelector('video').networkState") == 0
        assert await site.tell("advertising") == 2
        assert await site.ran() == ["one", "two", "ads"]


async def test_a_page_that_came_with_a_grant_needs_a_reload_after_a_refusal(
    chromium: Browser,
) -> None:
    async with visiting(chromium, HEAD) as site:
        site.documents = {"/": site.documents["/"].replace('granted="', 'granted="analytics ')}
        await site.page.reload()
        assert await site.tell() > 0


async def test_what_writes_the_document_waits_for_a_reload(chromium: Browser) -> None:
    writes = [
        "document.write('x')",
        "document . writeln('x')",
        "var d = document; d.write('x')",
        "document['write']('x')",
    ]
    page = HEAD + "".join(f"<script>stats();{one}</script>" for one in writes) + external("one")
    async with visiting(chromium, page) as site:
        assert await site.tell("analytics") == len(writes)
        assert await site.ran() == ["one"]
        assert await site.page.locator("script[type='text/plain']").count() == len(writes)


@pytest.mark.parametrize("ours", ["", " nonce=good"])
async def test_where_nonces_are_used_a_script_needs_its_own(chromium: Browser, ours: str) -> None:
    policy = "script-src 'nonce-good'" + (" 'strict-dynamic'" if ours else " 'self'")
    page = f"<!doctype html><html>{SCRIPT.replace(' src', ours + ' src')}"
    page += f"<script nonce=good>self.stats = () => 1; {SAY}('app')</script>"
    page += external("good", "nonce=good") + external("none") + external("bad", "nonce=bad")
    page += inline("inline", "nonce=good") + inline("bare")
    headers = [("content-security-policy", policy)]
    async with visiting(chromium, page, gated=False, headers=headers) as site:
        original = await site.ran()
    async with visiting(chromium, page, headers=headers) as site:
        left = await site.tell("analytics")
        assert await site.ran() == original == ["app", "good", "inline"]
        assert left >= 2


async def test_it_works_under_a_policy_of_self(chromium: Browser) -> None:
    headers = [("content-security-policy", f"script-src 'self' {STATS}; style-src 'self'")]
    page = HEAD + external("one") + external("two", host=ADS)
    async with visiting(chromium, page, headers=headers) as site:
        await site.tell("analytics", "advertising")
        assert await site.ran() == ["one"]


async def test_a_script_keeps_its_attributes(chromium: Browser) -> None:
    kept = 'id="x" crossorigin="anonymous" referrerpolicy="no-referrer" integrity="sha256-AAAA"'
    page = HEAD + external("one", f"{kept} onerror=\"{SAY}('refused')\" type='text/javascript'")
    async with visiting(chromium, page, gated=False) as site:
        assert await site.ran() == ["refused"]
    async with visiting(chromium, page) as site:
        await site.tell("analytics")
        assert await site.ran() == ["refused"]
        found = await site.page.evaluate("document.getElementById('x').outerHTML")
        for attribute in (*kept.split(), f'src="{STATS}/one.js"', 'type="text/javascript"'):
            assert attribute in found


URLS = ["javascript:ran.push(1)", " \\x01java\\tscr\\nipt:ran.push(1)", "JAVASCRIPT:ran.push(1)"]


async def test_a_javascript_url_never_comes_back(chromium: Browser) -> None:
    async with visiting(chromium, HEAD + "<p></p>") as site:
        for element, name in (("iframe", "src"), ("object", "data"), ("embed", "src")):
            for url in URLS:
                put = f"""const one = document.createElement('{element}'); self.ran ||= [];
                one.dataset.cgPurpose = 'analytics';
                one.setAttribute('data-cg-{name}', '{url}'); document.body.append(one)"""
                await site.page.evaluate(put)
        await site.tell("analytics")
        assert await site.ran() == []
        assert await site.page.locator("[data-cg-src], [data-cg-data]").count() == 9


async def test_names_outside_the_table_never_come_back(chromium: Browser) -> None:
    forged = (
        "<a data-cg-purpose=analytics data-cg-href=/a data-cg-onclick=x>a</a>"
        "<img data-cg-purpose=analytics data-cg-onerror=x data-cg-style=x data-cg-href=/a>"
        "<meta data-cg-purpose=analytics http-equiv=refresh data-cg-content='0;url=/gone'>"
        "<constructor data-cg-purpose=analytics data-cg-src=/x></constructor>"
    )
    async with visiting(chromium, HEAD + "<p></p>") as site:
        await site.page.evaluate(f"document.body.insertAdjacentHTML('beforeend', `{forged}`)")
        before = await site.page.evaluate("document.body.innerHTML")
        await site.tell("analytics")
        assert await site.page.evaluate("document.body.innerHTML") == before


async def test_content_that_comes_later(chromium: Browser) -> None:
    """Markup from a script runs no scripts in the original, and none here."""
    mark = "data-cg-purpose=analytics data-cg-service=stats"
    later = (
        f"<p><img {mark} data-cg-src={STATS}/i><iframe {mark} name=cg-gated data-cg-src={STATS}/f>"
        f"</iframe></p><iframe {mark} data-cg-srcdoc='<script>parent.ran.push(1)</script>'>"
        "</iframe>"
        f"<script {mark} type=text/plain>{SAY}('inline')</script>"
    )
    async with visiting(chromium, HEAD + "<p></p>") as site:
        put = f"self.ran = []; document.body.insertAdjacentHTML('beforeend', `{later}`)"
        await site.page.evaluate(put.replace("</script>", "<\\/script>"))
        assert site.contacted == set()
        await site.tell("analytics")
        await site.page.evaluate(put.replace("</script>", "<\\/script>"))
        assert await site.page.locator(f"img[src='{STATS}/i']").count() == 2
        assert await site.page.locator(f"iframe[src='{STATS}/f']").count() == 2
        assert await site.page.locator("iframe[srcdoc]").count() == 0
        assert await site.ran() == []


async def test_a_script_that_another_one_makes_runs(chromium: Browser) -> None:
    put = f"""const one = document.createElement('script');
    one.type = 'text/plain'; one.dataset.cgPurpose = 'analytics';
    one.setAttribute('data-cg-src', '{STATS}/made.js'); document.body.append(one)"""
    async with visiting(chromium, HEAD + "<p></p>") as site:
        await site.tell("analytics")
        await site.page.evaluate(put)
        await site.page.wait_for_function("self.ran?.length === 1")


async def test_templates_and_noscript_are_left_alone(chromium: Browser) -> None:
    page = HEAD + f"<template><img src='{STATS}/t'></template>"
    page += f"<noscript><img src='{STATS}/n'></noscript>"
    async with visiting(chromium, page) as site:
        before = await site.page.evaluate("document.body.innerHTML")
        assert "data-cg-src" in before
        await site.tell("analytics")
        assert await site.page.evaluate("document.body.innerHTML") == before
        clone = "document.body.append(document.querySelector('template').content.cloneNode(true))"
        await site.page.evaluate(clone)
        await site.page.locator(f"img[src='{STATS}/t']").wait_for(state="attached")


async def test_trusted_types_are_obeyed(chromium: Browser) -> None:
    headers = [("content-security-policy", "require-trusted-types-for 'script'")]
    page = HEAD + external("one") + f"<img src='{STATS}/i'>"
    async with visiting(chromium, page, headers=headers) as site:
        assert await site.tell("analytics") == 1
        assert await site.value("img", "src") == f"{STATS}/i"


async def test_a_base_comes_back_and_asks_for_the_next_page(chromium: Browser) -> None:
    """What it should have moved was fetched from elsewhere, or not at all."""
    page = f"{HEAD}<base href={STATS}/a/><a id=led href=b>x</a>"
    led = "document.querySelector('#led').href"
    async with visiting(chromium, page) as site:
        own = await site.page.evaluate(led)
        assert not own.startswith(STATS)
        assert await site.tell() == 0
        assert await site.tell("analytics") == 1
        assert await site.page.evaluate(led) == f"{STATS}/a/b"
        assert await site.tell() == 0
        assert await site.page.evaluate(led) == own
