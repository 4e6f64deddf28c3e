"""What the figures in the README come from. Ratios are taken side by side in one run.

``python -m benchmarks.run [--quick] [--json FILE]`` measures with the C scanner, then with the pure
one in a process of its own; with ``CONSENTGUARD_PURE_PYTHON=1`` with the pure one alone. Figures go
to stderr as they come, the table to stdout, the document to FILE and a plot of it beside it. What
is over its budget is said; the exit code is 0 all the same, and 1 where the C scanner was meant and
is absent.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from consentguard.catalogue.lists.store import VARIABLE as LISTS
from consentguard.html import engine

from . import plot
from .figures import BUDGETS, FULL, PURE, QUICK, TWIN, Effort, Figure, Group, Row
from .groups import BY_SCANNER, COMMON
from .report import document, line, table, value

__all__ = ["BUDGETS", "PURE", "TWIN", "line", "main", "value"]

RESULTS = Path(__file__).with_name("results.json")
#: Where a quick run writes: what it finds is not told to anybody.
GLANCE = Path("out/benchmarks.json")

_VARIABLE = "CONSENTGUARD_PURE_PYTHON"
#: What runs beside us, or carries what runs.
_BESIDE = ("starlette", "uvicorn", "beautifulsoup4", "lxml", "selectolax")


def measured(groups: Iterable[Group], scanner: str, effort: Effort) -> Iterator[Row]:
    """The figures of these groups, one after the other."""
    for group in groups:
        for figure in group.measure(effort):
            yield Row(group.title, scanner, figure)


def measured_pure(quick: bool) -> Iterator[Row]:
    """The figures of the pure scanner, from a process that runs it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.run", "--lines", *["--quick"] * quick],
        env={**os.environ, _VARIABLE: "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        for text in process.stdout or ():
            title, scanner, figure = json.loads(text)
            yield Row(title, scanner, Figure(*figure))
    if process.returncode:
        raise SystemExit(process.returncode)


def everything(quick: bool) -> Iterator[Row]:
    """All figures, with the scanner that they were taken with."""
    effort = QUICK if quick else FULL
    yield from measured(BY_SCANNER, engine.NAME, effort)
    if engine.NAME != PURE:
        yield from measured_pure(quick)
    yield from measured(COMMON, "", effort)


def about(quick: bool) -> dict[str, Any]:
    """What was measured with."""
    return {
        "quick": quick,
        "scanner": engine.NAME,
        "reason": engine.REASON,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processors": os.cpu_count(),
        "packages": {name: version(name) for name in _BESIDE},
    }


def told(rows: Iterable[Row]) -> Iterator[Row]:
    """The same rows, each told on stderr, with the seconds since the beginning."""
    begin = time.monotonic()
    for row in rows:
        seconds = time.monotonic() - begin
        print(f"{seconds:4.0f} s  {line(row.figure, row.scanner)}", file=sys.stderr, flush=True)
        yield row


@contextmanager
def without_lists() -> Iterator[None]:
    """Whoever runs this may have stored lists for the catalogue: here and below none are read."""
    before = os.environ.get(LISTS)
    with tempfile.TemporaryDirectory(prefix="consentguard-bench-") as empty:
        os.environ[LISTS] = empty
        try:
            yield
        finally:
            del os.environ[LISTS]
            if before is not None:
                os.environ[LISTS] = before


def main() -> int:
    """Measure, print, and say by the exit code whether the scanner was the one that was meant."""
    args = _arguments()
    if engine.REASON and _VARIABLE not in engine.REASON:
        print(
            f"benchmarks: the C scanner is absent ({engine.REASON}); build it with `make`, or set "
            f"{_VARIABLE}=1 to measure the pure one",
            file=sys.stderr,
        )
        return 1
    if args.lines:
        with without_lists():
            for row in measured(BY_SCANNER, engine.NAME, QUICK if args.quick else FULL):
                print(json.dumps(row), flush=True)
        return 0
    with without_lists():
        rows = list(told(everything(args.quick)))
    print(table(rows), flush=True)
    target = args.json or (GLANCE if args.quick else RESULTS)
    found = document(rows, about(args.quick))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", "utf-8")
    target.with_suffix(".svg").write_text(plot.drawn(found), "utf-8")
    print(f"written: {target} and the plot of it, {target.with_suffix('.svg')}")
    return 0


def _arguments() -> argparse.Namespace:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--quick", action="store_true", help="a glance of less than a minute")
    arguments.add_argument("--json", type=Path, metavar="FILE", help="where the document goes")
    arguments.add_argument("--lines", action="store_true", help=argparse.SUPPRESS)
    return arguments.parse_args()


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    sys.exit(main())
