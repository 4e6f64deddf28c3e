from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.catalogue import Catalogue, loaders
from consentguard.catalogue.loaders import MAX_URLS, loaded_urls
from consentguard.model import Service

CATALOGUE = Catalogue.bundled()


def ids(script: bytes, site: str = "site.test") -> list[str]:
    return [s.id for s in CATALOGUE.snippet(script, site=site).services]


@pytest.mark.parametrize(
    "script",
    [
        b"s.src = 'https://t.test/x'",
        b's.src="//t.test/x"',
        b"s.src=`http://t.test/x`",
        rb's.src="https:\/\/t.test\/x"',
        b"fetch('https://t.test/x', {keepalive: true})",
        b"navigator.sendBeacon( 'https://t.test/x')",
        b"import('https://t.test/x')",
        b"import 'https://t.test/x'",
        b"import a from 'https://t.test/x'",
        b"new Worker('https://t.test/x')",
        b"r.open('GET', 'https://t.test/x')",
        b"s.setAttribute('src', 'https://t.test/x')",
    ],
)
def test_a_url_where_a_browser_fetches(script: bytes) -> None:
    (url,) = loaded_urls(script)
    assert url.endswith("//t.test/x")


@pytest.mark.parametrize(
    "url",
    ["https://t.test/a.js", "//t.test/a.JS?x=1", "https://t.test/a.mjs#x", "HTTPS://t.test/a.js"],
)
def test_a_script_file_wherever_it_stands(url: str) -> None:
    assert list(loaded_urls(f"(window,document,'script','{url}','q')".encode())) == [url]


@pytest.mark.parametrize(
    "script",
    [
        b"var share = 'https://www.facebook.com/sharer.php?u='",
        b"var same = ['https://www.youtube.com/c/band', 'https://x.com/band']",
        b"s.src = '/local/a.js'",
        b"// see https://t.test/a.js",
        b"var json = 'https://t.test/a.json'",
        b"a.href = 'https://t.test/a'",
    ],
)
def test_any_other_url_is_text(script: bytes) -> None:
    assert list(loaded_urls(script)) == []


@pytest.mark.parametrize(
    ("script", "service"),
    [
        (b"js.src='https://connect.facebook.net/de_DE/sdk.js#xfbml=1'", "facebook_social"),
        (b"new Image().src='https://www.facebook.com/tr/?id=1&ev=PageView'", "meta_pixel"),
        (rb'i.src="https:\/\/www.facebook.com\/tr\/?id=1"', "meta_pixel"),
        (b"fetch('https://www.google-analytics.com/g/collect?v=2&tid=G-1')", "ga4"),
        (b"navigator.sendBeacon('//bat.bing.com/action/0')", "microsoft_ads"),
        (b"import('https://cdn.mxpnl.com/libs/a.js')", "mixpanel"),
        (b"s.src=(https?'https://':'http://')+'stats.g.doubleclick.net/dc.js'", "google_ads"),
    ],
)
def test_a_loader_without_a_literal_is_known_by_what_it_loads(script: bytes, service: str) -> None:
    assert service in ids(script)


def test_what_is_not_known_or_the_sites_own_is_nobodys() -> None:
    assert ids(b"s.src='https://nobody.test/a.js'") == []
    assert ids(b"s.src='https://www.youtube.com/a.js'") == ["youtube"]
    assert ids(b"s.src='https://www.youtube.com/a.js'", site="www.youtube.com") == []


def test_a_text_that_the_site_declares_says_it_all() -> None:
    mine = Service("mine", "Mine", ("necessary",), snippets=("mineInit(",))
    catalogue = Catalogue.bundled(own=[mine])
    match = catalogue.snippet(b"mineInit();s.src='https://script.crazyegg.com/x.js'")
    assert [s.id for s in match.services] == ["mine"]


def test_distinct_urls_are_bounded_and_never_said_twice() -> None:
    script = b"".join(b"a.src='//t%d.test/x';" % (i // 2) for i in range(3 * MAX_URLS))
    assert len(list(loaded_urls(script))) == MAX_URLS
    assert len(list(loaded_urls(b"a.src='//t.test/x';" * 9))) == 1


@given(st.binary(max_size=300))
def test_nothing_raises(script: bytes) -> None:
    CATALOGUE.snippet(b"s.src='https://" + script + b"'")
    list(loaded_urls(script))


SCRIPTS = st.lists(
    st.sampled_from(
        [
            *(
                b"'",
                b'"',
                b"`",
                b"//",
                b"\\/",
                b"/",
                b"\\",
                b"http:",
                b"HTTPS:",
                b"https:",
                b" ",
                b"x",
            ),
            *(
                b"a.js",
                b".mjs",
                b".",
                b"?",
                b".src=",
                b"fetch(",
                b"from",
                b",",
                b"https://t.test/a.js",
            ),
        ]
    ),
    max_size=14,
).map(b"".join)


@given(SCRIPTS)
def test_no_quoted_url_is_overlooked(script: bytes) -> None:
    quotes = {found.start() for found in loaders._ABSOLUTE.finditer(script)}
    assert quotes <= set(loaders._quotes(script))
    for at in loaders._quotes(script):
        assert script[at : at + 1] in (b"'", b'"', b"`")
