"""The most common services, and which of them have no sentence for visitors yet.

``python -m tools.catalogue.common [NUMBER]`` prints the services of the most common third parties
by third-party-web's count of occurrences; one without a sentence is marked with ``-``.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from consentguard.catalogue import Catalogue
from consentguard.catalogue.patterns import HostPattern, Reach
from consentguard.locales import Texts, load

from .packages import THIRD_PARTY_WEB, fetch
from .third_party_web import entities

SITE = "https://www.site.example/"


@dataclass(frozen=True)
class Common:
    """One service, and the third party that makes it common."""

    id: str
    entity: str
    occurrences: int  #: of the whole entity on the pages that third-party-web counts


def common(listed: Iterable[dict[str, Any]], catalogue: Catalogue) -> Iterator[Common]:
    """The services that the hosts of the entities belong to, each once, in the entities' order."""
    seen: set[str] = set()
    for entity in listed:
        for id in _services(entity, catalogue):
            if id not in seen:
                seen.add(id)
                yield Common(id, entity["name"], entity.get("totalOccurrences", 0))


def lines(found: Iterable[Common], texts: Texts) -> Iterator[str]:
    """A line for each service: ``+`` where visitors are told what it does, else ``-``."""
    for service in found:
        mark = "+" if texts.service_description(service.id) else "-"
        yield f"{mark} {service.occurrences:>10} {service.id} ({service.entity})"


def _services(entity: dict[str, Any], catalogue: Catalogue) -> list[str]:
    """The ids of the services that the entity's URLs are for, the one of most URLs first."""
    claimed: Counter[str] = Counter()
    for url in _urls(entity):
        match = catalogue.url(url, base=SITE)
        if match:
            claimed.update(service.id for service in match.services)
    return [id for id, _ in claimed.most_common()]


def _urls(entity: dict[str, Any]) -> Iterator[str]:
    """A URL on each of the entity's domains, and its examples: hosts, or whole URLs."""
    for domain in entity["domains"]:
        pattern = HostPattern(domain)
        yield f"https://{'www.' * (pattern.reach is Reach.BELOW)}{pattern.host}/"
    for example in entity.get("examples", ()):
        yield example if "://" in example else f"https://{example}/"


def main(arguments: list[str]) -> None:
    """Print the services of the first ``NUMBER`` third parties, 150 unless told."""
    number = int(arguments[0]) if arguments else 150
    listed = entities(fetch(THIRD_PARTY_WEB))[:number]
    print(*lines(common(listed, Catalogue.bundled()), load("en")), sep="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
