"""What there is to see: which page, for whom, in which theme, place and language.

One :class:`View` is one page that is opened once and photographed at each width.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Literal

from consentguard.locales import available

#: Pixels of the window.
SIZES = {320: 640, 360: 740, 768: 1024, 1280: 800}
ENDS = (320, 1280)
Scheme = Literal["light", "dark"]
#: The name in a picture → theme of the policy, scheme of the window. ``forced`` are forced colours.
THEMES: dict[str, tuple[str, Scheme]] = {
    "light": ("auto", "light"),
    "dark": ("auto", "dark"),
    "contrast": ("contrast", "light"),
    "contrast-dark": ("contrast", "dark"),
    "forced": ("auto", "light"),
}
POSITIONS = ("bottom", "top", "corner", "centre")
LANGUAGES = available()
#: How a visitor stands: where they are, whether the browser sends Global Privacy Control, and
#: whether they are asked.
VARIANTS = {
    "opt-in": ("DE", False, True),
    "opt-in-signal": ("DE", True, True),
    "opt-out": ("US-CA", False, False),
    "opt-out-signal": ("US-CA", True, False),
    "notice": ("NZ", False, False),
    "none": ("DE", False, False),  # who has chosen sees nothing but the way back
}
SETTINGS, DECLARED = "/_consent", "/_consent/cookies"
#: A page in the language of its last part.
SPOKEN = "/gallery/"
FILM, LOGIN = "/artist/nora-lindqvist", "/login"


@dataclass(frozen=True, slots=True)
class View:
    """One page as one visitor sees it."""

    kind: str  #: banner, control, settings, declaration, placeholder, notice, editor, language
    variant: str
    theme: str = "light"
    lang: str = "en"
    position: str = "bottom"
    path: str = "/privacy"
    widths: tuple[int, ...] = tuple(SIZES)
    opens: bool = False  #: pictures with the settings open, beside those without
    js: bool = True
    whole: bool = False  #: the page to its end
    press: str = ""  #: the button that leads there

    @property
    def name(self) -> str:
        """Of its pictures, but for their width."""
        said = [self.kind, self.variant, self.theme]
        if self.kind == "banner":
            said.append(self.position)
        return "-".join((*said, self.lang, *([] if self.js else ["plain"])))


def at(theme: str) -> tuple[int, ...]:
    """The widths to look at a theme: what repeats another in other colours, at both ends."""
    return ENDS if theme in ("contrast-dark", "forced") else tuple(SIZES)


def views() -> Iterator[View]:
    """All there are, in the order of the index."""
    for theme, position, lang in product(THEMES, POSITIONS, ("en", "ar")):
        yield View("banner", "opt-in", theme, lang, position, widths=at(theme), opens=True)
    for theme, position, lang in product(THEMES, POSITIONS, ("en", "ar")):
        yield View("banner", "opt-in-signal", theme, lang, position, widths=ENDS)
    for lang, position in product(("de", "fr", "pt-BR"), ("bottom", "corner")):
        yield View("banner", "opt-in", "light", lang, position, opens=True)
    for position, lang in product(POSITIONS, ("en", "ar")):
        yield View("banner", "opt-in", "light", lang, position, widths=ENDS, opens=True, js=False)
    for variant, theme, lang in product(VARIANTS, THEMES, ("en", "ar")):
        if not VARIANTS[variant][2]:
            yield View("control", variant, theme, lang, widths=at(theme))
    for theme, lang in product(THEMES, ("en", "ar")):
        each = at(theme)
        yield View(
            "settings", "opt-in", theme, lang, path=SETTINGS, widths=each, opens=True, whole=True
        )
        yield View("declaration", "opt-in", theme, lang, path=DECLARED, widths=each, whole=True)
        yield View("placeholder", "opt-in", theme, lang, path=FILM, widths=each, press="reject")
    for lang in ("de", "fr", "pt-BR"):
        yield View("settings", "opt-in", lang=lang, path=SETTINGS, opens=True, whole=True)
        yield View("declaration", "opt-in", lang=lang, path=DECLARED, whole=True)
        yield View("placeholder", "opt-in", lang=lang, path=FILM, press="reject")
    for variant in ("opt-in-signal", "opt-out", "opt-out-signal", "notice"):
        yield View("settings", variant, path=SETTINGS, whole=True, widths=ENDS)
    yield View("settings", "opt-in", path=SETTINGS, opens=True, whole=True, js=False)
    yield View("declaration", "opt-in", path=DECLARED, whole=True, js=False, widths=ENDS)
    yield View("placeholder", "opt-in", path=FILM, press="reject", js=False, widths=ENDS)
    yield View("login", "opt-in", path=LOGIN, press="reject")
    for theme, lang in product(THEMES, ("en", "ar")):
        yield View("notice-403", "opt-in", theme, lang, path="/", press="accept", widths=ENDS)
        yield View("notice-503", "opt-in", theme, lang, path="/", press="accept", widths=ENDS)
    for lang in LANGUAGES:
        yield View("language", "opt-in", lang=lang, path=SPOKEN + lang, widths=ENDS, opens=True)
        yield View(
            "language-settings", "opt-in", lang=lang, path=SETTINGS, widths=(320,), whole=True
        )
    for theme in ("light", "dark"):
        yield View("editor", "opt-out", theme, path="/theme", whole=True)
