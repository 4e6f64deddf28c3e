from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from consentguard.errors import ConfigError, GeoError
from consentguard.geo.locate import Locator
from consentguard.model import GeoSettings, Place

MakeDatabase = Callable[..., Path]

NOTHING: list[tuple[bytes, bytes]] = []


def forwarded(value: bytes) -> list[tuple[bytes, bytes]]:
    return [(b"x-forwarded-for", value)]


def test_the_bundled_database_is_the_default() -> None:
    locator = Locator(GeoSettings())
    assert locator.locate("80.67.169.12", NOTHING) == Place("FR")
    assert locator.locate("::ffff:217.0.0.1", forwarded(b"8.8.8.8")) == Place("DE")
    assert locator.locate("testclient", NOTHING) == Place()
    assert locator.database is not None
    assert "Country" in locator.database.describe().type


def test_behind_proxies() -> None:
    by_count = Locator(GeoSettings(trusted_proxies=1))
    by_network = Locator(GeoSettings(trusted_proxies=("10.0.0.0/8",)))
    for locator in (by_count, by_network):
        assert locator.locate("10.0.0.1", forwarded(b"8.8.8.8, 217.0.0.1:99")) == Place("DE")
        assert locator.locate(None, forwarded(b"177.43.0.1")) == Place("BR")
        assert locator.locate("10.0.0.1", NOTHING) == Place()


def test_a_database_of_the_site(make_database: MakeDatabase) -> None:
    path = make_database(
        {"128.32.0.0/16": {"country": {"iso_code": "US"}, "subdivisions": [{"iso_code": "CA"}]}}
    )
    locator = Locator(GeoSettings(provider="mmdb", database=str(path)))
    assert locator.locate("128.32.0.1", NOTHING) == Place("US", "US-CA")
    assert locator.locate("217.0.0.1", NOTHING) == Place()


def test_a_header_of_the_cdn() -> None:
    locator = Locator(GeoSettings(provider="header:CF-IPCountry", trusted_proxies=1))
    assert locator.locate("10.0.0.1", [(b"cf-ipcountry", b"BR")]) == Place("BR")
    assert locator.locate("10.0.0.1", NOTHING) == Place()
    assert locator.database is None


def test_a_header_that_nobody_vouches_for_warns_at_start(
    caplog: pytest.LogCaptureFixture,
) -> None:
    locator = Locator(GeoSettings(provider="header:CF-IPCountry"))
    assert "trusted_proxies" in caplog.text
    assert locator.locate("217.0.0.1", [(b"cf-ipcountry", b"US")]) == Place()


def test_settings_that_cannot_work(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="'geoip'; known: bundled, mmdb, header:NAME"):
        Locator(GeoSettings(provider="geoip"))
    with pytest.raises(ConfigError, match="needs database"):
        Locator(GeoSettings(provider="mmdb"))
    with pytest.raises(ConfigError, match="header's name"):
        Locator(GeoSettings(provider="header:"))
    with pytest.raises(ConfigError, match=r"10\.0\.0\.300"):
        Locator(GeoSettings(trusted_proxies=("10.0.0.300",)))
    with pytest.raises(GeoError, match=r"gone\.mmdb"):
        Locator(GeoSettings(provider="mmdb", database=str(tmp_path / "gone.mmdb")))


@pytest.mark.parametrize("peer", ["10.0.0.1", "172.18.0.1", "fd00::1", "::ffff:192.168.0.9", None])
def test_an_unannounced_proxy_is_warned_about_once(
    caplog: pytest.LogCaptureFixture, peer: str | None
) -> None:
    caplog.set_level(logging.WARNING, "consentguard.geo")
    locator = Locator(GeoSettings())
    for _ in range(3):
        assert locator.locate(peer, forwarded(b"217.0.0.1")) == Place()
    (record,) = caplog.records
    assert record.name == "consentguard.geo"
    assert "trusted_proxies" in record.getMessage()


@pytest.mark.parametrize("peer", ["127.0.0.1", "::1", "testclient", "217.0.0.1"])
def test_nothing_to_warn_about(caplog: pytest.LogCaptureFixture, peer: str) -> None:
    Locator(GeoSettings()).locate(peer, NOTHING)
    assert not caplog.records


def test_no_warning_where_proxies_are_known(caplog: pytest.LogCaptureFixture) -> None:
    Locator(GeoSettings(trusted_proxies=1)).locate("10.0.0.1", forwarded(b"10.0.0.2"))
    assert not caplog.records
