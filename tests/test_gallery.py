"""The gallery's list of views and its index; the pictures themselves are for people."""

from __future__ import annotations

import re
from collections import Counter
from itertools import product

from tools.gallery.index import Picture, index
from tools.gallery.views import POSITIONS, THEMES, VARIANTS, View, views

from consentguard.locales import available

VIEWS = list(views())


def test_no_picture_overwrites_another() -> None:
    assert [name for name, times in Counter(view.name for view in VIEWS).items() if times > 1] == []


def test_every_variant_is_there_in_every_theme_and_direction() -> None:
    seen = {(v.variant, v.theme, v.lang) for v in VIEWS if v.kind in ("banner", "control")}
    assert seen >= set(product(VARIANTS, THEMES, ("en", "ar")))
    places = {(v.theme, v.position, v.lang) for v in VIEWS if v.kind == "banner"}
    assert places >= set(product(THEMES, POSITIONS, ("en", "ar")))
    assert {v.lang for v in VIEWS if v.kind == "settings"} == {"en", "de", "fr", "pt-BR", "ar"}
    for kind in ("language", "language-settings"):
        assert [v.lang for v in VIEWS if v.kind == kind] == list(available())


def test_the_index_shows_each_and_asks_nobody() -> None:
    pictures = [
        Picture("one.png", View("banner", "opt-in"), 320, open=False),
        Picture("two.png", View("settings", "opt-out", "dark", "ar", js=False), 1280, open=True),
    ]
    page = index(pictures)
    assert re.findall(r'<img src="([^"]+)"', page) == ["one.png", "two.png"]
    assert "//" not in page
    assert "<script" not in page
    for fact in ('kind="settings"', 'theme="dark"', 'lang="ar"', 'settings="open"', 'script="off"'):
        assert f"data-{fact}" in page
        name, _, value = fact.replace('"', "").partition("=")
        assert f'id="{name}-{value}"' in page
        assert f"#{name}-{value}:checked" in page
