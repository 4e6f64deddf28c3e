"""What the theme editor starts from: the palettes of the style sheet, and what is demanded of them.

Part of the demo, not of the site. It asks consentguard for both, so that the page judges colours
as ``consentguard check`` does.
"""

from __future__ import annotations

import json
from functools import cache

from consentguard.model import BannerSettings
from consentguard.policy import shape, theme

THEMES = ("auto", "light", "dark", "contrast")
POSITIONS = ("bottom", "top", "corner", "centre")
#: Keys of ``[banner.colours]`` that are colours, with what they are called.
COLOURS = (
    ("background", "Background"),
    ("text", "Text"),
    ("accent", "Accent"),
    ("button", "Button"),
    ("button_text", "Text on buttons"),
    ("button_line", "Line around buttons"),
)


@cache
def facts() -> str:
    """As JSON: each theme's palettes by the scheme of the window, what each key sets, the pairs

    that have to differ, and what is a list of typefaces.
    """
    sheet = theme.sheet()
    return json.dumps(
        {
            "palettes": {
                name: theme.palettes(sheet, BannerSettings(theme=name)) for name in THEMES
            },
            "properties": dict(theme.PROPERTIES),
            "demands": theme.DEMANDS,
            "fonts": shape.FONTS,
        }
    )
