"""What is compared with us does the job: by hand is no straw man."""

from __future__ import annotations

import re
from typing import Any

import pytest
from benchmarks.by_hand import REWRITES, ByHand, Rewrite, tracks, waits
from benchmarks.figures import RIVALS
from benchmarks.jobs import cut, responder, scope_of, streamer
from benchmarks.pages import of_every_kind, short

#: What loads, and is not the copy that waits.
LOADS = re.compile(rb"""\s(?:src|href)=["']https://""")


def test_the_compared_are_those_that_figures_name() -> None:
    assert tuple(REWRITES) == RIVALS


@pytest.mark.parametrize("rewrite", REWRITES.values(), ids=REWRITES)
def test_nothing_of_a_tracker_is_left_that_loads(rewrite: Rewrite) -> None:
    page = short()
    assert len(LOADS.findall(page)) == 3
    done = rewrite(page)
    assert not LOADS.findall(done)
    assert done.count(b'data-src="https://') == 2
    assert done.count(b'data-href="https://www.google-analytics.com"') == 1
    assert len(re.findall(rb"<script[^>]* type=.text/plain", done)) == 3
    assert done.count(b'id="banner"') == 1
    assert done.lower().startswith(b"<!doctype html>")


@pytest.mark.parametrize("rewrite", REWRITES.values(), ids=REWRITES)
def test_the_rest_of_the_page_is_still_there(rewrite: Rewrite) -> None:
    for page in of_every_kind(10):
        done = rewrite(page)
        for tag in (b"<a ", b"<p>", b"<li ", b'rel="stylesheet"'):
            assert done.count(tag) >= page.count(tag)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://www.google-analytics.com/g/collect", True),
        ("//connect.facebook.net/en_US/fbevents.js", True),
        ("https://example.org/facebook.com", False),
        ("https://notfacebook.com/", False),
        ("/static/site.js", False),
        ("https://[broken/", True),
        ("", False),
        (None, False),
    ],
)
def test_hosts_wait_with_all_below_them(url: str | None, expected: bool) -> None:
    assert waits(url) is expected


def test_snippets_are_known_by_a_word() -> None:
    assert tracks("fbq('init', '1')")
    assert not tracks("let a = 1")
    assert not tracks(None)


async def sent_by(app: Any) -> list[Any]:
    messages: list[Any] = []

    async def send(message: Any) -> None:
        messages.append(message)

    await app(scope_of(), None, send)
    return messages


async def test_a_page_in_pieces_is_held_and_has_its_new_length() -> None:
    page = short()
    whole = responder(b"text/html", page)
    for app in (whole, streamer(cut(page, 700))):
        start, body = await sent_by(ByHand(app, REWRITES["lxml"]))
        assert dict(start["headers"])[b"content-length"] == str(len(body["body"])).encode()
        assert b'id="banner"' in body["body"]


async def test_what_is_no_page_passes() -> None:
    app = ByHand(responder(b"application/json", b"{}"), REWRITES["lxml"])
    assert [message.get("body") for message in await sent_by(app)] == [None, b"{}"]
