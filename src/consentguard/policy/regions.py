"""Presets and ``[regions]`` become the rules that are in force, and a place finds its rule.

Lookup: subdivision > country > group (the EEA) > ``geo.default``; no country: ``geo.unknown``. The
order in the file never matters.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from consentguard.catalogue import bundled
from consentguard.catalogue.shelf import Laid
from consentguard.model import (
    BannerRule,
    GeoSettings,
    Lifetime,
    Model,
    Place,
    Policy,
    Purpose,
    Region,
    Service,
)
from consentguard.policy.presets import merged, presets, resolved
from consentguard.policy.reader import Reader
from consentguard.policy.strictness import asks_first, names_exist, not_weaker
from consentguard.policy.suggest import did_you_mean

#: Models that hold in every region, whatever a preset says.
FIXED = {
    "necessary": Model.NONE,
    "cdn": Model.NONE,
    "consent-management": Model.NONE,
    # A third-party CAPTCHA waits at its form; exempt = "security" frees a service by itself.
    "security": Model.ON_CLICK,
    "email_marketing": Model.OPT_IN,
    "email_tracking": Model.OPT_IN,
}

_MODELS = frozenset(Model)

#: Purposes with a column of their own in the presets; all others follow advertising's.
COLUMNS = ("functional", "login", "analytics", "advertising")

#: Country and subdivision codes (ISO 3166-1 alpha-2, ISO 3166-2).
_CODE = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")

#: Sensitive sites ask first even in the United States (Washington MHMDA, Nevada SB 370).
SENSITIVE = ("analytics", "advertising", "media", "social")


def build(
    reader: Reader,
    purposes: Mapping[str, Purpose],
    services: Mapping[str, Service],
    sensitive: tuple[str, ...] = (),
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
    regions = {
        name: _region(name, name, resolved(name, changes), purposes)
        for name in presets()
        if name not in changes
    }
    for name, table in known.items():
        base = resolved(table["extends"], changes)
        region = _region(name, table["extends"], merged(base, table), purposes)
        names_exist(reader, region, table, every)
        if not region.loosen:
            not_weaker(reader, region, _region("", table["extends"], base, purposes), table, every)
        regions[name] = region
    if sensitive:
        regions = {n: _raised(r) if r.preset.startswith("us-") else r for n, r in regions.items()}
    mode = reader.table("signals").get("google_consent_mode", "basic")
    regions = {n: _signalled(r, mode, known.get(n, {})) for n, r in regions.items()}
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
    return replace(settings, unknown=found.get("unknown", ""), default=found.get("default", ""))


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
    preset = table.get("extends")
    if preset is None:
        if not reader.silent("regions", name, "extends"):
            text = f"region '{name}' extends no preset"
            reader.report("E400", ("regions", name), text, f"known: {', '.join(presets())}")
    elif preset not in presets():
        text = f"unknown preset '{preset}'"
        path = ("regions", name, "extends")
        reader.report("E401", path, text, did_you_mean(str(preset), presets()))
    return preset in presets()


def _well_named(reader: Reader, name: str, table: Mapping[str, Any]) -> bool:
    """A preset's id is that preset's: under it another rule set would take its place unseen."""
    for code in table.get("codes", ()):
        if not _CODE.fullmatch(code):
            text = f"'{code}' is not a country or subdivision code"
            reader.report("E103", ("regions", name, "codes"), text, "write DE or US-CA (ISO 3166)")
    taken = name in presets() and (table["extends"] != name or bool(table.get("codes")))
    if taken:
        text = f"region '{name}' has the id of a preset that it does not replace"
        reader.report("E405", ("regions", name), text, "give it an id of its own")
    return not taken


def _region(
    name: str, preset: str, table: Mapping[str, Any], purposes: Mapping[str, Purpose]
) -> Region:
    return Region(
        id=name,
        preset=preset,
        law=table["law"],
        codes=tuple(table.get("codes", ())),
        models={p.id: _model(p, table["purposes"]) for p in purposes.values()},
        services={k: Model(v) for k, v in table.get("services", {}).items()},
        lifetime=Lifetime(**table.get("lifetime", {})),
        banner=BannerRule(**table.get("banner", {})),
        gpc=table.get("gpc", False) is True,
        gpc_display=table.get("gpc_display", False),
        do_not_sell=table.get("do_not_sell", False),
        languages=tuple(table.get("languages", ())),
        transfer_notice=table.get("transfer", {}).get("notice", False) is True,
        google_consent_mode=table.get("google_consent_mode", "basic"),
        loosen=str(table.get("loosen", "")),
        confidence=table["confidence"],
        checked=str(table["checked"]),
        sources=tuple(table["sources"]),
    )


def _model(purpose: Purpose, columns: Mapping[str, str]) -> Model:
    """A column of the preset; fixed purposes first, all others take advertising's model."""
    if columns.get(purpose.id) in _MODELS:
        return Model(columns[purpose.id])
    if purpose.required:
        return Model.NONE
    return FIXED.get(purpose.id, Model(columns["advertising"]))


def _raised(region: Region) -> Region:
    raised = {
        p: max(m, Model.OPT_IN, key=lambda model: model.strictness) if p in SENSITIVE else m
        for p, m in region.models.items()
    }
    return replace(region, models=raised)


def _signalled(region: Region, mode: str, table: Mapping[str, Any]) -> Region:
    """The site's ``[signals] google_consent_mode``, wherever the law asks nobody first."""
    if asks_first(region) or "google_consent_mode" in table:
        return region
    return replace(region, google_consent_mode=mode)


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
                reader.report("E402", ("regions", region.id), text, "give it to one of them")


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
            if other and not at_least_as_strict(regions[name], other):
                text = f"region '{name}' is weaker than '{other.id}', which holds in {code}"
                help = f'add loosen = "your legal reason" to [regions.{name}] to accept the risk'
                reader.report("E403", ("regions", name, "codes"), text, help)
                break


@dataclass(frozen=True, slots=True)
class Regions:
    """Finds the region of a place; built once from a policy."""

    by_code: Mapping[str, Region]
    unknown: Region
    default: Region

    @classmethod
    def of(cls, policy: Policy) -> Regions:
        """The table of a policy's codes, groups below countries."""
        groups_first = sorted(policy.regions.values(), key=lambda r: not _level(r))
        codes = {code: region for region in groups_first for code in region.codes}
        regions = policy.regions
        return cls(codes, regions[policy.geo.unknown], regions[policy.geo.default])

    def find(self, place: Place) -> Region:
        """Subdivision, then country, then the default; no country: unknown."""
        if not place.country:
            return self.unknown
        if place.subdivision:
            found = self.by_code.get(place.subdivision)
            if found:
                return found
        return self.by_code.get(place.country, self.default)


def at_least_as_strict(one: Region, other: Region) -> bool:
    """True when ``one`` allows nothing by itself that ``other`` does not."""
    return all(model.strictness >= other.models[p].strictness for p, model in one.models.items())
