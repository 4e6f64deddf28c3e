"""What the figures in the README come from. Ratios are taken side by side in one run.

``python -m benchmarks.run [--json]`` measures with the C scanner, then with the pure one in a
process of its own; with ``CONSENTGUARD_PURE_PYTHON=1`` with the pure one alone. What is over its
budget is said; the exit code is 0 all the same, and 1 where the C scanner was meant and is absent.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from typing import NamedTuple

from benchmarks import figures
from benchmarks.figures import Figure

from consentguard.html import engine

PURE, TWIN = "pure Python", "C"
_VARIABLE = "CONSENTGUARD_PURE_PYTHON"


class Budget(NamedTuple):
    """What a figure may be at most or, as a floor, must be at least."""

    pure: float
    twin: float
    floor: bool = False

    def kept(self, value: float, scanner: str) -> bool:
        """True when the value is within it."""
        limit = self.limit(scanner)
        return value >= limit if self.floor else value <= limit

    def limit(self, scanner: str) -> float:
        """The number for that scanner."""
        return self.twin if scanner == TWIN else self.pure


BUDGETS = {
    figures.MEDIAN: Budget(0.50, 0.12),
    figures.HIGH: Budget(0.85, 0.20),
    "hostile input doubled, scanner, worst": Budget(2.3, 2.3),
    "hostile input, scanner, slowest, MB/s": Budget(4, 4, floor=True),
    "hostile input doubled, middleware, worst": Budget(2.3, 2.3),
    "hostile input, middleware, slowest, MB/s": Budget(4, 4, floor=True),
    figures.JSON: Budget(0.8, 0.8),
    figures.IMPORT: Budget(150, 150),
    figures.BUILD: Budget(100, 100),
    figures.ASSETS: Budget(8192, 8192),
}


def measured(groups: tuple[figures.Group, ...]) -> Iterator[Figure]:
    """The figures of these groups, one after the other."""
    for group in groups:
        yield from group()


def measured_pure() -> Iterator[Figure]:
    """The figures of the pure scanner, from a process that runs it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.run", "--lines"],
        env={**os.environ, _VARIABLE: "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        for line in process.stdout or ():
            yield Figure(*json.loads(line))
    if process.returncode:
        raise SystemExit(process.returncode)


def line(figure: Figure, scanner: str) -> str:
    """A figure beside its budget."""
    budget = BUDGETS.get(figure.name)
    text = f"{scanner:<12} {figure.name:<42} {figure.value:>9.2f}"
    if budget is not None:
        text += f"   {'at least' if budget.floor else 'at most'} {budget.limit(scanner):g}"
        text += "" if budget.kept(figure.value, scanner) else "  over budget"
    return f"{text}   ({figure.note})" if figure.note else text


def value(figure: Figure, scanner: str) -> dict[str, object]:
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


def everything() -> Iterator[tuple[str, Figure]]:
    """All figures, with the scanner that they were taken with."""
    for figure in measured(figures.BY_SCANNER):
        yield engine.NAME, figure
    if engine.NAME != PURE:
        for figure in measured_pure():
            yield PURE, figure
    for figure in measured(figures.COMMON):
        yield "", figure


def main() -> int:
    """Measure, print, and say by the exit code whether the scanner was the one that was meant."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--json", action="store_true", help="print JSON instead of text")
    arguments.add_argument("--lines", action="store_true", help=argparse.SUPPRESS)
    args = arguments.parse_args()
    if engine.REASON and _VARIABLE not in engine.REASON:
        print(
            f"benchmarks: the C scanner is absent ({engine.REASON}); build it with `make`, or set "
            f"{_VARIABLE}=1 to measure the pure one",
            file=sys.stderr,
        )
        return 1
    if args.lines:
        for figure in measured(figures.BY_SCANNER):
            print(json.dumps(figure), flush=True)
        return 0
    about = {"scanner": engine.NAME, "reason": engine.REASON, "python": platform.python_version()}
    if args.json:
        found = [value(figure, scanner) for scanner, figure in everything()]
        print(json.dumps({**about, "figures": found}, indent=2, ensure_ascii=False))
        return 0
    print(f"scanner: {engine.NAME}, Python {platform.python_version()}", flush=True)
    for scanner, figure in everything():
        print(line(figure, scanner), flush=True)
    return 0


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    sys.exit(main())
