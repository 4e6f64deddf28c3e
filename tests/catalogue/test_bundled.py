"""The file that travels with the package: sound, light, and read when it is first needed."""

from __future__ import annotations

import gzip
import subprocess
import sys
import tracemalloc

from consentguard.catalogue import bundled
from consentguard.catalogue.cookies import CookieIndex
from consentguard.catalogue.dataset import parse
from consentguard.catalogue.hosts import HostIndex
from consentguard.catalogue.services import bundled_digest, bundled_services
from consentguard.catalogue.shelf import Shelf

TEXT = bundled.FILE.read_text("utf-8")
ENTRIES = tuple(parse(TEXT))


def test_every_pattern_can_be_read() -> None:
    HostIndex(ENTRIES)
    CookieIndex(ENTRIES)


def test_an_index_of_checked_patterns_says_the_same() -> None:
    quick, slow = HostIndex(ENTRIES, checked=True), HostIndex(ENTRIES)
    assert quick.attributes == slow.attributes
    assert quick.copies == slow.copies
    for entry in ENTRIES:
        for text in entry.hosts:
            host = text.partition("/")[0].replace("*", "any")
            found, expected = quick.find_host(host), slow.find_host(host)
            assert _texts(found) == _texts(expected), text


def _texts(claims: object) -> object:
    if not isinstance(claims, list):
        return claims
    return sorted((pattern.text, claimant.id) for pattern, claimant in claims)


def test_the_text_is_small() -> None:
    assert len(TEXT.encode()) < 400_000
    assert len(gzip.compress(TEXT.encode())) < 120_000
    assert max(map(len, TEXT.splitlines())) < 4_000


def test_it_stays_small_in_memory() -> None:
    tracemalloc.start()
    shelf = Shelf.read(parse(TEXT))
    assert len(list(shelf.services.values())) > 2_000
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert used < 15_000_000


def test_it_is_read_once_and_not_by_an_import() -> None:
    code = (
        "from consentguard.catalogue import Catalogue, bundled\n"
        "assert bundled.shelf.cache_info().currsize == 0\n"
        "a, b = Catalogue.bundled(), Catalogue.bundled()\n"
        "assert a._shelf is b._shelf\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_lifetimes_and_sources() -> None:
    days = bundled.lifetimes()
    assert all(isinstance(n, int) and n >= 0 for of in days.values() for n in of.values())
    assert sum(map(len, days.values())) > 1_000
    sources = bundled.sources()
    assert sources["ga4"][0] == "own"
    assert set(sources) == {entry.id for entry in ENTRIES}
    names = {name for of in sources.values() for name in of}
    assert names == {"own", "third-party-web", "open-cookie-database", "tarteaucitron", "c15t"}


def test_the_digest_names_the_text() -> None:
    assert bundled_digest() == bundled.digest()
    assert len(bundled.digest()) == 12
    assert bundled_services() is bundled_services()
    assert len(bundled_services()) == len(bundled.shelf().services)
