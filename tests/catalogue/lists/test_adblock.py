from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.catalogue import Catalogue
from consentguard.catalogue.dataset import parse
from consentguard.catalogue.hosts import HostIndex
from consentguard.catalogue.lists.adblock import NO_HOST, NOT_SAYABLE, Rule, read, rule_of
from consentguard.catalogue.shelf import Shelf

TEXT = """[Adblock Plus 2.0]
! Version: 202611010101
! Title: EasyInvented
! Licence: https://lists.example/licence.html
||metrics.example^$third-party
||a.metrics.example^
||log.shop.example^
||shop.example/px.gif?
||px.test/collect/
! a comment
###banner
shop.example##.ad
&track=
||pierced.test^
||cdn.pierced.test/js/
@@||cdn.pierced.test/js/good.js$script
||kept.test^
@@||kept.test^$domain=shop.example
@@/kept.js$~third-party
"""


def test_a_list() -> None:
    found = read(TEXT)
    assert (found.format, found.title, found.version) == (
        *("easyprivacy", "EasyInvented", "202611010101"),
    )
    assert found.licence == "https://lists.example/licence.html"
    assert {(one.id, one.purposes, one.hosts) for one in found.services} == {
        ("metrics_example", ("analytics",), ("*.metrics.example",)),
        ("shop_example", ("analytics",), ("*.log.shop.example", "*.shop.example/px.gif")),
        ("px_test", ("analytics",), ("*.px.test/collect/",)),
        ("kept_test", ("analytics",), ("*.kept.test",)),
    }
    assert found.left_out == {
        "hides elements": 2,
        NO_HOST: 1,
        "said twice": 1,
        "pierced by an exception of the list": 2,
        "exception for some sites or pages only": 2,
    }


@pytest.mark.parametrize(
    ("title", "purpose"),
    [
        ("EasyList", "advertising"),
        ("EasyList Germany", "advertising"),
        ("EasyPrivacy", "analytics"),
        ("Somebody's", "analytics"),
    ],
)
def test_the_title_says_the_purpose(title: str, purpose: str) -> None:
    (service,) = read(f"! Title: {title}\n||a.test^\n").services
    assert service.purposes == (purpose,)
    assert service.sells_or_shares is (purpose == "advertising")


@pytest.mark.parametrize(
    ("line", "rest"),
    [
        ("||a.test^", ""),
        ("||a.test", ""),
        ("||a.test/", ""),
        ("||a.test/*", ""),
        ("||a.test^*", ""),
        ("||*.a.test^", ""),
        ("||A.test^$third-party,important", ""),
        ("||a.test^$script,third-party", ""),
        ("||a.test^$redirect=noop.js", ""),
        ("||a.test/px", "/px*"),
        ("||a.test/px^", "/px"),
        ("||a.test/px|", "/px"),
        ("||a.test/px/", "/px/"),
        ("||a.test/px*", "/px*"),
        ("||a.test^*/px.gif", "/*/px.gif*"),
        ("||a.test/a**b.js", "/a*b.js*"),
        ("||a.test/px.gif?", "/px.gif"),
        ("||a.test/c?v=1&tid=UA-", "/c?v=1&tid=UA-"),
        ("||a.test/px.gif$image", "/px.gif*"),
        ("||a.test/px.gif$~xmlhttprequest", "/px.gif*"),
    ],
)
def test_what_is_taken(line: str, rest: str) -> None:
    assert rule_of(line) == Rule("a.test", rest)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("/banner/*/ad.", NO_HOST),
        ("|https://a.test/", NO_HOST),
        ("||^", NO_HOST),
        ("/ads[0-9]+/", "regular expression"),
        ("/ads[0-9]+/$script", "regular expression"),
        ("a.test#@#.ad", "hides elements"),
        ("a.test#?#.ad:has(b)", "hides elements"),
        ("a.test$$script", "hides elements"),
        ("||a.test^$domain=b.test", "holds on some sites only"),
        ("||a.test^$domain=~b.test", "holds on some sites only"),
        ("||a.test^$~third-party", "for a site's own requests"),
        ("||a.test^$popup,third-party", "for pages, not for what they load"),
        ("||a.test^$removeparam=x", "an option that does more than block"),
        ("||a.test^$csp=script-src 'none'", "an option that does more than block"),
        ("||a.test^$", "an option that does more than block"),
        ("||a.test^$image", "a whole host, for some kinds of request only"),
        ("||a.test^$~script", "a whole host, for some kinds of request only"),
        ("||a.test:8080^", "a port"),
        ("||ads.", NOT_SAYABLE),
        ("||ads.*/px", NOT_SAYABLE),
        ("||a.test*px", NOT_SAYABLE),
        ("||a.test^|", NOT_SAYABLE),
        ("||a.test/a^b", NOT_SAYABLE),
        ("||a.test/?id=1", NOT_SAYABLE),
        ("||a.test/*?id=1", NOT_SAYABLE),
        ("||a.test/p?id", NOT_SAYABLE),
        ("||a.test/p?id=*&v=1", NOT_SAYABLE),
        ("||a.test/p#x", "malformed"),
        ("||com^", "no host, or a whole top-level domain"),
        ("||co.uk^", "a domain below which anybody may have a site"),
        ("||a.test/\ufffd", "malformed"),
    ],
)
def test_what_is_left_out(line: str, reason: str) -> None:
    assert rule_of(line) == reason


