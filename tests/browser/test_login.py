"""A login button or a CAPTCHA asks where it would be, and goes on once it is allowed.

The providers' scripts are stand-ins: they look for their elements and fill them, as those do.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Route
from tests.browser.gating import until
from tests.browser.test_accessibility import AXE, LEVELS
from tests.browser.visiting import Visitor, visiting
from tests.conftest import SITE, Here

pytestmark = pytest.mark.asyncio(loop_scope="session")

YOUTUBE = "www.youtube.com"
GOOGLE, RECAPTCHA = "accounts.google.com", "www.google.com"
#: By URL: what fills which elements with what.
WIDGETS = {
    f"https://{GOOGLE}/gsi/client": (".g_id_signin", "<div role=button tabindex=0>Google</div>"),
    f"https://{RECAPTCHA}/recaptcha/api.js": (".g-recaptcha", "<iframe src=/puzzle></iframe>"),
    "https://js.hcaptcha.com/1/api.js": (".h-captcha", "<input type=checkbox>"),
    "https://challenges.cloudflare.com/turnstile/v0/api.js": (".cf-turnstile", "<input>"),
    "https://appleid.cdn-apple.com/appleauth/static/jsapi/appleid/1/en_US/appleid.auth.js": (
        "#appleid-signin",
        "<button type=button>Apple</button>",
    ),
    "https://connect.facebook.net/en_US/sdk.js": (
        r".fb-login-button, fb\\:login-button",
        "<button type=button>Facebook</button>",
    ),
    "https://platform.twitter.com/widgets.js": (".twitter-tweet", "<iframe src=/post></iframe>"),
    "https://www.instagram.com/embed.js": (".instagram-media", "<iframe src=/post></iframe>"),
    "https://www.tiktok.com/embed.js": (".tiktok-embed", "<iframe src=/post></iframe>"),
}
FILL = """setTimeout(() => document.querySelectorAll("%s").forEach(box => {
    const made = new DOMParser().parseFromString(`%s`, "text/html").body.firstChild;
    box.append(document.adoptNode(made));
}))"""


def script(url: str) -> str:
    return f'<script src="{url}" async></script>'


GSI, CAPTCHA = (script(url) for url in list(WIDGETS)[:2])
LOGIN = f'{GSI}<h1>Sign in</h1><div id="g_id_onload"></div><div class="g_id_signin"></div>'
FORM = """<form id="mine" action="/send"><label>Name <input id="name"></label>
<div class="g-recaptcha" data-sitekey="k"></div><button id="send">Send</button></form>"""
BOTH = f"{CAPTCHA}{LOGIN}{FORM}"
ASKING = ".cg-widget:visible"


@asynccontextmanager
async def offering(
    chromium: Browser, body: str, more: str = "", **how: Any
) -> AsyncIterator[Visitor]:
    """A visitor whom the providers' stand-ins answer."""
    async with visiting(chromium, body, more, **how) as visitor:

        async def answer(route: Route) -> None:
            found = WIDGETS.get(route.request.url)
            if found is None:
                await visitor.answer(route)
                return
            visitor.contacted.add(route.request.url)
            await route.fulfill(content_type="text/javascript", body=FILL % found)

        await visitor.context.route("https://**/*", answer)
        yield visitor


async def asked(page: Page) -> list[str]:
    """Whose questions are to be seen."""
    names: list[str] = await page.locator(ASKING).evaluate_all(
        "all => all.map(one => one.getAttribute('aria-label'))"
    )
    return names


def group(page: Page, name: str = "Sign in with Google") -> Any:
    return page.get_by_role("group", name=name)


async def test_after_a_refusal_it_asks_in_its_place_and_contacts_nobody(chromium: Browser) -> None:
    async with offering(chromium, BOTH) as visitor:
        page = await visitor.tab()
        await page.locator("[data-cg=reject]").click()
        await page.reload()
        assert await asked(page) == ["Sign in with Google", "reCAPTCHA"]
        for name, box in (("Sign in with Google", ".g_id_signin"), ("reCAPTCHA", ".g-recaptcha")):
            beside = await group(page, name).evaluate("e => e.nextElementSibling.className")
            assert f".{beside}" == box
        await page.wait_for_load_state("networkidle")
        assert visitor.contacted == set()


