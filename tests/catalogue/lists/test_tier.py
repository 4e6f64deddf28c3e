from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.catalogue.test_login import LOGIN_ONLY, LOGIN_WIDGET, NOT_LOGIN, PAGE, WIDGET

from consentguard.catalogue import Catalogue, bundled
from consentguard.catalogue.dataset import parse
from consentguard.catalogue.hosts import HostIndex
from consentguard.catalogue.lists import adblock, disconnect, store, writing
from consentguard.catalogue.lists.taken import Taken
from consentguard.catalogue.lists.tier import Lists
from consentguard.catalogue.shelf import Shelf
from consentguard.catalogue.sites import registrable_domain
from consentguard.catalogue.urls import resolve
from consentguard.model import Match, Service

ENTRIES = tuple(parse(bundled.FILE.read_text("utf-8")))
ONE = adblock.read("||a.test^\n||b.test/px\n||x.b.test^\n||192.0.2.7^\n")
TWO = disconnect.read(
    {"categories": {"Social": [{"A": {"u": ["a.test", "c.test", "deep.b.test"]}}]}}
)


def lists(tmp_path: Path, **taken: Taken) -> Lists:
    for name, one in taken.items():
        writing.write(one, name, "x", datetime.now(UTC), tmp_path)
    return Lists(store.load(tmp_path))


@pytest.fixture
def both(tmp_path: Path) -> Lists:
    return lists(tmp_path, one=ONE, two=TWO)


def ids(found: Lists, url: str, hidden: frozenset[str] = frozenset()) -> list[str]:
    target = resolve(url)
    assert target is not None
    return [claimant.id for _, claimant in found.find(target, hidden)]


@pytest.mark.parametrize(
    ("url", "claimants"),
    [
        ("https://a.test/", ["one:a_test", "two:a_social"]),
        ("https://x.y.a.test/", ["one:a_test", "two:a_social"]),
        ("https://c.test/", ["two:a_social"]),
        ("https://b.test/px.gif", ["one:b_test"]),
        ("https://www.b.test/px", ["one:b_test"]),
        ("https://b.test/", []),
        ("https://x.b.test/", ["one:b_test"]),
        ("https://deep.b.test/px", ["two:a_social"]),
        ("https://192.0.2.7/", ["one:192_0_2_7"]),
        ("https://1.192.0.2.7.test/", []),
        ("https://nota.test/", []),
        ("https://test/", []),
    ],
)
def test_claims(both: Lists, url: str, claimants: list[str]) -> None:
    assert ids(both, url) == claimants


def test_whole_hosts(both: Lists) -> None:
    claims = both.find_host("www.c.test")
    assert claims
    assert [(p.text, c.id) for p, c in claims] == [("*.c.test", "two:a_social")]
    assert both.find_host("b.test") is None
    assert both.find_host("unknown.test") == []
    assert both.find_host("a.test" * 60) == []
    assert both.find_host("") == []
    assert Lists().find_host("a.test") == []


def test_hidden_services_claim_nothing(both: Lists) -> None:
    assert ids(both, "https://a.test/", frozenset({"one:a_test"})) == ["two:a_social"]
    assert both.find_host("c.test", frozenset({"two:a_social"})) == []


def test_services_by_id(both: Lists) -> None:
    assert sorted(both) == ["one:192_0_2_7", "one:a_test", "one:b_test", "two:a_social"]
    assert len(both) == 4
    service = both["two:a_social"]
    assert service.hosts == ("*.a.test", "*.c.test", "*.deep.b.test")
    assert (service.vendor, service.purposes, service.sells_or_shares) == ("A", ("social",), True)
    assert both["two:a_social"] is service
    for unknown in ("", "one", "one:", "one:a", "one:a_test\t", "three:a", "one:zzz", "\ud800"):
        assert unknown not in both
        with pytest.raises(KeyError):
            both[unknown]


HOSTS = st.lists(st.sampled_from("ab"), min_size=2, max_size=4).map(".".join)
RULES = st.builds(
    lambda host, rest: f"||{host}{rest}", HOSTS, st.sampled_from(["^", "/px", "/px/a.gif^"])
)


