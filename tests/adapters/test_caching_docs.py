"""What docs/caching.md says, as it stands there."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from django.template import Template
from django.test import Client
from fastapi_cache import FastAPICache
from fastapi_cache.backends.inmemory import InMemoryBackend
from starlette.testclient import TestClient
from tests.adapters.django_site import GATED, site
from tests.conftest import SITE

from consentguard.adapters.django import checks
from consentguard.testing import grant

TEXT = (Path(__file__).parents[2] / "docs" / "caching.md").read_text("utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "consent.toml").write_text(SITE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FLASK_SECRET_KEY", "key")
    monkeypatch.setenv("CONSENTGUARD_LEDGER", f"sqlite:///{tmp_path}/consent.db")


def run(word: str) -> dict[str, Any]:
    """The names that the block with this word makes."""
    (block,) = (block for block in BLOCKS if word in block)
    names: dict[str, Any] = {"__name__": "site"}
    exec(compile(block, "caching.md", "exec", dont_inherit=True), names)
    return names


def test_the_python_is_python() -> None:
    assert all(ast.parse(block) for block in BLOCKS)


def test_djangos_order_is_right_and_works() -> None:
    (block,) = (block for block in BLOCKS if "MIDDLEWARE = [" in block)
    with site(ast.literal_eval(block.partition("= ")[2])):
        assert checks.check() == []
        for _ in range(2):
            assert GATED in Client().get("/").content


def test_the_fragment_is_a_fragment() -> None:
    (tag,) = set(re.findall(r"\{% cache 600 nav .*?%\}", TEXT))
    inside = '{% consent "media" %}yes{% endconsent %}'
    assert Template("{% load cache consentguard %}" + tag + inside + "{% endcache %}")


def test_flask_caching() -> None:
    app = run("flask_caching")["app"]
    yes, new = app.test_client(), app.test_client()
    grant(yes)
    for _ in range(2):
        assert yes.get("/offers").text.startswith("for you")
        assert new.get("/offers").text.startswith("for everybody")
        assert 'id="cg-banner"' not in yes.get("/").text
        assert 'id="cg-banner"' in new.get("/").text


def test_fastapi_cache() -> None:
    app = run("fastapi_cache")["app"]
    yes, new = TestClient(app), TestClient(app)
    grant(yes)
    for _ in range(2):
        assert yes.get("/offers").json() == ["for you"]
        assert new.get("/offers").json() == ["for everybody"]
    InMemoryBackend._store.clear()
    FastAPICache.reset()