def test_addresses_and_names_in_other_scripts() -> None:
    found = read("||192.0.2.7^\n||bücher.example^\n||192.0.2.7^$third-party")
    assert [one.hosts for one in found.services] == [("192.0.2.7",), ("*.xn--bcher-kva.example",)]
    assert found.left_out == {"said twice": 1}


@pytest.mark.parametrize(
    ("rule", "url", "claimed"),
    [
        ("||a.test/track", "https://x.a.test/tracking.js?1", True),
        ("||a.test/track^", "https://a.test/tracking.js", False),
        ("||a.test/track^", "https://a.test/track/x", True),
        ("||a.test^*/px.gif", "https://a.test/px.gif", False),
        ("||a.test^*/px.gif", "https://a.test/x/px.gif?y", True),
        ("||a.test/c?tid=UA-", "https://a.test/c?tid=UA-1&x", True),
        ("||a.test/c?tid=UA-", "https://a.test/c?tid=G-1", False),
        ("||a.test^", "https://nota.test/", False),
    ],
)
def test_rules_claim_what_blockers_block(rule: str, url: str, claimed: bool) -> None:
    shelf = Shelf.of(read(rule).services)
    match = Catalogue(shelf).url(url, base="https://site.example/")
    assert match is not None
    assert match.known is claimed


RULES = st.text("|@$^*/?=&.,~#[]-ab0: é\x00\ufffd", max_size=30)


@given(st.lists(st.one_of(RULES, RULES.map("||a.b".__add__), RULES.map("@@||a.b".__add__))))
def test_no_text_breaks_it(lines: list[str]) -> None:
    found = read("\n".join(lines))
    entries = [entry for line in found.lines("mine") for entry in parse(line)]
    HostIndex(entries)
    assert sum(len(entry.hosts) for entry in entries) == found.entries
    assert all(entry.source == "mine" for entry in entries)


def test_long_lines_and_garbage() -> None:
    garbage = bytes(range(256)).decode("utf-8", "replace")
    found = read("\n".join(["||a.test/" + "a" * 65_536, garbage, "||b.test^", "", "||b.test^"]))
    assert [one.hosts for one in found.services] == [("*.b.test",)]
    assert found.left_out["malformed"] >= 1
    assert read("").services == ()


def test_many_exceptions_stay_linear() -> None:
    text = "".join(f"@@||a.test/x{n}\n||a.test/y{n}\n" for n in range(4000))
    assert read(text).entries == 4000
