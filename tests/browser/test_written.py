"""Scripts that a site wrote to wait, in the ways of the field: when they run, and when never."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser
from tests.browser.gating import Site, visiting

pytestmark = pytest.mark.asyncio(loop_scope="session")

OWN = "https://own.test"
SAYS = "<script>self.ran = []</script>"
HEAD = f"<!doctype html><html><head>{SAYS}</head><body>"


def written(name: str, attributes: str = "data-category=analytics") -> str:
    return f"<script type=text/plain {attributes}>ran.push('{name}')</script>"


async def granted(site: Site, purposes: str) -> None:
    """Load the page as it comes to who granted these already."""
    page = site.documents["/"].replace('granted="', f'granted="{purposes} ')
    site.documents = {"/": page}
    await site.page.reload()


async def test_none_runs_before_consent(chromium: Browser) -> None:
    page = HEAD + written("one") + written("two", f"data-category=analytics data-src={OWN}/x.js")
    async with visiting(chromium, page) as site:
        assert await site.tell() == 0
        assert await site.ran() == []
        assert site.contacted == set()


SCRIPTS = (
    written("one")
    + f"<script type=text/plain data-category=analytics data-src={OWN}/two-slow.js></script>"
    + written("ads", "data-category=advertising")
    + f"<script type=text/plain data-category=analytics src={OWN}/three.js></script>"
    + written("module", "data-category=analytics data-type=module")
    + written("four")
)


@pytest.mark.parametrize("when", ["later", "on arrival"])
async def test_they_run_in_order_one_after_another(chromium: Browser, when: str) -> None:
    async with visiting(chromium, HEAD + SCRIPTS) as site:
        if when == "later":
            assert await site.tell("analytics") == 0
        else:
            await granted(site, "analytics")
            await site.page.wait_for_function("ran.length === 5")
        assert await site.ran() == ["one", "two-slow", "three", "four", "module"]
        assert site.contacted == {"own.test"}
        assert await site.tell("analytics", "advertising") == 0
        assert await site.ran() == ["one", "two-slow", "three", "four", "module", "ads"]


async def test_they_keep_their_place_among_gated_ones(chromium: Browser) -> None:
    page = HEAD + "<script>self.stats = () => 1</script>" + written("one")
    page += "<script src=https://a.stats.test/two-slow.js></script>" + written("three")
    page += "<script>stats(); ran.push('four')</script>"
    async with visiting(chromium, page) as site:
        assert await site.tell("analytics") == 0
        assert await site.ran() == ["one", "two-slow", "three", "four"]


@pytest.mark.parametrize(
    ("attributes", "purposes"),
    [
        ("data-category=statistics", "analytics"),
        ("data-category='Performance'", "analytics"),
        ("data-cookiecategory=targeting", "advertising"),
        ("data-cookieconsent=marketing", "advertising"),
        ("data-cookieconsent=preferences", "functional"),
        ("data-cookieconsent='statistics,marketing'", "analytics advertising"),
        ("data-cookieconsent='statistics, marketing'", "analytics advertising"),
        ("data-category='analytics ads'", "analytics advertising"),
        ("data-category=media", "media"),
    ],
)
async def test_the_usual_names(chromium: Browser, attributes: str, purposes: str) -> None:
    async with visiting(chromium, HEAD + written("x", attributes)) as site:
        for purpose in purposes.split():
            assert await site.tell(*(set(purposes.split()) - {purpose})) == 0
            assert await site.ran() == []
        await site.tell(*purposes.split())
        assert await site.ran() == ["x"]


async def test_what_is_necessary_runs_at_once(chromium: Browser) -> None:
    page = HEAD + written("one", "data-category=necessary") + written("x", "data-category=ads")
    page += written("two", "data-cookieconsent='strictly necessary'")
    async with visiting(chromium, page) as site:
        await site.page.wait_for_function("ran.length === 2")
        assert await site.ran() == ["one", "two"]


@pytest.mark.parametrize(
    "attributes",
    [
        "",
        "data-category",
        "data-category=','",
        "data-category=unclassified",
        "data-category=!analytics",
        "data-category=constructor",
        "data-category='analytics nonsense'",
        "data-purpose=analytics",
    ],
)
async def test_what_names_no_purpose_never_runs(chromium: Browser, attributes: str) -> None:
    async with visiting(chromium, HEAD + written("x", attributes)) as site:
        assert await site.tell("analytics", "advertising", "functional", "media") == 0
        assert await site.ran() == []


async def test_only_scripts_that_wait_are_meant(chromium: Browser) -> None:
    things = (
        f"<a data-category=analytics data-src={OWN}/a data-href={OWN}/a>a</a>"
        f"<img data-category=analytics data-src={OWN}/i>"
        f"<script type=application/json data-category=analytics data-src={OWN}/j>1</script>"
        "<script type=text/plain data-category=analytics data-src=' java\tscript:ran.push(1)'>"
        "</script><noscript><script type=text/plain data-category=analytics>ran.push(2)</script>"
        "</noscript><template>" + written("three") + "</template>"
    )
    async with visiting(chromium, HEAD + things) as site:
        assert await site.tell("analytics") == 0
        assert await site.ran() == []
        assert site.contacted == set()
        assert await site.value("a[data-category]", "href") is None


async def test_what_writes_the_document_never_runs(chromium: Browser) -> None:
    page = HEAD + "<script type=text/plain data-category=analytics>document.write('x')</script>"
    async with visiting(chromium, page + written("one")) as site:
        # A reload would bring the same page: it is not asked for.
        assert await site.tell("analytics") == 0
        assert await site.ran() == ["one"]


async def test_what_ran_needs_a_reload_after_a_withdrawal(chromium: Browser) -> None:
    async with visiting(chromium, HEAD + written("one")) as site:
        await site.tell("analytics")
        assert await site.tell() == 1


async def test_one_that_comes_later(chromium: Browser) -> None:
    put = """name => {
        const one = document.createElement("script");
        Object.assign(one, { type: "text/plain", textContent: `ran.push("${name}")` });
        one.dataset.category = "analytics";
        const box = document.createElement("div");
        box.append(one);
        document.body.append(box);
    }"""
    async with visiting(chromium, HEAD) as site:
        await site.page.evaluate(put, "before")
        assert await site.tell() == 0
        assert await site.ran() == []
        await site.tell("analytics")
        assert await site.ran() == ["before"]
        await site.page.evaluate(put, "after")
        await site.page.wait_for_function("ran.length === 2")


async def test_where_nonces_are_used_they_need_one(chromium: Browser) -> None:
    headers = [("content-security-policy", "script-src 'nonce-good' 'self'")]
    page = HEAD.replace("<script>", "<script nonce=good>") + written("bare")
    page += written("good", "nonce=good data-category=analytics")
    page += f"<script type=text/plain data-category=analytics data-src={OWN}/bare.js></script>"
    async with visiting(chromium, page, headers=headers) as site:
        assert await site.tell("analytics") == 0
        assert await site.ran() == ["good"]
        assert site.contacted == set()
