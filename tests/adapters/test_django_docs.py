"""What docs/django.md says is so."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from django.template import Template
from django.test import Client
from tests.adapters.django_site import GATED, site

from consentguard.adapters.django import checks, conf

TEXT = (Path(__file__).parents[2] / "docs/django.md").read_text("utf-8")
PYTHON = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


def test_the_python_is_python() -> None:
    assert all(ast.parse(block) for block in PYTHON)


def test_the_order_is_right_and_works() -> None:
    (block,) = (block for block in PYTHON if "SecurityMiddleware" in block)
    middleware = ast.literal_eval(block.partition("= ")[2])
    with site(middleware):
        assert checks.check() == []
        for _ in range(2):
            assert GATED in Client().get("/").content


def test_every_check_and_every_key_is_there() -> None:
    named = set(re.findall(r"consentguard\.([EW]\d+)", TEXT))
    assert named == set(re.findall(r"``([EW]\d+)``", checks.__doc__ or ""))
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", TEXT, re.MULTILINE)) == set(conf.KEYS)
    assert set(re.findall(r"``([A-Z_]+)``  ", conf.__doc__ or "")) <= set(conf.KEYS) | {"BASE_DIR"}


def test_the_tags_are_tags() -> None:
    (block,) = re.findall(r"```django\n(.*?)```", TEXT, re.DOTALL)
    assert Template(block)
