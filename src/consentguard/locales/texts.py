"""All words of one language, by dotted key: ``button.accept``, ``purpose.analytics.name``."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from consentguard.locales.language import Language
from consentguard.model import Reason

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


class Texts:
    """What visitors read in one language. Plain text: whoever puts it into HTML escapes it."""

    __slots__ = ("_texts", "confidence", "digest", "language", "reviewed")

    language: Language  #: its tag, direction, plural forms, names of countries, dates
    reviewed: str  #: by whom or what, and when; ``""``: by nobody
    confidence: str  #: ``high``, ``medium`` or ``low``: how far the words can be trusted
    digest: str  #: SHA-256 of every key and text, in hex: what the ledger keeps of the words shown

    def __init__(
        self,
        language: Language,
        texts: Mapping[str, str],
        *,
        reviewed: str = "",
        confidence: str = "low",
    ) -> None:
        self.language = language
        self.reviewed = reviewed
        self.confidence = confidence
        self._texts = dict(texts)
        shown = "\0".join(f"{key}\0{text}" for key, text in sorted(self._texts.items()))
        self.digest = hashlib.sha256(f"{language.tag}\0{shown}".encode()).hexdigest()

    @property
    def lang(self) -> str:
        """The BCP 47 tag, for ``lang=``."""
        return self.language.tag

    @property
    def dir(self) -> str:
        """``ltr`` or ``rtl``, for ``dir=``."""
        return self.language.dir

    def named(self, tag: str) -> Texts:
        """The same for a tag of BCP 47 below its own: German for ``de-AT``."""
        if tag == self.lang:
            return self
        return Texts(
            replace(self.language, tag=tag),
            self._texts,
            reviewed=self.reviewed,
            confidence=self.confidence,
        )

    def with_words(self, words: Mapping[str, str]) -> Texts:
        """The same, but for texts that a site says in its own words."""
        if not words:
            return self
        return Texts(
            self.language,
            {**self._texts, **words},
            reviewed=self.reviewed,
            confidence=self.confidence,
        )

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

    def count(self, key: str, count: int, **values: object) -> str:
        """The text on ``count`` things, in the plural form that the language has for so many."""
        form = f"{key}.{self.language.plural(count)}"
        known = form if form in self._texts else f"{key}.other"
        return self.get(known, count=count, **values)

    def purpose_name(self, purpose: str) -> str:
        """The name of a standard purpose; the id itself for a purpose of the site's own."""
        return self._texts.get(f"purpose.{purpose}.name", purpose)

    def purpose_description(self, purpose: str) -> str:
        """One sentence on a standard purpose; empty for a purpose of the site's own."""
        return self._texts.get(f"purpose.{purpose}.description", "")

    def service_description(self, id: str) -> str:
        """One sentence on a well-known service by its id in the catalogue; empty for any other."""
        return self._texts.get(f"service-description.{id}", "")

    def reason(self, reason: Reason) -> str:
        """Why a purpose is on or off, as half a sentence to stand after *On* or *Off*."""
        return self.get(f"reason.{reason.value}")
