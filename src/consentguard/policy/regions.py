"""Presets and ``[regions]`` become the rules that are in force, and a place finds its rule.

Lookup: subdivision > country > group (the EEA) > ``geo.default``; no country: ``geo.unknown``. The
order in the file never matters.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import reduce
from math import inf
from typing import Any

from consentguard.catalogue import bundled
from consentguard.catalogue.shelf import Laid
from consentguard.errors import ConfigError
from consentguard.geo.codes import PSEUDO, is_part
from consentguard.geo.headers import CountryHeader, names_of
from consentguard.geo.proxies import parse_trusted
from consentguard.model import (
    GeoSettings,
    Lifetime,
    Model,
    Place,
    Policy,
    Purpose,
    Region,
    Service,
    Site,
)
from consentguard.policy.presets import chain, presets, resolved, start_of
from consentguard.policy.reader import Reader
from consentguard.policy.region import COLUMNS, FIXED, Builder
from consentguard.policy.strictness import names_exist, not_weaker
from consentguard.policy.suggest import did_you_mean

#: Country and subdivision codes (ISO 3166-1 alpha-2, ISO 3166-2).
_CODE = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")

#: Codes that look like a country's, and what was meant.
_NO_PLACES = {"UK": "GB", "EL": "GR", **dict.fromkeys(PSEUDO, "")}


def build(
    reader: Reader,
    purposes: Mapping[str, Purpose],
    services: Mapping[str, Service],
    site: Site,
) -> dict[str, Region]:
    """Every region in force by id; a site's region replaces the preset that it extends."""
    known = {
        # Without codes of its own a region has the preset's; an empty list says no more than none.
        name: table if table.get("codes") else {k: v for k, v in table.items() if k != "codes"}
        for name, table in reader.table("regions").items()
        if _preset_exists(reader, name, table) and _well_named(reader, name, table)
    }
    # A region with codes of its own is an addition; one without takes the preset's place.
    changes = {t["extends"]: t for t in known.values() if "codes" not in t}
    every = Laid(services, bundled.shelf().services)
    mode = reader.table("signals").get("google_consent_mode", "basic")
    builder = Builder(purposes, site, mode)
    regions = {
        name: builder.region(name, name, resolved(name, changes), _minors_above(name, changes))
        for name in presets()
        if name not in changes and not presets()[name].get("overlay")
    }
    for name, table in known.items():
        base = resolved(table["extends"], changes)
        above = _minors_above(table["extends"], changes)["minors"]
        own = {**table, "minors": [*above, *table.get("minors", ())]}
        region = builder.region(name, table["extends"], base, own)
        names_exist(reader, region, table, every)
        if not region.loosen:
            plain = builder.region("", table["extends"], base)
            _not_weaker_ever(reader, region, plain, table, every)
        regions[name] = region
    _distinct_codes(reader, regions)
    _not_weaker_there(reader, regions, known)
    return regions


def geo(reader: Reader, settings: GeoSettings, regions: Mapping[str, Region]) -> GeoSettings:
    """``[geo]`` with ``unknown`` and ``default`` as ids of regions in force."""
    found = {}
    for key in ("unknown", "default"):
        value = getattr(settings, key)
        # A replaced preset is still found by its own id; one with codes of its own replaces none.
        heirs = [r.id for r in regions.values() if r.preset == value and _inherits(r)]
        ids = [value] if value in regions else heirs
        if len(ids) == 1:
            found[key] = ids[0]
        elif ids:
            text = f"geo.{key}: preset '{value}' is replaced by more than one region"
            reader.report("E404", ("geo", key), text, f"name one of them: {', '.join(ids)}")
        elif not reader.damaged("regions", value):
            text = f"geo.{key} names region '{value}', which is not declared"
            reader.report("E404", ("geo", key), text, did_you_mean(value, regions))
    _geo_source(reader, settings)
    return replace(settings, unknown=found.get("unknown", ""), default=found.get("default", ""))


def _geo_source(reader: Reader, settings: GeoSettings) -> None:
    """What no guard could start with, and what finds nobody."""
    try:
        trusted = parse_trusted(settings.trusted_proxies)
    except ConfigError as exc:
        help = 'a number of hops, or networks like ["10.0.0.0/8"]'
        reader.report("E103", ("geo", "trusted_proxies"), str(exc), help)
        trusted = 0
    if settings.provider == "mmdb":
        if not settings.database and not reader.silent("geo", "database"):
            text = "geo provider 'mmdb' needs a 'database'"
            help = 'add: database = "/var/lib/GeoIP/GeoLite2-City.mmdb"'
            reader.report("E103", ("geo", "provider"), text, help)
    elif settings.provider != "bundled":
        name, part = names_of(settings.provider)
        try:
            CountryHeader(name, trusted, part)
        except ConfigError as exc:
            reader.report("E103", ("geo", "provider"), str(exc), 'like "header:X-Country"')
        if not trusted and not reader.silent("geo", "trusted_proxies"):
            text = f"geo provider '{settings.provider}' finds nobody: no proxy is trusted"
            help = "add: trusted_proxies = 1, or the networks of your CDN"
            reader.report("W602", ("geo", "provider"), text, help)


