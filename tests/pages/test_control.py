"""A link of the site's own to the settings."""

from __future__ import annotations

import pytest
from tests.conftest import GuardMaker, Here

from consentguard.http.message import Request
from consentguard.pages.control import settings_link, settings_url
from consentguard.pages.visit import Visit


def visit(
    make_guard: GuardMaker,
    path: str = "/",
    query: bytes = b"",
    place: str = "DE",
    root: str = "",
    more: str = "",
) -> Visit:
    country, _, part = place.partition("-")
    headers = [(b"host", b"site.test"), (b"accept-language", b"en")]
    asked = Request("GET", "http", path, root, query, headers)
    return make_guard(more, place=Here(country, part and place)).exchange(asked).visit


@pytest.mark.parametrize(
    ("path", "query", "root", "url"),
    [
        ("/", b"", "", "/_consent"),
        ("/a b/é", b"", "", "/_consent?next=/a%20b/%C3%A9"),
        ("/a", b"q=1&r=<2>", "", "/_consent?next=/a%3Fq%3D1%26r%3D%3C2%3E"),
        ("/a", b"", "/shop", "/shop/_consent?next=/shop/a"),
        ("/", b"", "/shop", "/shop/_consent?next=/shop/"),
        ("/\ud800", b"", "", "/_consent?next=/%3F"),
        ("/" + "a" * 3000, b"", "", "/_consent"),
    ],
)
def test_it_leads_there_and_back(
    make_guard: GuardMaker, path: str, query: bytes, root: str, url: str
) -> None:
    assert settings_url(visit(make_guard, path, query, root=root)) == url


def test_its_words_are_the_visitors_or_the_sites(make_guard: GuardMaker) -> None:
    german, californian = visit(make_guard), visit(make_guard, "/a", place="US-CA")
    assert settings_link(german) == '<a href="/_consent" rel="noreferrer">Cookie settings</a>'
    assert "Do Not Sell or Share" in settings_link(californian)
    assert 'href="/_consent?next=/a"' in settings_link(californian)
    assert ">&lt;b&gt;</a>" in settings_link(german, "<b>")


def test_where_ours_does_not_float_it_is_marked(make_guard: GuardMaker) -> None:
    own = "[banner]\ncontrol = 'own'\n"
    german = visit(make_guard, more=own)
    marked = '<a data-cg-open href="/_consent" rel="noreferrer">Cookie settings</a>'
    assert settings_link(german) == marked
    californian = visit(make_guard, place="US-CA", more=own)
    assert ' data-cg-open="do-not-sell" href=' in settings_link(californian)
    # Words of the site's own are not those of the law.
    assert " data-cg-open href=" in settings_link(californian, "Cookies")
