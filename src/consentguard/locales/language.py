"""What Unicode CLDR says of a language: direction, plural forms, countries, dates, periods.

The files in ``cldr/`` are generated (``python -m tools.locales``); one is read when its language is
loaded, none in a request.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from importlib import resources

#: Plural forms of CLDR (UTS 35, part 3, 5) by the letter that stands for them in the files.
FORMS = {"z": "zero", "1": "one", "2": "two", "f": "few", "m": "many", "-": "other"}


@dataclass(frozen=True, slots=True)
class Language:
    """One language, or one of its regional variants."""

    tag: str  #: BCP 47
    name: str  #: what it calls itself: ``français``
    dir: str  #: ``ltr`` or ``rtl``
    #: Letters of the plural forms of 0 to 199; from 100 on they come again every hundred.
    plurals: str
    territories: Mapping[str, str]  #: names of countries by code (ISO 3166-1), and of ``EU``
    months: tuple[str, ...]
    dated: str  #: ``{day} {month} {year}``, ``{number}`` for the month's
    moment: str  #: ``{date}, {time}``
    periods: Mapping[str, Mapping[str, str]]  #: ``day``, ``month``, ``year`` by plural form

    def plural(self, count: int) -> str:
        """The plural form of so many things, 0 or more: ``one``, ``few``, ``other`` …"""
        return FORMS[self.plurals[count if count < 100 else 100 + count % 100]]

    def territory(self, code: str) -> str:
        """The name of a country; its code where it has none."""
        return self.territories.get(code, code)

    def period(self, days: int) -> str:
        """So many days in words, ``""`` for none: whole years and months where that is even."""
        if days <= 0:
            return ""
        unit, each = next(
            ((unit, each) for unit, each in (("year", 365), ("month", 30)) if days % each == 0),
            ("day", 1),
        )
        count = days // each
        forms = self.periods[unit]
        return forms.get(self.plural(count), forms["other"]).replace("{count}", str(count))

    def day(self, day: date) -> str:
        """A day in words."""
        return self.dated.format(
            day=day.day, month=self.months[day.month - 1], number=day.month, year=day.year
        )

    def stated(self, day: str) -> str:
        """A day written as ISO 8601 has it in words; any other text as it is."""
        try:
            return self.day(date.fromisoformat(day))
        except ValueError:
            return day

    def time(self, seconds: float) -> str:
        """A time in seconds since 1970 in words, to the minute, in UTC."""
        at = datetime.fromtimestamp(seconds, UTC)
        return self.moment.format(date=self.day(at.date()), time=f"{at:%H:%M} UTC")


@cache
def language(tag: str) -> Language:
    """What there is on the language of a file of texts. Reads a file the first time."""
    source = resources.files(__package__).joinpath("cldr", f"{tag}.json")
    data = json.loads(source.read_text(encoding="utf-8"))
    data["months"] = tuple(data["months"])
    return Language(tag=tag, **data)
