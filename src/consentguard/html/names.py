"""The names that both scanners act on, and the bounds that both keep.

The scanner in C reads them from here when it is imported. What names mean inside svg and math is
said in :mod:`consentguard.html.foreign`.
"""

from __future__ import annotations

#: Start tags that a scanner in HTML content always stops at.
STOPS = (
    "script iframe frame img image link object embed video audio source track input base form"
    " style textarea title xmp noembed noframes noscript plaintext svg math body html head template"
    " frameset"
)
#: End tags that it always stops at.
END_STOPS = "body html template"
#: Attributes that make any tag interesting; a name that only begins like one is taken for one.
RARE = "ping attributionsrc background formaction http-equiv data-cg-"
#: Those that hold CSS, in svg some others than `style`, where there may be a URL in it.
STYLED = "style clip-path cursor fill filter marker mask stroke"

#: Elements of which drawings consist, as they are written; what they end is a part of one.
SHAPES = (
    "path g circle rect line polygon polyline ellipse defs stop mask clipPath linearGradient"
    " radialGradient"
)
DRAWN = frozenset(SHAPES.lower().encode().split()) | {b"title", b"use", b"svg", b"math"}
#: Elements whose content is text up to their end tag.
RAW = "script style textarea title xmp noembed noframes iframe noscript"
#: Start tags behind which a browser in a frameset reads on as if they were not there, 13.2.6.4.20.
#: `noframes` is none of them.
UNFRAMED = frozenset(RAW.encode().split()) - {b"noframes"} | {b"plaintext", b"svg", b"math"}
#: With these a template goes on as it began, 13.2.6.4.18; in one that then has a `col` everything
#: else is ignored, 13.2.6.4.12.
HEADED = frozenset(b"base basefont bgsound link meta noframes script style template title".split())
#: Templates may be nested so deep in each other.
TEMPLATE_LIMIT = 64
#: Elements whose start tags are reported always: of HTML, and of svg and math.
REPORTED = frozenset(
    b"script iframe frame img image link object embed video audio source track input base form"
    b" style html head body".split()
)
# From `base` on none of svg's, but preload scanners, which know no namespaces, take it for HTML's.
REPORTED_FOREIGN = frozenset(
    b"script image use feimage set animate style base link video input source".split()
)

#: Types of scripts that hold data which nobody runs and no browser reads, as they are usually
#: written; :mod:`consentguard.html.scripts` knows all of them.
DATA_TYPES = (b"application/json", b"application/ld+json", b"text/template", b"text/html")

#: Of an inline script this much is inspected, in bytes.
SCRIPT_LIMIT = 256 * 1024
#: Any token but an inline script may be this long; a longer one ends the body.
TOKEN_LIMIT = 1024 * 1024
#: So much of a page is remembered, to learn from it what is open around an svg. Further on, an end
#: tag of HTML that no element of the svg answers to is taken to close one around it.
MEMORY = 256 * 1024

#: A sheet in svg is read between so many tags in sheets; no page has any.
TORN_LIMIT = 1000
