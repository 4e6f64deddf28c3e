"""The list of the most common services, on entities in the shape of third-party-web."""

from __future__ import annotations

from typing import Any

from tools.catalogue.common import Common, common, lines

from consentguard.catalogue import Catalogue
from consentguard.locales import Texts, load
from consentguard.model import Service

CATALOGUE = Catalogue.bundled(
    own=(
        Service("most", "Most", ("analytics",), hosts=("*.most.test",)),
        Service("tag", "Tag", ("advertising",), hosts=("tag.test",)),
    )
)
ENTITIES: list[dict[str, Any]] = [
    {
        "name": "Both",
        "domains": ["tag.test", "*.most.test"],
        "examples": ["a.most.test", "https://b.most.test/x.js?a=b"],
        "totalOccurrences": 7,
    },
    {"name": "Again", "domains": ["*.most.test"], "totalOccurrences": 5},
    {"name": "Nobody", "domains": ["nobody.test"]},
]


def test_each_service_once_the_one_with_most_urls_first() -> None:
    assert list(common(ENTITIES, CATALOGUE)) == [
        Common("most", "Both", 7),
        Common("tag", "Both", 7),
    ]


def test_an_entity_that_nobody_counted() -> None:
    assert list(common([{"name": "Tag", "domains": ["tag.test"]}], CATALOGUE)) == [
        Common("tag", "Tag", 0)
    ]


def test_what_visitors_are_not_told_yet_is_marked() -> None:
    texts = Texts(load("en").language, {"service-description.tag": "Shows advertising."})
    assert list(lines(common(ENTITIES, CATALOGUE), texts)) == [
        "-          7 most (Both)",
        "+          7 tag (Both)",
    ]
