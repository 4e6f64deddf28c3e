"""Which language a visitor reads."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.locales import nearest, negotiate

OFFERED = ("en", "de", "pt-BR")


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("de", "de"),
        ("de-AT,en;q=0.9", "de"),
        ("en;q=0.2, de;q=0.9", "de"),
        ("fr, de;q=0.5", "de"),
        ("DE-at", "de"),
        ("de_DE", "de"),
        ("pt", "pt-BR"),
        ("pt-PT", "pt-BR"),
        ("pt-br", "pt-BR"),
        ("de;q=0, en;q=0.1", "en"),
        ("de;q=0", "en"),
        ("fr", "en"),
        ("*", "en"),
        ("", "en"),
        ("de;q=1.5, pt;q=0.1", "pt-BR"),
        ("de;q=nan", "en"),
        ("de;level=1", "en"),
        ("de ; q=0.3", "de"),
        (",;=,,", "en"),
    ],
)
def test_accept_language(accept: str, expected: str) -> None:
    assert negotiate(accept, "", OFFERED, "en") == expected


def test_the_language_of_the_page_goes_first() -> None:
    assert negotiate("en", "de-CH", OFFERED, "en") == "de"
    assert negotiate("de", "fr", OFFERED, "en") == "de"
    assert negotiate("de", "<script>", OFFERED, "en") == "de"


def test_equal_weights_keep_their_order() -> None:
    assert negotiate("pt-BR,de", "", OFFERED, "en") == "pt-BR"


def test_the_languages_that_there_are() -> None:
    spoken = ("en", "de", "fr", "pt-BR", "ar")
    assert negotiate("fr-CA,en;q=0.5", "", spoken, "en") == "fr"
    assert negotiate("pt", "", spoken, "en") == "pt-BR"
    assert negotiate("ar-MA", "", spoken, "en") == "ar"
    # A site whose own languages are regional ones.
    assert negotiate("fr-FR", "", ("en", "fr-CA", "pt"), "en") == "fr-CA"
    assert negotiate("pt-BR", "", ("en", "fr-CA", "pt"), "en") == "pt"


@pytest.mark.parametrize(
    ("tag", "found"),
    [
        # Other letters, by region (Unicode CLDR, likely subtags).
        *(("zh-TW", "zh-Hant"), ("zh-HK", "zh-Hant"), ("zh-Hant-MO", "zh-Hant")),
        *(("zh", "zh-Hans"), ("zh-CN", "zh-Hans"), ("zh-SG", "zh-Hans")),
        # Regional variants with a parent of their own (parentLocales).
        *(("es-MX", "es-419"), ("es-AR", "es-419"), ("es-US", "es-419")),
        *(("es", "es"), ("es-ES", "es"), ("pt-AO", "pt"), ("pt-PT", "pt"), ("pt-BR", "pt-BR")),
        *(("fr-CA", "fr-CA"), ("fr-BE", "fr"), ("en-AU", "en")),
        # Names that a language has had, and those of its written forms.
        *(("no", "nb"), ("nn-NO", "nb"), ("nb", "nb"), ("iw", "he"), ("in", "id"), ("deu", "de")),
        *(("sr-Latn", "sr"), ("sh", "sr"), ("xx", None), ("", None), ("-", None)),
    ],
)
def test_the_nearest(tag: str, found: str | None) -> None:
    offered = (
        *("en", "de", "fr", "fr-CA", "pt", "pt-BR", "es", "es-419", "zh-Hans", "zh-Hant"),
        *("nb", "sr", "he", "id"),
    )
    assert nearest(tag, offered) == found


def test_any_of_a_language_is_nearer_than_another_one() -> None:
    assert nearest("zh-TW", ("en", "zh-Hans")) == "zh-Hans"
    assert nearest("pt", ("en", "pt-BR")) == "pt-BR"
    assert nearest("es-ES", ("en", "es-419")) == "es-419"
    assert nearest("zh-Hant-HK", ("zh-CN", "zh-TW")) == "zh-TW"
    assert nearest("de", ("de-CH", "de-AT")) == "de-CH"


def test_the_language_that_the_law_wants_goes_before_the_sites_own() -> None:
    assert negotiate("ja", "", ("en", "de", "fr"), "en", ("fr",)) == "fr"
    assert negotiate("", "", ("en", "de", "fr"), "en", ("fr",)) == "fr"
    assert negotiate("de", "", ("en", "de", "fr"), "en", ("fr",)) == "de"
    assert negotiate("", "de", ("en", "de", "fr"), "en", ("fr",)) == "de"
    assert negotiate("", "", ("en", "de"), "en", ("fr",)) == "en"


def test_nothing_offered() -> None:
    assert negotiate("de", "de", (), "en") == "en"


def test_what_is_too_long_is_not_read() -> None:
    assert negotiate("x" * 100_000 + ",de", "", OFFERED, "en") == "en"
    assert negotiate("fr," * 40 + "de", "", OFFERED, "en") == "en"


@given(st.text(), st.text())
def test_it_never_fails(accept: str, html_lang: str) -> None:
    assert negotiate(accept, html_lang, OFFERED, "en") in OFFERED


@given(st.text(alphabet="deptENBR-_;q=.019,* ", max_size=700))
def test_nor_on_what_nearly_parses(accept: str) -> None:
    assert negotiate(accept, "", OFFERED, "en") in OFFERED
