"""Disconnect's tracking protection lists, ``services.json``: domains by company and category.

A company may stand in several categories with other domains in each, so that company and purposes
together are a service.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from consentguard.model import Service

from .taken import Basket, Taken, plain, purposes_of

PURPOSES = {
    "Advertising": "advertising",
    "Email": "advertising",
    "EmailAggressive": "advertising",
    "EmailStrict": "advertising",
    "Cryptomining": "advertising",
    "Analytics": "analytics",
    "Social": "social",
    "Disconnect": "social",
    "Content": "media",
}


def read(data: Mapping[str, Any]) -> Taken:
    """The list, of a JSON object with ``categories`` of lists."""
    basket = Basket()
    for category, company, domain in _rows(data.get("categories"), basket):
        purposes = purposes_of([category], PURPOSES)
        if not purposes:
            basket.leave(f"category {category or 'missing'}")
            continue
        name = company or domain
        service = Service(f"{name}_{'_'.join(purposes)}", name, purposes, vendor=company)
        host, slash, path = domain.partition("/")
        basket.add((name, purposes), service, host, slash + path)
    licence = plain(data.get("license"))
    return Taken("disconnect", "Disconnect", "", licence, basket.services(), basket.left_out)


def _rows(categories: object, basket: Basket) -> Iterator[tuple[str, str, str]]:
    """``(category, company, domain)``."""
    for category, companies in _items(categories, basket):
        for table in companies if isinstance(companies, list) else []:
            for company, sites in _items(table, basket):
                # Beside the domains by home page stand notes such as "dnt": "eff".
                for domains in sites.values() if isinstance(sites, dict) else []:
                    for domain in domains if isinstance(domains, list) else []:
                        if isinstance(domain, str):
                            yield plain(category), plain(company), domain
                        else:
                            basket.leave("malformed")


def _items(value: object, basket: Basket) -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        return list(value.items())
    basket.leave("malformed")
    return []
