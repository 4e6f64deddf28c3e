from __future__ import annotations

import pytest

from consentguard.catalogue.cookies import CookieIndex
from consentguard.model import Service

FRAMEWORK = Service(
    "framework", "F", ("necessary",), cookies=("sid", "lang"), first_party_cookies=True
)
SOCIAL = Service("social", "S", ("social",), cookies=("sid",), cookie_domains=("social.example",))
WIDE = Service("wide", "W", ("analytics",), cookies=("_x*", "both"))
NARROW = Service("narrow", "N", ("advertising",), cookies=("_x_ad*", "_xy", "both"))
INDEX = CookieIndex([FRAMEWORK, SOCIAL, WIDE, NARROW])


def ids(name: str, host: str = "www.site.example", domain: str = "") -> list[str]:
    return [service.id for _, service in INDEX.find(name, host, domain)]


def test_exact_beats_pattern_and_longer_beats_shorter() -> None:
    assert ids("_xz") == ["wide"]
    assert ids("_xy") == ["narrow"]
    assert ids("_x_ad1") == ["narrow"]
    assert ids("_x_a") == ["wide"]
    assert ids("x") == []


def test_equal_claims_all_count() -> None:
    assert ids("both") == ["wide", "narrow"]


def test_first_party_names_count_on_the_site_alone() -> None:
    assert ids("lang", domain="site.example") == ["framework"]
    assert ids("lang", domain="other.example") == []


def test_a_name_that_demands_its_host_counts_there_alone() -> None:
    assert ids("sid") == ["framework"]
    assert ids("sid", host="www.social.example") == ["social"]
    assert ids("sid", host="antisocial.example") == ["framework"]


@pytest.mark.parametrize("prefix", ["__Host-", "__Secure-", "__host-", "__Http-", "__Host-Http-"])
def test_cookie_prefixes_do_not_change_what_a_name_means(prefix: str) -> None:
    assert ids(prefix + "sid") == ["framework"]
    assert ids(prefix + "_x_ad1") == ["narrow"]
    assert ids(prefix) == []


def test_a_bad_pattern_names_its_service() -> None:
    with pytest.raises(ValueError, match="service 'bad': cookie pattern"):
        CookieIndex([Service("bad", "B", ("analytics",), cookies=("*",))])
