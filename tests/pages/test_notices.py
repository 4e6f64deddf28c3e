"""Errors of our own URLs, as a visitor reads them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from consentguard.locales import load
from consentguard.model import Site
from consentguard.pages import notices

Read = Callable[[str], Any]
Make = Callable[..., Any]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "Nothing was changed"),
        (403, "another site"),
        (503, "could not be stored"),
        (418, "did not work"),
    ],
)
def test_each_status_says_what_happened(view: Make, read: Read, status: int, words: str) -> None:
    page = read(notices.page(load("en"), view(), status))
    assert words in page.one("main").text
    assert page.one("title").text.startswith(page.one("h1").text)


def test_a_lost_grant_can_be_tried_again_or_refused(view: Make, read: Read) -> None:
    page = read(notices.page(load("en"), view(), 503))
    assert "Nothing was switched on" in page.one("main").text
    for choice in ("accept", "reject"):
        button = page.one("button", value=choice)
        assert button.within("form", method="post", action="/_consent")
    assert page.one("a", href="/_consent")


def test_the_given_reason_is_shown(view: Make, read: Read) -> None:
    page = read(notices.page(load("de"), view("de"), 403, "Nein", "Sec-Fetch-Site: cross-site"))
    assert page.one("h1").text == "Nein"
    assert "Grund: Sec-Fetch-Site: cross-site" in page.one("main").text
    assert page.all("button") == []


def test_a_site_alone_is_enough(read: Read) -> None:
    page = read(notices.page(load("de"), Site("Laden"), 400))
    assert page.one("html").attrs["lang"] == "de"
    assert page.all("link") == page.all("script") == []
    assert page.one("a", href="/").text == "Zurück zu Laden"
