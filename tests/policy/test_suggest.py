from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentguard.model import STANDARD_PURPOSES, Model
from consentguard.policy.keys import keys
from consentguard.policy.presets import presets
from consentguard.policy.suggest import ALIASES, choices, did_you_mean, meant


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("marketing", "advertising"),
        ("targeting", "advertising"),
        ("statistics", "analytics"),
        ("measurement", "analytics"),
        ("Marketing", "advertising"),
        ("personalization", "personalisation"),
        ("analitics", "analytics"),
        ("advertisng", "advertising"),
        ("performance", "analytics"),
        ("preferences", "functional"),
        ("strictly-necessary", "necessary"),
        ("Strictly necessary", "necessary"),
        ("essential", "necessary"),
    ],
)
def test_words_of_other_tools_and_typos_find_the_purpose(word: str, meant: str) -> None:
    assert did_you_mean(word, STANDARD_PURPOSES) == f"did you mean '{meant}'?"


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("gdpr", "eea-gdpr"),
        ("eu", "eea-gdpr"),
        ("lgpd", "br-lgpd"),
        ("ccpa", "us-ca"),
        ("uk", "gb-pecr"),
        ("gb", "gb-pecr"),
        ("US_CA", "us-ca"),
        ("cnil", "fr-cnil"),
    ],
)
def test_names_of_laws_find_the_preset(word: str, meant: str) -> None:
    assert did_you_mean(word, presets()) == f"did you mean '{meant}'?"


def test_a_site_s_own_region_comes_before_the_preset() -> None:
    assert did_you_mean("eu", ["br", "eea", "fr"]) == "did you mean 'eea'?"
    assert did_you_mean("uk", ["gb-pecr", "eea"]) == "did you mean 'gb-pecr'?"


def test_every_alias_leads_to_a_word_of_a_policy_file() -> None:
    words = {part for key in keys() for part in key.path} | {*STANDARD_PURPOSES, *Model, *presets()}
    words |= {choice for key in keys() for choice in key.choices}
    own = {"eea", "fr", "us", "gb", "br", "row"}  # ids that sites give their regions
    for alias, targets in ALIASES.items():
        assert set(targets) & words, alias
        assert set(targets) <= words | own, alias
        assert alias == alias.lower()


def test_choices_are_read_from_what_is_expected() -> None:
    assert choices('"off" | "report"') == ("off", "report")
    assert choices('"one"') == ("one",)
    assert choices("a string in quotes") == choices("") == ()
    assert choices('a list of strings, like ["one", "two"]') == ()


def test_nothing_is_meant_by_what_is_like_nothing() -> None:
    assert meant("", ["a"]) == meant("zzz", ["analytics"]) == meant("x", []) == ""


def test_an_alias_for_what_is_not_there_is_not_offered() -> None:
    assert did_you_mean("uk", ["br", "fr"]) == "known: br, fr"


def test_few_known_words_are_listed_many_are_not() -> None:
    assert did_you_mean("qqq", ["a", "b"]) == "known: a, b"
    assert did_you_mean("qqq", [f"zone{n}" for n in range(21)]) == ""


@settings(deadline=None)
@given(st.text(max_size=30), st.lists(st.text(max_size=10), max_size=5))
def test_what_is_suggested_is_known(word: str, known: list[str]) -> None:
    answer = did_you_mean(word, known)
    if answer.startswith("did you mean '"):
        assert answer[len("did you mean '") : -2] in known
