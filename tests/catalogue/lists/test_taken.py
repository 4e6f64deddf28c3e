from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.catalogue.dataset import parse
from consentguard.catalogue.lists.taken import (
    WAITING,
    Basket,
    Taken,
    address,
    host_pattern,
    identifier,
    plain,
    purposes_of,
)
from consentguard.catalogue.patterns import HostPattern
from consentguard.model import Service

ONE = Service("One", "One Ltd", ("advertising",))


def taken(basket: Basket) -> Taken:
    return Taken("disconnect", "T", "", "", basket.services(), basket.left_out)


@pytest.mark.parametrize(
    ("host", "rest", "exact", "text"),
    [
        ("Ads.Example.", "", False, "*.ads.example"),
        ("ads.example", "/px*", False, "*.ads.example/px*"),
        ("ads.example", "", True, "ads.example"),
        ("192.0.2.7", "", False, "192.0.2.7"),
        ("bücher.example", "/a", False, "*.xn--bcher-kva.example/a"),
        ("github.io", "/pixel.gif", False, "*.github.io/pixel.gif"),
        ("shop.github.io", "", False, "*.shop.github.io"),
        ("a.example", "/p?id=UA-&v=1", False, "*.a.example/p?id=UA-&v=1"),
    ],
)
def test_hosts_are_written_in_one_way(host: str, rest: str, exact: bool, text: str) -> None:
    found = host_pattern(host, rest, exact=exact)
    assert isinstance(found, HostPattern)
    assert found.text == text


@pytest.mark.parametrize(
    ("host", "rest", "reason"),
    [
        ("", "", "malformed"),
        ("com", "", "no host, or a whole top-level domain"),
        ("12345", "", "no host, or a whole top-level domain"),
        ("self", "/x.js", "no host, or a whole top-level domain"),
        ("*", "/x.js", "no host, or a whole top-level domain"),
        ("co.uk", "", "a domain below which anybody may have a site"),
        ("github.io", "", "a domain below which anybody may have a site"),
        ("a..example", "", "malformed"),
        ("a b.example", "", "malformed"),
        ("a.example", "/a b", "malformed"),
        ("a.example", "/a[data-x]", "malformed"),
        ("a.example", "/a#b", "malformed"),
        ("a.example", "/?x", "malformed"),
        ("a" * 300 + ".example", "", "malformed"),
        ("a.example", "/" + "a" * 600, "malformed"),
        ("a.example", "/\ud800", "malformed"),
    ],
)
def test_what_is_no_host(host: str, rest: str, reason: str) -> None:
    assert host_pattern(host, rest) == reason


def test_what_is_said_already_is_left_out() -> None:
    basket = Basket()
    for host, rest in [
        ("one.example", ""),
        ("one.example", ""),
        ("a.b.one.example", ""),
        ("one.example", "/px"),
        ("one.test", "/px"),
    ]:
        basket.add("one", ONE, host, rest)
    basket.add("one", ONE, "one.example", exact=True)
    basket.add("one", ONE, "two.test", "/x", exact=True)
    basket.add("one", ONE, "two.test", exact=True)
    (service,) = basket.services()
    assert service.hosts == ("*.one.example", "*.one.test/px", "two.test")
    assert basket.left_out == {"said twice": 5}


def test_ids_are_unique_and_readable() -> None:
    basket = Basket()
    for key, name in enumerate(("A.B Ltd", "a b ltd", "百度", "")):
        service = Service(name, name or "?", ("social",))
        basket.add(key, service, f"{key}.example")
    ids = [service.id for service in basket.services()]
    assert ids[:2] == ["a_b_ltd", "a_b_ltd:2"]
    assert len(set(ids)) == 4
    assert all(ids)


def test_lines_are_those_of_the_data_set() -> None:
    basket = Basket()
    basket.add(1, Service("z", "Z", ("analytics",), vendor="Z", policy_url="https://z/"), "z.test")
    basket.add(2, ONE, "one.test")
    lines = taken(basket).lines("mine")
    assert lines == [
        "mine:one\tmine\tadvertising\tOne Ltd\t\t*.one.test",
        "mine:z\tmine\tanalytics\tZ\t=\t*.z.test\t\t\thttps://z/",
    ]
    first, second = (entry.service() for entry in parse("\n".join(lines)))
    assert (first.id, first.sells_or_shares, second.sells_or_shares) == ("mine:one", True, False)
    assert second.policy_url == "https://z/"
    assert taken(basket).entries == 2


def test_only_purposes_that_wait() -> None:
    table = {"ads": "advertising", "tags": "advertising analytics", "bad": "login cdn"}
    assert purposes_of(["tags", "ads", "other"], table) == ("advertising", "analytics")
    assert purposes_of(["bad"], table) == ()
    assert not {"necessary", "security", "login", "cdn", "consent-management"} & set(WAITING)


def test_texts_of_strangers() -> None:
    assert plain(" a\tb\r\nc\u2028d\ud800e ") == "a b c d e"
    assert plain(["x"]) == ""
    assert len(plain("x" * 999)) == 200
    assert address("https://a.test/p?q=1") == "https://a.test/p?q=1"
    assert [address(bad) for bad in ("javascript:x()", "https://a b", "https://a\n", None)] == [
        *([""] * 4)
    ]
    assert identifier("Größe & Co") == "gr_e_co"


@given(st.text(max_size=40), st.text(max_size=40), st.booleans())
def test_any_text_gives_a_pattern_or_a_reason(host: str, rest: str, exact: bool) -> None:
    basket = Basket()
    basket.add(host, Service(host, plain(host) or "?", ("media",)), host, f"/{rest}", exact=exact)
    for line in taken(basket).lines("mine"):
        (entry,) = parse(line)
        assert [HostPattern(text).text for text in entry.hosts] == list(entry.hosts)
