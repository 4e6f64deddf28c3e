"""The expressions that the scanner runs on: what may be skipped in one leap, and what ends a token.

All of them work on bytes of an ASCII-superset charset and are possessive, so that none can go back
over what it has taken. Section names are those of the WHATWG HTML standard, chapter 13.2.5.
"""

from __future__ import annotations

import re


def _any_case(word: str) -> bytes:
    return b"".join(
        b"[%c%c]" % (char, char - 32) if 97 <= char <= 122 else b"%c" % char
        for char in word.encode("ascii")
    )


def _one_of(words: str) -> bytes:
    """Alternation in any case, grouped by first letter so that it fails on the first byte."""
    groups: dict[str, list[str]] = {}
    for word in words.split():
        groups.setdefault(word[0], []).append(word[1:])
    return (
        b"(?:"
        + b"|".join(
            _any_case(first) + b"(?:" + b"|".join(map(_any_case, rest)) + b")"
            for first, rest in sorted(groups.items())
        )
        + b")"
    )


#: Start tags that a scanner in HTML content always stops at.
STOPS = (
    "script iframe frame img image link object embed video audio source track input base form"
    " style textarea title xmp noembed noframes noscript plaintext svg math body html head template"
)
#: End tags that it always stops at.
END_STOPS = "body html template"
#: Attributes that make any tag interesting; a name that only begins like one is taken for one.
RARE = "style ping background formaction http-equiv data-cg-"

#: The delimiters that end a tag name: "anything else" of the tag name state goes on.
_DELIMITER = rb"(?=[\t\n\f\r />])"
_NAME = rb"[a-zA-Z][^\t\n\f\r />]*+"

# "Attribute name state" to "after attribute value (quoted) state". A name may begin with "=".
_VALUE = (
    rb"(?:[\t\n\f\r ]*+=[\t\n\f\r ]*+"
    rb"(?:\"[^\"]*+\"|'[^']*+'|[^\t\n\f\r >\"'][^\t\n\f\r >]*+|(?=>))"
    rb"|(?![\t\n\f\r ]*+=))"
)
_ATTRIBUTE = rb"(?:=[^\t\n\f\r />=]*+|[^\t\n\f\r />=]++)" + _VALUE
_ATTRIBUTES = rb"(?:[\t\n\f\r /]++|" + _ATTRIBUTE + rb")*+"

# A style attribute without a parenthesis, an escape or a character reference holds no URL.
_CALM_STYLE = _any_case("style") + rb"=\"[^\"(\\&]*+\""
_DULL_ATTRIBUTES = (
    rb"(?:[\t\n\f\r /]++|" + _CALM_STYLE + rb"|(?!" + _one_of(RARE) + rb")" + _ATTRIBUTE + rb")*+"
)
# The shape that nearly all attributes have, tried first for its speed.
_PLAIN_NAME = (
    rb"(?:[acegi-oqrt-z][\w:\-]*+"
    rb"|(?!background|formaction|data-cg-|http-equiv|ping|style)[a-z][a-z0-9\-]*+)"
)
_PLAIN_ATTRIBUTES = rb"(?:[ \n]++(?:" + _PLAIN_NAME + rb"=\"[^\"]*+\"|style=\"[^\"(\\&]*+\"))*+"
_DULL_REST = _PLAIN_ATTRIBUTES + rb"(?:>|" + _DULL_ATTRIBUTES + rb">)"

# An icon: `<svg>` with nothing in it that loads, ends raw text or leaves foreign content.
_SHAPES = (
    rb"(?:path|g|circle|rect|line|polygon|polyline|ellipse|defs|stop|mask|clipPath"
    rb"|linearGradient|radialGradient)"
)
_LOCAL_USE = (
    rb"<use(?:[ \n]++(?:(?:xlink:)?href=\"#[^\"]*+\""
    rb"|(?:class|x|y|width|height)=\"[^\"]*+\"))*+ ?/?>"
)
_ICON_PARTS = (
    rb"(?:[^<]++|<"
    + _SHAPES
    + _DELIMITER
    + _DULL_REST
    + rb"|</"
    + _SHAPES
    + rb">|<title>[^<]*+</title>|"
    + _LOCAL_USE
    + rb"|</use>){0,4000}+"
)
_ICON = rb"<svg" + _DELIMITER + _PLAIN_ATTRIBUTES + rb">" + _ICON_PARTS + rb"</svg>"

