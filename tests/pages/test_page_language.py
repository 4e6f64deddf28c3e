"""A banner speaks the language of its page, and whatever follows from it does, too."""

from __future__ import annotations

import json
import re

import pytest
from tests.conftest import GuardMaker, a_request
from tests.pages.driving import Site, Store

from consentguard.exchange import Exchange
from consentguard.guard import ConsentGuard

LANGUAGES = 'languages = ["en", "de", "fr", "ar"]\n'
MEDIA = """
[services.youtube]
name = "YouTube"
purposes = ["media"]
hosts = ["www.youtube.com"]
"""


@pytest.fixture
def guard(make_guard: GuardMaker) -> ConsentGuard:
    return make_guard(LANGUAGES + MEDIA)


def page(
    exchange: Exchange, lang: str | None, *headers: tuple[bytes, bytes], inside: str = ""
) -> str:
    said = "" if lang is None else f' lang="{lang}"'
    body = f"<!doctype html><html{said}><body>{inside}</body></html>".encode()
    kind = (b"content-type", b"text/html; charset=utf-8")
    reply = exchange.reply(200, [kind, *headers], body)
    return (reply.feed(body) + reply.finish()).decode()


def spoken(page: str) -> str:
    found = re.search(r'<div id="cg-banner"[^>]* lang="([^"]+)"', page)
    assert found is not None
    return found[1]


@pytest.mark.parametrize(
    ("lang", "header", "accepted", "expected"),
    [
        ("fr", "", "de", "fr"),
        ("fr-CA", "", "", "fr"),
        ("fr", "de", "en", "fr"),
        (None, "de", "fr", "de"),
        (None, "de, fr", "fr", "fr"),
        ("ru", "de", "fr", "fr"),
        ("", "", "fr", "fr"),
        ("<script>", "", "fr", "fr"),
        # Where the page and its visitor leave it open: what the law of the place wants.
        ("ru", "", "", "de"),
    ],
)
def test_the_page_goes_before_the_browser(
    guard: ConsentGuard, lang: str | None, header: str, accepted: str, expected: str
) -> None:
    exchange = guard.exchange(a_request(accept_language=accepted))
    headers = [(b"content-language", header.encode())] if header else []
    assert spoken(page(exchange, lang, *headers)) == expected


def test_right_to_left_comes_with_the_language(guard: ConsentGuard) -> None:
    shown = page(guard.exchange(a_request(accept_language="en")), "ar")
    assert shown.count('lang="ar" dir="rtl"') == 2


def test_placeholders_speak_it_too(guard: ConsentGuard) -> None:
    frame = '<iframe src="https://www.youtube.com/embed/x" width="560" height="315"></iframe>'
    shown = page(guard.exchange(a_request(accept_language="de")), "fr", inside=frame)
    assert 'class="cg-embed" role="group" aria-label="YouTube" lang="fr"' in shown


@pytest.mark.parametrize(
    ("lang", "accepted", "expected"),
    [("fr", "de", "?lang=fr"), ("de", "de-AT", ""), (None, "", "")],
)
def test_our_urls_name_it_where_the_browser_asks_for_another(
    guard: ConsentGuard, lang: str | None, accepted: str, expected: str
) -> None:
    shown = page(guard.exchange(a_request(accept_language=accepted)), lang)
    actions = re.findall(r'action="([^"]+)"', shown)
    assert actions == [f"/_consent{expected}"] * 2
    assert f'data-cg="reopen" href="/_consent{expected}"' in shown


def test_pages_of_two_languages_are_not_mixed_up(guard: ConsentGuard) -> None:
    """What goes into pages is kept by what it depends on."""
    seen = [
        spoken(page(guard.exchange(a_request(accept_language="de")), lang))
        for lang in ("fr", "de", None, "fr", "ar", None)
    ]
    assert seen == ["fr", "de", "de", "fr", "ar", "de"]


def test_the_tag_of_a_page_does_not_need_to_name_it(guard: ConsentGuard) -> None:
    """The app's tag does: it says which page this is. Ours is known before the page is."""
    exchange = guard.exchange(a_request(accept_language="de"))
    before = exchange.visit.digest
    body = b'<!doctype html><html lang="fr"><body></body></html>'
    headers = [(b"content-type", b"text/html; charset=utf-8"), (b"etag", b'"x"')]
    reply = exchange.reply(200, headers, body)
    assert (b"etag", f'W/"x.cg-{before}"'.encode()) in list(reply.headers)


def test_a_page_for_everybody_speaks_its_own(make_guard: GuardMaker) -> None:
    guard = make_guard(LANGUAGES + '[enforcement]\ncache = "shared"\n')
    pages = {page(guard.exchange(a_request(accept_language=one)), "fr") for one in ("de", "en", "")}
    (shown,) = pages
    assert spoken(shown) == "fr"
    assert 'action="/_consent?lang=fr"' in shown
    assert 'action="/_consent?lang=en"' in page(guard.exchange(a_request()), None)


def test_one_language_is_never_named(make_guard: GuardMaker) -> None:
    for mode in ("shared", "private"):
        guard = make_guard(f'[enforcement]\ncache = "{mode}"\n')
        assert "?lang=" not in page(guard.exchange(a_request(accept_language="de")), "de")


@pytest.fixture
def site(make_guard: GuardMaker) -> Site:
    store = Store()
    return Site(make_guard(LANGUAGES, ledger=store), store, host="site.test")


def test_our_own_pages_go_on_in_it(site: Site) -> None:
    shown = site.get("/_consent", b"lang=fr", accept_language="de").body.decode()
    assert '<html lang="fr"' in shown
    assert set(re.findall(r'action="([^"]+)"', shown)) == {
        "/_consent?lang=fr",
        "/_consent/withdraw?lang=fr",
    }
    assert 'href="/_consent/cookies?lang=fr"' in shown
    declared = site.get("/_consent/cookies", b"lang=fr", accept_language="de").body.decode()
    assert '<html lang="fr"' in declared
    assert 'href="/_consent?lang=fr"' in declared
    missing = site.get("/_consent/nothing", b"lang=fr", accept_language="de").body.decode()
    assert '<html lang="fr"' in missing
    assert 'href="/_consent?lang=fr"' in missing


@pytest.mark.parametrize("query", [b"lang=xx", b"lang=%3Cscript%3E", b"lang=", b"lang=" + b"f" * 9])
def test_what_nobody_speaks_is_not_believed(site: Site, query: bytes) -> None:
    assert '<html lang="de"' in site.get("/_consent", query, accept_language="de").body.decode()


def test_a_script_asks_for_the_banner_in_it(site: Site) -> None:
    answer = site.get("/_consent/state", b"next=/&lang=fr", accept_language="de")
    assert spoken(json.loads(answer.body)["banner"]) == "fr"
    config = json.loads(site.get("/_consent/config", b"lang=fr", accept_language="de").body)
    assert config["language"] == "fr"
    assert config["urls"]["choice"] == "/_consent?lang=fr"


def test_the_record_names_the_words_that_were_shown(site: Site) -> None:
    request = site.request(
        "POST",
        "/_consent",
        b"lang=fr",
        {
            "content-type": "application/json",
            "sec-fetch-site": "same-origin",
            "accept-language": "de",
        },
    )
    assert site.send(request, b'{"choice": "accept"}').status == 200
    (record,) = site.store.stored
    assert record.language == "fr"
    assert record.text_digest == site.guard.setup.texts["fr"].digest