@given(st.lists(RULES, min_size=1, max_size=6), HOSTS, st.sampled_from(["/", "/px", "/px/a.gif"]))
def test_it_answers_as_an_index_of_all_does(rules: list[str], host: str, path: str) -> None:
    taken = adblock.read("\n".join(rules))
    origin = store.Origin("one", "easyprivacy", "x", "", "", "", "", 0, 0, "")
    tier = Lists([store.Stored(origin, taken.lines("one"))])
    index = HostIndex([entry for line in taken.lines("one") for entry in parse(line)])
    target = resolve(f"https://{host}{path}")
    assert target is not None
    expected = {(p.text, c.id) for p, c in index.find(target)}
    assert {(p.text, c.id) for p, c in tier.find(target)} == expected
    whole, said = index.find_host(host), tier.find_host(host)
    assert (whole is None) is (said is None)
    assert {p.text for p, _ in whole or ()} == {p.text for p, _ in said or ()}


def ask(shelf: Shelf, url: str, own: tuple[Service, ...] = ()) -> Match:
    match = Catalogue(shelf, own=own).url(url, base="https://www.site.example/")
    assert match is not None
    return match


def test_the_catalogue_asks_lists_last(tmp_path: Path) -> None:
    text = "||new-tracker.test^\n||google-analytics.com^\n||cdnjs.cloudflare.com^\n||mine.test^\n"
    found = lists(tmp_path, easy=adblock.read(text + "||www.site.example^\n||site.example^\n"))
    with_lists, without = Shelf.read(ENTRIES, found), Shelf.read(ENTRIES)
    match = ask(with_lists, "https://x.new-tracker.test/a.js")
    assert match.purposes == ("analytics",)
    assert match.why == "host *.new-tracker.test, list easy"
    assert not ask(without, "https://x.new-tracker.test/a.js").known
    for known in (
        "https://www.google-analytics.com/analytics.js",
        "https://cdnjs.cloudflare.com/a",
    ):
        assert ask(with_lists, known) == ask(without, known)
        assert ask(with_lists, known).known
    own = Service("mine", "Mine", ("functional",), hosts=("*.mine.test",))
    assert ask(with_lists, "https://mine.test/", (own,)).purposes == ("functional",)
    catalogue = Catalogue(with_lists)
    assert catalogue.url("https://cdn.site.example/x.js", base="https://www.site.example/") is None
    assert "easy:new-tracker_test" in catalogue.services
    assert catalogue.services["ga4"] == Catalogue(without).services["ga4"]


def test_two_lists_that_know_a_host_both_count(both: Lists) -> None:
    match = ask(Shelf.read(ENTRIES, both), "https://a.test/")
    assert match.purposes == ("analytics", "social")
    assert match.why == "host *.a.test, list one and two"


def test_no_list_closes_a_login(tmp_path: Path) -> None:
    urls = [url for of in LOGIN_ONLY.values() for url in of] + [*NOT_LOGIN, WIDGET]
    hosts = {urlsplit(url).hostname or "" for url in urls}
    domains = {registrable_domain(host) for host in hosts}
    text = "".join(f"||{host}^$third-party\n" for host in sorted(hosts | domains))
    found = lists(tmp_path, easylist=adblock.read(f"! Title: EasyList\n{text}"))
    assert len(found) >= len(LOGIN_ONLY)
    plain, strict = Catalogue(Shelf.read(ENTRIES)), Catalogue(Shelf.read(ENTRIES, found))
    for url in urls:
        for attributes in (frozenset[str](), LOGIN_WIDGET):
            before = plain.url(url, base=PAGE, attributes=attributes)
            assert before is not None
            if before.known:
                assert strict.url(url, base=PAGE, attributes=attributes) == before


def test_no_list_changes_what_the_package_knows(tmp_path: Path) -> None:
    texts = {
        text for entry in ENTRIES for text in entry.hosts if text[0] not in "*s" or "." in text
    }
    bare = {text.removeprefix("*.") for text in texts if not set(text) & set("/?[")}
    rules = "".join(f"||{host}^\n" for host in sorted(bare))
    strict = Catalogue(Shelf.read(ENTRIES, lists(tmp_path, easy=adblock.read(rules))))
    plain = Catalogue(Shelf.read(ENTRIES))
    for host in sorted(bare)[::7]:
        url = f"https://{host}/some/path"
        before = plain.url(url, base=PAGE)
        if before is not None and before.known:
            assert strict.url(url, base=PAGE) == before
