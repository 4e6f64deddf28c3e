"""The benchmarks measure what they say: pages of the right shape, budgets that are told."""

from __future__ import annotations

import re
import zlib

import pytest
from benchmarks.figures import Figure
from benchmarks.hostile import FAMILIES, hostile

from benchmarks import figures, pages, run
from consentguard.html import engine


@pytest.mark.parametrize("kind", pages.KINDS)
def test_pages_are_as_long_and_as_dense_as_real_ones(kind: str) -> None:
    page = pages.page(97, 1, kind)
    assert 97_000 <= len(page) < 110_000
    assert 400 < len(re.findall(rb"<[a-z]", page)) < 2500
    assert 4 < len(page) / len(zlib.compress(page, 6)) < 9


def test_pages_never_change() -> None:
    assert pages.page(30, 5, "blog") == pages.page(30, 5, "blog")
    assert pages.page(30, 5, "blog") != pages.page(30, 6, "blog")
    assert pages.page(30, 7) == pages.page(30, 7, "news")


def test_sizes_are_those_of_real_pages() -> None:
    assert (pages.SIZES[0], pages.SIZES[-1]) == (20, 1000)
    assert 97 <= sorted(pages.SIZES)[len(pages.SIZES) // 2] <= 103


def test_hostile_inputs_have_the_size_that_was_asked_for() -> None:
    inputs = dict(hostile(20_000))
    assert inputs.keys() == FAMILIES.keys()
    assert {len(body) for body in inputs.values()} == {20_000}


def test_what_is_over_its_budget_says_so() -> None:
    figure = Figure(figures.MEDIAN, 0.3, "why")
    assert run.line(figure, run.PURE).endswith("at most 0.5   (why)")
    assert run.line(figure, run.TWIN).endswith("at most 0.12  over budget   (why)")
    slow = Figure("hostile input, scanner, slowest, MB/s", 3.0)
    assert run.line(slow, run.TWIN).endswith("at least 4  over budget")
    assert run.value(slow, run.TWIN)["within"] is False
    assert run.value(Figure(figures.SCAN, 9.0), run.TWIN)["within"] is True


def test_without_the_twin_that_was_meant_nothing_is_measured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["run"])
    monkeypatch.setattr(engine, "REASON", "not built")
    assert run.main() == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "the C scanner is absent (not built)" in said.err


def test_every_budget_is_of_a_figure_that_exists() -> None:
    named = {value for value in vars(figures).values() if isinstance(value, str)}
    inputs = {name for name in run.BUDGETS if name.startswith("hostile input")}
    assert set(run.BUDGETS) - inputs <= named
    assert len(inputs) == 4
