"""The site's own words for its purposes, in the languages that it speaks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from consentguard.locales import nearest
from consentguard.model import Policy, Site


def languages(site: Site) -> tuple[str, ...]:
    """The languages of a site, its default one first."""
    return tuple(dict.fromkeys((site.default_language, *site.languages)))


def own_words(policy: Policy, language: str) -> dict[str, str]:
    """What the site says itself in that language, by the key of the text.

    Where it does not speak it there: in its default language, or else in the first that it has.
    """
    default = policy.site.default_language
    found: dict[str, str] = {}
    for id, key, said in own(policy):
        tag = nearest(language, said) or nearest(default, said) or next(iter(said))
        found[f"purpose.{id}.{key}"] = said[tag]
    return found


def untranslated(policy: Policy) -> Iterator[tuple[str, str, list[str]]]:
    """Purpose, key and the languages of the site in which it does not say that."""
    for id, key, said in own(policy):
        missing = [tag for tag in languages(policy.site) if nearest(tag, said) is None]
        if missing:
            yield id, key, missing


def own(policy: Policy) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    """Purpose, key (``name`` or ``description``) and the words of the site by language."""
    default = policy.site.default_language
    for purpose in policy.purposes.values():
        for key, said in (("name", purpose.name), ("description", purpose.description)):
            if said:
                yield purpose.id, key, {tag or default: text for tag, text in said.items()}
