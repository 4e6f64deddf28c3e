"""The words that visitors read: one TOML file per language, and the choice of the language.

The rule of this layer: no sentence for visitors stands in code, and no look-up raises or opens a
file once its language is loaded. Texts are plain text; whoever puts them into HTML escapes them.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from consentguard.errors import ConfigError
from consentguard.model import Reason

_SERVICES = "service-description."
_FALLBACK = "en"  #: says of services what another language does not say yet
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_ACCEPT_LANGUAGE_CHARACTERS = 512  #: real browsers send under 100
_RANGES = 32
_WEIGHT = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")
_TAG = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,4}")


class Texts:
    """All texts of one language, by dotted key: ``button.accept``, ``purpose.analytics.name``."""

    __slots__ = ("_others", "_texts", "digest", "dir", "lang")

    lang: str  #: BCP 47 tag, for ``lang=``
    dir: str  #: ``ltr`` or ``rtl``, for ``dir=``
    digest: str  #: SHA-256 of every key and text, in hex: what the ledger keeps of the words shown

    def __init__(
        self, lang: str, direction: str, texts: Mapping[str, str], others: Texts | None = None
    ) -> None:
        """``others`` have what is said of services, where this language does not."""
        self.lang = lang
        self.dir = direction
        self._texts = dict(texts)
        self._others = others
        shown = "\0".join(f"{key}\0{text}" for key, text in sorted(self._texts.items()))
        more = others.digest if others else ""
        self.digest = hashlib.sha256(f"{lang}\0{shown}{more}".encode()).hexdigest()

    def with_words(self, words: Mapping[str, str]) -> Texts:
        """The same, but for texts that a site says in its own words."""
        if not words:
            return self
        return Texts(self.lang, self.dir, {**self._texts, **words}, self._others)

    def __getitem__(self, key: str) -> str:
        """The text as the file has it, placeholders unfilled; KeyError where there is none."""
        return self._texts[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def __contains__(self, key: object) -> bool:
        return key in self._texts

    def keys(self) -> frozenset[str]:
        """Every key there is."""
        return frozenset(self._texts)

    def get(self, key: str, **values: object) -> str:
        """The text with ``{name}`` replaced by its value; an unknown key gives the key itself.

        Values are taken as they are: a ``{`` in one of them is never read as a placeholder.
        """
        text = self._texts.get(key, key)
        if not values:
            return text
        return _PLACEHOLDER.sub(lambda hit: str(values.get(hit[1], hit[0])), text)

    def purpose_name(self, purpose: str) -> str:
        """The name of a standard purpose; the id itself for a purpose of the site's own."""
        return self._texts.get(f"purpose.{purpose}.name", purpose)

    def purpose_description(self, purpose: str) -> str:
        """One sentence on a standard purpose; empty for a purpose of the site's own."""
        return self._texts.get(f"purpose.{purpose}.description", "")

    def service_description(self, id: str) -> str:
        """One sentence on a well-known service by its id in the catalogue; empty for any other.

        It is in :meth:`service_language`: English where this language has none.
        """
        own = self._texts.get(f"{_SERVICES}{id}", "")
        return own or (self._others.service_description(id) if self._others else "")

    def service_language(self, id: str) -> str:
        """The language of that sentence: a page in another one has to name it (WCAG 2.2, 3.1.2)."""
        if f"{_SERVICES}{id}" in self._texts or not self._others:
            return self.lang
        return self._others.lang

    def reason(self, reason: Reason) -> str:
        """Why a purpose is on or off, as half a sentence to stand after *On* or *Off*."""
        return self.get(f"reason.{reason.value}")


@cache
def available() -> tuple[str, ...]:
    """The languages that have a file, sorted."""
    names = (entry.name for entry in resources.files(__name__).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def nearest(lang: str, offered: Collection[str]) -> str | None:
    """The one of ``offered`` for pages in ``lang``: itself, its language, or a kin of it, or None.

    ``de`` for ``de-AT``, ``pt-BR`` for ``pt`` and ``pt-PT``.
    """
    by_tag = {tag.lower(): tag for tag in offered}
    wanted = lang.lower().replace("_", "-")
    primary = wanted.partition("-")[0]
    kin = {tag.partition("-")[0]: by_tag[tag] for tag in sorted(by_tag, reverse=True)}
    return by_tag.get(wanted) or by_tag.get(primary) or kin.get(primary)


@cache
def load(lang: str) -> Texts:
    """The texts of ``lang``, or of the language that is :func:`nearest` to it.

    Reads the file once per process: call it while the guard is built. Raises ConfigError where
    there is none.
    """
    name = nearest(lang, available())
    if name is None:
        raise ConfigError(f"no texts for language {lang!r}; there are: {', '.join(available())}")
    source = resources.files(__name__).joinpath(f"{name}.toml").read_text(encoding="utf-8")
    data = tomllib.loads(source)
    lang, direction = data.pop("lang"), data.pop("dir")
    texts = dict(_flatten(data, ""))
    whole = any(key.startswith(_SERVICES) for key in texts)
    return Texts(lang, direction, texts, None if whole else load(_FALLBACK))


def _flatten(table: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


def negotiate(accept_language: str, html_lang: str, offered: Sequence[str], default: str) -> str:
    """The one of ``offered`` that fits: the page's own language, then the visitor's, then default.

    A banner in another language than its page is of little use, so ``html_lang`` goes first.
    Reads at most 512 characters and 32 ranges of ``accept_language``; never raises.
    RFC 9110, 12.5.4 (Accept-Language), RFC 4647, 3.4 (lookup).
    """
    accept = accept_language[:_ACCEPT_LANGUAGE_CHARACTERS]
    return _negotiate(accept, html_lang.strip()[:40], tuple(offered), default)


@lru_cache(maxsize=1024)
def _negotiate(accept: str, html_lang: str, offered: tuple[str, ...], default: str) -> str:
    from babel.core import negotiate_locale  # noqa: PLC0415  (kept out of `import consentguard`)

    wanted = [_tag(html_lang)] if _tag(html_lang) else []
    wanted += _ranges(accept)
    exact = {tag.lower(): tag for tag in reversed(offered)}
    primary = {tag.lower().partition("-")[0]: tag for tag in reversed(offered)}
    for tag in wanted:
        found = negotiate_locale([tag], offered, sep="-")
        if found and found.lower() in exact:
            return exact[found.lower()]
        # "pt" or "pt-PT" where only "pt-BR" is offered: closer than another language.
        if near := primary.get(tag.lower().partition("-")[0]):
            return near
    return default


def _ranges(accept: str) -> list[str]:
    """The language ranges of an Accept-Language value, best first; ``q=0`` and ``*`` left out."""
    weighed: list[tuple[float, str]] = []
    for part in accept.split(",", _RANGES)[:_RANGES]:
        name, _, parameter = part.partition(";")
        tag, weight = _tag(name.strip()), _weight(parameter)
        if tag and weight > 0:
            weighed.append((weight, tag))
    return [tag for _, tag in sorted(weighed, key=lambda pair: -pair[0])]


def _weight(parameter: str) -> float:
    """RFC 9110, 12.4.2: ``q=`` 0 to 1, up to three decimals; 1 if left out, 0 if unreadable."""
    name, _, value = parameter.strip().partition("=")
    if not name:
        return 1.0
    if name.strip().lower() != "q" or not _WEIGHT.fullmatch(value.strip()):
        return 0.0
    return float(value)


def _tag(text: str) -> str:
    """``text`` as a BCP 47 tag, or empty where it is none."""
    tag = text.replace("_", "-")
    return tag if _TAG.fullmatch(tag) else ""
