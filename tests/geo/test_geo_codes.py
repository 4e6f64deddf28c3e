from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.geo.codes import country_code, place, subdivision_code
from consentguard.model import Place


@pytest.mark.parametrize("text", ["DE", "de", "dE"])
def test_case_does_not_matter(text: str) -> None:
    assert country_code(text) == "DE"


@pytest.mark.parametrize(
    "text",
    ["XX", "T1", "AP", "EU", "eu", "ZZ", "A1", "A2", "O1", "", "D", "DEU", "D-", " DE", "ÄÖ", "ﬁ"],
)
def test_what_is_no_country(text: str) -> None:
    assert country_code(text) == ""
    assert place(text, "CA") == Place()


@pytest.mark.parametrize("value", [None, 49, b"DE", ["DE"], {"iso_code": "DE"}])
def test_what_is_no_text(value: object) -> None:
    assert country_code(value) == ""
    assert place("US", value) == Place("US")


def test_subdivisions() -> None:
    assert place("us", "ca") == Place("US", "US-CA")
    assert place("GB", "ENG") == Place("GB", "GB-ENG")
    assert place("CN", "22") == Place("CN", "CN-22")
    assert place("US", "California") == Place("US")
    assert place("US", "") == Place("US")
    assert place("US", "C A") == Place("US")


def test_names_of_states_and_provinces() -> None:
    assert subdivision_code("US", "California") == "CA"
    assert subdivision_code("US", "new york") == "NY"
    assert subdivision_code("CA", "Québec") == "QC"
    assert subdivision_code("CA", "Quebec") == "QC"
    assert subdivision_code("DE", "Bavaria") == ""
    assert subdivision_code("FR", "Ain") == ""
    assert subdivision_code("US", "Quebec") == ""
    assert subdivision_code("US", None) == ""


@given(st.text(max_size=4), st.text(max_size=8))
def test_a_place_is_iso_codes_or_nothing(country: str, subdivision: str) -> None:
    found = place(country, subdivision)
    assert re.fullmatch(r"([A-Z]{2})?", found.country)
    assert found.subdivision == "" or re.fullmatch(
        f"{found.country}-[A-Z0-9]{{1,3}}", found.subdivision
    )