async def test_once_shows_it_and_stores_nothing(chromium: Browser) -> None:
    async with offering(chromium, BOTH) as visitor:
        page = await visitor.tab()
        own: list[str] = []
        page.on("request", lambda request: own.append(request.url))
        await group(page).get_by_role("button", name="Load once").click()
        await page.get_by_role("button", name="Google", exact=True).wait_for()
        assert own == [f"https://{GOOGLE}/gsi/client"]
        assert await asked(page) == ["reCAPTCHA"]
        await page.wait_for_function("document.activeElement.textContent === 'Google'")
        assert await visitor.context.cookies() == []
        stored = "[localStorage.length, sessionStorage.length, self.kept]"
        assert await page.evaluate(stored) == [0, 0, True]
        await page.reload()
        assert await asked(page) == ["Sign in with Google", "reCAPTCHA"]


@pytest.mark.parametrize("name", ["twitter-tweet", "instagram-media", "tiktok-embed"])
async def test_posts_that_a_script_draws_ask_where_they_stand(chromium: Browser, name: str) -> None:
    (url,) = (url for url, (box, _) in WIDGETS.items() if box == f".{name}")
    post = f"<blockquote class={name}><p>What they wrote</p></blockquote>"
    for body, count in ((f"{post}<p>between</p>{post}{script(url)}", 2), (script(url), 0)):
        async with offering(chromium, body) as visitor:
            page = await visitor.tab()
            assert len(await asked(page)) == count
            assert visitor.contacted == set()
            if count:
                await page.get_by_role("button", name="Load once").last.click()
                await page.locator(f".{name} iframe").last.wait_for()
                assert visitor.contacted == {url}
                assert await asked(page) == []


@pytest.mark.parametrize("way", ["Load once", "Always load reCAPTCHA"])
async def test_what_was_typed_into_a_form_stays(chromium: Browser, way: str) -> None:
    async with offering(chromium, BOTH) as visitor:
        page = await visitor.tab()
        await page.locator("#name").fill("Ada")
        await page.keyboard.press("Tab")
        for _ in range(5):
            if await page.evaluate("document.activeElement.textContent") == way:
                break
            await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await page.locator(".g-recaptcha iframe").wait_for()
        await page.wait_for_function("document.activeElement.localName === 'iframe'")
        assert await page.locator("#name").input_value() == "Ada"
        assert await page.evaluate("self.kept")
        assert visitor.contacted == {f"https://{RECAPTCHA}/recaptcha/api.js"}
        assert await asked(page) == ["Sign in with Google"]
        await page.reload()
        assert ("reCAPTCHA" in await asked(page)) is (way == "Load once")


BOTH_IN_ONE = BOTH.replace("<button id", '<div class="g_id_signin"></div><button id')


@pytest.mark.parametrize("other_tab", [False, True])
async def test_always_leaves_what_was_loaded_once_and_a_refusal_does_not(
    chromium: Browser, other_tab: bool
) -> None:
    async with offering(chromium, BOTH_IN_ONE.replace(LOGIN, GSI)) as visitor:
        page = await visitor.tab()
        wish = {"choice": "save", "services": {"stats": False}}
        await page.evaluate("wish => consentguard.choose(wish)", wish)
        await page.reload()
        await page.evaluate("self.kept = true")
        await page.locator("#name").fill("Ada")
        await group(page, "reCAPTCHA").get_by_role("button", name="Load once").click()
        await page.locator(".g-recaptcha iframe").wait_for()
        tab = await visitor.tab() if other_tab else page
        await group(tab).get_by_role("button", name="Always load").click()
        await page.get_by_role("button", name="Google", exact=True).wait_for()
        assert await page.locator(".g-recaptcha iframe").count() == 1
        assert await page.locator("#name").input_value() == "Ada"
        assert await page.evaluate("self.kept")
        async with page.expect_navigation():  # nothing else stops a script
            await tab.evaluate("consentguard.choose({ choice: 'reject' })")
        assert await asked(page) == ["reCAPTCHA", "Sign in with Google"]


async def test_always_allows_that_service_and_no_purpose(chromium: Browser) -> None:
    async with offering(chromium, BOTH) as visitor:
        page = await visitor.tab("/a?b=1")
        await page.evaluate("consentguard.choose({ analytics: true })")
        await page.reload()
        async with page.expect_navigation():
            await group(page).get_by_role("button", name="Always load").click()
        assert page.url == visitor.url + "/a?b=1"
        await page.wait_for_function("document.activeElement.closest('.g_id_signin')")
        assert await page.get_by_role("button", name="Google", exact=True).is_visible()
        assert await asked(page) == ["reCAPTCHA"]
        assert visitor.contacted == {f"https://{GOOGLE}/gsi/client"}
        assert await page.evaluate("consentguard.allows('analytics')")
        assert not await page.evaluate("consentguard.allows('login')")


