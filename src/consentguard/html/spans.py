"""What the scanner says: where the few things stand that somebody has to look at."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from .foreign import Space


class What(IntEnum):
    """The kinds of spans."""

    TAG = 0  #: a start tag
    SCRIPT = 1  #: a script's start tag, and its content up to ``stop``
    STYLE = 2  #: the content of a style element: no tag in it
    END = 3  #: ``</body>`` or ``</html>`` as real markup
    DOCTYPE = 4  #: the beginning of one


class Span(NamedTuple):
    """One thing found; indexes are into :attr:`Scanner.buffer` and live until the next feed."""

    what: What
    name: bytes  #: of the element, in ASCII lower case
    start: int
    end: int
    stop: int  #: scripts: the end of the content inspected; else ``end``
    space: Space = Space.HTML
    template: bool = False  #: inside `<template>`
    whole: bool = True  #: false where a script goes on after ``stop``, or where a tag was cut
    broken: bool = False  #: a script of svg with tags in it: ``stop`` stands before the first
    silent: bool = False  #: a script that names none of the snippets looked for, and no URL
