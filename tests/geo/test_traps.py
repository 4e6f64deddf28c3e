"""Where countries are not what they seem: from an address or a header to the rules that hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import a_policy

from consentguard.geo.codes import SUBDIVISIONS
from consentguard.geo.locate import Locator
from consentguard.model import GeoSettings, Model, Place, Region
from consentguard.policy.regions import Regions, at_least_as_strict

MakeDatabase = Callable[..., Path]

NOW = datetime(2026, 11, 22, tzinfo=UTC).timestamp()
POLICY = a_policy()
REGIONS = Regions.of(POLICY)
#: Parts of the European Union, or of a member state in it, with codes of their own.
OUTERMOST = {"AX": "FI", "GF": "FR", "GP": "FR", "MQ": "FR", "MF": "FR", "RE": "FR", "YT": "FR"}
#: Of France, the Netherlands and Denmark, and outside the Union.
OVERSEAS = ("PF", "NC", "PM", "WF", "BL", "TF", "GL", "FO", "AW", "CW", "SX", "BQ")
#: Territories of the United States, where no law of a state holds.
TERRITORIES = ("PR", "GU", "VI", "AS", "MP")


def held(place: Place) -> Region:
    return REGIONS.find(place, NOW)


@pytest.fixture
def by_database(make_database: MakeDatabase) -> Callable[[Mapping[str, Any]], Region]:
    """The rules for an address of which a database has that record."""

    def find(record: Mapping[str, Any]) -> Region:
        path = make_database({"217.0.0.0/24": record, "81.2.69.0/24": {"country_code": "FR"}})
        locator = Locator(GeoSettings(provider="mmdb", database=str(path)))
        return held(locator.locate("217.0.0.1", []))

    return find


def by_header(country: str, part: str = "") -> Region:
    """The rules for a visitor of whom Cloudflare says that."""
    locator = Locator(GeoSettings(provider="cloudflare", trusted_proxies=1))
    said = [(b"cf-ipcountry", country.encode()), (b"cf-region-code", part.encode())]
    return held(locator.locate("10.0.0.1", said))


@pytest.mark.parametrize(("code", "country"), OUTERMOST.items())
def test_outermost_regions_are_in_the_union(
    code: str, country: str, by_database: Callable[[Mapping[str, Any]], Region]
) -> None:
    expected = held(Place(country))
    for found in (by_header(code), by_database({"country": {"iso_code": code}})):
        assert found.models["analytics"] is Model.OPT_IN
        assert found.models == expected.models


@pytest.mark.parametrize("code", OVERSEAS)
def test_what_is_overseas_is_never_unknown(code: str) -> None:
    assert by_header(code) == held(Place(code))


@pytest.mark.parametrize("code", ["XX", "T1", "A1", "A2", "O1", "AP", "EU", "ZZ", "", "**", "EL5"])
def test_what_is_no_country_is_unknown(
    code: str, by_database: Callable[[Mapping[str, Any]], Region]
) -> None:
    unknown = REGIONS.unknown(NOW)
    assert unknown.id == POLICY.geo.unknown
    assert by_header(code) == unknown
    assert by_database({"country": {"iso_code": code}}) == unknown
    assert by_database({"country_code": code}) == unknown


@pytest.mark.parametrize("code", TERRITORIES)
def test_territories_of_the_united_states_have_no_state_law(code: str) -> None:
    states = {"us-ca", "us-gpc"}
    assert by_header(code).id not in states
    assert by_header(code) == held(Place(code))
    # Children are protected there as anywhere in the United States.
    assert any("COPPA" in rule.note or rule.last == 12 for rule in by_header(code).minors)


@pytest.mark.parametrize("country", SUBDIVISIONS)
def test_a_country_without_its_subdivision_has_its_strictest_rules(
    country: str, by_database: Callable[[Mapping[str, Any]], Region]
) -> None:
    codes = {line.partition(" ")[0] for line in SUBDIVISIONS[country].strip().splitlines()}
    every = [held(Place(country, f"{country}-{code}")) for code in codes]
    for found in (
        by_header(country),
        by_header(country, "?"),
        by_header(country, "ZZ"),
        by_database({"country": {"iso_code": country}}),
        by_database({"country": {"iso_code": country}, "subdivisions": [{"iso_code": "QQ"}]}),
        by_database({"country_code": country, "state1": "Atlantis"}),
    ):
        assert all(at_least_as_strict(found, one) for one in every)


def test_a_territory_told_as_a_part_is_not_weaker() -> None:
    # ISO 3166-2 lists PR as US-PR, too.
    for code in TERRITORIES:
        assert at_least_as_strict(by_header("US", code), held(Place(code)))


@pytest.mark.parametrize(
    ("country", "part", "region"),
    [
        ("CA", "QC", "ca-qc"),
        ("CA", "ON", "ca-pipeda"),
        ("US", "CA", "us-ca"),
        ("US", "TX", "us-gpc"),
        ("US", "DC", "us-states"),
    ],
)
def test_subdivisions_have_rules_of_their_own(
    country: str, part: str, region: str, by_database: Callable[[Mapping[str, Any]], Region]
) -> None:
    assert by_header(country, part).id == region
    record = {"country": {"iso_code": country}, "subdivisions": [{"iso_code": part}]}
    assert by_database(record).id == region


def test_greece_and_the_united_kingdom_have_one_code_each() -> None:
    assert by_header("GR").models["analytics"] is Model.OPT_IN
    assert by_header("GB").id.startswith("gb")
    # EL and UK are no codes of ISO 3166-1: no rule names them.
    for code in ("EL", "UK"):
        assert by_header(code).id == POLICY.geo.default


@pytest.mark.parametrize("code", ["GG", "JE", "IM", "GI", "CH", "IS", "LI", "NO"])
def test_neighbours_of_the_union_are_not_forgotten(code: str) -> None:
    assert by_header(code).id != POLICY.geo.unknown
    assert code in by_header(code).codes


def test_a_network_that_is_owned_abroad(
    by_database: Callable[[Mapping[str, Any]], Region],
) -> None:
    germany = {"country": {"iso_code": "DE"}, "registered_country": {"iso_code": "US"}}
    assert by_database(germany) == held(Place("DE"))
    base = {"country": {"iso_code": "DE"}, "represented_country": {"iso_code": "US"}}
    assert by_database(base) == held(Place("DE"))
    assert by_database({"registered_country": {"iso_code": "US"}}) == REGIONS.unknown(NOW)
