from __future__ import annotations

import re
from base64 import b64encode
from collections import Counter

import pytest
from tests.conftest import GuardMaker, Here, a_policy, a_request

from consentguard.guard import ConsentGuard
from consentguard.http.message import Request

HTML = (b"content-type", b"text/html; charset=utf-8")
PIXEL = b"fbq('init', '1')"


def gated(guard: ConsentGuard, markup: str, request: Request | None = None) -> bool:
    page = f"<!doctype html><body>{markup}".encode()
    reply = guard.exchange(request or a_request()).reply(200, [HTML], page)
    return markup.encode() not in reply.feed(page) + reply.finish()


@pytest.mark.parametrize(
    "url",
    [
        "data:text/javascript;base64," + b64encode(PIXEL).decode(),
        "data:text/javascript,fbq(%27init%27,%271%27)",
        "data:text/javascript,s.src=%22https://bat.bing.com/bat.js%22",
    ],
)
def test_a_script_in_its_own_url_is_an_inline_script(make_guard: GuardMaker, url: str) -> None:
    assert gated(make_guard(), f'<script src="{url}"></script>')
    assert not gated(make_guard(place=Here("US", "US-TX")), f'<script src="{url}"></script>')


def test_a_data_url_that_loads_nobody_passes(make_guard: GuardMaker) -> None:
    assert not gated(make_guard(), '<script src="data:text/javascript,run()"></script>')
    assert not gated(make_guard(), '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">')


def test_a_loader_is_gated_by_what_it_loads(make_guard: GuardMaker) -> None:
    loader = "<script>js.src='//connect.facebook.net/de_DE/sdk.js'</script>"
    assert gated(make_guard(), loader)
    assert not gated(make_guard(place=Here("US", "US-TX")), loader)


def test_the_sites_own_urls_pass_behind_a_proxy_that_hides_its_host() -> None:
    policy = a_policy(
        site="""
schema = 1
[site]
name = "Shop"
url = "https://www.shop.test"
origins = ["https://shop-admin.test"]
contact = "a@shop.test"
"""
    )
    guard = ConsentGuard(policy, ["key"], ledger=None, geo=Here())
    request = Request("GET", "http", "/", "", b"", [(b"host", b"127.0.0.1:8000")], "127.0.0.1")
    for own in (
        "https://www.shop.test/a.js",
        "//cdn.shop.test/a.js",
        "https://shop-admin.test/a.js",
    ):
        assert not gated(guard, f'<script src="{own}"></script>', request)
    assert gated(guard, '<script src="https://elsewhere.test/a.js"></script>', request)
    assert gated(guard, '<script src="https://bat.bing.com/bat.js"></script>', request)


PAGE = """<!doctype html><body><img src=//unknown.test/a><img src=/own><img src=own>
<script async src="https://www.googletagmanager.com/gtag/js?id=G-1"></script>
<script>fbq('init', '1');gtag('config','G-1')</script><script src=//nobody.test/x.js></script>
<img srcset="//bat.bing.com/a 1x, //bat.bing.com/b 2x, //www.facebook.com/tr 3x">
<iframe srcdoc="<img src=//bat.bing.com/a>"></iframe><a ping="//bat.bing.com/a">x</a>"""


def shown(guard: ConsentGuard, **headers: str) -> bytes:
    page = PAGE.encode()
    reply = guard.exchange(a_request(**headers)).reply(200, [HTML], page)
    return reply.feed(page) + reply.finish()


def test_every_view_counts_the_same(make_guard: GuardMaker) -> None:
    guard = make_guard()
    first = shown(guard)
    once = Counter(guard.tally.counts)
    assert {what for what, _ in once} == {"html", "passed"}
    for _ in range(3):
        assert shown(guard) == first
    assert guard.tally.counts == Counter({key: 4 * number for key, number in once.items()})


def test_verdicts_of_one_decision_or_host_are_not_anothers(make_guard: GuardMaker) -> None:
    german, texan = make_guard(), make_guard(place=Here("US", "US-TX"))
    gated = shown(german)
    assert b"data-cg-src" not in shown(texan)
    assert shown(german) == gated
    home = PAGE.replace("//unknown.test", "//bat.bing.com").encode()
    for host, denied in ((b"site.test", True), (b"bat.bing.com", False), (b"site.test", True)):
        request = Request("GET", "http", "/", "", b"", [(b"host", host)], "127.0.0.1")
        reply = german.exchange(request).reply(200, [HTML], home)
        out = reply.feed(home) + reply.finish()
        assert (b"data-cg-src=//bat.bing.com/a" in out) is denied


def test_a_tag_names_everything_that_it_waits_for(make_guard: GuardMaker) -> None:
    out = shown(make_guard()).decode()
    srcset = next(line for line in out.splitlines() if "srcset=" in line)
    assert 'data-cg-purpose="advertising" data-cg-service="microsoft_ads meta_pixel"' in srcset
    inline = next(line for line in out.splitlines() if "fbq(" in line)
    assert 'data-cg-purpose="advertising analytics" data-cg-service="meta_pixel ga4"' in inline


def test_the_sites_own_name_is_asked_where_it_may_say_more() -> None:
    # "https:a.js" is a path on a page of https and a host on one of http.
    policy = a_policy(
        site="""
schema = 1
[site]
name = "Shop"
url = "https://www.shop.test"
contact = "a@shop.test"
"""
    )
    guard = ConsentGuard(policy, ["key"], ledger=None, geo=Here())
    for scheme, url, denied in (
        ("http", "https:a.js", False),
        ("http", "https://elsewhere.test/a.js", True),
        ("https", "https:a.js", False),
        ("https", "http:a.js", True),
    ):
        headers = [(b"host", b"www.shop.test")]
        request = Request("GET", scheme, "/", "", b"", headers, "127.0.0.1")
        assert gated(guard, f'<script src="{url}"></script>', request) is denied


def test_an_attribute_tells_what_a_widget_is_for(make_guard: GuardMaker) -> None:
    widget = '<script src="https://telegram.org/js/telegram-widget.js?22" %s></script>'
    login, post = widget % 'data-telegram-login="bot"', widget % 'data-telegram-post="a/1"'
    guard = make_guard()
    page = "<!doctype html><body>" + login + post
    reply = guard.exchange(a_request()).reply(200, [HTML], page.encode())
    out = (reply.feed(page.encode()) + reply.finish()).decode()
    purposes = re.findall('data-cg-purpose="([^"]*)"', out)
    assert purposes == ["login", "social"]
    # What the script before had says nothing about the next one.
    page = (
        "<!doctype html><body>"
        + login
        + '<link rel=preload as=script href="https://telegram.org/js/telegram-widget.js">'
    )
    reply = guard.exchange(a_request()).reply(200, [HTML], page.encode())
    out = (reply.feed(page.encode()) + reply.finish()).decode()
    assert re.findall('data-cg-purpose="([^"]*)"', out) == ["login", "social"]
