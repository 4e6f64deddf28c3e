"""The system checks that look into the site's files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings
from tests.adapters.django_site import GUARD, site

from consentguard.adapters.django import checks

NOISE = "whitenoise.middleware.WhiteNoiseMiddleware"
IN_CACHE = (
    "{% load cache consentguard %}{% cache 60 nav %}"
    '{% consent "analytics" %}yes{% endconsent %}{% endcache %}'
)


def engine(folder: Path, **options: Any) -> dict[str, Any]:
    return {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [folder],
        "OPTIONS": options,
    }


@pytest.mark.parametrize("debug", [True, False])
def test_a_template_that_keeps_a_branch_is_named(tmp_path: Path, debug: bool) -> None:
    for name, text in {
        "wrong.html": IN_CACHE,
        "deep/wrong.txt": IN_CACHE,
        "right.html": IN_CACHE.replace("nav", "nav request.consent.digest"),
        "broken.html": "{% load cache consentguard %}{% cache %}{% consent %}",
        "other.html": "{% load cache %}{% cache 60 nav %}{% endcache %}",
        "large.html": IN_CACHE + " " * 1_000_000,
    }.items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    # Without debug Django puts its cached loader around the others.
    jinja = {"BACKEND": "django.template.backends.jinja2.Jinja2", "DIRS": [tmp_path]}
    with site([GUARD], TEMPLATES=[engine(tmp_path, debug=debug), jinja]):
        found = checks.check()
    assert [message.id for message in found] == ["consentguard.W007"] * 2
    named = [str(message.msg).partition(":")[0] for message in found]
    assert named == [str(tmp_path / "deep" / "wrong.txt"), str(tmp_path / "wrong.html")]


@pytest.mark.parametrize("setting", ["WHITENOISE_ROOT", "STATIC_ROOT"])
def test_pages_that_whitenoise_serves_before_the_guard(tmp_path: Path, setting: str) -> None:
    (tmp_path / "app.css").write_text("p{}")
    with override_settings(**{setting: str(tmp_path)}):
        with site([NOISE, GUARD]):
            assert checks.check() == []
        (tmp_path / "about").mkdir()
        (tmp_path / "about" / "index.html").write_text("<!doctype html>")
        with site([NOISE, GUARD]):
            (found,) = checks.check()
        assert found.id == "consentguard.W008"
        assert "index.html" in str(found.msg)
        with site([GUARD, NOISE]):
            assert checks.check() == []
