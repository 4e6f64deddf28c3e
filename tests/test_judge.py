from __future__ import annotations

from base64 import b64encode

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
