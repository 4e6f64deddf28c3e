from __future__ import annotations

import json

import pytest

from consentguard.cli import main
from consentguard.policy.jsonschema import schema


def test_the_schema_is_printed_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out) == schema()


def test_its_help_says_how_an_editor_finds_it(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["schema", "--help"])
    assert "#:schema ./consent.schema.json" in capsys.readouterr().out
