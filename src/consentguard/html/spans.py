"""What the scanner says: where the few things stand that somebody has to look at."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from .foreign import Space

#: Tags and scripts of so many bytes are passed over by a set of them, and sheets of HTML.
SHORT = 4096
#: What stands before the bytes there, to tell them from those of a tag of HTML: those of a sheet,
#: and those of a tag in svg or math.
SHEET, FOREIGN = b"\1", b"\0"


class What(IntEnum):
    """The kinds of spans."""

    TAG = 0  #: a start tag
    SCRIPT = 1  #: a script's start tag, and its content up to ``stop``
    STYLE = 2  #: a sheet that may hold a URL, from ``end`` to ``stop``; in svg, a piece of one
    END = 3  #: ``</body>`` or ``</html>`` as real markup
    DOCTYPE = 4  #: the beginning of one
    # From here on: where readers of the page would part.
    #: The rest of a CDATA section in svg or math, which is markup to a reader that knows no
    #: namespaces; ``broken`` where that begins, ``whole`` where the section ends.
    SECTION = 5
    #: Behind a start tag in svg or math, of no length: such a reader takes what follows for text.
    ASIDE = 6
    #: Before a tag that a frameset ignores which is still open, of no length; one for each of them.
    FRAMED = 7
    #: Before an end tag of HTML that closes an svg or math, of no length: ``name`` is the latter's.
    DRAWING = 8
    #: What is best left out: the content of a noscript that is not whole, a frameset's tag in svg,
    #: a tag that is ignored among the columns of a template.
    ODD = 9


class Span(NamedTuple):
    """One thing found; indexes are into :attr:`Scanner.buffer` and live until the next feed."""

    what: What
    name: bytes  #: of the element, in ASCII lower case
    start: int
    end: int
    stop: int  #: scripts and sheets: the end of the content inspected; else ``end``
    space: Space = Space.HTML
    template: bool = False  #: inside `<template>`
    whole: bool = True  #: false where a script goes on after ``stop``, or where a tag was cut
    broken: bool = False  #: in svg: a script up to a tag in it, or what follows one in a sheet
    silent: bool = False  #: a script that names none of the snippets looked for, and no URL
