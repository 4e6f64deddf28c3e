from __future__ import annotations

import dataclasses

import pytest
from tests.conftest import SITE, a_policy

from consentguard.consent.capacity import lost
from consentguard.errors import Problem
from consentguard.policy.lint import lint


def found(more: str, site: str = SITE) -> list[Problem]:
    return lint(a_policy(more, site), site + more, ["en", "de"])


def codes(more: str) -> list[str]:
    return [problem.code for problem in found(more)]


@pytest.mark.parametrize(
    ("more", "code", "place", "said"),
    [
        (
            "[services.mine]\npurposes = ['media']",
            "W201",
            (9, 11),
            "service 'mine' has no hosts, cookies or snippets",
        ),
        (
            "[services.mine]\npurposes = ['media']\nhosts = ['cdn.x.test']",
            "W202",
            (9, 11),
            "who receives their data: 'mine' has no 'policy_url'",
        ),
        (
            "[services.mine]\npurposes = ['necessary']\npolicy_url = 'p'\n"
            "hosts = ['a.test', '*.google-analytics.com']",
            "W203",
            (12, 20),
            "declared necessary, and '*.google-analytics.com' is known for analytics",
        ),
        (
            "[services.gtm]\npurposes = ['cdn']\nhosts = ['x.test']\npolicy_url = 'p'",
            "W203",
            (10, 1),
            "'gtm' is declared cdn, and is known for tag-manager",
        ),
        (
            "[services.mine]\npurposes = ['media']\ncookies = ['a', 'b']\n"
            "[services.y]\npurposes = ['login']\ncookies = ['b']",
            "W204",
            (14, 12),
            "'b' is in two services, 'mine' and 'y'",
        ),
        (
            "[services.mine]\npurposes = ['advertising']\npolicy_url = 'p'\n"
            "hosts = ['pagead2.googlesyndication.com']",
            "W205",
            (9, 11),
            "need a TCF platform that Google has certified",
        ),
        (
            "[geo]\nunknown = 'us-ca'",
            "W302",
            (10, 1),
            "visitors without a country get 'us-ca', where analytics runs before they agree",
        ),
        (
            "[minors]\nguardian = 'email-plus'\n[services.google_analytics]\n"
            "purposes = ['analytics']\npolicy_url = 'p'\nhosts = ['a.test']",
            "W303",
            (10, 1),
            "does not cover third parties, such as 'google_analytics'",
        ),
        (
            "[enforcement]\nshared_paths = ['/a', '/news/']\nprivate_paths = ['/news']",
            "W401",
            (10, 23),
            "'/news/' is in shared_paths and in private_paths",
        ),
        (
            "[enforcement]\ncache = 'shared'\n[signals]\ngoogle_consent_mode = 'advanced'",
            "W402",
            (10, 1),
            "not in shared pages",
        ),
    ],
)
def test_what_is_no_error_and_still_not_good(
    more: str, code: str, place: tuple[int, int], said: str
) -> None:
    (problem,) = found(more)
    assert (problem.code, (problem.line, problem.col)) == (code, place)
    assert said in problem.message
    assert problem.help
    assert not problem.is_error


def test_a_language_without_texts_is_named_where_it_stands() -> None:
    site = SITE + 'languages = [\n  "en",\n  "tlh",\n]\n'
    (problem,) = found("", site)
    assert (problem.code, problem.line, problem.col) == ("W104", 11, 3)
    assert problem.help == "known: de, en"
    assert [p.code for p in found("", SITE + 'languages = ["de-AT", "EN"]\n')] == ["W109"]


def test_words_of_the_sites_own_are_said_in_all_of_its_languages() -> None:
    site = SITE + 'languages = ["en", "de-AT", "fr"]\n'
    name, about = "name = { en = 'Fonts', de = 'Schriften' }", "description = 'Loads fonts.'"
    more = f"[purposes.fonts]\n{name}\n{about}\n"
    problems = lint(a_policy(more, site), site + more, ["en", "de", "fr"])
    assert [(p.code, p.line, p.key) for p in problems] == [
        ("W109", 9, "site.languages"),
        ("W105", 11, "purposes.fonts.name"),
        ("W105", 12, "purposes.fonts.description"),
    ]
    assert "in fr:" in problems[1].message
    assert "in de-AT, fr:" in problems[2].message
    assert codes(f"[purposes.fonts]\nname = 'Fonts'\n{about}") == []
    assert codes("[purposes.fonts]") == ["W106"]
    assert codes("[purposes.analytics]") == []