async def test_always_in_a_form_waits_for_its_answer_and_asks_once(chromium: Browser) -> None:
    async with offering(chromium, BOTH) as visitor:
        page = await visitor.tab()
        held: list[Route] = []

        async def hold(route: Route) -> None:
            held.append(route)

        await page.route("**/_consent", hold)
        always = group(page, "reCAPTCHA").get_by_role("button", name="Always load")
        await always.dblclick()
        await until(page, lambda: bool(held))
        await page.evaluate(RESTLESS)
        assert len(held) == 1
        assert await page.evaluate("document.activeElement.dataset.cg") == "always"
        await held[0].continue_()
        await page.locator(".g-recaptcha iframe").wait_for()
        await page.wait_for_function("document.activeElement.localName === 'iframe'")
        assert len(held) == 1


@pytest.mark.parametrize("how", ["answered", "lost"])
async def test_always_in_a_form_says_what_went_wrong(chromium: Browser, how: str) -> None:
    async with offering(chromium, BOTH) as visitor:
        page = await visitor.tab("/a")

        async def fail(route: Route) -> None:
            if route.request.is_navigation_request():
                await route.fulfill(
                    status=503, content_type="text/html", body="<h1>Not stored</h1>"
                )
            elif how == "lost":
                await route.abort()
            else:
                await route.fulfill(status=503, content_type="application/json", body="{}")

        await page.route("**/_consent", fail)
        async with page.expect_navigation(url="**/_consent"):
            await group(page, "reCAPTCHA").get_by_role("button", name="Always load").click()
        assert await page.inner_text("h1") == "Not stored"


async def test_always_in_a_form_where_only_people_may_grant(chromium: Browser) -> None:
    """A script may not: the page is left after all, by a form as ever."""
    more = '[enforcement]\ngrant = "person"\n'
    async with offering(chromium, BOTH, more) as visitor:
        page = await visitor.tab()
        async with page.expect_navigation():
            await group(page, "reCAPTCHA").get_by_role("button", name="Always load").click()
        await page.locator(".g-recaptcha iframe").wait_for()
        assert await asked(page) == ["Sign in with Google"]


async def test_without_scripts_a_button_at_the_end_allows_it(chromium: Browser) -> None:
    async with offering(chromium, BOTH, js=False) as visitor:
        page = await visitor.context.new_page()
        await page.goto(visitor.url + "/a")
        async with page.expect_navigation():
            await page.locator("[data-cg=reject]").click()
        assert await asked(page) == ["reCAPTCHA", "Sign in with Google"]
        assert await page.get_by_role("button", name="Load once").count() == 0
        async with page.expect_navigation():
            await page.get_by_role("button", name="Always load reCAPTCHA").click()
        assert page.url == visitor.url + "/a"
        assert await asked(page) == ["Sign in with Google"]


@pytest.mark.parametrize("url", WIDGETS)
async def test_each_has_its_place(chromium: Browser, url: str) -> None:
    marks = {".": 'class="{}"', "#": 'id="{}"'}
    selector, content = WIDGETS[url]
    first = selector.split(",")[0]
    box = f"<div {marks[first[0]].format(first[1:])}></div>"
    async with offering(chromium, f"{script(url)}<p>Before</p>{box}<p>After</p>") as visitor:
        page = await visitor.tab()
        assert await page.locator(f"{ASKING} + {first}").count() == 1
        assert await page.locator(ASKING).count() == 1
        await page.get_by_role("button", name="Load once").click()
        await page.locator(f"{first} > {content[1:].split()[0].rstrip('>')}").wait_for()
        assert visitor.contacted >= {url}
        assert await asked(page) == []


async def test_a_button_that_a_script_makes_later_has_its_question(chromium: Browser) -> None:
    async with offering(chromium, GSI + "<dialog></dialog>") as visitor:
        page = await visitor.tab()
        home = await page.locator(".cg-widget").evaluate("e => e.nextElementSibling.id")
        assert home == "cg-embeds"  # nobody knows a better place
        show = """() => { const all = document.querySelector("dialog");
            all.innerHTML = "<div class=g_id_signin></div>"; all.showModal(); }"""
        await page.evaluate(show)
        await page.locator(f"dialog {ASKING} + .g_id_signin").wait_for(state="attached")
        assert await asked(page) == ["Sign in with Google"]
        await page.evaluate("document.querySelector('dialog').remove()")
        await page.wait_for_function("document.querySelectorAll('.cg-widget').length === 1")
        await page.locator(ASKING).wait_for()
        assert await asked(page) == ["Sign in with Google"]


