from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

from consentguard.html import engine, scanner
from consentguard.html.spans import What

SOURCES = Path(engine.__file__).parents[1]
ASK = (
    "import sys; sys.path.insert(0, sys.argv[1]); from consentguard.html import engine as e; "
    "s = e.Scanner(); s.feed(b'<img>'); print(e.NAME, e.REASON, s.settled, sep='|')"
)


@pytest.mark.parametrize("value", ["1", "true", "yes", " TRUE ", "on", "anything"])
def test_the_variable_forces_the_pure_scanner(value: str) -> None:
    assert engine.choose(value) == (scanner.Scanner, "CONSENTGUARD_PURE_PYTHON is set")


@pytest.mark.parametrize("value", ["", "0", "false", "no", "Off", " "])
def test_the_variable_forces_nothing_when_it_says_no(value: str) -> None:
    chosen, reason = engine.choose(value)
    assert (chosen is scanner.Scanner) is bool(reason)
    assert "CONSENTGUARD_PURE_PYTHON" not in reason


def test_the_choice_is_named() -> None:
    assert (engine.Scanner, engine.REASON) == engine.choose(
        os.environ.get("CONSENTGUARD_PURE_PYTHON", "")
    )
    name = "pure Python" if engine.Scanner is scanner.Scanner else "C"
    assert name == engine.NAME


def test_the_chosen_scanner_scans() -> None:
    chosen = engine.Scanner()
    spans = chosen.feed(b"a<p><img src=b>") + chosen.finish()
    assert [(span.what, span.name, span.start, span.end) for span in spans] == [
        (What.TAG, b"img", 4, 15)
    ]
    assert (chosen.settled, chosen.offset, chosen.overflow, chosen.closing) == (0, 15, False, b"")


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the package without a twin, where one can be put."""
    ignored = shutil.ignore_patterns("*.so", "*.pyd", "__pycache__")
    shutil.copytree(SOURCES, tmp_path / "consentguard", ignore=ignored)
    return tmp_path


def ask(package: Path, **variables: str) -> str:
    environment = {k: v for k, v in os.environ.items() if k != "CONSENTGUARD_PURE_PYTHON"}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", ASK, str(package)],
        env=environment | variables,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.strip()


def test_without_a_twin_the_pure_one_runs(package: Path) -> None:
    assert ask(package) == "pure Python|not built|5"


@pytest.mark.parametrize(
    ("twin", "reason"),
    [
        ("raise ImportError", "not loadable"),
        ("raise AttributeError('names of another version')", "not loadable"),
        ("class Scanner: pass", "not loadable"),
        ("VERSION = 0\nclass Scanner: pass", "built for another version"),
    ],
)
def test_a_foreign_twin_counts_as_none(package: Path, twin: str, reason: str) -> None:
    (package / "consentguard" / "html" / "_scanner.py").write_text(twin)
    assert ask(package) == f"pure Python|{reason}|5"
    assert ask(package, CONSENTGUARD_PURE_PYTHON="0") == f"pure Python|{reason}|5"
    forced = ask(package, CONSENTGUARD_PURE_PYTHON="1")
    assert forced == "pure Python|CONSENTGUARD_PURE_PYTHON is set|5"


def test_a_broken_file_counts_as_none(package: Path) -> None:
    broken = package / "consentguard" / "html" / f"_scanner{EXTENSION_SUFFIXES[0]}"
    broken.write_bytes(b"\x7fELF and nothing else")
    assert ask(package) == "pure Python|not loadable|5"


def test_a_twin_of_this_version_is_taken(package: Path) -> None:
    twin = f"from .scanner import Scanner\nVERSION = {engine.VERSION}\n"
    (package / "consentguard" / "html" / "_scanner.py").write_text(twin)
    assert ask(package) == "C||5"
