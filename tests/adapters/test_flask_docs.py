"""What docs/flask.md says, as it stands there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import SITE

from consentguard.adapters.flask.settings import KEYS, NAMING

PAGE = (Path(__file__).parents[2] / "docs" / "flask.md").read_text("utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture(autouse=True)
def _site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "consent.toml").write_text(SITE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FLASK_SECRET_KEY", "key")
    for name in ("POLICY", "SECRET_KEYS", "LEDGER"):
        monkeypatch.delenv(f"CONSENTGUARD_{name}", raising=False)


def run(*blocks: str) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "site"}
    for block in blocks:
        exec(compile(block, "flask.md", "exec", dont_inherit=True), names)
    return names


def test_the_five_lines() -> None:
    lines = [line for line in BLOCKS[0].splitlines() if line]
    assert len(lines) == 5
    client = run(BLOCKS[0])["app"].test_client()
    assert client.get("/_consent").status_code == 200
    assert 'id="cg-banner"' in client.get("/nowhere").text


def test_the_factory_and_its_tests(capsys: pytest.CaptureFixture[str]) -> None:
    site = run(BLOCKS[1], BLOCKS[-1])
    app = site["create_app"](CONSENTGUARD_LEDGER=None)
    site["test_statistics"](app)
    assert "reject ()" not in capsys.readouterr().out
    client = app.test_client()
    page = client.get("/").text
    assert ">Cookie settings</a></footer>" in page
    assert "the red one" not in page
    site["grant"](client)
    assert "the red one" in client.get("/").text
    assert client.get("/search").json == {"found": []}
    said = capsys.readouterr().out
    assert said.startswith("accept (")
    assert said.endswith("somebody searched\n")


def test_every_setting_is_told() -> None:
    assert [key for key in (*KEYS, *NAMING) if f"`{key}`" not in PAGE] == []
