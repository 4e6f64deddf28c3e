from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.errors import ConfigError, GeoError
from consentguard.geo.locate import OLD_DAYS, Locator
from consentguard.geo.mmdb import BUNDLED, Database
from consentguard.geo.reload import EVERY
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
    with pytest.raises(ConfigError, match=r"'geoip'; known: bundled, mmdb, .*fastly, header:NAME"):
        Locator(GeoSettings(provider="geoip"))
    with pytest.raises(ConfigError, match="needs database"):
        Locator(GeoSettings(provider="mmdb"))
    with pytest.raises(ConfigError, match="header's name"):
        Locator(GeoSettings(provider="header:"))
    with pytest.raises(ConfigError, match=r"10\.0\.0\.300"):
        Locator(GeoSettings(trusted_proxies=("10.0.0.300",)))
    with pytest.raises(ConfigError, match="'via'; known: x-forwarded-for, forwarded, x-real-ip"):
        Locator(GeoSettings(proxy_header="via"))
    with pytest.raises(GeoError, match=r"gone\.mmdb"):
        Locator(GeoSettings(provider="mmdb", database=str(tmp_path / "gone.mmdb")))


PROXIES = [
    "10.0.0.1",
    "172.18.0.1",
    "100.64.0.1",
    "fd00::1",
    "::ffff:192.168.0.9",
    "127.0.0.1",
    None,
]


@pytest.mark.parametrize("peer", PROXIES)
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


def test_a_header_that_a_stranger_sent_is_warned_about_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings = GeoSettings(provider="cloudflare", trusted_proxies=("173.245.48.0/20",))
    locator = Locator(settings)
    locator.locate("177.43.0.1", NOTHING)
    assert not caplog.records
    for _ in range(3):
        assert locator.locate("177.43.0.1", [(b"CF-IPCountry", b"JP")]) == Place()
    (record,) = caplog.records
    assert "--no-proxy-headers" in record.getMessage()
    assert locator.locate("173.245.48.1", [(b"cf-ipcountry", b"JP")]) == Place("JP")


def test_a_proxy_outside_of_the_trusted_networks_is_warned_about(
    caplog: pytest.LogCaptureFixture,
) -> None:
    locator = Locator(GeoSettings(trusted_proxies=("10.1.0.0/16",)))
    assert locator.locate("10.2.0.1", forwarded(b"217.0.0.1")) == Place()
    (record,) = caplog.records
    assert "10.2.0.1" in record.getMessage()


def test_no_warning_where_proxies_are_known(caplog: pytest.LogCaptureFixture) -> None:
    Locator(GeoSettings(trusted_proxies=1)).locate("10.0.0.1", forwarded(b"10.0.0.2"))
    assert not caplog.records


def test_the_header_that_the_proxies_write() -> None:
    said = [
        (b"x-forwarded-for", b"8.8.8.8"),
        (b"forwarded", b"for=217.0.0.1"),
        (b"x-real-ip", b"177.43.0.1"),
    ]
    for header, country in (("x-forwarded-for", "US"), ("forwarded", "DE"), ("x-real-ip", "BR")):
        locator = Locator(GeoSettings(trusted_proxies=1, proxy_header=header))
        assert locator.locate("10.0.0.1", said) == Place(country)


@pytest.mark.parametrize(
    ("provider", "country", "part"),
    [
        ("cloudflare", b"CF-IPCountry", b"CF-Region-Code"),
        ("cloudfront", b"CloudFront-Viewer-Country", b"CloudFront-Viewer-Country-Region"),
        ("vercel", b"X-Vercel-IP-Country", b"X-Vercel-IP-Country-Region"),
        ("appengine", b"X-AppEngine-Country", b"X-AppEngine-Region"),
        ("fastly", b"X-Geo-Country", b"X-Geo-Region"),
        ("header:X-Land", b"X-Land", b""),
        ("header:X-Land, X-Staat", b"X-Land", b"X-Staat"),
    ],
)
def test_what_cdns_say(provider: str, country: bytes, part: bytes) -> None:
    locator = Locator(GeoSettings(provider=provider, trusted_proxies=("10.0.0.0/8",)))
    said = [(b"Host", b"example.org"), (country, b"US"), (part or b"X-Other", b"ca")]
    expected = Place("US", "US-CA" if part else "")
    for headers in (said, [(name.lower(), value) for name, value in said]):
        assert locator.locate("10.0.0.1", headers) == expected
        assert locator.locate("80.67.169.12", headers) == Place()
        assert locator.locate("10.0.0.1", headers[:2]) == Place("US")
        assert locator.locate("10.0.0.1", [*headers[:1], *headers[2:]]) == Place()


