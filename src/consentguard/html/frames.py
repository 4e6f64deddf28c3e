"""What a frame's tag says of the place that it takes: for whoever puts something in its stead.

The rule of this layer: in doubt there is nothing to see. A frame that is hidden, small, a document
of its own or not shown by its ``src`` has no place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple, Protocol

from .attributes import attributes, decode
from .spans import SHORT
from .verdicts import Denied

#: Pixels: below these a frame is a button or a pixel, and nothing can be read in its place.
NARROW, LOW = 100, 60
#: WHATWG HTML, Rendering, 15.5.19 with CSS 2.1, 10.3.2: a frame that says nothing.
WIDTH, HEIGHT = 300, 150
#: Tags that are kept as they were read, none longer than the scanner's short ones.
KEPT = 256
_MOST = 4000
_TITLE = 120

# "Rules for parsing dimension values", 2.3.4.5.
_DIMENSION = re.compile(r"[\t\n\f\r ]*0*([0-9]{1,6})(?:\.[0-9]*)?(%?)")
_STYLED = re.compile(
    r"(?:^|;)\s*(width|height)\s*:\s*0*([0-9]{1,6})(?:\.[0-9]*)?(px|%|(?=\s*(?:;|\Z)))", re.I
)
_HIDDEN = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.I)
_OVER = re.compile(r"(?:^|;)\s*position\s*:\s*absolute", re.I)
_FIXED = re.compile(r"(?:^|;)\s*position\s*:\s*fixed", re.I)


class Frame(NamedTuple):
    """A frame that waits: its URL as the page has it, and the place that it would take."""

    url: str
    title: str
    width: int  #: pixels, 0 for all that there is
    height: int  #: pixels
    over: bool  #: it lies over the box that it stands in


class Embeds(Protocol):
    """Puts something in the stead of frames that wait, and of what scripts that wait would show."""

    def before(self, frame: Frame, denied: Denied, bases: Sequence[str]) -> bytes:
        """What goes right before the frame's tag; nothing where it is empty."""

    def script(self, denied: Denied) -> None:
        """Take note of a script that waits: where it shows something its tag does not say."""

    def closing(self, bases: Sequence[str]) -> bytes:
        """What goes before `</body>`, once; nothing where nothing is to be said."""


def frame(tag: bytes, url: str, encoding: str) -> Frame | None:
    """What the start tag of an iframe says; None where nothing can be seen of it."""
    return (_read if len(tag) <= SHORT else _read.__wrapped__)(tag, url, encoding)


@lru_cache(KEPT)
def _read(tag: bytes, url: str, encoding: str) -> Frame | None:
    said: dict[bytes, str] = {}
    for one in attributes(tag, len(b"<iframe"), len(tag)):
        said.setdefault(one.name, decode(tag[one.value_start : one.value_end], encoding))
    style = said.get(b"style", "")
    if (
        said.get(b"src") != url
        or b"srcdoc" in said
        or b"hidden" in said
        or _HIDDEN.search(style)
        or _FIXED.search(style)
    ):
        return None
    styled = {name.lower(): (size, unit == "%") for name, size, unit in _STYLED.findall(style)}
    width = _size(said.get(b"width", ""), styled.get("width"), WIDTH)
    height = _size(said.get(b"height", ""), styled.get("height"), HEIGHT)
    if 0 < width < NARROW or 0 < height < LOW:
        return None
    title = " ".join(said.get(b"title", "").split())[:_TITLE]
    over = _OVER.search(style) is not None
    return Frame(url, title, width, height or HEIGHT, over)


def _size(said: str, styled: tuple[str, bool] | None, usual: int) -> int:
    """Pixels, 0 for a part of what there is. A style sheet goes before an attribute."""
    found = _DIMENSION.match(said)
    if styled is None and found is None:
        return usual
    size, part = styled or (found[1], found[2] == "%")  # type: ignore[index]
    # No pixels at all are a frame that nobody is to see.
    return 0 if part else min(max(int(size), 1), _MOST)
