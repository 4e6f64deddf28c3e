from __future__ import annotations

import json
from pathlib import Path

import pytest

from consentguard.cli import main
from consentguard.policy import examine
from consentguard.policy.jsonschema import schema


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_schema_is_written_beside_the_policy_that_names_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["init", "site.toml", "--schema"]) == 0
    text = Path("site.toml").read_text("utf-8")
    assert text.startswith("#:schema ./site.schema.json\n# What your site promises")
    assert json.loads(Path("site.schema.json").read_text("utf-8")) == schema()
    assert examine("site.toml")[1] == ()
    assert "site.schema.json" in capsys.readouterr().out


def test_nothing_is_written_beside_a_policy_that_is_there_already(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("site.toml").write_text("mine")
    assert main(["init", "site.toml", "--schema"]) == 2
    assert not Path("site.schema.json").exists()
    assert "--force" in capsys.readouterr().err
    assert main(["init", "--schema", "--force", "site.toml"]) == 0
    assert main(["init"]) == 0
    assert sorted(p.name for p in Path().iterdir()) == [
        "consent.toml",
        "site.schema.json",
        "site.toml",
    ]
