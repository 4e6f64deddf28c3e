"""A site's own words: in the visitor's language where the site has them, never lost."""

from __future__ import annotations

import pytest
from tests.conftest import SITE, GuardMaker, a_policy, a_request

from consentguard.environment import texts_of
from consentguard.locales import load
from consentguard.policy import parse
from consentguard.policy.wording import languages, own_words, untranslated

SPOKEN = SITE + 'languages = ["de", "en", "fr"]\ndefault_language = "en"\n'
FONTS = """
[purposes.fonts]
name = { en = "Fonts", de = "Schriften" }
description = "Loads <b>fonts</b> & \\u0022more\\u0022."
[purposes.analytics]
name = { fr = "Mesure" }
"""


def test_the_default_language_comes_first() -> None:
    assert languages(a_policy("", SPOKEN).site) == ("en", "de", "fr")


@pytest.mark.parametrize(
    ("language", "fonts", "analytics"),
    [("en", "Fonts", "Mesure"), ("de-AT", "Schriften", "Mesure"), ("fr", "Fonts", "Mesure")],
)
def test_what_is_missing_falls_back(language: str, fonts: str, analytics: str) -> None:
    words = own_words(a_policy(FONTS, SPOKEN), language)
    assert words["purpose.fonts.name"] == fonts
    assert words["purpose.analytics.name"] == analytics
    assert words["purpose.fonts.description"].startswith("Loads")


def test_what_is_missing_is_named() -> None:
    assert list(untranslated(a_policy(FONTS, SPOKEN))) == [
        ("analytics", "name", ["en", "de"]),
        ("fonts", "name", ["fr"]),
        ("fonts", "description", ["de", "fr"]),
    ]


def test_they_are_among_the_words_that_a_record_names() -> None:
    texts = texts_of(a_policy(FONTS, SPOKEN))
    assert texts["de"].purpose_name("fonts") == "Schriften"
    assert texts["de"].purpose_name("media") == load("de").purpose_name("media")
    assert texts["de"].digest != load("de").digest
    assert texts_of(a_policy("", SPOKEN))["de"].digest == load("de").digest


def test_markup_in_them_is_text(make_guard: GuardMaker) -> None:
    guard = make_guard(FONTS)
    page = guard.settle(guard.exchange(a_request("/_consent")), b"").body.decode()
    assert "Loads &lt;b&gt;fonts&lt;/b&gt; &amp; &quot;more&quot;." in page
    assert "<b>fonts" not in page


def test_other_words_ask_nobody_again() -> None:
    before, after = a_policy("[purposes.fonts]\n"), a_policy(FONTS)
    assert before.fingerprints["fonts"] == after.fingerprints["fonts"]


OWN = """
[texts.de]
"button.accept" = "Alles zulassen"
banner.title = "Kekse bei uns"
[texts.de-AT]
"banner.title" = "Kekse in Wien"
"""


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("de", "Kekse bei uns"),
        ("de-CH", "Kekse bei uns"),
        ("de-AT", "Kekse in Wien"),
        ("en", "We use cookies"),
    ],
)
def test_any_text_in_the_sites_own_words(language: str, title: str) -> None:
    site = SITE + f'languages = ["{language}"]\n'
    texts = texts_of(a_policy(OWN, site))[language]
    assert texts["banner.title"] == title
    assert (texts["button.accept"] == "Alles zulassen") is language.startswith("de")
    assert texts["button.reject"] == load(language)["button.reject"]
    # Named as the site names it: two regional tags are two languages, though they share a file.
    assert texts.lang == language


def test_other_letters_are_not_called_the_sites() -> None:
    texts = texts_of(a_policy("", SITE + 'languages = ["sr-Latn"]\n'))["sr-Latn"]
    assert texts.lang == "sr"


@pytest.mark.parametrize(
    ("more", "code", "line", "said", "help"),
    [
        ("'button.acept' = 'Ja'", "E101", 10, "'button.acept'", "did you mean 'button.accept'?"),
        ("button.acept = 'Ja'", "E101", 10, "'button.acept'", "did you mean 'button.accept'?"),
        ("'button.accept' = ''", "E102", 10, "is empty", "Alle akzeptieren"),
        ("'button.accept' = 'Ja {x}'", "E102", 10, "{x} that nothing fills", "it has no blanks"),
        ("'embed.open' = 'Auf {hots}'", "E102", 10, "{hots}", "there are: {host}"),
        ("'button.accept' = 1", "E102", 9, "cannot be", "texts by key"),
        ("'embed.open' = 'Dort öffnen'", "W107", 10, "leaves out {host}", "Bei {host}"),
    ],
)
def test_a_text_that_cannot_stand_is_named(
    more: str, code: str, line: int, said: str, help: str
) -> None:
    policy, problems = parse(SITE + f"[texts.de]\n{more}\n")
    (problem,) = problems
    assert (problem.code, problem.line) == (code, line)
    assert said in problem.message
    assert help in problem.help
    assert (policy is None) is code.startswith("E")


def test_a_language_that_nobody_speaks() -> None:
    _, problems = parse(SITE + "[texts.tlh]\n'button.accept' = 'HIja'\n")
    assert [(p.code, p.line) for p in problems] == [("E103", 9)]
