"""A ledger that costs nothing before the first choice."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from consentguard.errors import ConfigError, LedgerError
from consentguard.ledger.deferred import Deferred
from consentguard.model import ConsentRecord

Make = Callable[..., ConsentRecord]


@pytest.mark.parametrize(
    "url", ["", "sqlite", "sqlite:", "mysql://u:secret@h/x", "consent.db", "file:///c.db", "://"]
)
def test_other_schemes_are_refused_at_start(url: str) -> None:
    with pytest.raises(ConfigError, match="sqlite:////") as caught:
        Deferred(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///", "sqlite:///:memory:"])
def test_memory_proves_nothing(url: str) -> None:
    with pytest.raises(ConfigError, match="name a file"):
        Deferred(url)


def test_it_stores_and_closes(
    tmp_path: Path, record: Make, receipts: Callable[[Path], list[str]]
) -> None:
    ledger = Deferred(f"sqlite:///{tmp_path / 'c.db'}")
    ledger.close()
    ledger.append(record(receipt="a"))
    ledger.close()
    ledger.append(record(receipt="b"))
    ledger.close()
    assert receipts(tmp_path / "c.db") == ["a", "b"]


def test_a_url_that_the_toolkit_cannot_read_is_a_ledger_error(record: Make) -> None:
    with pytest.raises(LedgerError):
        Deferred("postgresql://h:port/x").append(record())


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("sqlite:///nowhere/c.db", "there is no folder nowhere"),
        ("sqlite:////nowhere/a%20b/c.db?timeout=3", "there is no folder /nowhere/a b"),
        ("sqlite+pysqlite:///c.db", ""),
        ("sqlite:///file:nowhere/c.db?uri=true", ""),
        ("postgresql://h/x", ""),
        ("postgresql+psycopgg://u:secret@h/x", "pip install psycopgg"),
    ],
)
def test_what_will_not_open_is_told_beforehand(url: str, says: str) -> None:
    told = Deferred(url).doubt()
    assert says in told
    assert bool(told) is bool(says)


@pytest.mark.parametrize("locked", ["c.db", ""])
def test_what_may_not_be_written_is_told_beforehand(
    locked: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "c.db").touch()
    # Root may write everywhere.
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != tmp_path / locked)
    assert "may not write" in Deferred(f"sqlite:///{tmp_path}/c.db").doubt()


SCRIPT = """
import sys
sys.path.insert(0, sys.argv[2])
from consentguard.ledger.deferred import Deferred
from conftest import record
ledger = Deferred("sqlite:///" + sys.argv[1])
assert "sqlalchemy" not in sys.modules
ledger.append(record())
assert "sqlalchemy" in sys.modules
ledger.close()
"""


def test_the_toolkit_is_imported_by_the_first_record(
    tmp_path: Path, receipts: Callable[[Path], list[str]]
) -> None:
    source = Path(sys.modules["consentguard.model"].__file__ or "").parents[1]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path / "c.db"), str(Path(__file__).parent)],
        env={"PYTHONPATH": str(source)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert receipts(tmp_path / "c.db") == ["r1"]
