"""``consentguard catalogue``: what the catalogue knows, in numbers and by word; lists to add."""

from __future__ import annotations

import argparse
from collections import Counter
from typing import Any

from consentguard.catalogue import Catalogue, bundled
from consentguard.cli import lists
from consentguard.cli.common import Commands, add_json, dump
from consentguard.errors import ConfigError
from consentguard.model import Service

#: Patterns of one service that the text shows.
_SHOWN = 8


def add(commands: Commands) -> None:
    """The command and what it can do."""
    parser = commands.add_parser(
        "catalogue", help="numbers of the catalogue, a search in it, lists", description=__doc__
    )
    parts = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    stats = parts.add_parser("stats", help="how many services, cookies and hosts it knows")
    add_json(stats)
    stats.set_defaults(run=run_stats)
    search = parts.add_parser("search", help="services that a word stands in")
    search.add_argument("word", help="part of a name, vendor, id, cookie or host; case is ignored")
    add_json(search)
    search.set_defaults(run=run_search)
    lists.add(parts)


def run_stats(args: argparse.Namespace) -> int:
    """Print the numbers."""
    found = stats()
    if args.json:
        dump(found)
        return 0
    print(f"data {found['digest']}")
    for key in ("services", "vendors", "cookies", "hosts", "snippets"):
        print(f"{found[key]:>7} {key}")
    for title in ("purposes", "sources"):
        print(f"services by {title.removesuffix('s')}:")
        for name, number in found[title].items():
            print(f"{number:>7} {name}")
    return 0


def stats() -> dict[str, Any]:
    """The numbers: a service with two purposes, or from two sources, counts for both."""
    services = Catalogue.bundled().services.values()
    purposes = Counter(purpose for one in services for purpose in one.purposes)
    sources = Counter(name for one in services for name in one.source.split())
    return {
        "digest": bundled.digest(),
        "services": len(services),
        "vendors": len({one.vendor for one in services if one.vendor}),
        "cookies": sum(len(one.cookies) for one in services),
        "hosts": sum(len(one.hosts) for one in services),
        "snippets": sum(len(one.snippets) for one in services),
        "purposes": dict(purposes.most_common()),
        "sources": dict(sources.most_common()),
    }


def run_search(args: argparse.Namespace) -> int:
    """Print the services; exit code 1 where there is none, as grep does."""
    word = args.word.strip().lower()
    if not word:
        raise ConfigError("give a word to search for")
    found = [one for one in Catalogue.bundled().services.values() if _stands_in(word, one)]
    found.sort(key=lambda one: one.id)
    if args.json:
        dump([_described(one) for one in found])
        return 0 if found else 1
    for one in found:
        vendor = f", {one.vendor}" if one.vendor else ""
        print(f"{one.id}: {one.name}{vendor}: {', '.join(one.purposes)}")
        for title, patterns in (("cookies", one.cookies), ("hosts", one.hosts)):
            if patterns:
                # Of hundreds of hosts, those that were asked for come first.
                shown = sorted(patterns, key=lambda text: word not in text.lower())[:_SHOWN]
                more = f" and {len(patterns) - _SHOWN} more" if len(patterns) > _SHOWN else ""
                print(f"  {title} {' '.join(shown)}{more}")
    if not found:
        print(f"no service has {args.word!r} in it")
    return 0 if found else 1


def _stands_in(word: str, service: Service) -> bool:
    texts = (service.id, service.name, service.vendor, *service.cookies, *service.hosts)
    return any(word in text.lower() for text in texts)


def _described(service: Service) -> dict[str, Any]:
    return {
        "id": service.id,
        "name": service.name,
        "vendor": service.vendor,
        "country": service.country,
        "purposes": list(service.purposes),
        "cookies": list(service.cookies),
        "cookie_domains": list(service.cookie_domains),
        "hosts": list(service.hosts),
        "policy_url": service.policy_url,
        "sells_or_shares": service.sells_or_shares,
        "lifetimes": dict(service.lifetimes),
        "sources": service.source.split(),
    }
