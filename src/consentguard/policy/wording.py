"""The site's own words, in the languages that it speaks: names of its purposes, and any text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from consentguard.locales import Texts, available, lineage, load, nearest
from consentguard.model import Policy, Site
from consentguard.policy.positions import KeyPath
from consentguard.policy.reader import Reader
from consentguard.policy.suggest import did_you_mean

_BLANK = re.compile(r"\{([^{}]*)\}")


def languages(site: Site) -> tuple[str, ...]:
    """The languages of a site, its default one first."""
    return tuple(dict.fromkeys((site.default_language, *site.languages)))


def spoken(policy: Policy) -> dict[str, Texts]:
    """What visitors read, by language: the default one first; English if no other has texts."""
    known = [language for language in languages(policy.site) if nearest(language, available())]
    return {
        language: _in(language).with_words(own_words(policy, language))
        for language in known or ["en"]
    }


def _in(language: str) -> Texts:
    """The texts for a language of the site, named as the site does: "de-AT" where German is there.

    Not where another kind of it is all that there is: those are in other letters, or elsewhere's.
    """
    texts = load(language)
    return texts.named(language) if texts.lang.lower() in lineage(language.lower()) else texts


def own_words(policy: Policy, language: str) -> dict[str, str]:
    """What the site says itself in that language, by the key of the text.

    Purposes that it does not name there have the name of its default language, or else of the
    first that it has.
    """
    default = policy.site.default_language
    found: dict[str, str] = {}
    for id, key, said in own(policy):
        tag = nearest(language, said) or nearest(default, said) or next(iter(said))
        found[f"purpose.{id}.{key}"] = said[tag]
    # Those of a language are for its variants, too: [texts.de] for "de-AT".
    for tag in reversed(lineage(language.lower())):
        found |= next((said for lang, said in policy.texts.items() if lang.lower() == tag), {})
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


def stated(reader: Reader) -> dict[str, dict[str, str]]:
    """``[texts.LANG]``: texts by their key, for each language; what is wrong is reported."""
    found: dict[str, dict[str, str]] = {}
    for language, table in reader.table("texts").items():
        if nearest(language, available()) is None:
            text = f"there are no texts in '{language}' to say otherwise"
            help = did_you_mean(language, available())
            reader.report("E103", ("texts", language), text, help)
            continue
        standard = load(language)
        for path, text in _leaves(table, ("texts", language)):
            key = ".".join(map(str, path[2:]))
            if wrong := unusable(key, text, standard):
                reader.report("E101" if key not in standard else "E102", path, *wrong)
                continue
            found.setdefault(language, {})[key] = text
            lost = sorted(set(_BLANK.findall(standard[key])) - set(_BLANK.findall(text)))
            if lost:
                said = f"'{key}' leaves out {{{'}, {'.join(lost)}}}: visitors are not told"
                reader.report("W107", path, said, f"it is: {standard[key]}")
    return found


def unusable(key: str, text: str, standard: Texts) -> tuple[str, str] | None:
    """Why a text cannot stand for that key, and what would help; None where it can."""
    if key not in standard:
        return f"there is no text '{key}'", did_you_mean(key, standard.keys())
    if not text.strip():
        return f"'{key}' is empty", f"it is: {standard[key]}"
    named = sorted(set(_BLANK.findall(standard[key])))
    unknown = sorted(set(_BLANK.findall(text)) - set(named))
    if unknown:
        blanks = f"there are: {{{'}, {'.join(named)}}}" if named else "it has no blanks"
        return f"'{key}' has a blank {{{unknown[0]}}} that nothing fills", blanks
    return None


def _leaves(table: Mapping[str, object], path: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, (*path, key))
        else:
            yield (*path, key), str(value)
