from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.errors import ConfigError
from consentguard.geo.headers import CDNS, CountryHeader, names_of
from consentguard.geo.proxies import parse_trusted
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


@pytest.mark.parametrize(
    ("country", "part", "expected"),
    [
        (b"US", b"CA", Place("US", "US-CA")),
        (b"us", b"ca", Place("US", "US-CA")),
        (b"US", b"US-CA", Place("US", "US-CA")),
        (b"GB", b"ENG", Place("GB", "GB-ENG")),
        (b"JP", b"13", Place("JP", "JP-13")),
        (b"US-NY", b"CA", Place("US", "US-CA")),
        # a subdivision that is none leaves the country alone
        (b"US", b"", Place("US")),
        (b"US", b"California", Place("US")),
        (b"US", b"NO REGION", Place("US")),
        (b"US", b"?", Place("US")),
        (b"US", b"CA-QC", Place("US")),
        (b"US", b"CA, NY", Place("US")),
        (b"US", b"CA" * 100_000, Place("US")),
        # without a country there is no subdivision
        (b"XX", b"CA", Place()),
        (b"T1", b"CA", Place()),
        (b"ZZ", b"CA", Place()),
        (b"**", b"CA", Place()),
        (b"", b"CA", Place()),
    ],
)
def test_country_and_subdivision(country: bytes, part: bytes, expected: Place) -> None:
    provider = CountryHeader("CF-IPCountry", 1, "CF-Region-Code")
    said = [(b"CF-Region-Code", part), (b"CF-IPCountry", country)]
    assert provider.locate(CDN, said) == expected
    assert provider.locate(CDN, said[:1]) == Place()
    twice = [*said, (b"cf-region-code", b"NY")]
    assert provider.locate(CDN, twice).subdivision == ("US-NY" if country == b"US-NY" else "")


@pytest.mark.parametrize("provider", CDNS)
def test_every_cdn_has_two_headers(provider: str) -> None:
    CountryHeader(*names_of(provider)[:1], 1, names_of(provider)[1])
    assert len(set(names_of(provider))) == 2


def test_any_other_header() -> None:
    assert names_of("header:X-Land") == ("X-Land", "")
    assert names_of("header:X-Land , X-Staat") == ("X-Land", "X-Staat")


def test_names_in_any_case() -> None:
    provider = CountryHeader("cf-ipCOUNTRY", 1)
    assert provider.locate(CDN, [(b"Cf-Ipcountry", b"FR")]) == Place("FR")


@pytest.mark.parametrize("name", ["", "A,B,C", "CF IPCountry", "CF:IPCountry", "Länder", "a\r\nb"])
def test_bad_names_are_named(name: str) -> None:
    with pytest.raises(ConfigError, match="is not a header's name"):
        CountryHeader(name, 1)


@given(st.lists(st.binary(max_size=10), max_size=3))
def test_no_value_raises(values: list[bytes]) -> None:
    assert isinstance(CountryHeader("CF-IPCountry", 1).locate(CDN, header(*values)), Place)
