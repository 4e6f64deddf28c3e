"""The checklist of what regulators look for in a banner, as they would look: in a browser.

Ids are those of the EDPB's report of the cookie banner taskforce (2023, types A to K) where it has
one. "here" is the test of that name in this file; the others are found by theirs.

=====  ======================================================  ====================================
id     what                                                    test
=====  ======================================================  ====================================
A1     reject stands where accept stands, and can be pressed   here, a1; test_reflow, narrower
A2     refusing takes no more actions than accepting           here, a2
A3     no wall: silence is a refusal, the X and Escape too     here, a3; test_banner, escape
B1     nothing is ticked before                                here, b1
C1 D   reject is a button that looks like accept               here, d
E1     contrast of text and edges                              test_colours
G1     purposes before the choice, partners one click away     here, g1
H1 Q1  no "legitimate interest", no words that push            tests/locales, no_words_that_push
I1     what is set before is declared as necessary             test_choices, i1
K1     two clicks withdraw, on any page                        test_choices, k1; test_demo
L1     the language of the visitor, marked                     here, l1; test_banner, languages
N1     a refusal is remembered as long as a grant              test_choices, n1; tests/consent
N2     asked again for a new purpose only                      test_choices, n2; tests/consent
P1-4   nothing is set, sent or stored before the choice        test_choices, p; test_demo
R1     a row of the ledger for each choice                     test_choices, r1
CA1    an honoured signal is displayed, what stays off is said here, ca1; test_demo, global_privacy
UK1    the exceptions of the DUAA                              tests/policy/test_golden, gb
FR1    own audience measurement: conditions and months         tests/policy/test_exemptions
WCAG   2.2, A and AA                                           test_keyboard, test_reflow,
                                                               test_colours, test_accessibility
=====  ======================================================  ====================================
"""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page
from tests.browser.conftest import GPC, Visit
from tests.browser.looking import EVERY, LANGUAGES, POSITIONS, TRACES, VIEWS, missed, zoom
from tests.browser.visiting import visiting
from tests.conftest import Here

from consentguard.locales import load

pytestmark = pytest.mark.asyncio(loop_scope="session")

LONG = "<p>words <a href='/next'>and a link</a></p>" * 60
#: All that is computed of two elements and is not the same.
UNLIKE = """([one, other]) => {
    const [a, b] = [one, other].map(name => getComputedStyle(document.querySelector(name)));
    return [...a].filter(name => a[name] !== b[name]).map(name => [name, a[name], b[name]]);
}"""
ANSWERS = ["#cg-banner [data-cg=accept]", "#cg-banner [data-cg=reject]"]
CALIFORNIA = Here("US", "US-CA")


def speaking(lang: str) -> dict[str, str]:
    return {"Accept-Language": lang}


async def refused(page: Page) -> bool:
    """Whether the server holds a refusal of everything optional."""
    state = await page.evaluate("fetch('/_consent/state').then(answer => answer.json())")
    return not state["show_banner"] and state["denied"].get("analytics") == "refused"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("position", POSITIONS)
async def test_a1_reject_is_in_sight_where_accept_is(
    chromium: Browser, position: str, lang: str
) -> None:
    place = f"[banner]\nposition = '{position}'\n"
    async with visiting(chromium, LONG, place, site=EVERY, headers=speaking(lang)) as visitor:
        page = await visitor.tab()
        assert await page.locator("#cg-banner").get_attribute("lang") == lang
        for view in VIEWS:
            await zoom(page, *view)
            assert (view, await missed(page, "accept", "reject")) == (view, [])


async def test_a1_on_the_second_layer_too(chromium: Browser) -> None:
    """ANPD, guia de cookies (2022): on both levels."""
    async with visiting(chromium, LONG, place=Here("BR")) as visitor:
        page = await visitor.tab()
        await page.locator("[data-cg=settings]").click()
        assert await missed(page, "accept", "reject", "settings", "save") == []
        await page.goto(visitor.url + "/_consent")
        for view in VIEWS:
            await zoom(page, *view)
            for choice in ("accept", "reject"):
                await page.locator(f"[data-cg={choice}]").click(trial=True)


@pytest.mark.parametrize("js", [True, False], ids=["script", "plain"])
@pytest.mark.parametrize("choice", ["accept", "reject"])
async def test_a2_either_answer_is_one_click(chromium: Browser, choice: str, js: bool) -> None:
    async with visiting(chromium, LONG, js=js) as visitor:
        page = await visitor.context.new_page()
        await page.goto(visitor.url + "/here")
        await page.locator(f"[data-cg={choice}]").click()
        await page.locator("#cg-banner").wait_for(state="hidden")
        await page.locator("[data-cg=reopen]").wait_for()
        assert page.url == visitor.url + "/here"
        async with page.expect_navigation(url="**/next"):
            await page.locator("a[href='/next']").last.click()
        assert await page.locator("#cg-banner").count() == 0


@pytest.mark.parametrize("js", [True, False], ids=["script", "plain"])
async def test_a3_who_says_nothing_has_refused(chromium: Browser, js: bool) -> None:
    async with visiting(chromium, LONG + TRACES, js=js) as visitor:
        page = await visitor.context.new_page()
        await page.goto(visitor.url)
        await page.mouse.move(100, 100)
        await page.mouse.wheel(0, 400)
        if js:
            await page.wait_for_function("scrollY > 0")
        for _ in range(3):
            async with page.expect_navigation(url="**/next"):
                await page.locator("a[href='/next']").first.click()
            assert await page.locator("#cg-banner").is_visible()
        assert visitor.contacted == set()
        assert await visitor.context.cookies() == []


