"""What changed between two policies, and what it means for those who have chosen already.

It follows the same rules as a decision: a purpose is asked again when its fingerprint is another
one, and a refusal holds whatever changes (GDPR art. 4(11): consent is specific; art. 7(3)).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any

from consentguard.cli.effects import effect
from consentguard.consent.choose import offered
from consentguard.model import MinorRule, Model, Place, Policy, Region, Service
from consentguard.policy.reader import shown
from consentguard.policy.regions import Regions, moments

#: What a fingerprint holds of a service (see the loader); the rest changes without a question.
_MATERIAL = ("purposes", "hosts", "country", "role", "safeguard")

#: Places that no rule names: ZZ is a code that ISO 3166 leaves to its users.
_ELSEWHERE = {"ZZ": "all other places", "": "places unknown"}


@dataclass(frozen=True, slots=True)
class Change:
    """One change: ``effect`` is ``stricter``, ``looser`` or empty; ``text`` is a sentence."""

    area: str  #: ``purposes``, ``services``, ``regions`` or ``settings``
    key: str
    text: str
    effect: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A purpose whose meaning changed.

    ``who`` is ``granted`` (those who had allowed it), ``chosen`` (it is new: all who have chosen
    and not refused everything) or ``off`` (nobody is asked; it is off until it is clicked again).
    """

    purpose: str
    who: str
    why: tuple[str, ...]


def changes(old: Policy, new: Policy, now: float) -> tuple[Change, ...]:
    """Every change of meaning or wording, in the order of the file; ``now`` in seconds."""
    return (
        *_purposes(old, new),
        *_services(old, new),
        *_regions(old, new, now),
        *_settings(old, new),
    )


def asked(old: Policy, new: Policy, now: float) -> tuple[Asked, ...]:
    """The purposes that are asked again, each with the reasons; ``now`` in seconds."""
    found = []
    for name, purpose in new.purposes.items():
        if old.fingerprints.get(name) == new.fingerprints.get(name):
            continue
        models = {region.models[name] for region in new.regions.values()}
        if models <= {Model.NONE, Model.DENY, Model.NOTICE}:
            continue
        if name == "tag-manager" and not offered(new, name):
            continue  # it follows what it loads, and nobody sees it
        is_asked = Model.OPT_IN in models and purpose.bundled and not purpose.explicit
        is_new = name not in old.purposes
        who = "off" if not is_asked else "chosen" if is_new else "granted"
        found.append(Asked(name, who, ("it is new",) if is_new else _why(name, old, new, now)))
    return tuple(found)


def lost(old: Policy, new: Policy) -> str:
    """Why no choice of today can be read any more, refusals neither; empty when they can."""
    before, after = _cookie(old), _cookie(new)
    if before != after:
        return (
            f"The consent cookie was {before} and is {after} now. No stored choice is found, "
            "refusals neither."
        )
    if old.site.name != new.site.name:
        return (
            "The site's name signs the consent cookie. Unless the application gives the old name "
            "as its site_id, no stored choice can be read, and all is off until a new one."
        )
    return ""


def _cookie(policy: Policy) -> str:
    domain = policy.site.cookie_domain
    if not policy.site.url.startswith("https://"):
        name = "consent"
    else:
        name = "__Secure-consent" if domain else "__Host-consent"
    return f"{name} of {domain}" if domain else name


def _why(purpose: str, old: Policy, new: Policy, now: float) -> tuple[str, ...]:
    if old.site.controller != new.site.controller:
        return ("the controller is another one",)
    found = [
        text
        for name in {**old.services, **new.services}
        if (text := _service_why(purpose, name, old.services.get(name), new.services.get(name)))
    ]
    before, after = asdict(old.purposes[purpose]), asdict(new.purposes[purpose])
    words = ("name", "description", "declared")
    own = [k for k in before if before[k] != after[k] and k not in words]
    found += [f"its '{key}' changed" for key in own]
    ruled = {purpose, *(f"service {s.id}" for s in new.services.values() if purpose in s.purposes)}
    found += [
        f"rule changed: {change.text.removeprefix(f'{purpose}: ')}"
        for change in _regions(old, new, now)
        if change.key in ruled
    ]
    if old.minors != new.minors:
        found.append("the rules for minors changed")
    return tuple(found) or ("what the file itself says of it changed",)


def _service_why(purpose: str, name: str, old: Service | None, new: Service | None) -> str:
    had, has = (one is not None and purpose in one.purposes for one in (old, new))
    if had != has:
        return f"service '{name}' is {'used for it now' if has else 'no longer used for it'}"
    if old is None or new is None or not has:
        return ""
    changed = [key for key in _MATERIAL if getattr(old, key) != getattr(new, key)]
    return f"{' and '.join(changed)} of service '{name}' changed" if changed else ""


