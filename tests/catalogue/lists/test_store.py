from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from consentguard.catalogue.dataset import parse
from consentguard.catalogue.lists import adblock, store, writing
from consentguard.catalogue.lists.store import VARIABLE

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TAKEN = adblock.read("! Title: X\n! Version: 7\n! Licence: free\n||a.test^\n||b.test/px\n")


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    writing.write(TAKEN, "mine", "https://lists.example/x", NOW, tmp_path / "new" / "lists")
    return tmp_path / "new" / "lists"


def test_what_is_written_is_read(kept: Path) -> None:
    (found,) = store.load(kept)
    origin = found.origin
    assert (origin.name, origin.format, origin.source) == (
        *("mine", "easyprivacy", "https://lists.example/x"),
    )
    assert (origin.title, origin.version, origin.licence) == ("X", "7", "free")
    assert (origin.taken, origin.entries, origin.services) == ("2026-11-21T12:00:00+00:00", 2, 2)
    assert origin.age(NOW + timedelta(days=3, hours=5)) == 3
    assert found.lines == TAKEN.lines("mine")
    text = (kept / "mine.tsv").read_text("utf-8")
    assert text.splitlines()[0].startswith('# {"name": "mine"')
    assert [entry.id for entry in parse(text)] == ["mine:a_test", "mine:b_test"]
    assert (kept / "mine.tsv").stat().st_mode & 0o777 == 0o644
    assert [path.name for path in kept.iterdir()] == ["mine.tsv"]
    assert list(store.origins(kept)) == [(kept / "mine.tsv", origin)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"a.test", b"z.test"),
        (b'"digest"', b'"dig"'),
        (b"# {", b"{"),
        (b"# {", b"# "),
        (b'"taken": "2026', b'"taken": "soon'),
        (b'"name": "mine"', b'"name": "else"'),
        (b"\n", b""),
        (b"*.b", b"\xff"),
    ],
)
def test_a_damaged_file_is_left_out_with_one_warning(
    kept: Path, caplog: pytest.LogCaptureFixture, before: bytes, after: bytes
) -> None:
    file = kept / "mine.tsv"
    writing.write(TAKEN, "other", "x", NOW, kept)
    file.write_bytes(file.read_bytes().replace(before, after))
    if after == b"{":
        file.write_bytes(file.read_bytes()[1:])
    with caplog.at_level(logging.WARNING, "consentguard"):
        assert [one.origin.name for one in store.load(kept)] == ["other"]
    (record,) = caplog.records
    assert str(file) in record.getMessage()
    assert "catalogue update --from FILE|URL --name mine" in record.getMessage()
    assert next(iter(store.origins(kept))) == (file, None)


@pytest.mark.parametrize("size", [0, 10, 300, 400])
def test_a_cut_file_is_damaged(kept: Path, size: int) -> None:
    file = kept / "mine.tsv"
    file.write_bytes(file.read_bytes()[:size])
    assert store.load(kept) == ()


def test_other_files_do_not_count(kept: Path) -> None:
    for name in ("x.txt", ".mine-abc", "Über.tsv", ".tsv", "A.tsv"):
        (kept / name).write_text("x")
    (kept / "folder.tsv").mkdir()
    assert [one.origin.name for one in store.load(kept)] == ["mine"]


def test_a_missing_folder_is_no_list(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    (tmp_path / "file").write_text("")
    for where in (None, tmp_path / "none", tmp_path / "file", tmp_path):
        assert store.load(where) == ()
        assert store.files(where) == []
    assert not caplog.records
    monkeypatch.setenv(VARIABLE, str(tmp_path / "none"))
    assert store.load(store.folder()) == ()
    assert "is no folder" in caplog.text


def test_the_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    assert store.folder() == tmp_path
    monkeypatch.setenv(VARIABLE, "")
    found = store.folder()
    assert found is None or found.parts[-2:] == ("consentguard", "lists")
    monkeypatch.setattr("platformdirs.user_data_path", lambda *_, **__: Path("~/data"))
    assert store.folder() is None
