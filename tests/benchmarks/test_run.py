"""A run tells on stderr as it goes, and leaves a table, a document and a plot."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from benchmarks.figures import FULL, JSON, MEDIAN, PURE, QUICK, Effort, Figure, Group
from benchmarks.groups import BY_SCANNER, COMMON
from benchmarks.run import GLANCE, RESULTS, main, without_lists

from consentguard.catalogue.lists.store import VARIABLE
from consentguard.html import engine


@pytest.fixture
def efforts(monkeypatch: pytest.MonkeyPatch) -> list[Effort]:
    """Two groups of one figure, and with what effort they were taken."""
    seen: list[Effort] = []

    def rewriting(effort: Effort) -> Iterator[Figure]:
        seen.append(effort)
        yield Figure(MEDIAN, 0.4)

    def json_response(effort: Effort) -> Iterator[Figure]:
        seen.append(effort)
        yield Figure(JSON, 0.9, "noted")

    monkeypatch.setattr("benchmarks.run.BY_SCANNER", (Group("Pages", rewriting),))
    monkeypatch.setattr("benchmarks.run.COMMON", (Group("Responses", json_response),))
    monkeypatch.setattr(engine, "NAME", PURE)
    monkeypatch.setattr(engine, "REASON", "CONSENTGUARD_PURE_PYTHON is set")
    return seen


def test_a_run_leaves_table_document_and_plot(
    efforts: list[Effort],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    target = tmp_path / "new" / "found.json"
    monkeypatch.setattr("sys.argv", ["run", "--json", str(target)])
    assert main() == 0
    assert efforts == [FULL, FULL]
    said = capsys.readouterr()
    assert "1 of 2 budgets kept" in said.out
    assert str(target) in said.out
    first, second = said.err.splitlines()
    assert f" s  {PURE} " in first
    assert "over budget   (noted)" in second
    assert said.err.count("over budget") == 1
    found = json.loads(target.read_text("utf-8"))
    assert [figure["group"] for figure in found["figures"]] == ["Pages", "Responses"]
    assert (found["scanner"], found["quick"]) == (PURE, False)
    assert found["packages"].keys() >= {"lxml", "uvicorn"}
    assert target.with_suffix(".svg").read_text("utf-8").startswith("<svg")


def test_a_glance_does_not_replace_the_results(
    efforts: list[Effort], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["run", "--quick"])
    assert main() == 0
    assert efforts == [QUICK, QUICK]
    assert (tmp_path / GLANCE).exists()
    assert RESULTS.is_absolute()


def test_the_other_process_gives_lines(
    efforts: list[Effort], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["run", "--lines", "--quick"])
    assert main() == 0
    assert json.loads(capsys.readouterr().out) == ["Pages", PURE, [MEDIAN, 0.4, ""]]
    assert efforts == [QUICK]


def test_every_group_has_a_title_of_its_own() -> None:
    titles = [group.title for group in (*BY_SCANNER, *COMMON)]
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("mine", ["/my/lists", None])
def test_lists_of_this_machine_do_not_count(
    mine: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if mine is None:
        monkeypatch.delenv(VARIABLE)
    else:
        monkeypatch.setenv(VARIABLE, mine)
    with without_lists():
        empty = Path(os.environ[VARIABLE])
        assert list(empty.iterdir()) == []
    assert os.environ.get(VARIABLE) == mine
    assert not empty.exists()