_COMMON = rb"(?:div|a|span|li|p|ul|h[1-6]|path|br|button|td|i|b|strong|section)" + _DELIMITER
_DULL_START = (
    rb"<(?:" + _COMMON + rb"|(?!" + _one_of(STOPS) + _DELIMITER + rb")" + _NAME + rb")" + _DULL_REST
)
_DULL_END = (
    rb"</(?:(?:div|a|span|li|p|ul|h[1-6]|button|td|i|b|strong|section)>"
    rb"|(?!" + _one_of(END_STOPS) + _DELIMITER + rb")" + _NAME + rb"(?:>|" + _ATTRIBUTES + rb">))"
)

#: In HTML content: everything up to the next thing that somebody has to look at.
SKIP = re.compile(
    rb"(?:[^<]++|" + _DULL_START + rb"|" + _DULL_END + rb"|" + _ICON + rb"|<(?=[^a-zA-Z/!?]))*+"
)
#: In foreign content: text, and shapes that are closed at once.
SKIP_FOREIGN = re.compile(
    rb"(?:[^<]++|<" + _SHAPES + _DELIMITER + _PLAIN_ATTRIBUTES + rb" ?(?:/>|></" + _SHAPES + rb">)"
    rb"|<(?=[^a-zA-Z/!?]))*+"
)
#: In HTML content inside foreign content, where every tag is counted: text.
SKIP_TEXT = re.compile(rb"(?:[^<]++|<(?=[^a-zA-Z/!?]))*+")

#: A whole start or end tag: groups are the slash and the name.
TAG = re.compile(rb"<(/?)(" + _NAME + rb")" + _ATTRIBUTES + rb">")
#: A whole start tag none of whose attributes can matter.
DULL_TAG = re.compile(rb"<" + _NAME + _DULL_REST)
#: One attribute: name, then the value double-quoted, single-quoted or bare.
ATTRIBUTE = re.compile(
    rb"[\t\n\f\r /]*+(=[^\t\n\f\r />=]*+|[^\t\n\f\r />=]++)"
    rb"(?:[\t\n\f\r ]*+=[\t\n\f\r ]*+"
    rb"(?:\"([^\"]*+)\"|'([^']*+)'|([^\t\n\f\r >\"'][^\t\n\f\r >]*+)|(?=>)))?+"
)

# Attributes that any table of ours may ask for.
_ASKED = (
    "action as background content data encoding formaction href http-equiv imagesrcset language"
    " name ping poster rel src srcdoc srcset style type xlink:href"
)
#: The next attribute of a tag that may be asked for: name, then the value in its three forms.
ASKED = re.compile(
    rb"(?:[\t\n\f\r /]++|(?!(?:"
    + _one_of(_ASKED)
    + rb"(?=[\t\n\f\r />=])|"
    + _any_case("data-cg-")
    + rb"))"
    + _ATTRIBUTE
    + rb")*+"
    + ATTRIBUTE.pattern
)

#: Where text of an element ends: "appropriate end tag token".
RAW_END = {
    name.encode(): re.compile(rb"</" + _any_case(name) + _DELIMITER)
    for name in (
        "script",
        "style",
        "textarea",
        "title",
        "xmp",
        "noembed",
        "noframes",
        "iframe",
        "noscript",
    )
}
#: What changes the state within a script: "script data escaped" and "double escaped".
SCRIPT_TURN = re.compile(
    rb"(?P<open><!--)|(?P<close>-->)"
    rb"|(?P<end></[sS][cC][rR][iI][pP][tT](?=[\t\n\f\r />]))"
    rb"|(?P<start><[sS][cC][rR][iI][pP][tT](?=[\t\n\f\r />]))"
)
#: "Comment start state", "comment start dash state": `<!-->` and `<!--->` are closed at once.
COMMENT_START = re.compile(rb"<!--(-?>)?")
#: "Comment end state", "comment end bang state".
COMMENT_END = re.compile(rb"--!?>")
#: What of a comment end may have come so far.
COMMENT_TAIL = re.compile(rb"(?:--!|--|-|)\Z")
#: In svg, of a script or style: text, CDATA sections and comments up to the first tag.
FOREIGN_TEXT = re.compile(
    rb"(?:[^<]++|<!\[CDATA\[(?:[^\]]++|\](?!\]>))*+\]\]>"
    rb"|<!--(?:-?>|(?!-?>)(?:[^-]++|-(?!-!?>))*+--!?>)"
    rb"|<(?:\?|!(?!--|\[CDATA\[)|/(?=[^a-zA-Z]))[^>]*+>|<(?=[^a-zA-Z/!?]))*+"
)
#: Where that stopped: at what is begun only, or may yet become something else than a tag.
UNFINISHED = re.compile(rb"\Z|<\Z|<[!?]|</(?![a-zA-Z])|</[a-zA-Z]{0,6}\Z")
#: A start tag that the end of a noscript cuts: the name.
CUT_TAG = re.compile(rb"<(" + _NAME + rb")(?=[\t\n\f\r />])")
