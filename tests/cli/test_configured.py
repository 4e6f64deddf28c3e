from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from tests.conftest import SITE, a_policy

from consentguard.cli import configured
from consentguard.errors import ConfigError

DECLARED = '[services.counter]\npurposes = ["analytics"]\ncookies = ["tally_*"]\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "of-the-app.toml"
    file.write_text(SITE + DECLARED)
    return file


@pytest.mark.parametrize("before", [None, "another.toml"])
def test_the_policy_of_the_app_counts(
    file: Path,
    before: str | None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("CONSENTGUARD_POLICY", raising=False)
    if before:
        monkeypatch.setenv("CONSENTGUARD_POLICY", before)
    assert configured.run(["check", "--json"], file) == 0
    assert json.loads(capsys.readouterr().out)["file"] == str(file)
    assert configured.run(["classify", "tally_7", "--json"], str(file)) == 0
    assert json.loads(capsys.readouterr().out)[0]["service"] == "counter"
    with pytest.raises(SystemExit):
        configured.run(["explain", "--contry", "DE"], file)
    assert os.environ.get("CONSENTGUARD_POLICY") == before


def test_a_policy_that_is_no_file(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ConfigError, match="`consentguard explain` with one"):
        configured.run(["explain"], a_policy())
    assert configured.run(["schema"], a_policy()) == 0
    with pytest.raises(SystemExit):
        configured.run([], None)
    assert "usage" in capsys.readouterr().out


def test_commands_that_an_app_has_a_use_for() -> None:
    found = configured.commands()
    assert {"check", "explain", "classify", "regions", "diff", "schema"} <= set(found)
    assert not {"demo", "init"} & set(found)
    assert all(found.values())
