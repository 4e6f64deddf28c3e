from __future__ import annotations

import pytest

from consentguard.catalogue.dataset import parse
from consentguard.catalogue.heuristics import SERVICES
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
