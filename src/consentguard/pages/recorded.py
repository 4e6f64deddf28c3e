"""One record of the ledger as its visitor reads it: in words, and as data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from functools import reduce
from typing import Any

from consentguard.locales import Texts
from consentguard.model import ConsentRecord
from consentguard.pages.markup import Html, fill, join


def facts(record: ConsentRecord, texts: Texts) -> Html:
    """All of it but what only machines read, as a list of terms."""
    yes = [id for id, on in record.services.items() if on]
    no = [id for id, on in record.services.items() if not on]
    rules = (
        record.region
        if record.preset in ("", record.region)
        else f"{record.region} ({record.preset})"
    )
    rows = (
        (texts["record.time"], _time(record.time, texts)),
        (texts["record.kind"], texts.get(f"kind.{record.kind}")),
        (texts["record.granted"], names(map(texts.purpose_name, record.granted), texts)),
        (texts["record.denied"], names(map(texts.purpose_name, record.denied), texts)),
        (texts["record.services-on"], names(yes, texts)),
        (texts["record.services-off"], names(no, texts)),
        (texts["preferences.region"], rules),
        (texts["preferences.version"], record.policy_version),
        (texts["record.language"], record.language),
        (texts["record.signal"], texts["signal.honoured"] if record.gpc else ""),
        (texts["record.device"], texts.get(f"device.{record.device}")),
    )
    terms = join(
        fill("<dt>{term}</dt><dd>{value}</dd>", term=term, value=value)
        for term, value in rows
        if value
    )
    return fill('<dl class="cg-facts cg-record">{terms}</dl>', terms=terms)


def names(found: Iterable[str], texts: Texts) -> str:
    """Some names as a list in a line; empty for none."""
    listed = list(found)
    if not listed:
        return ""
    return reduce(lambda one, more: texts.get("list.two", first=one, rest=more), listed)


def data(record: ConsentRecord) -> dict[str, Any]:
    """The same for programs, whole; the time as RFC 3339 has it."""
    return {**asdict(record), "time": moment(record.time)}


def moment(seconds: float) -> str:
    """A time in seconds since 1970 as RFC 3339 writes it, in UTC."""
    return datetime.fromtimestamp(int(seconds), UTC).isoformat().replace("+00:00", "Z")


def _time(seconds: int, texts: Texts) -> Html:
    return fill(
        '<time datetime="{at}">{shown}</time>',
        at=moment(seconds),
        shown=texts.language.time(seconds),
    )
