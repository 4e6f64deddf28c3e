"""What the pages about Starlette and FastAPI say, as it stands there."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.conftest import SITE

from consentguard.testing import grant

DOCS = Path(__file__).parents[2] / "docs"


def blocks(page: str, language: str = "python") -> list[str]:
    text = (DOCS / page).read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.M | re.S)


def run(page: str, *numbers: int) -> dict[str, Any]:
    """The names that these blocks of a page make, one after another."""
    names: dict[str, Any] = {}
    for number in numbers:
        exec(compile(blocks(page)[number], page, "exec", dont_inherit=True), names)
    return names


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with a policy and a template."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CONSENTGUARD_LEDGER", f"sqlite:///{tmp_path}/consent.db")
    (tmp_path / "consent.toml").write_text(SITE)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "home.html").write_text(blocks("starlette.md", "html")[0])


@pytest.mark.parametrize("page", ["starlette.md", "fastapi.md"])
def test_five_lines(page: str) -> None:
    client = TestClient(run(page, 0)["app"])
    assert len([line for line in blocks(page)[0].splitlines() if line]) <= 5
    assert client.get("/_consent").status_code == 200
    assert client.get("/").status_code == 404


def test_the_whole_site_and_its_tests() -> None:
    names = run("starlette.md", 1, 2)
    names["test_for_you"]()
    client = TestClient(names["app"])
    assert "Because you liked" not in client.get("/").text
    assert client.get("/search").json() == {"found": []}
    grant(client)
    assert "Because you liked" in client.get("/").text
    assert 'href="/_consent"' in client.get("/").text
    with client.websocket_connect("/live") as socket:
        assert socket.receive_json() == {"visitors": 3}


def test_the_whole_api() -> None:
    names = run("fastapi.md", 1, 2)
    client = TestClient(names["app"])
    assert client.get("/offers").json() == ["for everybody"]
    (said,) = blocks("fastapi.md", "json")
    assert client.get("/statistics/visitors").json() == json.loads(said)
    grant(client)
    assert client.get("/offers").json() == ["for you"]
    assert client.get("/statistics/visitors").json() == 3
    assert client.get("/film").status_code == 200
    with client.websocket_connect("/live") as socket:
        assert socket.receive_json() == {"personal": True}
    assert "403" in names["schema"]["paths"]["/film"]["get"]["responses"]
