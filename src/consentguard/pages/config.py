"""``GET /_consent/config``: all that a banner of the site's own needs, in the visitor's language.

The rule of this layer: it holds what our own banner would show, and nothing that would let another
one say less. What is chosen goes to the URLs in it, and is judged there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from consentguard.model import Model, Reason
from consentguard.pages import about
from consentguard.pages.markup import PurposeRow, Toggle, View
from consentguard.pages.view import toggles
from consentguard.pages.visit import Visit

_BUTTONS = ("accept", "reject", "settings", "save", "withdraw")


def config(visit: Visit) -> dict[str, Any]:
    """The purposes and how they stand, words, URLs, and what the law wants of the first layer."""
    view, policy, decision = visit.view("/"), visit.setup.policy, visit.decision
    texts, rule, prefix, query = view.texts, view.region.banner, view.prefix, view.query
    boxes = toggles(policy, decision)
    return {
        "language": texts.lang,
        "direction": texts.dir,
        "site": {
            "name": view.site.name,
            "controller": view.controller,
            "contact": view.site.contact,
            "policy_url": view.site.policy_url,
        },
        "policy_version": view.policy_version,
        "effective": view.effective,
        "region": view.region.id,
        "variant": view.variant,
        "show_banner": view.show_banner,
        "chosen": view.chosen,
        "gpc": view.gpc,
        "ask": _asked(view),
        "purposes": [_purpose(view, row, boxes) for row in view.purposes],
        "partners": view.partners,
        "texts": _texts(view),
        "buttons": {name: texts[f"button.{name}"] for name in _BUTTONS} | {"reopen": view.control},
        "first_layer": {
            "reject": rule.reject_on_first_layer,
            "equal_buttons": rule.equal_buttons,
            "close_means": rule.close_means,
            "position": rule.position,
            "do_not_sell": view.opt_out,
            "signal": view.gpc,
        },
        "urls": {
            "choice": prefix + query,
            "withdraw": f"{prefix}/withdraw{query}",
            "state": f"{prefix}/state",
            "config": f"{prefix}/config",
            "cookies": f"{prefix}/cookies{query}",
            "me": f"{prefix}/me{query}",
            "settings": prefix + query,
        },
    }


def text(visit: Visit) -> str:
    """:func:`config` as JSON text."""
    return json.dumps(config(visit), separators=(",", ":"), ensure_ascii=False)


def _asked(view: View) -> list[str]:
    """The purposes that the visitor has to be asked about; again those that were refused long ago.

    Beside them a banner may offer the others: it asks for nothing else.
    """
    if not view.show_banner:
        return []
    rows = [r for r in view.purposes if r.model is Model.OPT_IN and not (r.explicit or r.allowed)]
    new = [row.id for row in rows if row.reason is not Reason.REFUSED]
    return new or [row.id for row in rows]


def _texts(view: View) -> dict[str, Any]:
    """The words of our own banner. ``facts`` are sentences that belong on its first layer, too."""
    texts, site = view.texts, view.site
    variant = view.variant if f"banner.{view.variant}" in texts else "notice"
    facts = [
        texts.count("banner.partners", view.partners) if view.partners else "",
        texts["banner.transfer"] if view.region.transfer_notice and view.partners else "",
        texts.get("banner.subdomains", domain=site.cookie_domain) if site.cookie_domain else "",
        texts.get("banner.later", control=view.control),
    ]
    words = ("allowed", "denied", "required", "unavailable", "explicit")
    return {
        "title": texts["banner.title"],
        "text": texts.get(f"banner.{variant}", controller=view.controller),
        "facts": [fact for fact in facts if fact],
        "signal": texts["signal.honoured"] if view.gpc else "",
        "refused": texts["banner.refused"],
        "policy": texts["banner.policy"],
        "details": texts["banner.details"],
        "picking": texts["service.picking"],
        **{word: texts[f"row.{word}"] for word in words},
    }


def _purpose(view: View, row: PurposeRow, boxes: Mapping[str, Toggle]) -> dict[str, Any]:
    texts = view.texts
    return {
        "id": row.id,
        "name": row.name,
        "description": row.description,
        "model": row.model.value,
        "allowed": row.allowed,
        "locked": row.locked,
        "explicit": row.explicit,
        "reason": row.reason.value,
        "why": texts.reason(row.reason),
        "services": [
            about.data(service, texts, view.controller) | _stands(boxes.get(service.id))
            for service in row.services
        ],
    }


def _stands(toggle: Toggle | None) -> dict[str, bool]:
    return {"allowed": toggle.on, "locked": toggle.locked} if toggle else {}
