from __future__ import annotations

import pytest

from consentguard.catalogue.dataset import parse
from consentguard.catalogue.heuristics import SERVICES
from consentguard.catalogue.lists import adblock
from consentguard.catalogue.lists.store import Origin, Stored
from consentguard.catalogue.lists.tier import Lists
from consentguard.catalogue.shelf import Laid, Lazily, Shelf
from consentguard.catalogue.urls import resolve
from consentguard.model import Service

TEXT = """
acme\town\tanalytics\tAcme\t=\t*.acme.test x.test/acme.js\t_acme *_acme
acme\tlist\tanalytics\tAcme Inc\t=\tads.acme.test acme.example\t_acme_new
beta\tlist\tadvertising\tBeta\t=\tx.test\tsid\tbeta.test
"""
SHELF = Shelf.read(parse(TEXT))


def hosts(tier: int, url: str) -> list[str]:
    target = resolve(url)
    assert target is not None
    return [claim[1].id for claim in SHELF.hosts[tier].find(target)]


def test_two_tiers() -> None:
    assert hosts(0, "https://ads.acme.test/") == ["acme"]
    assert hosts(0, "https://acme.example/") == []
    assert hosts(1, "https://acme.example/") == ["acme"]
    assert hosts(0, "https://x.test/acme.js") == ["acme"]
    assert hosts(1, "https://x.test/acme.js") == ["beta"]
    written, listed = SHELF.cookies
    assert [c[1].id for c in written.find("_acme", "site.test", "")] == ["acme"]
    assert not written.find("_acme_new", "site.test", "")
    assert [c[1].id for c in listed.find("_acme_new", "site.test", "")] == ["acme"]
    assert [c[1].id for c in listed.find_bound("sid", "www.beta.test", "")] == ["beta"]
    assert not listed.find_bound("sid", "site.test", "")
    assert not listed.find_bound("_acme_new", "site.test", "")


def test_hidden_services_claim_nothing() -> None:
    target = resolve("https://x.test/")
    assert target is not None
    for hidden, found in (({"beta"}, []), ({"acme"}, ["beta"])):
        claims = SHELF.hosts[1].find(target, frozenset(hidden))
        assert [claim[1].id for claim in claims] == found
    assert not SHELF.cookies[0].find("_acme", "site.test", "", frozenset({"acme"}))


def test_services_are_made_when_asked_for_and_once() -> None:
    services = Lazily(parse(TEXT))
    assert len(services) == 2
    assert list(services) == ["acme", "beta"]
    assert "acme" in services
    assert "gamma" not in services
    assert services["acme"] is services["acme"]
    assert services["acme"].name == "Acme"
    assert services["acme"].cookies == ("_acme", "*_acme", "_acme_new")
    assert services.get("gamma") is None


def test_own_services_are_laid_over() -> None:
    own = {"beta": Service("beta", "Mine", ("cdn",)), "new": Service("new", "New", ("cdn",))}
    laid = Laid(own, Lazily(parse(TEXT)))
    assert list(laid) == ["acme", "beta", "new"]
    assert len(laid) == 3
    assert [service.name for service in laid.values()] == ["Acme", "Mine", "New"]
    assert "acme" in laid
    assert "new" in laid
    assert "gamma" not in laid
    with pytest.raises(KeyError):
        laid["gamma"]


def test_a_shelf_of_services_checks_their_patterns() -> None:
    shelf = Shelf.of([Service("a", "A", ("cdn",), hosts=("a.test",), snippets=("aInit(",))])
    assert [claimant.id for claimant in shelf.telling] == ["a"]
    assert set(shelf.services) == {"a", *(service.id for service in SERVICES)}
    for bad in (
        Service("a", "A", ("cdn",), hosts=("https://a.test",)),
        Service("a", "A", ("cdn",), cookies=("*",)),
    ):
        with pytest.raises(ValueError, match="service 'a'"):
            Shelf.of([bad])


def test_lists_speak_where_both_tiers_are_silent() -> None:
    taken = adblock.read("||acme.test^\n||acme.example^\n||x.test^\n||new.test^\n||far.test/px\n")
    origin = Origin("easy", "easyprivacy", "", "", "", "", "", 0, 0, "")
    lists = Lists([Stored(origin, taken.lines("easy"))])
    shelf = Shelf.read(parse(TEXT), lists)
    assert {*SHELF.services, *lists} == set(shelf.services)
    for url, ids, whole in (
        ("https://a.acme.test/", ["acme"], ["acme"]),
        ("https://acme.example/", ["acme"], ["acme"]),
        ("https://x.test/acme.js", ["acme"], None),
        ("https://x.test/", ["beta"], None),
        ("https://sub.x.test/", ["easy:x_test"], ["easy:x_test"]),
        ("https://new.test/", ["easy:new_test"], ["easy:new_test"]),
        ("https://far.test/px.gif", ["easy:far_test"], None),
        ("https://far.test/", [], None),
        ("https://unknown.test/", [], []),
    ):
        target = resolve(url)
        assert target is not None
        claims = shelf.find_url(target, inside=False, home=False, hidden=frozenset())
        assert [claimant.id for _, claimant in claims] == ids
        assert not shelf.find_url(target, inside=True, home=False, hidden=frozenset())
        found = shelf.find_host(target.host, frozenset())
        assert (None if found is None else [claimant.id for _, claimant in found]) == whole
