"""Whether a changed value asks more of the site than before, or less."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from consentguard.model import Model

#: Words of settings from the loosest to the strictest.
_LADDERS: Mapping[str, Sequence[Any]] = {
    "enforcement.mode": ("off", "observe", "enforce"),
    "enforcement.undeclared_cookies": ("allow", "block"),
    "enforcement.undeclared_hosts": ("allow", "block-active", "block"),
    "enforcement.hide_request_cookies": (False, True),
    "enforcement.grant": ("any", "person"),
    "minors.unknown_age": ("adult", "child"),
    "signals.gpc": ("off", "required", "everywhere"),
    "site.platform": (False, True),
    "site.wiretap": (False, True),
    "banner.reject_on_first_layer": (False, True),
    "banner.equal_buttons": (False, True),
    "banner.close_means": ("nothing", "refuse"),
    "google_consent_mode": ("advanced", "basic"),
    "gpc": (False, True),
    "transfer_notice": (False, True),
}
#: More of it is stricter; of the others, less.
_MORE = frozenset({"site.sensitive", "minors.deny_purposes", "lifetime.refuse_months"})
_LESS = frozenset({"lifetime.grant_months", "lifetime.tracker_days", "enforcement.exclude_paths"})


def effect(key: str, was: Any, now: Any) -> str:
    """``stricter`` or ``looser``; empty where a value is neither, or nobody can tell."""
    if models := _of_models(was, now):
        return models
    ladder = _LADDERS.get(key, ())
    if was in ladder and now in ladder:
        return "stricter" if ladder.index(now) > ladder.index(was) else "looser"
    if key not in _MORE and key not in _LESS:
        return ""
    more = set(now) > set(was) if isinstance(now, tuple) else now > was
    less = set(now) < set(was) if isinstance(now, tuple) else now < was
    if not more and not less:
        return ""
    return "stricter" if more == (key in _MORE) else "looser"


def _of_models(was: Any, now: Any) -> str:
    ranks = [one.strictness for one in (was, now) if isinstance(one, Model)]
    if len(ranks) != 2:
        return ""
    return "stricter" if ranks[1] > ranks[0] else "looser"
