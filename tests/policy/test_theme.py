"""The style sheet in the colours of a site, and whether people can read them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.model import BannerSettings
from consentguard.policy import theme

CSS = theme.sheet()
COLOURS = st.from_regex(r"#([0-9a-f]{3}){1,2}", fullmatch=True)


def test_without_a_word_the_sheet_stays_as_it_is() -> None:
    assert theme.styled(CSS, BannerSettings()) == CSS
    assert theme.styled(CSS, BannerSettings(position="top", control="own")) == CSS


@pytest.mark.parametrize("name", ["auto", "light", "dark", "contrast"])
def test_every_theme_can_be_read(name: str) -> None:
    found = theme.palettes(CSS, BannerSettings(theme=name))
    assert list(found) == {"light": ["light"], "dark": ["dark"]}.get(name, ["light", "dark"])
    for palette in found.values():
        assert list(theme.faint(palette)) == []
        if name == "contrast":
            assert theme.contrast(palette["fg"], palette["bg"]) == 21


def test_one_scheme_holds_whatever_the_system_says() -> None:
    for name, ground in (("light", "#fff"), ("dark", "#171c23")):
        css = theme.styled(CSS, BannerSettings(theme=name))
        assert re.findall(r"--cg-bg: (.*);", css) == [ground, ground]
        assert f"color-scheme: {name};" in css
        assert css.count("--cg-radius: .75em;") >= 1


def test_colours_of_the_site_and_what_follows_from_them() -> None:
    own = BannerSettings(colours={"background": "#000", "text": "#fff", "radius": "0"})
    css = theme.styled(CSS, own)
    assert re.findall(r"--cg-bg: (.*);", css) == ["#000", "#000"]
    assert re.findall(r"--cg-muted: (.*);", css) == ["#cccccc", "#cccccc"]
    assert re.findall(r"--cg-accent: (.*);", css) == ["#1d4f6e", "#8fc4e3"]
    assert re.findall(r"--cg-radius: (.*);", css) == ["0", "0"]
    assert theme.palettes(css, BannerSettings())["dark"]["bg"] == "#000"


def test_the_figures_of_the_standard() -> None:
    assert theme.contrast("#fff", "#000") == theme.contrast("#000000", "#ffffff") == 21
    assert round(theme.contrast("#777", "#fff"), 2) == 4.48
    assert round(theme.contrast("#767676", "#fff"), 2) == 4.54


@given(COLOURS, COLOURS)
def test_contrast_has_no_direction(one: str, other: str) -> None:
    assert 1 <= theme.contrast(one, other) == theme.contrast(other, one) <= 21.01
    assert theme.mixed(one, other, 1) == theme.mixed(one, one, 0.3)


def test_every_key_is_a_property_of_the_sheet() -> None:
    palette = theme.palettes(CSS, BannerSettings())["light"]
    assert set(theme.PROPERTIES.values()) <= palette.keys()
    assert {name for pair in theme.DEMANDS for name in pair[:2]} <= palette.keys()
