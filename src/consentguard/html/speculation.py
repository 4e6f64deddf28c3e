"""Speculation rules that speak of the page's links: any of them may be prefetched without a click.

A document rule names no URL. It gives a predicate, and what it lets match is bounded where a URL
pattern says a path of the site's own, or a host, which is judged like any other (Speculation Rules,
"parse a document rule predicate"; URL Pattern standard).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .scripts import read_json

#: Keys of the rules in a set.
_RULES = ("prefetch", "prerender", "prerender_until_script")
# A path, a search or a hash of the page's own origin, in the pattern's syntax.
_OWN = re.compile(r"/(?![/\\])[^\\]*|[?#][^\\]*|\.{1,2}/[^\\]*")
# One host: of a wildcard nobody knows whom it matches.
_HOST = r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.?"
_HOSTED = re.compile(rf"(?:https?:)?//{_HOST}(?::[0-9]*)?(?:[/?#].*)?", re.IGNORECASE | re.DOTALL)
_NAMED = re.compile(_HOST, re.IGNORECASE)
#: Of a pattern that is an object: the rest comes from the page.
_PARTS = frozenset(("pathname", "search", "hash"))


def linked_hosts(text: str) -> list[str] | None:
    """URLs of the hosts that these rules name apart; None where a rule may match any link.

    What is no JSON, and import maps, have no rules.
    """
    try:
        # A browser reads numbers of any length.
        return _hosts(read_json(text, parse_int=float))
    except RecursionError:
        return None
    except ValueError:
        return []


def _hosts(found: object) -> list[str] | None:
    rules = [rule for key in _RULES for rule in _listed(found, key) if isinstance(rule, dict)]
    named: list[str] = []
    for rule in rules:
        # "If source is null: list, where there are urls; document, where there is a predicate."
        document = "where" in rule or rule.get("source") == "document"
        if document and not _bounded(rule.get("where"), named):
            return None
    return named


def _listed(found: object, key: str) -> list[Any]:
    rules = found.get(key) if isinstance(found, dict) else None
    return rules if isinstance(rules, list) else []


def _bounded(where: object, named: list[str]) -> bool:
    """Whether what it matches is the site's own, or on hosts that are ``named`` then."""
    if not isinstance(where, dict):
        return False
    if isinstance(every := where.get("and"), list):
        return any(_bounded(one, named) for one in every)
    if isinstance(some := where.get("or"), list):
        return all(_bounded(one, named) for one in some)
    patterns = where.get("href_matches")
    if patterns is None:
        return False  # a selector, what is not so, what nobody knows yet
    listed = patterns if isinstance(patterns, list) else [patterns]
    return all(_pattern(one, named) for one in listed)


def _pattern(pattern: object, named: list[str]) -> bool:
    if isinstance(pattern, str):
        # A host in it is judged where the strings are.
        return bool(_OWN.fullmatch(pattern) or _HOSTED.fullmatch(pattern))
    if not isinstance(pattern, Mapping):
        return False
    host = pattern.get("hostname")
    if host is None:
        return _PARTS.issuperset(pattern)
    if not isinstance(host, str) or not _NAMED.fullmatch(host):
        return False
    named.append(f"https://{host}/")
    return _PARTS.union(("protocol", "hostname", "port")).issuperset(pattern)
