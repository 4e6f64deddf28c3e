"""What the tree builder of the HTML standard knows about names: namespaces, and special elements.

The rules that use them are those "for parsing tokens in foreign content" (13.2.6.5) and the parts
of "in body" and of the table modes that open and close elements (13.2.6.4.7 to 13.2.6.4.16).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum


class Space(IntEnum):
    """The namespace that an element belongs to."""

    HTML = 0
    SVG = 1
    MATH = 2


class Point(IntEnum):
    """Whether HTML may stand inside a foreign element (13.2.6)."""

    NONE = 0
    HTML = 1  #: an HTML integration point
    TEXT = 2  #: a MathML text integration point
    ANNOTATION = 3  #: annotation-xml without an HTML encoding: only `<svg>` goes by HTML rules


def _names(words: str) -> frozenset[bytes]:
    return frozenset(words.encode("ascii").split())


# 13.2.6.5: "a start tag whose tag name is one of", which end foreign content.
BREAKOUT = _names(
    "b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head hr i img li"
    " listing menu meta nobr ol p pre ruby s small span strong strike sub sup table tt u ul var"
)
_FONT_ATTRIBUTES = _names("color face size")
#: Integration points: of svg, and of MathML for text.
SVG_POINTS = _names("foreignobject desc title")
MATH_POINTS = _names("mi mo mn ms mtext")
#: What `encoding` makes annotation-xml one of them.
HTML_ENCODINGS = frozenset(("text/html", "application/xhtml+xml"))

#: Elements without content; `image` becomes an `img`.
VOID = _names(
    "area base basefont bgsound br col embed frame hr image img input keygen link meta param"
    " source track wbr"
)
#: Start tags that "in body" ignores, or whose element is open from the beginning.
DOCUMENT = _names("html head body frameset")
#: What stands directly in a table; ignored where no table, no cell and no template is open.
TABLE_PARTS = _names("caption col colgroup tbody td tfoot th thead tr")
#: "In body", start tags: "if the stack has a p element in button scope, then close a p element".
CLOSES_P = _names(
    "address article aside blockquote center details dialog dir div dl fieldset figcaption figure"
    " footer form h1 h2 h3 h4 h5 h6 header hgroup hr li dd dt listing main menu nav ol p plaintext"
    " pre search section summary table ul xmp"
)
HEADINGS = _names("h1 h2 h3 h4 h5 h6")
#: 13.2.4.3, "formatting", the elements that are opened again.
FORMATTING = _names("a b big code em font i nobr s small strike strong tt u")
#: "Insert a marker at the end of the list of active formatting elements."
MARKERS = _names("applet caption marquee object td template th")
#: "Generate implied end tags".
IMPLIED = _names("dd dt li optgroup option p rb rp rt rtc")
#: End tags that close an element of their name "in scope", with whatever is open in it.
BLOCK_ENDS = _names(
    "address applet article aside blockquote button center details dialog dir div dl fieldset"
    " figcaption figure footer header hgroup listing main marquee menu nav object ol pre search"
    " section select summary ul dd dt"
)
#: "Has an element in scope": the HTML elements that end one. svg and math add their points.
SCOPE = _names("applet caption html marquee object select table td template th")
#: "Special" HTML elements: "any other end tag" looks no further.
SPECIAL = _names(
    "address applet area article aside base basefont bgsound blockquote body br button caption"
    " center col colgroup dd details dir div dl dt embed fieldset figcaption figure footer form"
    " frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html iframe img input keygen li link"
    " listing main marquee menu meta nav noembed noframes noscript object ol p param plaintext pre"
    " script search section select source style summary table tbody td template textarea tfoot th"
    " thead title tr track ul wbr xmp"
)
#: Names that are HTML's own, and no unknown element's.
USUAL = (
    SPECIAL
    | FORMATTING
    | BREAKOUT
    | _names(
        "abbr bdi bdo cite data del dfn font ins kbd label mark meter optgroup option output"
        " picture progress q rp rt samp time video audio canvas"
    )
)


def ends_foreign(name: bytes, attributes: Mapping[bytes, str]) -> bool:
    """True for a start tag that leaves svg and math; attributes are asked of `font` alone."""
    return name in BREAKOUT or (
        name == b"font" and not _FONT_ATTRIBUTES.isdisjoint(attributes.keys())
    )


def point(name: bytes, space: Space, attributes: Mapping[bytes, str]) -> Point:
    """What an svg or math element lets in; attributes are asked of `annotation-xml` alone."""
    if space is Space.SVG:
        return Point.HTML if name in SVG_POINTS else Point.NONE
    if name in MATH_POINTS:
        return Point.TEXT
    if name == b"annotation-xml":
        html = attributes.get(b"encoding", "").lower() in HTML_ENCODINGS
        return Point.HTML if html else Point.ANNOTATION
    return Point.NONE
