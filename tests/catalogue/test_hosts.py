from __future__ import annotations

import pytest

from consentguard.catalogue.hosts import HostIndex
from consentguard.catalogue.urls import resolve
from consentguard.model import Service


def service(id: str, *hosts: str) -> Service:
    return Service(id, id.upper(), ("analytics",), hosts=hosts)


INDEX = HostIndex(
    [
        service("exact", "a.b.example"),
        service("deep", "*.b.example/x"),
        service("path", "a.b.example/x"),
        service("query", "a.b.example/x?id=G-"),
        service("twin", "a.b.example/x?id=AW-"),
        service("domain", "*.example.test", "*.wide.example"),
        service("sub", "*.sub.example.test/only"),
        service("proxy", "self/metrics/*"),
        service("copy", "*/x/copy.js", "*/x/copy.js?v=1"),
    ]
)


def ids(url: str) -> list[str]:
    target = resolve(url)
    assert target is not None
    return [claim[1].id for claim in INDEX.find(target)]


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://a.b.example/", ["exact"]),
        ("https://a.b.example/x", ["path"]),
        ("https://a.b.example/xy", ["exact"]),
        ("https://a.b.example/x?id=G-1", ["query"]),
        ("https://a.b.example/x?id=G-1&id=AW-2", ["query", "twin"]),
        ("https://c.b.example/x", ["deep"]),
        ("https://c.b.example/", []),
        ("https://example.test/", ["domain"]),
        ("https://q.sub.example.test/", ["domain"]),
        ("https://q.sub.example.test/only", ["sub"]),
        ("https://evilexample.test/", []),
        ("https://example.test.evil.example/", []),
        ("https://1.2.3.4/", []),
    ],
)
def test_the_most_specific_claim_wins(url: str, found: list[str]) -> None:
    assert ids(url) == found


@pytest.mark.parametrize(
    ("url", "home", "found"),
    [
        ("https://s.example/metrics/e", True, ["proxy"]),
        ("https://s.example/metrics/e", False, []),
        ("https://s.example/x/copy.js", False, ["copy"]),
        ("https://s.example/x/copy.js?v=12", True, ["copy"]),
        ("https://s.example/y/x/copy.js", True, []),
    ],
)
def test_copies_are_known_by_their_path(url: str, home: bool, found: list[str]) -> None:
    target = resolve(url)
    assert target is not None
    assert [claim[1].id for claim in INDEX.find_copy(target, home=home)] == found


def test_a_host_longer_than_dns_allows_is_not_walked() -> None:
    assert ids("https://" + "a." * 40_000 + "example.test/") == []


def test_names() -> None:
    assert INDEX.names("x.wide.example")
    assert not INDEX.names("wide.example.org")


@pytest.mark.parametrize(
    ("host", "found"),
    [("x.wide.example", ["domain"]), ("a.b.example", None), ("b.example", None), ("c.test", [])],
)
def test_what_the_host_alone_says(host: str, found: list[str] | None) -> None:
    claims = INDEX.find_host(host)
    assert found == (None if claims is None else [claim[1].id for claim in claims])


def test_texts_of_copies() -> None:
    assert INDEX.copies == {"metrics": {"/metrics/"}, "copy.js": {"/x/copy.js"}}


def test_a_bad_pattern_names_its_service() -> None:
    with pytest.raises(ValueError, match="service 'bad': host pattern"):
        HostIndex([service("bad", "*.com")])


def test_an_empty_index_knows_nothing() -> None:
    target = resolve("https://a.example/x")
    assert target is not None
    assert not HostIndex([]).find(target)
    assert not HostIndex([]).find_copy(target, home=True)
