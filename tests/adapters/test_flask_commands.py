"""``flask consent …`` is ``consentguard …`` with the policy of the app."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from tests.conftest import SITE, a_policy

from consentguard.adapters.flask import ConsentGuard
from consentguard.model import Policy

DECLARED = """
[services.counter]
name = "Counter"
purposes = ["analytics"]
cookies = ["tally_*"]
"""


def run(policy: str | Policy, *arguments: str) -> Result:
    app = Flask("site")
    app.config.update(SECRET_KEY="key", CONSENTGUARD_POLICY=policy, CONSENTGUARD_LEDGER=None)
    ConsentGuard(app)
    return app.test_cli_runner().invoke(args=["consent", *arguments])


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.delenv("CONSENTGUARD_POLICY", raising=False)
    file = tmp_path / "of-the-app.toml"
    file.write_text(SITE + DECLARED)
    return str(file)


def test_check(file: str) -> None:
    done = run(file, "check", "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["file"] == file
    assert "CONSENTGUARD_POLICY" not in os.environ


def test_explain(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONSENTGUARD_POLICY", "another.toml")
    done = run(file, "explain", "--country", "DE", "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["country"] == "DE"
    assert os.environ["CONSENTGUARD_POLICY"] == "another.toml"


def test_classify(file: str) -> None:
    done = run(file, "classify", "tally_7", "_ga", "--json")
    assert json.loads(done.stdout)[0]["service"] == "counter"


def test_exit_codes_and_usage(file: str, tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("schema = 1\n")
    assert run(file, "check", str(broken)).exit_code == 2
    wrong = run(file, "explain", "--contry", "DE")
    assert wrong.exit_code == 2
    assert "--contry" in wrong.stderr
    about = run(file, "explain", "--help")
    assert about.exit_code == 0
    assert "--subdivision" in about.stdout
    assert "usage: flask consent explain" in about.stdout


def test_the_list(file: str) -> None:
    text = run(file, "--help").stdout
    assert "classify" in text
    assert "everything that is wrong with a policy file" in text
    assert "demo" not in text
    assert run(file, "demo").exit_code == 2


def test_a_policy_that_is_no_file() -> None:
    done = run(a_policy(), "explain")
    assert done.exit_code == 1
    assert "is no file: use `consentguard explain`" in done.stderr
    assert run(a_policy(), "schema").exit_code == 0