def test_an_old_bundled_database_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    built = Database(BUNDLED).describe()
    Locator(GeoSettings(), clock=lambda: built.epoch + (OLD_DAYS - 1) * 86_400)
    assert not caplog.records
    locator = Locator(GeoSettings(), clock=lambda: built.epoch + (OLD_DAYS + 1) * 86_400)
    locator.locate("217.0.0.1", NOTHING)
    (record,) = caplog.records
    assert built.built in record.getMessage()
    assert "Update" in record.getMessage()


def test_a_database_of_the_site_is_read_anew(
    make_database: MakeDatabase, caplog: pytest.LogCaptureFixture
) -> None:
    now = [0.0]
    path = make_database({"217.0.0.0/24": "DE"}, "used")
    settings = GeoSettings(provider="mmdb", database=str(path), trusted_proxies=1)
    behind = Locator(settings, clock=lambda: now[0])
    direct = Locator(
        GeoSettings(provider="mmdb", database=str(path)),
        clock=lambda: now[0],
        run=lambda job: job(),
    )

    def later() -> None:
        now[0] += EVERY
        direct.locate("217.0.0.1", NOTHING)

    assert direct.locate("217.0.0.1", NOTHING) == Place("DE")
    assert behind.locate(None, forwarded(b"217.0.0.1")) == Place("DE")
    make_database({"217.0.0.0/24": "FR"}, "new").replace(path)
    later()
    later()
    assert direct.locate("217.0.0.1", NOTHING) == Place("FR")
    path.write_bytes(b"")
    later()
    later()
    assert direct.locate("217.0.0.1", NOTHING) == Place("FR")
    told = [one for one in caplog.records if one.levelno >= logging.WARNING]
    assert len(told) == 1


HEADERS = st.lists(
    st.tuples(
        st.sampled_from([b"x-forwarded-for", b"Forwarded", b"x-real-ip", b"cf-ipcountry", b"a"]),
        st.one_of(st.binary(max_size=40), st.sampled_from([b"US", b"8.8.8.8", b"for=8.8.8.8"])),
    ),
    max_size=6,
)
STRANGERS = ["217.0.0.1", "80.67.169.12", "2001:638:902::1", "2002:a00:1::1", "8.8.8.8", "x", "::1"]
LOCATORS = [
    Locator(GeoSettings(trusted_proxies=trusted, proxy_header=header))
    for trusted in (0, ("10.0.0.0/8",))
    for header in ("x-forwarded-for", "forwarded", "x-real-ip")
]
LOCATORS.append(Locator(GeoSettings(provider="cloudflare", trusted_proxies=("10.0.0.0/8",))))


@given(HEADERS, st.sampled_from(STRANGERS), st.sampled_from(LOCATORS))
def test_no_header_of_a_stranger_moves_anybody(
    headers: list[tuple[bytes, bytes]], peer: str, locator: Locator
) -> None:
    assert locator.locate(peer, headers) == locator.locate(peer, [])


@given(HEADERS, st.one_of(st.none(), st.text(max_size=30)), st.sampled_from(LOCATORS))
def test_no_request_raises(
    headers: list[tuple[bytes, bytes]], peer: str | None, locator: Locator
) -> None:
    assert isinstance(locator.locate(peer, headers), Place)
