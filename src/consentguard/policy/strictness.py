"""A site may be stricter than the preset that it extends, and weaker only with a reason.

``loosen = "reason"`` is that reason; it is kept with the region. Without it every key that asks
less than the preset does is E403.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from consentguard.model import Model, Region, Service
from consentguard.policy.reader import Reader
from consentguard.policy.suggest import did_you_mean


def names_exist(
    reader: Reader, region: Region, table: Mapping[str, Any], services: Mapping[str, Service]
) -> None:
    """A rule for a misspelt purpose or service would be silently out of force."""
    for key, code, known in (("purposes", "E202", region.models), ("services", "E204", services)):
        for name in table.get(key, {}):
            if name not in known and not reader.damaged(key, name) and not reader.silent(key, name):
                text = f"region '{region.id}' names {key[:-1]} '{name}', which is not declared"
                help = did_you_mean(name, known)
                reader.report(code, ("regions", region.id, key, name), text, help)


def not_weaker(
    reader: Reader,
    region: Region,
    base: Region,
    table: Mapping[str, Any],
    services: Mapping[str, Service],
) -> None:
    """Weaker than the preset needs ``loosen = "reason"``."""
    help = f'add loosen = "your legal reason" to [regions.{region.id}] to accept the risk'
    old = {("purposes", p): base.models[p] for p in table.get("purposes", {}) if p in base.models}
    for name in table.get("services", {}):
        known = services[name].purposes if name in services else ()
        models = [base.models.get(p, Model.DENY) for p in known]
        old["services", name] = max(models, key=lambda m: m.strictness, default=Model.NONE)
    for (key, name), model in old.items():
        new = (region.models if key == "purposes" else region.services)[name]
        if new.strictness < model.strictness:
            text = f"'{new}' is weaker than preset '{region.preset}' ('{model}')"
            reader.report("E403", ("regions", region.id, key, name), text, help)
    if region.google_consent_mode == "advanced" and asks_first(base):
        # Its tags send address and page to Google before anybody has agreed.
        text = f"Google Consent Mode 'advanced' where preset '{region.preset}' asks first (opt-in)"
        reader.report("E403", ("regions", region.id, "google_consent_mode"), text, help)
    for path in _weaker_facts(region, base):
        text = f"{'.'.join(path)} is weaker than preset '{region.preset}'"
        reader.report("E403", ("regions", region.id, *path), text, help)


def asks_first(region: Region) -> bool:
    """Whether measurement or advertising waits there for a yes."""
    models = (region.models[p] for p in ("analytics", "advertising"))
    return any(model.strictness >= Model.OPT_IN.strictness for model in models)


def _weaker_facts(region: Region, base: Region) -> list[tuple[str, ...]]:
    """Keys, other than models, that ask less of the site than the preset does."""
    new, old = region.lifetime, base.lifetime
    shown, asked = region.banner, base.banner
    weaker = {
        ("lifetime", "grant_months"): new.grant_months > old.grant_months,
        ("lifetime", "refuse_months"): new.refuse_months < old.refuse_months,
        ("lifetime", "tracker_days"): new.tracker_days > old.tracker_days,
        ("banner", "reject_on_first_layer"): asked.reject_on_first_layer
        > shown.reject_on_first_layer,
        ("banner", "equal_buttons"): asked.equal_buttons > shown.equal_buttons,
        ("banner", "close_means"): asked.close_means == "refuse" != shown.close_means,
        ("banner", "position"): asked.position not in ("any", shown.position),
        ("gpc",): base.gpc > region.gpc,
        ("transfer", "notice"): base.transfer_notice > region.transfer_notice,
    }
    return [path for path, is_weaker in weaker.items() if is_weaker]
