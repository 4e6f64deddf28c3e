"""Every language says the same things with the same blanks."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.errors import ConfigError
from consentguard.locales import Texts, available, load
from consentguard.model import STANDARD_PURPOSES, Reason

LANGUAGES = available()


def blanks(text: str) -> list[str]:
    return sorted(re.findall(r"\{([^}]*)\}", text))


def test_the_languages_that_are_there() -> None:
    assert {"ar", "de", "en", "fr", "pt-BR"} <= set(LANGUAGES)
    assert {lang for lang in LANGUAGES if load(lang).dir == "rtl"} == {"ar"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_keys_and_placeholders_are_the_same_everywhere(lang: str) -> None:
    texts, english = load(lang), load("en")
    services = {key for key in english if key.startswith("service-description.")}
    # What is said of services is there as a whole, or not yet.
    assert texts.keys() | services == english.keys()
    assert texts.keys() & services in (set(), services)
    assert {k: blanks(texts[k]) for k in texts} == {k: blanks(english[k]) for k in texts}
    assert texts.lang == lang
    assert texts.dir in ("ltr", "rtl")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_text_is_plain_and_tidy(lang: str) -> None:
    texts = load(lang)
    for key in texts:
        assert texts[key] == texts[key].strip() != ""
        assert not set("<>\n\t") & set(texts[key]), key
        assert "—" not in texts[key], key


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_standard_purpose_and_reason_has_words(lang: str) -> None:
    texts = load(lang)
    for purpose in STANDARD_PURPOSES:
        assert texts.purpose_name(purpose) != purpose
        assert texts.purpose_description(purpose).endswith(".")
    for reason in Reason:
        assert not texts.reason(reason).startswith("reason.")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_words_that_push(lang: str) -> None:
    # EDPB taskforce, type H: no "legitimate interest" for storing and reading; and no shaming.
    pushy = (
        r"legitimate|berechtigt|\bbest\b|enjoy|improve your|optimal|bestm|leider|unfortunately"
        r"|légitime|profite[rz]|malheureus|meilleur|dommage|legítim|aproveit|infeliz|ótim"
        r"|المشروعة|للأسف|أفضل|استمتع|تحسين تجرب"
    )
    texts = load(lang)
    assert [key for key in texts if re.search(pushy, texts[key], re.IGNORECASE)] == []


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


def test_placeholders() -> None:
    texts = Texts("en", "ltr", {"a": "{x} and {y}"})
    assert texts.get("a", x=1, y="{x}") == "1 and {x}"
    assert texts.get("a", x="only") == "only and {y}"
    assert texts.get("a") == "{x} and {y}"
    assert texts.get("none") == "none"


@given(st.text(), st.text())
def test_a_value_is_never_read_as_a_template(template: str, value: str) -> None:
    assert isinstance(Texts("en", "ltr", {"a": template}).get("a", x=value), str)
    assert Texts("en", "ltr", {"a": "{x}"}).get("a", x=value) == value


def test_the_digest_is_of_the_words() -> None:
    one = Texts("en", "ltr", {"a": "b", "c": "d"})
    assert one.digest == Texts("en", "ltr", {"c": "d", "a": "b"}).digest
    assert one.digest != Texts("en", "ltr", {"a": "b", "c": "D"}).digest
    assert one.digest != Texts("de", "ltr", {"a": "b", "c": "d"}).digest
    assert re.fullmatch(r"[0-9a-f]{64}", load("en").digest)


def test_of_services_english_speaks_where_a_language_does_not_yet() -> None:
    french, english = load("fr"), load("en")
    assert french.service_description("youtube") == english.service_description("youtube")
    assert french.service_language("youtube") == "en"
    assert load("de").service_language("youtube") == "de"
    assert french.service_description("nothing of this name") == ""
    own = Texts("fr", "ltr", {"service-description.x": "Compte."}, english)
    assert (own.service_description("x"), own.service_language("x")) == ("Compte.", "fr")
    # The words shown are others when those of the other language change.
    assert own.digest != Texts("fr", "ltr", {"service-description.x": "Compte."}).digest


@pytest.mark.parametrize(
    ("tag", "lang"),
    [
        *(("de", "de"), ("de-AT", "de"), ("DE_at", "de")),
        *(("fr-CA", "fr"), ("pt", "pt-BR"), ("pt-PT", "pt-BR"), ("PT_br", "pt-BR")),
        *(("ar-EG", "ar"), ("ar", "ar")),
    ],
)
def test_loading_a_regional_tag(tag: str, lang: str) -> None:
    assert load(tag).lang == lang


@pytest.mark.parametrize("tag", ["", "xx", "../en", "__init__", "e"])
def test_no_such_language(tag: str) -> None:
    with pytest.raises(ConfigError, match=r"there are: .*en"):
        load(tag)


def test_it_is_a_mapping_to_look_at() -> None:
    texts = load("en")
    assert len(texts) == len(list(texts)) == len(texts.keys())
    assert "button.accept" in texts
    with pytest.raises(KeyError):
        texts["no.such.key"]


def test_babel_waits_until_it_is_needed() -> None:
    code = "import sys, consentguard.locales as l; l.load('de'); sys.exit('babel' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