def said_of(
    table: Mapping[str, Any], purpose: str, elsewhere: Collection[str]
) -> list[list[str]] | None:
    """What a ``[regions.X]`` itself says of a purpose; None for nothing.

    ``elsewhere`` are services that do not have the purpose.
    """
    purposes = table.get("purposes", {})
    follows = purpose not in COLUMNS and purpose not in FIXED
    model = purposes.get(purpose, purposes.get("advertising") if follows else None)
    services = [[s, m] for s, m in sorted(table.get("services", {}).items()) if s not in elsewhere]
    return [[model or ""], *services] if model or services else None


def _inherits(region: Region) -> bool:
    return _codes_of(region.preset) == region.codes


def _preset_exists(reader: Reader, name: str, table: Mapping[str, Any]) -> bool:
    preset, known = table.get("extends"), _extendable()
    if preset is None:
        if not reader.silent("regions", name, "extends"):
            text = f"region '{name}' extends no preset"
            reader.report("E400", ("regions", name), text, 'like extends = "eea-gdpr"')
    elif preset not in known:
        text = f"unknown preset '{preset}'"
        path = ("regions", name, "extends")
        reader.report("E401", path, text, did_you_mean(str(preset), known))
    return preset in known


def _minors_above(
    preset: str, changes: Mapping[str, Mapping[str, Any]]
) -> dict[str, list[Mapping[str, Any]]]:
    """The site's own rules for minors in the presets that this one extends."""
    above = (changes[name] for name in chain(preset)[1:] if name in changes)
    return {"minors": [rule for table in above for rule in table.get("minors", ())]}


def _extendable() -> list[str]:
    """The presets that are rule sets of their own, and not rules for children beside others."""
    return [name for name, table in presets().items() if not table.get("overlay")]


def _well_named(reader: Reader, name: str, table: Mapping[str, Any]) -> bool:
    """A preset's id is that preset's: under it another rule set would take its place unseen."""
    for code in table.get("codes", ()):
        if not _CODE.fullmatch(code):
            text = f"'{code}' is not a country or subdivision code"
            reader.report("E103", ("regions", name, "codes"), text, "write DE or US-CA (ISO 3166)")
        elif code in _NO_PLACES or (code[:3] in ("US-", "CA-") and not is_part(code)):
            text = f"'{code}' is no place of ISO 3166: the region would never hold"
            help = (
                f"write {_NO_PLACES[code]}" if _NO_PLACES.get(code) else "see consentguard regions"
            )
            reader.report("E103", ("regions", name, "codes"), text, help)
    taken = name in presets() and (table["extends"] != name or bool(table.get("codes")))
    if taken:
        text = f"region '{name}' has the id of a preset that it does not replace"
        reader.report("E405", ("regions", name), text, "give it an id of its own")
    return not taken


def _level(region: Region) -> bool:
    """True for the group's own rule, over which a country's rule wins."""
    return presets()[region.preset].get("group") is True and _inherits(region)


def _codes_of(preset: str) -> tuple[str, ...]:
    return tuple(presets()[preset].get("codes", ()))


def _distinct_codes(reader: Reader, regions: Mapping[str, Region]) -> None:
    owner: dict[tuple[str, bool], str] = {}
    told: set[tuple[str, str]] = set()
    for region in regions.values():
        for code in region.codes:
            other = owner.setdefault((code, _level(region)), region.id)
            if other != region.id and (other, region.id) not in told:
                told.add((other, region.id))
                text = f"'{code}' is in two regions: '{other}' and '{region.id}'"
                help = "give it to one of them"
                if other == regions[other].preset:
                    help = f"write extends = '{other}' without codes: the preset is yours then"
                reader.report("E402", ("regions", region.id), text, help)


def _not_weaker_ever(
    reader: Reader,
    region: Region,
    base: Region,
    table: Mapping[str, Any],
    services: Mapping[str, Service],
) -> None:
    """No state of a region is weaker than its preset is then; told of the first that is."""
    before, checked = len(reader.problems), start_of(region.checked, -inf)
    for date in moments(region, base):
        # What was over when the preset was checked is nobody's concern.
        if len(reader.problems) == before and region.at(date).until > checked:
            not_weaker(reader, region.at(date), base.at(date), table, services)


def _not_weaker_there(
    reader: Reader, regions: Mapping[str, Region], known: Mapping[str, Mapping[str, Any]]
) -> None:
    """A country's own rule may not undercut what would hold there without it."""
    without = {
        c: r for r in regions.values() if "codes" not in known.get(r.id, {}) for c in r.codes
    }
    for name in (n for n, table in known.items() if "codes" in table and not regions[n].loosen):
        for code in regions[name].codes:
            other = without.get(code) or without.get(code.partition("-")[0])
            if other and not ever_as_strict(regions[name], other):
                text = f"region '{name}' is weaker than '{other.id}', which holds in {code}"
                help = f'add loosen = "your legal reason" to [regions.{name}] to accept the risk'
                reader.report("E403", ("regions", name, "codes"), text, help)
                break


