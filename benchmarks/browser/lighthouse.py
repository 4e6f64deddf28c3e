"""Lighthouse's scores of a page with us and without, telephone and desk, light and dark.

``python -m benchmarks.browser.lighthouse [--runs 5] [--into out/lighthouse]`` fetches Lighthouse
with npm (Node 20) where it is not there yet. The page has no trackers: what differs is us alone.
Exit code 1 where accessibility is below 100, or performance loses more than the page without us
varies by itself.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from .site import FLAGS, executable, site

VERSION = "13"
PROFILES = {"telephone": (), "desk": ("--preset=desktop",)}
#: Scores are whole numbers: so much is never more than rounding.
_ROUNDING = 1.0


@dataclass
class Scores:
    """What one page got, of 100, run by run; and what Lighthouse finds wrong with it."""

    performance: list[float] = field(default_factory=list)
    accessibility: list[float] = field(default_factory=list)
    faults: set[str] = field(default_factory=set)


def fetched(into: Path) -> Path:
    """Lighthouse's program, below ``into``, fetched if it is not there."""
    program = into / "node_modules" / "lighthouse" / "cli" / "index.js"
    if not program.exists():
        into.mkdir(parents=True, exist_ok=True)
        package = f"lighthouse@{VERSION}"
        subprocess.run(
            ["npm", "install", "--silent", "--no-save", "--prefix", str(into), package], check=True
        )
    return program


def looked(program: Path, url: str, *, flags: tuple[str, ...], dark: bool, to: Scores) -> None:
    """One look at a page."""
    chrome = ["--headless=new", *FLAGS, *(["--force-dark-mode"] if dark else [])]
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        quoted = " ".join(f'"{flag}"' if " " in flag else flag for flag in chrome)
        subprocess.run(
            [
                *("node", str(program), url, "--quiet", "--output=json"),
                *(f"--output-path={report}", f"--chrome-flags={quoted}", *flags),
                "--only-categories=performance,accessibility",
            ],
            check=True,
            env=os.environ | {"CHROME_PATH": executable() or ""},
        )
        found = json.loads(report.read_bytes())
    told = found.get("runtimeError")
    if told:
        raise SystemExit(f"{url}: {told['message']}")
    to.performance.append(found["categories"]["performance"]["score"] * 100)
    to.accessibility.append(found["categories"]["accessibility"]["score"] * 100)
    for reference in found["categories"]["accessibility"]["auditRefs"]:
        if found["audits"][reference["id"]]["score"] == 0:
            to.faults.add(reference["id"])


def compared(program: Path, runs: int) -> Iterator[tuple[str, Scores, Scores]]:
    """By profile and scheme, with us and without, one after the other in the same weather."""
    with site() as ours, site(protected=False) as theirs:
        for name, flags in PROFILES.items():
            for dark in (False, True):
                with_us, without = Scores(), Scores()
                for _ in range(runs if not dark else 1):
                    for url, scores in ((ours, with_us), (theirs, without)):
                        looked(program, f"{url}/bare", flags=flags, dark=dark, to=scores)
                yield f"{name}, {'dark' if dark else 'light'}", with_us, without


def verdict(with_us: Scores, without: Scores) -> str:
    """What is not as it has to be; empty where all is."""
    if min(with_us.accessibility) < 100:
        return f"accessibility: {', '.join(sorted(with_us.faults))}"
    noise = max(_ROUNDING, max(without.performance) - min(without.performance))
    lost = median(without.performance) - median(with_us.performance)
    return f"performance: {lost:.0f} less, noise is {noise:.0f}" if lost > noise else ""


def main() -> int:
    """Print the scores side by side, the median of all runs; 1 where something is amiss."""
    parser = argparse.ArgumentParser(description="Lighthouse with us and without.")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--into", type=Path, default=Path("out/lighthouse"))
    options = parser.parse_args()
    program = fetched(options.into)
    print(f"{'':20}{'accessibility':>16}{'performance':>16}{'without us':>12}")
    amiss = False
    for name, with_us, without in compared(program, options.runs):
        wrong = verdict(with_us, without)
        amiss = amiss or bool(wrong)
        scores = (with_us.accessibility, with_us.performance, without.performance)
        least, ours, theirs = min(scores[0]), median(scores[1]), median(scores[2])
        print(f"{name:20}{least:16.0f}{ours:16.0f}{theirs:12.0f}   {wrong}", flush=True)
    return int(amiss)


if __name__ == "__main__":
    sys.exit(main())
