"""From Unicode CLDR, as Babel has it, to the files in ``locales/cldr/``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from babel import Locale
from babel.core import get_global
from babel.plural import to_python

from consentguard.locales.language import FORMS

#: Numbers on which plural rules are tried. A higher one takes the form of its last two digits;
#: that of a million in Romance languages ("un million de …") is left out.
_TRIED = 100_000
_PARTS = {
    "G": "{era}",
    "d": "{day}",
    "MMMM": "{month}",
    "LLLL": "{month}",
    "M": "{number}",
    "y": "{year}",
}


def languages(tags: Iterable[str]) -> dict[str, str]:
    """The JSON text for each tag, and ``parents`` for what readers of a tag read as well."""
    tags = sorted(tags)
    found = {tag: _json(_facts(Locale.parse(tag, sep="-"))) for tag in tags}
    found["parents"] = _json(_parents({tag.partition("-")[0] for tag in tags}))
    return found


def _facts(locale: Locale) -> dict[str, Any]:
    countries = {k: v for k, v in locale.territories.items() if re.fullmatch("[A-Z]{2}", k)}
    pattern = locale.date_formats["long"].pattern
    both = str(locale.datetime_formats["long"])
    return {
        "name": locale.display_name[0].upper() + locale.display_name[1:],
        "dir": "rtl" if locale.character_order == "right-to-left" else "ltr",
        "plurals": _plurals(tuple(sorted(locale.plural_form.rules.items()))),
        "territories": dict(sorted(countries.items())),
        "months": [locale.months["format"]["wide"][month] for month in range(1, 13)],
        "dated": _date(pattern).replace("{era}", locale.eras["abbreviated"][1]),
        "moment": both.replace("{1}", "{date}").replace("{0}", "{time}").replace("'", ""),
        "periods": {unit: _period(locale, unit) for unit in ("day", "month", "year")},
    }


@cache
def _plurals(rules: tuple[tuple[str, str], ...]) -> str:
    """Many languages share theirs. Raises ValueError where they do not repeat every hundred."""
    letters = {form: letter for letter, form in FORMS.items()}
    rule = to_python(rules)
    found = "".join(letters[rule(number)] for number in range(200))
    for number in range(200, _TRIED):
        if letters[rule(number)] != found[100 + number % 100]:
            raise ValueError(f"{rules}: the plural form of {number} is {rule(number)}")
    return found


def _date(pattern: str) -> str:
    """A CLDR pattern (UTS 35, part 4, 8) as a template. Raises ValueError for an unknown field."""
    template = ""
    for literal, field, other in re.findall(r"'([^']*)'|([A-Za-z]+)|([^A-Za-z']+)", pattern):
        if field and field not in _PARTS:
            raise ValueError(f"{pattern}: no blank for {field}")
        template += literal or _PARTS.get(field, other)
    return template


def _period(locale: Locale, unit: str) -> dict[str, str]:
    """The words of a number of them; a language whose short ones are whole words has no others."""
    widths = locale._data["unit_patterns"][f"duration-{unit}"]
    patterns = next(widths[w] for w in ("long", "short") if "other" in widths.get(w, ()))
    forms = {form: patterns[form] for form in FORMS.values() if form in patterns}
    return {form: text.replace("{0}", "{count}") for form, text in forms.items()}


def _parents(primaries: set[str]) -> Mapping[str, str]:
    """Tags of these languages, in lower case, whose parent is not the tag without its last part.

    A region where a language is written in other letters leads to these (zh-TW, sr-ME), letters
    that are not the usual ones lead nowhere.
    """
    found: dict[str, str] = {}
    likely = get_global("likely_subtags")
    scripts = {primary: likely[primary].split("_")[1] for primary in primaries}
    for tag, full in likely.items():
        language, script, _ = full.split("_", 2)
        usual = scripts.get(language, script)
        if script != usual and re.fullmatch(f"{language}_[A-Z]{{2}}", tag):
            found[tag] = f"{language}_{script}"
            found[f"{language}_{script}"] = ""
    for tag, parent in get_global("parent_exceptions").items():
        if tag.partition("_")[0] in primaries:
            found[tag] = parent
    for tag, other in get_global("language_aliases").items():
        if other.partition("_")[0] in primaries and len(tag) <= 3:
            found[tag] = other
    # CLDR has Norwegian as the parent of both of its written forms; pages in either say "no".
    found |= {"no": "nb", "nn": "nb", "nb": ""}
    lower = {k.lower().replace("_", "-"): v.lower().replace("_", "-") for k, v in found.items()}
    return dict(sorted(lower.items()))


def _json(data: Mapping[str, Any]) -> str:
    lines = (f"{json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}" for k, v in data.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"