class Regions:
    """Finds the region of a place; built once from a policy."""

    def __init__(self, by_code: Mapping[str, Region], *, unknown: Region, default: Region) -> None:
        self._by_code = by_code
        self._unknown = unknown
        self._default = default
        self._parts: dict[str, list[Region]] = {}
        for code, region in by_code.items():
            if "-" in code:
                self._parts.setdefault(code[:2], []).append(region)
        self._strictest: dict[str, Region] = {}

    @classmethod
    def of(cls, policy: Policy) -> Regions:
        """The table of a policy's codes, groups below countries."""
        groups_first = sorted(policy.regions.values(), key=lambda r: not _level(r))
        codes = {code: region for region in groups_first for code in region.codes}
        regions, geo = policy.regions, policy.geo
        return cls(codes, unknown=regions[geo.unknown], default=regions[geo.default])

    def find(self, place: Place, now: float) -> Region:
        """Subdivision, then country, then the default; no country: unknown.

        ``now`` is seconds since 1970. Where rules differ by subdivision and nobody knows which one
        it is, the strictest of them holds.
        """
        if not place.country:
            return self._unknown.at(now)
        found = self._by_code.get(place.subdivision)
        if found:
            return found.at(now)
        if place.country in self._parts and not is_part(place.subdivision):
            return self._anywhere(place.country, now)
        return self._by_code.get(place.country, self._default).at(now)

    def unknown(self, now: float) -> Region:
        """What holds for nobody knows where."""
        return self._unknown.at(now)

    def _anywhere(self, country: str, now: float) -> Region:
        """The strictest rule of a country and its parts."""
        found = self._strictest.get(country)
        if found is None or not found.since <= now < found.until:
            whole = self._by_code.get(country, self._default).at(now)
            every = [whole, *(part.at(now) for part in self._parts[country])]
            fit = [one for one in every if at_least_as_strict(one, whole)]
            # Of rules that are equally strict the country's own one holds. Those for children add
            # up: any of them may be the visitor's.
            # So do duties: whatever one of them denies or demands may hold for the visitor.
            strictest = max(fit, key=_strictness)
            found = self._strictest[country] = replace(
                strictest,
                gpc=any(one.gpc for one in every),
                gpc_display=any(one.gpc_display for one in every),
                do_not_sell=any(one.do_not_sell for one in every),
                sensitive_sale=next((s for one in every if (s := one.sensitive_sale)), ""),
                lifetime=reduce(_shorter, (one.lifetime for one in every)),
                services=reduce(_stricter_services, (one.services for one in every)),
                minors=tuple(dict.fromkeys(rule for one in every for rule in one.minors)),
                since=max(one.since for one in every),
                until=min(one.until for one in every),
            )
        return found


def _strictness(region: Region) -> tuple[int, int]:
    models = sum(model.strictness for model in region.models.values())
    return models, region.gpc + region.do_not_sell


def _shorter(one: Lifetime, other: Lifetime) -> Lifetime:
    """Grants and trackers live as long as both allow, refusals as long as either demands."""
    return Lifetime(
        min(one.grant_months, other.grant_months),
        max(one.refuse_months, other.refuse_months),
        min(one.tracker_days, other.tracker_days),
    )


def _stricter_services(one: Mapping[str, Model], other: Mapping[str, Model]) -> Mapping[str, Model]:
    """Rules for single services; of two for one the stricter."""
    services = dict(one)
    for id, model in other.items():
        services[id] = max(model, services.get(id, model), key=lambda rule: rule.strictness)
    return services


def moments(*regions: Region) -> list[float]:
    """Every time at which one of them begins or changes, in order."""
    return sorted({state.since for region in regions for state in (region, *region.later)})


def at_least_as_strict(one: Region, other: Region) -> bool:
    """True when ``one`` allows nothing by itself that ``other`` does not."""
    return all(model.strictness >= other.models[p].strictness for p, model in one.models.items())


def joined(asked: Region, located: Region) -> Region:
    """The rules that a visitor asked for, where those of the place do not lose by it.

    A region of the visitor's wish takes no duty away: signals, rules for single services and for
    some ages hold as they do where the visitor is.
    """
    if asked is located or not at_least_as_strict(asked, located):
        return located
    return replace(
        asked,
        services=_stricter_services(asked.services, located.services),
        lifetime=_shorter(asked.lifetime, located.lifetime),
        gpc=asked.gpc or located.gpc,
        gpc_display=asked.gpc_display or located.gpc_display,
        do_not_sell=asked.do_not_sell or located.do_not_sell,
        sensitive_sale=asked.sensitive_sale or located.sensitive_sale,
        home=asked.home or located.home,
        until=min(asked.until, located.until),
    )


def ever_as_strict(one: Region, other: Region) -> bool:
    """The same at every time, and for no longer a time."""
    return all(
        at_least_as_strict(now, then)
        and now.lifetime.grant_months <= then.lifetime.grant_months
        and now.lifetime.refuse_months >= then.lifetime.refuse_months
        for now, then in ((one.at(t), other.at(t)) for t in moments(one, other))
    )
