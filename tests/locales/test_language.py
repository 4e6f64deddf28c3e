"""What Unicode CLDR says of the languages, against Babel, which the files are made from."""

from __future__ import annotations

from datetime import date

import pytest
from babel import Locale
from babel.dates import format_date
from hypothesis import given
from hypothesis import strategies as st

from consentguard.locales import available, load

LANGUAGES = available()


@pytest.mark.parametrize("lang", LANGUAGES)
@given(number=st.integers(0, 100_000))
def test_plural_forms(lang: str, number: int) -> None:
    assert load(lang).language.plural(number) == Locale.parse(lang, sep="-").plural_form(number)


@pytest.mark.parametrize("lang", LANGUAGES)
@given(day=st.dates())
def test_days(lang: str, day: date) -> None:
    locale = Locale.parse(lang, sep="-")
    assert load(lang).language.day(day) == format_date(day, "long", locale=locale)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_countries_and_direction(lang: str) -> None:
    language, locale = load(lang).language, Locale.parse(lang, sep="-")
    for code in ("DE", "BR", "US", "JP", "ZA", "EU", "TW", "GF"):
        assert language.territory(code) == locale.territories[code]
    assert language.territory("XX") == "XX"
    assert (language.dir == "rtl") is (locale.character_order == "right-to-left")
    assert language.name.casefold() == str(locale.display_name).casefold()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_periods(lang: str) -> None:
    language = load(lang).language
    assert language.period(0) == language.period(-1) == ""
    for count in (1, 2, 3, 5, 11, 13, 25):
        for days in (1, 30, 365):
            text = language.period(count * days)
            # Languages with a dual say it, and one, without a figure.
            assert str(count) in text or count < 3, text
            assert "{" not in text


@pytest.mark.parametrize(
    ("days", "text"),
    [(1, "1 day"), (45, "45 days"), (30, "1 month"), (390, "13 months"), (730, "2 years")],
)
def test_years_and_months_where_that_is_even(days: int, text: str) -> None:
    assert load("en").language.period(days) == text


def test_days_that_the_policy_states() -> None:
    german = load("de").language
    assert german.stated("2026-11-21") == "21. November 2026"
    assert german.stated("") == ""
    assert german.stated("soon") == "soon"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_times_are_to_the_minute(lang: str) -> None:
    shown = load(lang).language.time(1_763_761_500)
    assert "21:45 UTC" in shown
    assert "2025" in shown
