"""What was measured, for people and for programs: lines while it goes on, a table, a document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from .figures import BUDGETS, PURE, TWIN, Budget, Figure, Row

#: Version of the document's shape.
SCHEMA = 1
_OVER = "over budget"


def line(figure: Figure, scanner: str) -> str:
    """A figure beside its budget."""
    budget = BUDGETS.get(figure.name)
    text = f"{scanner:<12} {figure.name:<52} {number(figure.value):>10}"
    if budget is not None:
        text += f"   {_least(budget)} {budget.limit(scanner):g}"
        text += "" if budget.kept(figure.value, scanner) else f"  {_OVER}"
    return f"{text}   ({figure.note})" if figure.note else text


def value(figure: Figure, scanner: str) -> dict[str, Any]:
    """The same for a program."""
    budget = BUDGETS.get(figure.name)
    return {
        "scanner": scanner,
        "figure": figure.name,
        "value": figure.value,
        "budget": budget and budget.limit(scanner),
        "within": budget is None or budget.kept(figure.value, scanner),
        "note": figure.note,
    }


def document(rows: Iterable[Row], about: dict[str, Any]) -> dict[str, Any]:
    """All of it for a program: what it was measured with, then every figure with its group."""
    figures = [{"group": row.title, **value(row.figure, row.scanner)} for row in rows]
    return {"schema": SCHEMA, **about, "figures": figures}


def table(rows: Iterable[Row]) -> str:
    """All of it for people: a line a figure, a column a scanner, at the end what is over."""
    found = list(rows)
    shown = "\n".join(_lines(found))
    budgeted = [row for row in found if row.figure.name in BUDGETS]
    over = [row for row in budgeted if not _kept(row)]
    return f"{shown}\n\n{len(budgeted) - len(over)} of {len(budgeted)} budgets kept\n"


def number(value: float) -> str:
    """A number in as many digits as say something."""
    size = abs(value)
    if size >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if size >= 100 else f"{value:.2f}" if size >= 0.1 else f"{value:.2g}"


def _lines(rows: list[Row]) -> Iterator[str]:
    by_title: dict[str, dict[str, dict[str, Figure]]] = {}
    for row in rows:
        by_name = by_title.setdefault(row.title, {})
        by_name.setdefault(row.figure.name, {})[row.scanner] = row.figure
    for title, named in by_title.items():
        common = all(set(taken) == {""} for taken in named.values())
        heads = ("", "") if common else (TWIN, PURE)
        yield f"\n{title:<54}{heads[0]:>12}{heads[1]:>14}".rstrip()
        for name, taken in named.items():
            yield f"  {name:<52}{_cells(taken)}{_judged(name, taken)}".rstrip()


def _cells(taken: dict[str, Figure]) -> str:
    first = taken.get(TWIN) or taken.get("")
    second = taken.get(PURE)
    return f"{_cell(first):>12}{_cell(second):>14}"


def _cell(figure: Figure | None) -> str:
    return number(figure.value) if figure else ""


def _judged(name: str, taken: dict[str, Figure]) -> str:
    budget = BUDGETS.get(name)
    if budget is None:
        return ""
    limits = {f"{budget.limit(scanner):g}": None for scanner in (TWIN, PURE) if scanner in taken}
    text = f"   {_least(budget)} {', '.join(limits or {f'{budget.twin:g}': None})}"
    over = [scanner for scanner, f in taken.items() if not budget.kept(f.value, scanner)]
    if not over:
        return text
    return f"{text}   {_OVER}" + (f": {', '.join(over)}" if len(taken) > 1 else "")


def _kept(row: Row) -> bool:
    return BUDGETS[row.figure.name].kept(row.figure.value, row.scanner)


def _least(budget: Budget) -> str:
    return "at least" if budget.floor else "at most"
