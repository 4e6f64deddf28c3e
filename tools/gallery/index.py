"""The index of the gallery: one page to look through, filtered by style sheet alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from consentguard.pages.markup import Html, fill, join

from .views import LANGUAGES, POSITIONS, SIZES, THEMES, VARIANTS, View


class Picture(NamedTuple):
    """A file, and what is on it."""

    file: str
    view: View
    width: int
    open: bool

    @property
    def facts(self) -> dict[str, str]:
        """What it can be filtered by."""
        view = self.view
        return {
            "kind": view.kind,
            "variant": view.variant,
            "theme": view.theme,
            "position": view.position,
            "lang": view.lang,
            "width": str(self.width),
            "settings": "open" if self.open else "closed",
            "script": "on" if view.js else "off",
        }


_PAGE = """\
<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Gallery of consentguard</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>{style}</style></head>
<body><h1>What visitors meet</h1>
<p>{count} pictures. A click shows one in its own size.</p>
<form class="filters">{filters}<button type="reset">Show all</button></form>
<main>{figures}</main>
</body></html>
"""
_STYLE = """\
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { margin: 1.5rem; }
.filters { position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; gap: .5rem 1.5rem;
  padding: .5rem 0; background: Canvas; border-bottom: 1px solid GrayText; }
fieldset { margin: 0; padding: 0; border: 0; display: flex; flex-wrap: wrap; gap: 0 .75rem; }
legend { float: left; margin-inline-end: .5rem; font-weight: 600; }
label { min-height: 24px; } button { font: inherit; }
main { display: flex; flex-wrap: wrap; align-items: start; gap: 1.5rem; margin-top: 1.5rem; }
figure { margin: 0; max-width: 100%; }
figure img { display: block; height: 20rem; width: auto; max-width: 100%; object-fit: cover;
  object-position: top; border: 1px solid GrayText; }
figcaption { font-size: .8125rem; max-width: 20rem; overflow-wrap: anywhere; }
"""
_FIGURE = """\
<figure{facts}><a href="{file}"><img src="{file}" alt="{name}" loading="lazy"></a>\
<figcaption>{name}</figcaption></figure>"""
#: What there is to choose from, by what :attr:`Picture.facts` calls it.
_CHOICES = {
    "variant": tuple(VARIANTS),
    "theme": tuple(THEMES),
    "position": POSITIONS,
    "lang": LANGUAGES,
    "width": tuple(map(str, SIZES)),
    "settings": ("closed", "open"),
    "script": ("on", "off"),
}


def index(pictures: Sequence[Picture]) -> str:
    """The page, whole: it asks nobody for anything but its pictures."""
    kinds = tuple(dict.fromkeys(picture.view.kind for picture in pictures))
    choices = {"kind": kinds, **_CHOICES}
    return fill(
        _PAGE,
        style=Html(_STYLE + "".join(_hiding(choices))),
        count=len(pictures),
        filters=join(_filter(name, values) for name, values in choices.items()),
        figures=join(map(_figure, pictures), "\n"),
    )


def _hiding(choices: dict[str, tuple[str, ...]]) -> Iterable[str]:
    """Rules that hide what is not asked for: no script is needed."""
    for name, values in choices.items():
        for value in values:
            chosen = f"#{name}-{value}:checked"
            yield f'body:has({chosen}) figure:not([data-{name}="{value}"]) {{ display: none; }}\n'


def _filter(name: str, values: tuple[str, ...]) -> Html:
    radio = '<label><input type="radio" name="{name}" id="{name}-{value}"{checked}> {value}</label>'
    every = fill(radio, name=name, value="all", checked=Html(" checked"))
    others = (fill(radio, name=name, value=value, checked="") for value in values)
    return fill(
        "<fieldset><legend>{name}</legend>{all}</fieldset>", name=name, all=join((every, *others))
    )


def _figure(picture: Picture) -> Html:
    facts = join(
        fill(' data-{name}="{value}"', name=name, value=value)
        for name, value in picture.facts.items()
    )
    name = picture.file.removesuffix(".png")
    return fill(_FIGURE, facts=facts, file=picture.file, name=name)
