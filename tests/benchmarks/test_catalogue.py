"""The catalogue is asked what it knows and what not; another process tells what it holds."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from benchmarks.figures import (
    BUDGETS,
    COMPILED,
    COOKIE_WARM,
    LOAD,
    QUICK,
    RESIDENT,
    URL_COLD,
    URL_COLD_RATIO,
    URL_WARM,
    URL_WARM_RATIO,
    Figure,
)

from benchmarks import addresses, catalogue
from consentguard.catalogue import Catalogue, bundled
from consentguard.model import Service

PAGE = "https://shop.example/"
KNOWN = Catalogue.bundled()


@pytest.mark.parametrize(("number", "hosts"), [(400, 400), (400, 40)])
def test_every_other_host_is_known_and_no_url_comes_twice(number: int, hosts: int) -> None:
    urls = addresses.urls(KNOWN.services.values(), number, hosts)
    assert len(set(urls)) == number
    met = {urlsplit(url).hostname for url in urls}
    assert 0.9 * hosts < len(met) <= hosts
    answers = [KNOWN.url(url, base=PAGE) for url in urls]
    known = sum(bool(answer and answer.known) for answer in answers)
    assert 0.4 * number < known < 0.6 * number


def test_urls_never_change_and_are_new_strings() -> None:
    first, second = (addresses.urls(KNOWN.services.values(), 20, 10) for _ in range(2))
    assert first == second
    assert not any(a is b for a, b in zip(first, second, strict=True))


def test_patterns_with_a_path_are_met() -> None:
    service = Service("one", "One", ("analytics",), hosts=("*.one.test/t", "self/c.js?id=G-"))
    below, copy = (
        {url for url in addresses.urls([service], 40, 40) if text in url}
        for text in (".one.test/t/", "/c.js?id=G-")
    )
    assert below
    assert copy
    own = Catalogue([service])
    assert all((answer := own.url(url, base=PAGE)) and answer.known for url in below)


def test_every_cookie_is_claimed() -> None:
    service = Service("one", "One", ("analytics",), cookies=("_one", "_one_*", "two*three"))
    names = addresses.cookies([service])
    assert names == ["_one", "_one_a1", "twoa1three"]
    assert all(Catalogue([service]).cookie(name, host="a.test").known for name in names)


def test_budgeted_figures_are_all_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "_URLS", 100)
    monkeypatch.setattr(catalogue, "_HOSTS", 10)
    least = QUICK._replace(rounds=1)
    found = {figure.name: figure for figure in catalogue.asked(least)}
    assert found.keys() >= {COOKIE_WARM, URL_WARM, URL_WARM_RATIO, URL_COLD, URL_COLD_RATIO}
    assert all(figure.value > 0 for figure in found.values())


def test_what_it_holds_is_measured_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    apart = {"load": (0.02,), "size": (4e6, 12e6)}
    monkeypatch.setattr(catalogue, "_apart", apart.__getitem__)
    loading, held, file = catalogue.held(QUICK)
    assert loading == Figure(LOAD, 20, "best of 4 new processes, imports not counted")
    assert (held.name, held.value) == (RESIDENT, 12)
    assert "4.0 when loaded" in held.note
    assert file == Figure(COMPILED, bundled.FILE.stat().st_size)


def test_another_process_tells_numbers() -> None:
    (seconds,) = catalogue._apart("load")
    assert seconds > 0
    loaded, full = catalogue._apart("size")
    assert 1e6 < loaded < full


def test_the_compiled_file_is_within_its_budget() -> None:
    assert BUDGETS[COMPILED].kept(float(bundled.FILE.stat().st_size), "")
