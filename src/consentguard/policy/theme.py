"""``[banner] theme`` and ``[banner.colours]``: the style sheet as the site wants it.

The rule: the sheet names every colour twice, in a palette for light and one for dark windows, and
all its rules follow from these. A theme and colours of the site's own change the palettes alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib.resources import files

from consentguard.model import BannerSettings

Palette = Mapping[str, str]

_LINE = re.compile(r"(?m)^ +--cg-([a-z-]+): ([^;]+);\n")
_PALETTE = re.compile(r"(?m)(?:^ +--cg-[a-z-]+: [^;]+;\n){3,}")
_SCHEMES = "color-scheme: light dark;"

#: What each key of ``[banner.colours]`` is in the style sheet.
PROPERTIES: Mapping[str, str] = {
    "background": "bg",
    "text": "fg",
    "accent": "accent",
    "button": "button-bg",
    "button_text": "button-fg",
    "button_line": "button-line",
    "radius": "radius",
    "font": "font",
}

_CONTRAST: Mapping[str, tuple[str, str]] = {
    "bg": ("#fff", "#000"),
    "fg": ("#000", "#fff"),
    "muted": ("#000", "#fff"),
    "line": ("#000", "#fff"),
    "accent": ("#00c", "#ff0"),
    "button-bg": ("#fff", "#000"),
    "button-fg": ("#000", "#fff"),
    "button-line": ("#000", "#fff"),
}

_OF_TEXT = 4.5
#: Which colour must stand out from which, by what ratio, and where WCAG 2.2 says so: 1.4.3 of
#: text, 1.4.11 of what shows where a control is.
DEMANDS: tuple[tuple[str, str, float, str], ...] = (
    ("fg", "bg", _OF_TEXT, "1.4.3"),
    ("muted", "bg", _OF_TEXT, "1.4.3"),
    ("accent", "bg", _OF_TEXT, "1.4.3"),
    ("button-fg", "button-bg", _OF_TEXT, "1.4.3"),
    ("button-line", "bg", 3.0, "1.4.11"),
)


def sheet() -> str:
    """The style sheet as it is before any theme."""
    return files("consentguard").joinpath("static/banner.css").read_text("ascii")


def styled(css: str, banner: BannerSettings) -> str:
    """The style sheet in the site's theme and colours; the very same where it has none."""
    if banner.theme == "auto" and not banner.colours:
        return css
    light, *dark = palettes(css, banner).values()
    written = iter((light, *(dark or [light])))
    css = _PALETTE.sub(lambda _: _text(next(written)), css)
    if banner.theme in ("light", "dark"):
        css = css.replace(_SCHEMES, f"color-scheme: {banner.theme};")
    return css


def palettes(css: str, banner: BannerSettings) -> dict[str, Palette]:
    """The colours that visitors see, by scheme of their system: ``light``, ``dark`` or both."""
    light, dark = (dict(_LINE.findall(block[0])) for block in _PALETTE.finditer(css))
    found: dict[str, Palette] = {}
    for number, (scheme, given) in enumerate((("light", light), ("dark", light | dark))):
        high = {name: pair[number] for name, pair in _CONTRAST.items()}
        palette = given | high if banner.theme == "contrast" else given
        if banner.theme not in ("light", "dark") or banner.theme == scheme:
            found[scheme] = palette | _own(banner.colours, palette)
    return found


def _own(colours: Mapping[str, str], palette: Palette) -> dict[str, str]:
    """What the site gave, and what goes with it: lesser text and lines keep their distance."""
    own = {PROPERTIES[key]: value for key, value in colours.items()}
    back, text = own.get("bg", palette["bg"]), own.get("fg", palette["fg"])
    if {"bg", "fg"} & own.keys():
        lesser = mixed(text, back, 0.8)
        muted = lesser if contrast(lesser, back) >= _OF_TEXT else text
        own |= {"muted": muted, "line": mixed(text, back, 0.2)}
    return own


def faint(palette: Palette) -> Iterator[tuple[str, str, float, float, str]]:
    """Pairs that are too much alike: both names, their ratio, the least one, and its criterion."""
    for front, back, least, criterion in DEMANDS:
        ratio = contrast(palette[front], palette[back])
        if ratio < least:
            yield front, back, ratio, least, criterion


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def mixed(one: str, other: str, share: float) -> str:
    """``share`` of one colour and the rest of another."""
    pairs = zip(_parts(one), _parts(other), strict=True)
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in pairs)


def _luminance(colour: str) -> float:
    """WCAG 2.2, "relative luminance"."""
    parts = [part / 255 for part in _parts(colour)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _parts(colour: str) -> tuple[int, int, int]:
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def _text(palette: Palette) -> str:
    return "".join(f"  --cg-{name}: {value};\n" for name, value in palette.items())
