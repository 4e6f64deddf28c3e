"""The texts of a site as rows: language, key, the English, the text."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from consentguard.errors import ConfigError
from consentguard.locales import load
from consentguard.model import Policy
from consentguard.policy.wording import own_words, spoken

_SERVICES = "service-description."


@dataclass(frozen=True, slots=True)
class Row:
    """One text in one language."""

    language: str  #: as the policy file names it
    key: str  #: ``button.accept``
    english: str  #: what it is made from; ``""`` for words that are the site's alone
    text: str
    own: bool = False  #: the site says it in its own words


def rows(policy: Policy, languages: Collection[str] = (), *, every: bool = False) -> Iterator[Row]:
    """All that visitors of the site read, the banner first.

    ``languages`` are some of the site's, empty for all. Of services those that the site declares
    are told of; with ``every`` all that have a text. Raises ConfigError for another language.
    """
    texts = spoken(policy)
    if unknown := sorted(set(languages) - set(texts)):
        raise ConfigError(f"the site has no texts in {unknown[0]!r}; it has: {', '.join(texts)}")
    english = dict(load("en"))
    for language, each in texts.items():
        if languages and language not in languages:
            continue
        own = own_words(policy, language)
        for key in each:
            service = key.removeprefix(_SERVICES)
            if service != key and not every and service not in policy.services:
                continue
            # Other plural forms than English has are made from its usual one.
            usual = f"{key.rpartition('.')[0]}.other"
            source = key if key in english else usual
            yield Row(language, key, english.get(source, ""), each[key], key in own)
