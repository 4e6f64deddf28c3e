"""The file that travels with the package: sound, light, and read when it is first needed."""

from __future__ import annotations

import gzip
import logging
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from consentguard.catalogue import Catalogue, bundled
from consentguard.catalogue.cookies import CookieIndex
from consentguard.catalogue.dataset import parse
from consentguard.catalogue.hosts import HostIndex
from consentguard.catalogue.lists import adblock, store, writing
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
    services = bundled.shelf().services
    known = [services[id] for id in {entry.id for entry in ENTRIES}]
    assert all(d >= 0 and name in s.cookies for s in known for name, d in s.lifetimes.items())
    assert sum(len(s.lifetimes) for s in known) > 1_000
    assert services["ga4"].source.split()[0] == "own"
    names = {name for s in known for name in s.source.split()}
    assert names == {"own", "third-party-web", "open-cookie-database", "tarteaucitron", "c15t"}


def test_the_digest_names_the_text() -> None:
    assert bundled_digest() == bundled.digest()
    assert len(bundled.digest()) == 12
    assert bundled_services() is bundled_services()
    assert len(bundled_services()) == len(bundled.shelf().services)


Restart = Callable[[], None]


@pytest.fixture
def restart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Restart:
    """Lists are in ``tmp_path``; what is called stands for the start of another process."""
    monkeypatch.setenv(store.VARIABLE, str(tmp_path))

    def fresh() -> None:
        for name in ("shelf", "lists", "digest"):
            monkeypatch.setattr(bundled, name, cache(getattr(bundled, name).__wrapped__))

    fresh()
    return fresh


def keep(folder: Path, text: str) -> None:
    writing.write(adblock.read(text), "easy", "x", datetime.now(UTC), folder)


def test_stored_lists_lie_under_the_data(restart: Restart, tmp_path: Path) -> None:
    plain, count = bundled.digest(), len(bundled.shelf().services)
    assert bundled.lists() == ()
    url, base = "https://x.new-tracker.test/", "https://site.example/"
    match = Catalogue.bundled().url(url, base=base)
    assert match is not None
    assert not match.known
    keep(tmp_path, "||new-tracker.test^")
    restart()
    match = Catalogue.bundled().url(url, base=base)
    assert match is not None
    assert match.why == "host *.new-tracker.test, list easy"
    services = bundled.shelf().services
    assert services["easy:new-tracker_test"].source == "easy"
    assert services["ga4"].source.split()[0] == "own"
    assert len(bundled.shelf().services) == count + 1
    first = bundled.digest()
    keep(tmp_path, "||newer-tracker.test^")
    restart()
    assert len({plain, first, bundled.digest()}) == 3
    (tmp_path / "easy.tsv").unlink()
    restart()
    assert bundled.digest() == plain


@pytest.mark.usefixtures("restart")
def test_a_damaged_list_stops_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    keep(tmp_path, "||new-tracker.test^")
    (tmp_path / "easy.tsv").write_text("damaged")
    with caplog.at_level(logging.WARNING, "consentguard"):
        assert "ga4" in bundled.shelf().services
        assert bundled.digest()
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert str(tmp_path / "easy.tsv") in caplog.text
