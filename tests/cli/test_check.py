from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from tests.conftest import SITE

from consentguard.cli import main

MISTAKES = Path(__file__).parents[1] / "policy/mistakes.toml"


def written(path: Path, more: str = "") -> str:
    file = path / "p.toml"
    file.write_text(SITE + more, "utf-8")
    return str(file)


def test_advice_is_a_warning_and_strict_takes_it_seriously(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, "[services.mine]\npurposes = ['media']\nhosts = ['cdn.mine.test']\n")
    assert main(["check", file]) == 0
    assert main(["check", file, "--strict"]) == 1
    out = capsys.readouterr().out
    assert f"{file}:9:11: W202 visitors cannot look up" in out
    assert "0 error(s), 1 warning(s)" in out


def test_a_missing_database_is_named_where_it_stands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, "[geo]\nprovider = 'mmdb'\ndatabase = '/no/such.mmdb'\n")
    assert main(["check", file]) == 0
    assert (
        f"{file}:11:1: W601 GeoIP database '/no/such.mmdb' is not on this machine\n"
        "    11 | database = '/no/such.mmdb'\n"
        "       | ^ a server without a sound one does not start\n"
    ) in capsys.readouterr().out


def test_a_damaged_database_is_named_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.mmdb").write_bytes(b"nothing")
    file = written(tmp_path, f"[geo]\nprovider = 'mmdb'\ndatabase = '{tmp_path / 'bad.mmdb'}'\n")
    assert main(["check", file]) == 0
    out = capsys.readouterr().out
    assert "W601" in out
    assert "is damaged" in out


def test_the_summary_names_the_site_s_own_regions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", written(tmp_path, "[regions.home]\nextends = 'eea-gdpr'\n")]) == 0
    assert " regions, its own: home\n" in capsys.readouterr().out


def test_json_names_place_key_message_and_help_of_each(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["check", str(MISTAKES), "--json"]) == 2
    found = json.loads(capsys.readouterr().out)
    assert not found["ok"]
    assert len(found["problems"]) == 20
    for problem in found["problems"]:
        assert list(problem) == ["file", "line", "col", "code", "key", "message", "help"]
        assert problem["file"] == str(MISTAKES)
        assert problem["line"] > 0 < problem["col"]
        assert problem["key"]
        assert problem["message"]


def test_a_terminal_of_80_columns_is_not_overrun(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(MISTAKES.parent)
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["check", MISTAKES.name]) == 2
    plain = capsys.readouterr().out
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert main(["check", MISTAKES.name]) == 2
    fitted = capsys.readouterr().out
    assert max(map(len, fitted.splitlines())) <= 80 < max(map(len, plain.splitlines()))
    words = [[w for w in text.split() if w != "|"] for text in (plain, fitted)]
    assert words[0] == words[1]
    assert (
        '       |          ^ add loosen = "your legal reason" to [regions.brazil] to\n'
        "       |            accept the risk\n"
    ) in fitted