#: How often something is put in or taken away while nobody does anything.
RESTLESS = """new Promise(done => {
    let count = 0;
    new MutationObserver(all => count += all.length).observe(document.body,
        { childList: true, subtree: true });
    let frames = 40;
    const next = () => frames-- ? requestAnimationFrame(next) : done(count);
    next();
})"""


@pytest.mark.parametrize("first", ["one", "two"])
async def test_a_box_has_one_question_and_keeps_it(chromium: Browser, first: str) -> None:
    """A script of the site's loads two providers' scripts, a tag one of them."""
    x, insta = "https://platform.twitter.com/widgets.js", "https://www.instagram.com/embed.js"
    tags = [script(x), f"<script>load('{x}'); load('{insta}')</script>"]
    body = "".join(tags if first == "one" else reversed(tags))
    body += "<blockquote class=twitter-tweet>x</blockquote>"
    async with offering(chromium, body) as visitor:
        page = await visitor.tab()
        assert await asked(page) == ["X posts and buttons"]
        assert await page.evaluate(RESTLESS) == 0
        once = page.get_by_role("button", name="Load once")
        await once.focus()
        await page.evaluate(RESTLESS)
        assert await once.evaluate("e => e === document.activeElement")
        await once.click()
        await page.locator(".twitter-tweet iframe").wait_for()
        assert visitor.contacted == {x}


async def test_what_a_script_takes_away_each_time_asks_elsewhere(chromium: Browser) -> None:
    removes = """<script>new MutationObserver(() =>
        document.querySelectorAll("form > .cg-embed").forEach(one => one.remove())
    ).observe(document, { childList: true, subtree: true })</script>"""
    async with offering(chromium, CAPTCHA + FORM + removes) as visitor:
        page = await visitor.tab()
        await page.evaluate(RESTLESS)
        assert await page.evaluate(RESTLESS) == 0
        assert await asked(page) == ["reCAPTCHA"]
        home = await page.locator(ASKING).evaluate("e => e.nextElementSibling.id")
        assert home == "cg-embeds"


async def test_a_disabled_part_of_a_form_leaves_its_buttons_alone(chromium: Browser) -> None:
    boxes = "<div class=g-recaptcha></div>" * 2
    form = f"<form><fieldset disabled><fieldset>{boxes}</fieldset></fieldset></form>"
    async with offering(chromium, CAPTCHA + form) as visitor:
        page = await visitor.tab()
        assert await asked(page) == ["reCAPTCHA"]
        assert await page.locator(f"form > {ASKING} + fieldset").count() == 1
        assert await page.evaluate(RESTLESS) == 0
        await page.get_by_role("button", name="Load once").click()
        await page.locator(".g-recaptcha iframe").first.wait_for()
        assert await asked(page) == []


async def test_what_does_other_things_too_asks_only_at_its_button(chromium: Browser) -> None:
    async with offering(chromium, script("https://connect.facebook.net/en_US/sdk.js")) as visitor:
        assert await asked(await visitor.tab()) == []


async def test_a_later_choice_takes_it_back(chromium: Browser) -> None:
    async with offering(chromium, BOTH) as visitor:
        page = await visitor.tab()
        await group(page).get_by_role("button", name="Load once").click()
        await page.get_by_role("button", name="Google", exact=True).wait_for()
        async with page.expect_navigation():  # nothing else stops a script
            await page.locator("[data-cg=reject]").click()
        assert await asked(page) == ["Sign in with Google", "reCAPTCHA"]


async def test_a_grant_of_the_purpose_ends_the_question(chromium: Browser) -> None:
    async with offering(chromium, BOTH) as visitor:
        page = await visitor.tab()
        await page.evaluate("consentguard.choose({ login: true, security: true })")
        await page.wait_for_function("!document.querySelector('.cg-widget:not([hidden])')")
        await page.get_by_role("button", name="Google", exact=True).wait_for()
        assert await page.evaluate("self.kept")


@pytest.mark.parametrize("way", ["Load once", "Always load reCAPTCHA"])
async def test_in_a_page_for_everybody(chromium: Browser, way: str) -> None:
    async with offering(chromium, BOTH, '[enforcement]\ncache = "shared"\n') as visitor:
        page = await visitor.tab()
        await page.locator("#cg-banner").wait_for()
        await group(page, "reCAPTCHA").get_by_role("button", name=way).click()
        await page.locator(".g-recaptcha iframe").wait_for()
        assert await asked(page) == ["Sign in with Google"]
        await page.reload()
        if way != "Load once":
            await page.locator(".g-recaptcha iframe").wait_for()
        assert ("reCAPTCHA" in await asked(page)) is (way == "Load once")