def _purposes(old: Policy, new: Policy) -> Iterator[Change]:
    for name in {**old.purposes, **new.purposes}:
        if name not in old.purposes:
            yield Change("purposes", name, f"'{name}' is new")
        elif name not in new.purposes:
            yield Change("purposes", name, f"'{name}' is gone; what was allowed for it ends")
        else:
            before, after = asdict(old.purposes[name]), asdict(new.purposes[name])
            for key in before:
                if before[key] != after[key] and key != "declared":
                    text = f"'{key}' of '{name}': {_said(before[key])} → {_said(after[key])}"
                    yield Change("purposes", f"{name}.{key}", text)


def _services(old: Policy, new: Policy) -> Iterator[Change]:
    for name in {**old.services, **new.services}:
        one, two = old.services.get(name), new.services.get(name)
        if one is None and two is not None:
            yield Change("services", name, f"'{name}' is new, for {', '.join(two.purposes)}")
        elif two is None:
            text = f"'{name}' is gone; where the catalogue knows it, it is still held back"
            yield Change("services", name, text)
        elif one is not None:
            for key in (field.name for field in fields(Service)):
                before, after = getattr(one, key), getattr(two, key)
                if before != after:
                    text = f"'{key}' of '{name}': {_said(before)} → {_said(after)}"
                    yield Change("services", f"{name}.{key}", text)


def _regions(old: Policy, new: Policy, now: float) -> Iterator[Change]:
    """As they are now; of what laws change later, what is not said by then."""
    told: set[tuple[str, str]] = set()
    later = moments(*old.regions.values(), *new.regions.values())
    for time in (now, *(moment for moment in later if moment > now)):
        day = datetime.fromtimestamp(time, UTC).date()
        since = f"from {day} on, " if time > now else ""
        for change in _regions_at(old, new, time):
            if (change.key, change.text) not in told:
                told.add((change.key, change.text))
                yield replace(change, text=since + change.text)


def _regions_at(old: Policy, new: Policy, now: float) -> Iterator[Change]:
    """Compared place by place: a region with another name and the same rules is no change."""
    one, two = Regions.of(old), Regions.of(new)
    found: dict[tuple[str, str, str], list[str]] = {}
    for code in _codes(old, new):
        place = Place(code.partition("-")[0], code if "-" in code else "")
        was, is_now = _facts(one.find(place, now)), _facts(two.find(place, now))
        # A purpose that is new or gone is named among the purposes.
        apart = old.purposes.keys() ^ new.purposes.keys()
        for key in (k for k in {**was, **is_now} if k not in apart):
            if was.get(key) != is_now.get(key):
                how = effect(key, was.get(key), is_now.get(key))
                text = f"{key}: {_said(was.get(key))} → {_said(is_now.get(key))}"
                found.setdefault((key, text, how), []).append(_ELSEWHERE.get(code, code))
    for (key, text, how), codes in found.items():
        yield Change("regions", key, f"{text}, in {_few(codes)}", how)


def _codes(old: Policy, new: Policy) -> list[str]:
    every = (*old.regions.values(), *new.regions.values())
    return [*sorted({code for region in every for code in region.codes}), *_ELSEWHERE]


def _facts(region: Region) -> dict[str, Any]:
    """What may differ between two rules, by the name that people read."""
    facts: dict[str, Any] = dict(region.models)
    facts |= {f"service {name}": model for name, model in region.services.items()}
    facts |= {f"lifetime.{key}": value for key, value in asdict(region.lifetime).items()}
    facts |= {f"banner.{key}": value for key, value in asdict(region.banner).items()}
    same = ("gpc", "gpc_display", "transfer_notice", "google_consent_mode", "loosen", "minors")
    return facts | {key: getattr(region, key) for key in same}


def _settings(old: Policy, new: Policy) -> Iterator[Change]:
    before, after = _flat(old), _flat(new)
    for key, was in before.items():
        now = after[key]
        if was != now:
            text = f"{key}: {_said(was)} → {_said(now)}"
            yield Change("settings", key, text, effect(key, was, now))


def _flat(policy: Policy) -> dict[str, Any]:
    found: dict[str, Any] = {
        f"{name}.{key}": value
        for name in ("site", "geo", "minors", "ledger", "enforcement")
        for key, value in asdict(getattr(policy, name)).items()
    }
    found |= {f"policy.{key}": getattr(policy, key) for key in ("version", "effective", "material")}
    return found | {"signals.gpc": policy.gpc}


def _said(value: Any) -> str:
    if value is None or value in ("", (), frozenset()) or value == {}:
        return "nothing"
    if isinstance(value, Model):
        return value.value
    if isinstance(value, MinorRule):
        who = f" by {value.consent}" if value.consent else ""
        return f"ages {value.first}-{value.last} {value.model}{who} ({', '.join(value.purposes)})"
    if isinstance(value, tuple | frozenset):
        plain = [item if isinstance(item, str) else _said(item) for item in value]
        return ", ".join(sorted(plain) if isinstance(value, frozenset) else plain)
    if isinstance(value, Mapping):  # without a key it is in the site's default language
        return ", ".join(f"{k} = {inner}" if k else shown(inner) for k, inner in value.items())
    return shown(value)


def _few(codes: Sequence[str]) -> str:
    if len(codes) <= 6:
        return ", ".join(codes)
    return f"{', '.join(codes[:5])} and {len(codes) - 5} more"
