from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from consentguard.catalogue.lists import adblock, writing
from consentguard.catalogue.lists.errors import ListError
from consentguard.catalogue.lists.store import VARIABLE

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TAKEN = adblock.read("! Title: X\n! Version: 7\n! Licence: free\n||a.test^\n||b.test/px\n")


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    writing.write(TAKEN, "mine", "https://lists.example/x", NOW, tmp_path / "new" / "lists")
    return tmp_path / "new" / "lists"


def test_a_failed_write_leaves_what_was(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (kept / "mine.tsv").read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ListError, match=rf"No space left.*{VARIABLE}"):
        writing.write(TAKEN, "mine", "y", NOW, kept)
    assert (kept / "mine.tsv").read_bytes() == before
    assert [path.name for path in kept.iterdir()] == ["mine.tsv"]


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ListError, match=r"cannot be written .*web server's user may read"):
        writing.write(TAKEN, "mine", "y", NOW, tmp_path / "file")
    with pytest.raises(ListError, match=f"set {VARIABLE}"):
        writing.write(TAKEN, "mine", "y", NOW, None)


@pytest.mark.parametrize("name", ["", "A", "1a", "../x", "a/b", "a.b", "a" * 41, "ä"])
def test_names(name: str, tmp_path: Path) -> None:
    with pytest.raises(ListError, match="begins with a letter"):
        writing.write(TAKEN, name, "y", NOW, tmp_path)
    with pytest.raises(ListError, match="begins with a letter"):
        writing.remove(name, tmp_path)


def test_remove(kept: Path) -> None:
    with pytest.raises(ListError, match="stored are: mine"):
        writing.remove("other", kept)
    assert writing.remove("mine", kept) == kept / "mine.tsv"
    with pytest.raises(ListError, match="stored are: none"):
        writing.remove("mine", kept)
