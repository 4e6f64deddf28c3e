"""One region: a preset's table with the site's on top of it, as they are from each date on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from math import inf
from typing import Any

from consentguard.model import BannerRule, Lifetime, MinorRule, Model, Purpose, Region, Site
from consentguard.policy.presets import chain, merged, presets, start_of, states
from consentguard.policy.strictness import asks_first

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

#: Sensitive sites ask first even in the United States (Washington MHMDA, Nevada SB 370).
SENSITIVE = ("analytics", "advertising", "media", "social")

#: Session replay, chat and pixels that run before a yes are sued as wiretaps (Cal. Penal Code 631).
WIRETAPPED = ("functional", "analytics", "advertising", "social")

#: Rules for children that hold under all rules of a country.
OVERLAYS = {"us-": "us-coppa"}

_NOTHING: Mapping[str, Any] = {}


class Builder:
    """Makes regions for one site. ``mode`` is ``[signals] google_consent_mode``."""

    def __init__(self, purposes: Mapping[str, Purpose], site: Site, mode: str) -> None:
        self._purposes = purposes
        self._site = site
        self._mode = mode

    def region(
        self, name: str, preset: str, base: Mapping[str, Any], own: Mapping[str, Any] = _NOTHING
    ) -> Region:
        """The region of a preset's table ``base`` with the site's ``own`` on top."""
        dated = states(base)
        ends = [since for since, _ in dated[1:]] + [inf]
        first, *later = (
            self._state(name, preset, state, own, (since, until))
            for (since, state), until in zip(dated, ends, strict=True)
        )
        return replace(first, later=tuple(later)) if later else first

    def _state(
        self,
        name: str,
        preset: str,
        state: Mapping[str, Any],
        own: Mapping[str, Any],
        time: tuple[float, float],
    ) -> Region:
        table = merged(state, own)
        # A list on top of another takes its place; rules for children add up.
        minors = [*state.get("minors", ()), *own.get("minors", ()), *_overlay(preset)]
        region = Region(
            id=name,
            preset=preset,
            codes=tuple(table.get("codes", ())),
            models={p.id: _model(p, table["purposes"]) for p in self._purposes.values()},
            services={k: Model(v) for k, v in table.get("services", {}).items()},
            lifetime=Lifetime(**table.get("lifetime", {})),
            banner=BannerRule(**table.get("banner", {})),
            minors=tuple(map(_minor, minors)),
            # RCW 19.373.070: a sale of health data takes a signed authorisation; no click is one.
            sensitive_sale=table.get("sensitive_sale", "") if self._site.sensitive else "",
            ages=dict(table.get("ages", {})),
            since=time[0],
            until=time[1],
            **_facts(table),
        )
        return self._signalled(self._raised(region), own)

    def _raised(self, region: Region) -> Region:
        """What the site says of itself makes some regions stricter."""
        asked: set[str] = set()
        if self._site.sensitive and region.preset.startswith("us-"):
            asked.update(SENSITIVE)
        if self._site.wiretap and region.preset == "us-ca":
            asked.update(WIRETAPPED)
        raised = {
            p: max(m, Model.OPT_IN, key=lambda model: model.strictness) if p in asked else m
            for p, m in region.models.items()
        }
        if self._site.sensitive and self._site.platform and "eea-gdpr" in chain(region.preset):
            # DSA art. 26(3): no ads by profiling with special categories, whatever the consent.
            asked.add("advertising")
            raised["advertising"] = Model.DENY
        return replace(region, models=raised) if asked else region

    def _signalled(self, region: Region, own: Mapping[str, Any]) -> Region:
        """``[signals] google_consent_mode``, wherever the law asks nobody first."""
        same = region.google_consent_mode == self._mode or "google_consent_mode" in own
        if same or asks_first(region):
            return region
        return replace(region, google_consent_mode=self._mode)


def _facts(table: Mapping[str, Any]) -> dict[str, Any]:
    """What is taken over as it is written."""
    transfer = table.get("transfer", {})
    return {
        "law": table["law"],
        "gpc": table.get("gpc", False) is True,
        "gpc_display": table.get("gpc_display", False),
        "do_not_sell": table.get("do_not_sell", False),
        "languages": tuple(table.get("languages", ())),
        "transfer_notice": transfer.get("notice", False) is True,
        "transfer_rule": transfer.get("rule", ""),
        "google_consent_mode": table.get("google_consent_mode", "basic"),
        "exempt": tuple(table.get("exempt", ())),
        "home": table.get("home", ""),
        "withdrawal": table.get("withdrawal", ""),
        "records": table.get("records", ""),
        "age": table.get("age", 0),
        "loosen": str(table.get("loosen", "")),
        "confidence": table["confidence"],
        "checked": str(table["checked"]),
        "sources": tuple(table["sources"]),
        "notes": tuple(table.get("notes", ())),
    }


def _overlay(preset: str) -> Iterable[Mapping[str, Any]]:
    """The rules for children that hold beside the preset's own."""
    for start, overlay in OVERLAYS.items():
        if preset.startswith(start) and overlay in presets():
            yield from presets()[overlay].get("minors", ())


def _minor(table: Mapping[str, Any]) -> MinorRule:
    return MinorRule(
        first=table.get("from", 0),
        last=table.get("to", 0),
        purposes=tuple(table.get("purposes", ())),
        model=Model(table.get("model", "deny")),
        consent=table.get("consent", ""),
        since=start_of(table.get("effective"), -inf),
        until=start_of(table.get("until"), inf),
        when=table.get("when", ""),
        note=table.get("note", ""),
    )


def _model(purpose: Purpose, columns: Mapping[str, str]) -> Model:
    """A column of the preset; fixed purposes first, all others take advertising's model."""
    if columns.get(purpose.id) in _MODELS:
        return Model(columns[purpose.id])
    if purpose.required:
        return Model.NONE
    return FIXED.get(purpose.id, Model(columns["advertising"]))
