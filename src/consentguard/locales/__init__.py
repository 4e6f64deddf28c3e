"""The words that visitors read: one TOML file per language, and the choice of the language.

The rule of this layer: no sentence for visitors stands in code, and no look-up raises or opens a
file once its language is loaded.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any

from consentguard.errors import ConfigError
from consentguard.locales.language import Language as Language
from consentguard.locales.language import language
from consentguard.locales.negotiation import lineage as lineage
from consentguard.locales.negotiation import nearest as nearest
from consentguard.locales.negotiation import negotiate as negotiate
from consentguard.locales.texts import Texts as Texts


@cache
def available() -> tuple[str, ...]:
    """The languages that have a file, sorted."""
    names = (entry.name for entry in resources.files(__name__).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


@cache
def load(lang: str) -> Texts:
    """The texts of ``lang``, or of the language that is :func:`nearest` to it.

    Reads its files once per process: call it while the guard is built. Raises ConfigError where
    there is none.
    """
    name = nearest(lang, available())
    if name is None:
        raise ConfigError(f"no texts for language {lang!r}; there are: {', '.join(available())}")
    data = tomllib.loads(resources.files(__name__).joinpath(f"{name}.toml").read_text("utf-8"))
    texts = dict(_flatten(data, ""))
    tag, reviewed, confidence = (texts.pop(key) for key in ("lang", "reviewed", "confidence"))
    # A regional variant says what it says otherwise.
    if parent := texts.pop("parent", ""):
        under = load(parent)
        texts = {**{key: under[key] for key in under}, **texts}
    return Texts(language(tag), texts, reviewed=reviewed, confidence=confidence)


def _flatten(table: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value