def test_a_preset_from_few_sources_is_named_only_by_who_builds_on_it() -> None:
    low = next(r for r in a_policy().regions.values() if r.confidence == "low")
    (problem,) = found(f"[regions.own]\nextends = '{low.preset}'")
    assert (problem.code, problem.line, problem.col) == ("W301", 10, 1)
    assert low.preset in problem.message
    assert found("[regions.eea]\nextends = 'eea-gdpr'") == []


def test_what_the_catalogue_knows_need_not_be_said_again() -> None:
    assert found("[services.ga4]\npurposes = ['analytics']") == []
    assert codes("[services.nobody_knows_this]\npurposes = ['analytics']") == ["W201"]


def test_a_path_of_the_site_itself_has_no_receiver() -> None:
    assert found("[services.mine]\npurposes = ['necessary']\nhosts = ['self/metrics/*']") == []


def test_what_does_not_fit_into_the_cookie_is_said() -> None:
    many = "".join(f"[purposes.{'long' * 10}{n}]\nname = 'Long'\n" for n in range(14))
    policy = a_policy(many)
    (problem,) = lint(policy, SITE + many, ["en"], lost(policy))
    assert (problem.code, problem.line) == ("W206", 9)
    assert "(" in problem.message
    assert lint(a_policy(), SITE, ["en"], lost(a_policy())) == []


def test_weak_rules_with_a_reason_are_the_sites_own() -> None:
    own = (
        "[regions.mild]\nextends = 'us-ca'\ncodes = ['US-AK']\nloosen = 'why'\n"
        "[geo]\nunknown = 'mild'"
    )
    assert found(own) == []


def test_colours_that_are_hard_to_read() -> None:
    said = found("[banner]\ntheme = 'light'\n[banner.colours]\ntext = '#888'\nbutton_line = '#ccc'")
    assert [(p.code, p.key, p.line) for p in said] == [
        ("W501", "banner.colours.text", 12),
        ("W501", "banner.colours.button_line", 13),
    ]
    assert said[0].message == "text on background has a contrast of 3.54:1"
    assert said[0].help == "WCAG 2.2, 1.4.3, wants 4.5:1"
    assert said[1].help == "WCAG 2.2, 1.4.11, wants 3:1"


def test_colours_that_are_hard_to_read_in_the_dark() -> None:
    [said] = found("[banner.colours]\naccent = '#1d4f6e'")
    assert said.message == "accent on background has a contrast of 1.95:1 on dark systems"
    assert "theme" in said.help
    assert codes("[banner]\ntheme = 'light'\n[banner.colours]\naccent = '#1d4f6e'") == []


@pytest.mark.parametrize(
    ("position", "said"), [("bottom", ["W502"]), ("corner", ["W502"]), ("top", []), ("centre", [])]
)
def test_a_place_that_a_law_forbids(position: str, said: list[str]) -> None:
    assert codes(f"[banner]\nposition = '{position}'") == said
    assert codes("") == []


@pytest.mark.parametrize(
    ("language", "said"),
    [("en-GB", []), ("fr-CA", ["W109"]), ("pt-PT", ["W109"]), ("tlh", ["W104"])],
)
def test_languages_that_the_banner_speaks(language: str, said: list[str]) -> None:
    policy = a_policy(f"languages = ['en', '{language}']\n")
    assert [p.code for p in lint(policy, "", ["en", "de", "fr", "pt-BR"])] == said


def test_texts_that_nobody_has_reviewed() -> None:
    policy = a_policy("languages = ['en', 'de', 'pt-BR']\n")
    (problem,) = lint(policy, "", ["en", "de", "pt-BR"])
    assert problem.code == "W109"
    assert "'de' (medium), 'pt-BR' (medium)" in problem.message
    assert "texts lock" in problem.help
    # Who locks them has had them read.
    assert lint(dataclasses.replace(policy, approved={}), "", ["en", "de", "pt-BR"]) == []


def test_texts_in_a_language_that_the_site_does_not_speak() -> None:
    more = "[texts.de]\n'button.accept' = 'Ja'\n"
    (problem,) = found(more)
    assert (problem.code, problem.line) == ("W108", 9)
    site = SITE + "languages = ['en', 'de-AT']\n"
    assert [p.code for p in found(more, site)] == ["W109"]
