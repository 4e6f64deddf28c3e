"""Loading the words of a language, and what every one of them has."""

from __future__ import annotations

import subprocess
import sys

import pytest

from consentguard.errors import ConfigError
from consentguard.locales import available, load
from consentguard.model import STANDARD_PURPOSES, Reason

LANGUAGES = available()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_standard_purpose_and_reason_has_words(lang: str) -> None:
    texts = load(lang)
    for purpose in STANDARD_PURPOSES:
        assert texts.purpose_name(purpose) != purpose
        assert texts.purpose_description(purpose).endswith((".", "。", "।")) or lang == "th"
    for reason in Reason:
        assert not texts.reason(reason).startswith("reason.")


@pytest.mark.parametrize(
    ("lang", "accept", "reject", "title"),
    [
        ("en", "Accept all", "Reject all", "We use cookies"),
        ("de", "Alle akzeptieren", "Alle ablehnen", "Wir verwenden Cookies"),
        ("fr", "Tout accepter", "Tout refuser", "Nous utilisons des cookies"),
        (
            "pt-BR",
            "Aceitar todos os cookies",
            # ANPD, guia de cookies (2022): the words of its own example.
            "Rejeitar cookies não necessários",
            "Usamos cookies",
        ),
        ("ar", "قبول الكل", "رفض الكل", "نستخدم ملفات تعريف الارتباط"),
    ],
)
def test_labels_that_refusal_tools_know(lang: str, accept: str, reject: str, title: str) -> None:
    texts = load(lang)
    assert texts["button.accept"] == accept
    assert texts["button.reject"] == reject
    assert texts["banner.title"] == title


def test_a_purpose_of_the_sites_own_keeps_its_id() -> None:
    assert load("de").purpose_name("fan-club") == "fan-club"
    assert load("de").purpose_description("fan-club") == ""


@pytest.mark.parametrize(
    ("tag", "lang"),
    [
        *(("de", "de"), ("de-AT", "de"), ("DE_at", "de")),
        *(("fr-BE", "fr"), ("PT_br", "pt-BR")),
        *(("ar-EG", "ar"), ("ar", "ar")),
    ],
)
def test_loading_a_regional_tag(tag: str, lang: str) -> None:
    assert load(tag).lang == lang


@pytest.mark.parametrize("tag", ["", "xx", "../en", "__init__", "e"])
def test_no_such_language(tag: str) -> None:
    with pytest.raises(ConfigError, match=r"there are: .*en"):
        load(tag)


def test_a_regional_variant_says_the_rest_as_its_language_does() -> None:
    canadian, french = load("fr-CA"), load("fr")
    assert canadian.keys() == french.keys()
    assert (canadian.lang, canadian.dir) == ("fr-CA", "ltr")
    assert "témoins" in canadian["banner.title"]
    assert canadian["cookie.session"] == french["cookie.session"]
    assert canadian.digest != french.digest


def test_nothing_is_read_once_a_language_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = load("de")
    texts.language.territory("DE")

    def opened(*_: object) -> None:
        raise AssertionError("a file was opened")

    monkeypatch.setattr("builtins.open", opened)
    monkeypatch.setattr("io.open", opened)
    assert load("de") is load("de-AT") or load("de-AT").lang == "de"
    assert texts.language.time(0) == "1. Januar 1970, 00:00 UTC"
    assert texts.count("banner.partners", 2) == "2 Partner sind beteiligt."


def test_babel_is_not_needed() -> None:
    code = (
        "import sys; sys.modules['babel'] = None\n"
        "import consentguard.locales as l; l.load('de'); l.negotiate('de', '', ('en', 'de'), 'en')"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