async def test_it_is_no_part_of_the_form_that_it_stands_in(chromium: Browser) -> None:
    async with offering(chromium, BOTH) as visitor:
        page = await visitor.tab()
        of_mine = "[...document.querySelector('#mine').elements].map(one => one.id)"
        assert await page.evaluate(of_mine) == ["name", "send"]
        async with page.expect_navigation():
            await page.locator("#name").press("Enter")
        assert page.url.startswith(visitor.url + "/send")


@pytest.mark.parametrize("types", ["", "; require-trusted-types-for 'script'"])
async def test_a_strict_policy_of_the_site(chromium: Browser, types: str) -> None:
    policy = f"script-src 'self' https://{GOOGLE}; style-src 'self'; object-src 'none'{types}"
    said = ((b"content-security-policy", policy.encode()),)
    async with offering(chromium, LOGIN, said=said) as visitor:
        page = await visitor.context.new_page()
        errors: list[str] = []
        page.on("console", lambda message: errors.append(message.text))
        await page.goto(visitor.url)
        assert await asked(page) == ["Sign in with Google"]
        assert [error for error in errors if "inline script" not in error] == []
        await page.get_by_role("button", name="Load once").click()
        if not types:
            await page.locator(".g_id_signin > div").wait_for()
            assert await asked(page) == []
            return
        # No script may be given its source: it takes a page that comes with it.
        await page.wait_for_function("document.activeElement.dataset.cg === 'always'")
        assert await asked(page) == ["Sign in with Google"]
        async with page.expect_navigation():
            await page.keyboard.press("Enter")
        assert visitor.contacted == {f"https://{GOOGLE}/gsi/client"}


async def test_where_the_law_keeps_it_out_there_is_nothing_to_press(chromium: Browser) -> None:
    async with offering(chromium, LOGIN, place=Here("RU")) as visitor:
        page = await visitor.tab()
        assert await asked(page) == ["Sign in with Google"]
        assert await page.locator(ASKING).locator("button").count() == 0
        assert "It stays off" in await page.locator(ASKING).inner_text()


@pytest.mark.parametrize(
    ("language", "texts"),
    [("de", ["Einmal laden", "Sign in with Google immer laden"]), ("ar", ["تحميل مرة واحدة"])],
)
async def test_it_speaks_the_visitors_language(
    chromium: Browser, language: str, texts: list[str]
) -> None:
    site = SITE + 'languages = ["en", "de", "ar"]\n'
    headers = {"accept-language": language}
    async with offering(chromium, LOGIN, headers=headers, site=site) as visitor:
        page = await visitor.tab()
        place = page.locator(ASKING)
        assert await place.get_attribute("lang") == language
        assert await place.get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
        for text in texts:
            assert await place.get_by_role("button", name=text).is_visible()


@pytest.mark.parametrize("width", [320, 1280])
async def test_it_fits_and_can_be_hit(chromium: Browser, width: int) -> None:
    async with offering(chromium, BOTH) as visitor:
        page = await visitor.tab()
        await page.set_viewport_size({"width": width, "height": 640})
        assert await page.evaluate("document.documentElement.scrollWidth") == width
        for target in await page.locator(ASKING).get_by_role("button").all():
            box = await target.bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) >= 24


@pytest.mark.parametrize("theme", ["auto", "dark", "contrast"])
@pytest.mark.parametrize("language", ["en", "ar"])
async def test_axe_finds_nothing_in_any_placeholder(
    chromium: Browser, theme: str, language: str
) -> None:
    video = f'<iframe width="560" height="315" src="https://{YOUTUBE}/embed/one" title=A></iframe>'
    site = SITE + f'languages = ["{language}"]\n'
    run = """levels => axe.run({ include: [".cg-embed"] }, { runOnly: levels }).then(found => [
        found.violations.map(one => [one.id, one.nodes.map(node => node.html)]),
        found.passes.some(one => one.id === "color-contrast"),
    ])"""
    more = f'[banner]\ntheme = "{theme}"\n'
    async with offering(chromium, BOTH + video, more, site=site) as visitor:
        page = await visitor.tab()
        await page.evaluate(AXE)
        assert await page.evaluate(run, LEVELS) == [[], True]
