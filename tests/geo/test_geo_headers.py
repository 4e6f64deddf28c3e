from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.errors import ConfigError
from consentguard.geo.address import parse_trusted
from consentguard.geo.headers import CountryHeader
from consentguard.model import Place

CDN = "10.0.0.1"


def header(*values: bytes) -> list[tuple[bytes, bytes]]:
    return [(b"host", b"example.org"), *((b"cf-ipcountry", value) for value in values)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"DE", Place("DE")),
        (b" de ", Place("DE")),
        (b"US-CA", Place("US", "US-CA")),
        (b"ca-qc", Place("CA", "CA-QC")),
        (b"XX", Place()),
        (b"T1", Place()),
        (b"EU", Place()),
        (b"", Place()),
        (b"DE, US", Place()),
        (b"DE;US", Place()),
        (b"Germany", Place()),
        (b"US-", Place()),
        (b"US-CALI", Place()),
        (b"US_CA", Place()),
        (b"D\xc4", Place()),
        (b"DE\n", Place()),
        (b"DE" * 100_000, Place()),
    ],
)
def test_values(value: bytes, expected: Place) -> None:
    assert CountryHeader("CF-IPCountry", 1).locate(CDN, header(value)) == expected


def test_only_once() -> None:
    provider = CountryHeader("CF-IPCountry", 1)
    assert provider.locate(CDN, header(b"DE", b"US")) == Place()
    assert provider.locate(CDN, header(b"US", b"US")) == Place()
    assert provider.locate(CDN, header()) == Place()


def test_only_from_trusted_proxies() -> None:
    assert CountryHeader("CF-IPCountry", 0).locate(CDN, header(b"US")) == Place()
    inside = CountryHeader("CF-IPCountry", parse_trusted(["10.0.0.0/8"]))
    assert inside.locate(CDN, header(b"US")) == Place("US")
    assert inside.locate(None, header(b"US")) == Place("US")
    assert inside.locate("80.67.169.12", header(b"US")) == Place()


def test_names_in_any_case() -> None:
    provider = CountryHeader("cf-ipCOUNTRY", 1)
    assert provider.locate(CDN, [(b"Cf-Ipcountry", b"FR")]) == Place("FR")


@pytest.mark.parametrize("name", ["", "CF IPCountry", "CF:IPCountry", "Länder", "a\r\nb"])
def test_bad_names_are_named(name: str) -> None:
    with pytest.raises(ConfigError, match="is not a header's name"):
        CountryHeader(name, 1)


@given(st.lists(st.binary(max_size=10), max_size=3))
def test_no_value_raises(values: list[bytes]) -> None:
    assert isinstance(CountryHeader("CF-IPCountry", 1).locate(CDN, header(*values)), Place)
