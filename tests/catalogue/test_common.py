"""The most common third parties, checked by hand: what the catalogue says of each is in a table."""

from __future__ import annotations

from pathlib import Path

import pytest

from consentguard.catalogue import Catalogue
from consentguard.model import STANDARD_PURPOSES

CATALOGUE = Catalogue.bundled()
ROWS = [
    line.split("\t")
    for line in Path(__file__).with_name("common.tsv").read_text("utf-8").splitlines()
    if not line.startswith("#")
]

#: Services that measure and also change the page.
ALSO = {"Google Optimize": ("personalisation",), "Optimizely": ("personalisation",)}


def test_the_table_is_whole() -> None:
    assert len(ROWS) == 150
    assert len({name for name, *_ in ROWS}) == 150
    assert all(purpose in STANDARD_PURPOSES and source for _, _, purpose, source in ROWS)


@pytest.mark.parametrize(("name", "url", "purpose"), [tuple(row[:3]) for row in ROWS])
def test_purpose(name: str, url: str, purpose: str) -> None:
    match = CATALOGUE.url(url, base="https://www.site.example/")
    assert match is not None
    assert match.purposes == (purpose, *ALSO.get(name, ())), match.why


@pytest.mark.parametrize(("name", "url"), [tuple(row[:2]) for row in ROWS])
def test_visitors_are_told_who_it_is(name: str, url: str) -> None:
    match = CATALOGUE.url(url, base="https://www.site.example/")
    assert match is not None
    for service in match.services:
        assert service.name
        assert service.vendor, name
