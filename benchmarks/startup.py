"""What is paid once: importing, building a guard, and the bytes that a browser fetches."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from tempfile import TemporaryDirectory

import brotli

from consentguard.guard import ConsentGuard
from consentguard.pages.assets import Assets

from . import jobs
from .figures import ASSETS, BUILD, IMPORT, Effort, Figure

_TIMED = "import time; t = time.process_time(); import consentguard; print(time.process_time() - t)"


def start(effort: Effort) -> Iterator[Figure]:
    """Importing and building, in milliseconds: absolute, since no twin runs beside them."""
    policy = jobs.policy()
    yield Figure(IMPORT, min(_imports(effort.rounds)) * 1000)
    yield Figure(BUILD, jobs.seconds(lambda: ConsentGuard(policy, ["key"], ledger=None), 3) * 1000)


def _imports(rounds: int) -> list[float]:
    """How long importing takes, in seconds, where the bytecode is there as installers leave it."""
    command = [sys.executable, "-c", _TIMED]
    with TemporaryDirectory() as kept:
        env = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": kept}
        runs = [
            float(subprocess.run(command, capture_output=True, check=True, env=env).stdout)
            for _ in range(rounds + 1)
        ]
    return runs[1:]


def size(effort: Effort) -> Iterator[Figure]:
    """Banner script and style sheet as they travel, in bytes: the largest of three scripts."""
    assets = Assets()
    sizes = {name: len(brotli.compress(a.data)) for name, a in assets._by_name.items()}
    most = max(sizes[name] for name in (assets.js, assets.shared, assets.consent_mode))
    usual = sizes[assets.css] + sizes[assets.js]
    yield Figure(ASSETS, float(sizes[assets.css] + most), f"{usual} in most pages")
