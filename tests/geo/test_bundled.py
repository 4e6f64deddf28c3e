"""The database in the wheel: it answers, it is small, and other readers take it."""

from __future__ import annotations

import re
from ipaddress import ip_address

import geoip2.database
import maxminddb
import pytest

from consentguard.geo.mmdb import BUNDLED, Database

KNOWN = {
    "80.67.169.12": "FR",
    "217.0.0.1": "DE",
    "177.43.0.1": "BR",
    "8.8.8.8": "US",
    "128.32.1.1": "US",
    "129.132.1.1": "CH",
    "212.58.244.1": "GB",
    "133.11.0.1": "JP",
    "2001:638:902::1": "DE",
    "2804:14c::1": "BR",
    "2a01:e0c:1::1": "FR",
    "2001:4860:4860::8888": "US",
    # a /48 of its own inside a block that the registry cuts up for end users
    "2001:67c:2e8::1": "NL",
    "::ffff:217.0.0.1": "DE",
    # amateur radio: 44.0.0.0/9 is American, of 44.128.0.0/10 only the holder is
    "44.24.0.1": "US",
    "44.130.0.1": "",
}


@pytest.fixture(scope="module")
def database() -> Database:
    return Database(BUNDLED)


@pytest.mark.parametrize(("address", "country"), KNOWN.items())
def test_known_addresses(database: Database, address: str, country: str) -> None:
    assert database.lookup(ip_address(address)).country == country


def test_geoip2_reads_it() -> None:
    with geoip2.database.Reader(BUNDLED) as reader:
        assert reader.country("80.67.169.12").country.iso_code == "FR"
        assert reader.country("2001:638:902::1").country.iso_code == "DE"


def test_it_is_small() -> None:
    assert BUNDLED.stat().st_size <= 5_500_000


def test_it_holds_countries_and_nothing_else() -> None:
    with maxminddb.open_database(BUNDLED) as reader:
        codes = {str(record["country"]["iso_code"]) for _, record in reader}
    assert {"DE", "FR", "BR", "US", "GP", "RE", "CH", "GB"} <= codes
    assert all(re.fullmatch("[A-Z]{2}", code) for code in codes)
    assert not codes & {"AP", "EU", "XX", "ZZ"}


def test_it_says_where_it_comes_from() -> None:
    with maxminddb.open_database(BUNDLED) as reader:
        metadata = reader.metadata()
    assert metadata.ip_version == 6
    assert "Country" in metadata.database_type
    assert re.search(r"sources: .*iptocc \d", metadata.description["en"])
