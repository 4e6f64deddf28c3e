"""``GET /_consent/state``: the decision as JSON, for scripts and native applications."""

from __future__ import annotations

import json
from typing import Any

from consentguard.consent.decision import Decision
from consentguard.model import Policy


def state(policy: Policy, decision: Decision) -> dict[str, Any]:
    """What holds for this visitor: models, granted, denied with reasons, and why it is so.

    ``complete``: all that *accept* allows is allowed; ``unknown``: hosts that nobody knows are;
    ``stand``: ``all`` of it is on, ``some`` of what waits for a word, or ``none``.
    """
    return {
        "region": decision.region.id,
        "preset": decision.region.preset,
        "models": {p: r.model.value for p, r in decision.rulings.items()},
        "granted": list(decision.granted),
        "complete": decision.complete,
        "stand": decision.stand,
        "unknown": decision.unknown,
        "denied": {p: reason.value for p, reason in decision.denied.items()},
        "services": dict(decision.exceptions),
        "show_banner": decision.show_banner,
        "policy_version": policy.version,
        "gpc": decision.gpc,
    }


def text(policy: Policy, decision: Decision, **more: str) -> str:
    """:func:`state` as JSON text, with ``more`` beside it."""
    return json.dumps({**state(policy, decision), **more}, separators=(",", ":"))


def gpc(policy: Policy) -> str:
    """``/.well-known/gpc.json`` (W3C Global Privacy Control, "GPC Support Resource")."""
    updated = policy.effective if policy.effective else policy.version
    resource: dict[str, Any] = {"gpc": policy.gpc != "off"}
    if len(updated) == len("2026-11-21") and updated.replace("-", "").isdigit():
        resource["lastUpdate"] = updated
    return json.dumps(resource)


def error(reason: str) -> str:
    """What a program gets for a request that we refuse."""
    return json.dumps({"error": reason})
