"""What was measured is told in full, and what is over its budget is told as such."""

from __future__ import annotations

import json

import pytest
from benchmarks.figures import (
    BEAUTIFULSOUP,
    BUDGETS,
    IMPORT,
    LXML,
    MEDIAN,
    PURE,
    TWIN,
    Figure,
    Row,
)
from benchmarks.report import SCHEMA, document, number, table

ROWS = [
    Row("Pages", TWIN, Figure(MEDIAN, 0.11)),
    Row("Pages", TWIN, Figure("speed", 1234.5, "fast")),
    Row("Pages", PURE, Figure(MEDIAN, 0.61, "slow")),
    Row("Pages", PURE, Figure("speed", 0.0123)),
    Row("Once", "", Figure(IMPORT, 151)),
]


def test_the_table_has_a_line_a_figure_and_a_column_a_scanner() -> None:
    assert table(ROWS).split("\n") == [
        "",
        f"{'Pages':<54}           C   pure Python",
        f"  {MEDIAN:<52}        0.11          0.61   at most 0.12, 0.5   over budget: pure Python",
        f"  {'speed':<52}       1,234         0.012",
        "",
        "Once",
        f"  {IMPORT:<52}       151.0                 at most 150   over budget",
        "",
        "1 of 3 budgets kept",
        "",
    ]


def test_one_scanner_alone_leaves_the_other_column_empty() -> None:
    shown = table(ROWS[2:4])
    assert f"  {MEDIAN:<52}{'':>12}{'0.61':>14}   at most 0.5   over budget\n" in shown
    assert "0 of 1 budgets kept" in shown


def test_the_document_says_all_and_is_json() -> None:
    told = document(ROWS, {"python": "3.11"})
    assert json.loads(json.dumps(told)) == told
    assert (told["schema"], told["python"]) == (SCHEMA, "3.11")
    assert len(told["figures"]) == len(ROWS)
    assert told["figures"][2] == {
        "group": "Pages",
        "scanner": PURE,
        "figure": MEDIAN,
        "value": 0.61,
        "budget": 0.5,
        "within": False,
        "note": "slow",
    }
    assert told["figures"][1]["budget"] is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, "0"),
        (0.00123, "0.0012"),
        (0.5, "0.50"),
        (99, "99.00"),
        (123.45, "123.5"),
        (1e4, "10,000"),
    ],
)
def test_numbers_have_the_digits_that_say_something(value: float, expected: str) -> None:
    assert number(value) == expected


@pytest.mark.parametrize("name", [BEAUTIFULSOUP, LXML])
def test_a_floor_is_kept_from_above(name: str) -> None:
    budget = BUDGETS[name]
    assert budget.kept(budget.twin, TWIN)
    assert not budget.kept(budget.twin - 0.1, TWIN)
    assert budget.kept(budget.twin - 0.1, PURE)
