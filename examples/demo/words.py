"""What the pages say, in the language that the visitor picked or that the browser asks for."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

from babel import Locale
from babel.dates import format_skeleton

from consentguard.locales import negotiate

COOKIE = "demo_language"
#: Of each language with its TOML table: how dates and the names of places are written.
LOCALES = {"en": "en_GB", "de": "de", "fr": "fr", "pt-BR": "pt_BR", "ar": "ar"}
_FILE = Path(__file__).parent / "templates" / "words.toml"


@cache
def _tables() -> dict[str, dict[str, str]]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


class Words:
    """The words of one language; called with a key it gives them, ``{name}``s filled in."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self.locale = Locale.parse(LOCALES[lang])
        self.dir = "rtl" if self.locale.text_direction == "rtl" else "ltr"
        self._words = _tables()[lang]

    def __call__(self, key: str, **values: object) -> str:
        """The words for a key; KeyError where there are none."""
        return self._words[key].format_map(values)

    def day(self, day: date) -> str:
        """A day of some year: ``4 Mar``."""
        return format_skeleton("MMMd", day, locale=self.locale)


@cache
def words(lang: str) -> Words:
    """Those of one of :data:`LOCALES`."""
    return Words(lang)


def spoken(cookies: Mapping[str, str], accept_language: str) -> Words:
    """What the cookie of the picker says, else what the browser asks for, else English."""
    picked = cookies.get(COOKIE, "")
    return words(picked if picked in LOCALES else negotiate(accept_language, "", [*LOCALES], "en"))