@pytest.mark.parametrize("js", [True, False], ids=["script", "plain"])
async def test_a3_the_cross_refuses(chromium: Browser, js: bool) -> None:
    async with visiting(chromium, LONG + TRACES, js=js) as visitor:
        page = await visitor.context.new_page()
        await page.goto(visitor.url)
        assert "rejects all" in await page.locator("#cg-text").inner_text()
        await page.get_by_role("button", name="Close and reject all").click()
        await page.locator("[data-cg=reopen]").wait_for()
        assert await refused(await visitor.tab())
        assert visitor.contacted == set()


@pytest.mark.parametrize("path", ["/", "/_consent"])
async def test_b1_nothing_is_ticked_before(visit: Visit, path: str) -> None:
    visitor = await visit()
    await visitor.go(path)
    boxes = visitor.page.locator("input[type=checkbox]")
    ticked = await boxes.evaluate_all("all => all.filter(e => e.checked).map(e => e.value)")
    free = await boxes.evaluate_all("all => all.filter(e => !e.disabled).map(e => e.value)")
    assert set(ticked) <= {
        "necessary",
        "security",
        "session",
        "demo_country",
        "demo_language",
        "cdn",
    }
    assert not set(ticked) & set(free)
    assert {"analytics", "advertising", "media"} <= set(free)


@pytest.mark.parametrize("lang", LANGUAGES)
async def test_d_accept_and_reject_look_the_same(chromium: Browser, lang: str) -> None:
    """In all that a browser computes but their sizes, and these hardly differ."""
    async with visiting(chromium, LONG, site=EVERY, headers=speaking(lang)) as visitor:
        page = await visitor.tab()
        for path, names in (("/", ANSWERS), ("/_consent", [n[11:] for n in ANSWERS])):
            await page.goto(visitor.url + path)
            for view in VIEWS:
                await zoom(page, *view)
                yes, no = [await page.locator(name).bounding_box() for name in names]
                assert yes is not None
                assert no is not None
                ratio = yes["width"] * yes["height"] / (no["width"] * no["height"])
                assert 1 / 1.25 <= ratio <= 1.25
                sized = ("size", "width", "height", "origin")
                found = await page.evaluate(UNLIKE, names)
                assert [one for one in found if not one[0].endswith(sized)] == []
        same = (
            "([a, b]) => [a, b].map(n => document.querySelector(n)).map(e => [e.tagName, e.role])"
        )
        one, other = await page.evaluate(same, names)
        assert one == other == ["BUTTON", None]


async def test_g1_what_and_who_before_the_choice(visit: Visit) -> None:
    visitor = await visit()
    await visitor.go("/")
    page = visitor.page
    names = await page.locator("#cg-text .cg-purposes li").all_inner_texts()
    assert {"Analytics", "Advertising", "Embedded media"} <= set(names)
    await page.locator("[data-cg=settings]").click()
    for row in await page.locator("#cg-banner .cg-row").all():
        assert (await row.locator("label").inner_text()).strip()
        assert len(await row.locator(".cg-about").inner_text()) > 20
    async with page.expect_navigation():
        await page.get_by_role("link", name="Partners and details").click()
    text = await page.locator("main").text_content() or ""
    assert all(v in text for v in ("Google Ireland Limited", "Meta Platforms", "Hotjar Limited"))
    await visitor.go("/")
    async with page.expect_navigation() as opened:
        await page.get_by_role("link", name="Privacy policy").first.click()
    assert (await opened.value).status == 200


@pytest.mark.parametrize("lang", LANGUAGES)
async def test_l1_its_language_is_marked_and_whole(chromium: Browser, lang: str) -> None:
    async with visiting(chromium, LONG, site=EVERY, headers=speaking(lang)) as visitor:
        page = await visitor.tab()
        texts = load(lang)
        for part in ("#cg-banner", "#cg-reopen"):
            marked = "e => [e.lang, e.dir]"
            assert await page.locator(part).evaluate(marked) == [lang, texts.dir]
        said = await page.locator("#cg-banner").inner_text()
        for key in ("banner.title", "button.accept", "button.reject", "button.settings"):
            assert texts[key] in said
        await page.goto(visitor.url + "/_consent")
        html = page.locator("html")
        assert await html.evaluate("e => [e.lang, e.dir]") == [lang, texts.dir]
        assert texts["preferences.title"] in await page.title()


async def test_ca1_a_signal_is_displayed(chromium: Browser) -> None:
    headers = {"Sec-GPC": "1"}
    async with visiting(chromium, LONG, place=CALIFORNIA, headers=headers) as visitor:
        await visitor.context.add_init_script(GPC)
        page = await visitor.tab()
        assert await page.locator("#cg-banner").count() == 0
        assert await page.get_by_text("Your opt-out signal was honoured").is_visible()
        assert not await page.evaluate("consentguard.allows('advertising')")
    asked = "[regions.us-ca]\nextends = 'us-ca'\npurposes = { media = 'opt-in' }\n"
    async with visiting(chromium, LONG, asked, place=CALIFORNIA, headers=headers) as visitor:
        page = await visitor.tab()
        said = await page.locator("#cg-text").inner_text()
        assert "“Accept all” leaves off what your browser objects to: Advertising" in said
        await visitor.press(page, "accept")
        assert not await page.evaluate("consentguard.allows('advertising')")
