"""Ghostery's ``trackerdb.json``: patterns with a category, domains and filters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from consentguard.model import Service

from .adblock import rule_of
from .taken import Basket, Taken, address, plain, purposes_of

PURPOSES = {
    "advertising": "advertising",
    "pornvertising": "advertising",
    "site_analytics": "analytics",
    "customer_interaction": "functional",
    "utilities": "functional",
    "social_media": "social",
    "audio_video_player": "media",
}


def read(data: Mapping[str, Any]) -> Taken:
    """The list, of a JSON object with ``categories`` and ``patterns``."""
    basket = Basket()
    organizations = data.get("organizations")
    known = organizations if isinstance(organizations, dict) else {}
    patterns = data.get("patterns")
    for id, table in (patterns if isinstance(patterns, dict) else {}).items():
        if not isinstance(table, dict):
            basket.leave("malformed")
            continue
        category = plain(table.get("category"))
        domains, filters = _texts(table.get("domains")), _texts(table.get("filters"))
        purposes = purposes_of([category], PURPOSES)
        if not purposes:
            basket.leave(f"category {category or 'missing'}", len(domains) + len(filters))
            continue
        service = _service(id, table, known, purposes)
        for domain in domains:
            basket.add(id, service, domain)
        for line in filters:
            rule = rule_of(line)
            if isinstance(rule, str):
                basket.leave(rule)
            else:
                basket.add(id, service, rule.host, rule.rest)
    return Taken("ghostery", "Ghostery trackerdb", "", "", basket.services(), basket.left_out)


def _service(
    id: str, table: Mapping[str, Any], organizations: Mapping[str, Any], purposes: tuple[str, ...]
) -> Service:
    owner = organizations.get(plain(table.get("organization")))
    owner = owner if isinstance(owner, dict) else {}
    return Service(
        id,
        plain(table.get("name")) or plain(id) or "?",
        purposes,
        vendor=plain(owner.get("name")),
        policy_url=address(owner.get("privacy_policy_url")),
    )


def _texts(value: object) -> list[str]:
    return list(_strings(value)) if isinstance(value, list) else []


def _strings(values: list[object]) -> Iterator[str]:
    return (value for value in values if isinstance(value, str))
