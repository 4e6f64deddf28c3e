"""Every file of a language: whole, the same blanks, in its own letters, explained to reviewers."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from babel import Locale
from tools.locales.page import SENSITIVE

ROOT = Path(__file__).parents[2]
FILES = ROOT / "src/consentguard/locales"
NOTES = ROOT / "tools/locales/notes"
LANGUAGES = sorted(file.stem for file in FILES.glob("*.toml"))
PLURALS = ("banner.partners", "service.count", "service.on", "place.more")

#: Texts that may be the same in another language: names, and blanks alone.
ALIKE = frozenset({"list.two", "safeguard.dpf", "safeguard.bcr", "cookie.name", "service.cookies"})
#: The alphabet in which most letters of a language are written, where it is not the Latin one.
SCRIPTS = {
    **dict.fromkeys(("bg", "uk", "ru", "sr"), "CYRILLIC"),
    **dict.fromkeys(("ar", "fa"), "ARABIC"),
    **{"el": "GREEK", "he": "HEBREW", "hi": "DEVANAGARI", "th": "THAI"},
    **{"zh-Hans": "CJK", "zh-Hant": "CJK", "ja": "CJK|HIRAGANA|KATAKANA", "ko": "HANGUL"},
}


def flat(table: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


@cache
def texts(lang: str) -> dict[str, str]:
    own = tomllib.loads((FILES / f"{lang}.toml").read_text("utf-8"))
    under = texts(own["parent"]) if "parent" in own else {}
    return {**under, **dict(flat(own))}


def own(lang: str) -> set[str]:
    return {key for key, _ in flat(tomllib.loads((FILES / f"{lang}.toml").read_text("utf-8")))}


@cache
def notes(lang: str) -> dict[str, Any]:
    return tomllib.loads((NOTES / f"{lang}.toml").read_text("utf-8"))


def plural(key: str) -> str:
    return next((one for one in PLURALS if key.startswith(f"{one}.")), "")


def said(lang: str) -> dict[str, str]:
    return {k: v for k, v in texts(lang).items() if "." in k}


def blanks(text: str) -> list[str]:
    return sorted(re.findall(r"\{([^}]*)\}", text))


def numbers(lang: str) -> dict[str, set[int]]:
    """The plural forms that whole numbers of things take there (Unicode CLDR)."""
    rule = Locale.parse(lang, sep="-").plural_form
    found: dict[str, set[int]] = {}
    for number in range(1000):
        found.setdefault(rule(number), set()).add(number)
    return found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_keys_and_blanks_are_those_of_english(lang: str) -> None:
    english = {k: v for k, v in said("en").items() if not plural(k)}
    here = {k: v for k, v in said(lang).items() if not plural(k)}
    assert here.keys() == english.keys()
    assert {k: blanks(v) for k, v in here.items()} == {k: blanks(v) for k, v in english.items()}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("key", PLURALS)
def test_plural_forms_are_those_of_the_language(lang: str, key: str) -> None:
    forms = {k.rpartition(".")[2]: v for k, v in said(lang).items() if plural(k) == key}
    expected = numbers(lang)
    assert forms.keys() == expected.keys() | {"other"}
    whole = blanks(said("en")[f"{key}.other"])
    for form, text in forms.items():
        # A form of a single number may say it in words.
        exact = len(expected.get(form, ())) == 1
        assert blanks(text) == whole or (exact and set(blanks(text)) == set(whole) - {"count"})


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_is_empty_or_untidy(lang: str) -> None:
    for key, text in said(lang).items():
        assert text == text.strip() != "", key
        assert unicodedata.normalize("NFC", text) == text, key
        assert not set("<>\n\t—\u200b\ufeff") & set(text), key
        assert "  " not in text, key


@pytest.mark.parametrize("lang", [lang for lang in LANGUAGES if lang != "en"])
def test_nothing_is_left_in_english(lang: str) -> None:
    english = said("en")
    same = {k for k in said(lang) if said(lang)[k] == english.get(k)}
    long = {k for k in same - ALIKE if len(english[k]) > 12 or k.startswith("button.")}
    assert long - set(notes(lang).get("alike", ())) == set()


@pytest.mark.parametrize("lang", sorted(SCRIPTS.keys() & set(LANGUAGES)))
def test_it_is_written_in_the_letters_of_the_language(lang: str) -> None:
    for key, text in said(lang).items():
        bare = re.sub(r"\{[^}]*\}", "", text)
        letters = [c for c in bare if c.isalpha()]
        if key in ALIKE or not letters or key.startswith("service-description."):
            continue
        ours = [c for c in letters if re.match(SCRIPTS[lang], unicodedata.name(c, ""))]
        assert len(ours) >= len(letters) / 2 or key in notes(lang).get("alike", ()), (key, text)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_words_that_push(lang: str) -> None:
    """EDPB taskforce, type H: no "legitimate interest" for storing and reading; and no shaming."""
    pushy = notes(lang)["pushy"]
    assert len(pushy) >= 4
    pattern = "|".join(pushy)
    assert [k for k, v in said(lang).items() if re.search(pattern, v, re.IGNORECASE)] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_reviewers_read_the_sensitive_words_in_english(lang: str) -> None:
    back = notes(lang)["back"]
    assert set(back) >= set(SENSITIVE)
    for key, text in back.items():
        assert blanks(text) == blanks(said(lang)[key]), key
    assert set(notes(lang).get("note", {})) <= set(said(lang))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_says_how_far_it_can_be_trusted(lang: str) -> None:
    file = tomllib.loads((FILES / f"{lang}.toml").read_text("utf-8"))
    assert file["lang"] == lang
    assert file["confidence"] in ("high", "medium", "low")
    assert isinstance(file["reviewed"], str)
    assert file["confidence"] != "high" or file["reviewed"]
