"""The expressions that the scanner runs on: what may be skipped in one leap, and what ends a token.

All of them work on bytes of an ASCII-superset charset and are possessive, so that none can go back
over what it has taken. Section names are those of the WHATWG HTML standard, chapter 13.2.5.
"""

from __future__ import annotations

import re

from consentguard.possessive import compiled

from .names import END_STOPS, RARE, RAW, SHAPES, STOPS, STYLED
from .syntax import (
    ATTRIBUTES,
    BARE,
    DELIMITER,
    NAME,
    QUOTED_ATTRIBUTES,
    WHOLE_ATTRIBUTE,
    WHOLE_TAG,
)


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


# CSS without an escape or a character reference, and without a function whose name ends as those do
# that take a URL, holds none; what begins with "#" is a part of this very page.
_CALM = rb"=\"[^\"(\\&]*+(?:\((?:(?=#)|(?<![lLtTcC]\())[^\"(\\&]*+)*+\""
_DULL_ATTRIBUTES = (
    rb"(?:[\t\n\f\r /]++|"
    + _one_of(STYLED)
    + rb"[^\t\n\f\r />=]*+"
    + _CALM
    + rb"|(?!"
    + _one_of(f"{RARE} {STYLED}")
    + rb")"
    + WHOLE_ATTRIBUTE
    + rb")*+"
)
# Names that nearly all attributes have: their first one or two letters say that they are not rare.
_SAFE_NAMES = (
    rb"[egi-lnoqrt-z][a-zA-Z0-9_:\-]*+",
    rb"a[a-su-z][a-zA-Z0-9_:\-]*+",
    rb"class",
    rb"c[a-km-tv-z][a-zA-Z0-9_:\-]*+",
    rb"m[b-z][a-zA-Z0-9_:\-]*+",
    rb"max[a-z]*+",
    rb"h[a-su-z][a-z]*+",
    rb"data-(?:[abd-z]|c[a-fh-z])[a-z0-9_\-]*+",
    rb"s[a-su-z][a-z]*+",
    rb"d",
    rb"[bd][b-z][a-z0-9_\-]*+",
    rb"f[a-hj-np-z][a-z0-9_\-]*+",
    rb"p[a-hj-z][a-z0-9_\-]*+",
    rb"for",
    rb"focusable",
)
# The double-quoted ones come first, each by itself: that is what nearly all of them are.
_PLAIN_ATTRIBUTES = (
    rb"(?:[ \t\n\r]++(?:"
    + b"|".join(name + rb"=\"[^\"]*+\"" for name in _SAFE_NAMES)
    + rb"|(?:"
    + b"|".join(word.encode() for word in STYLED.split())
    + rb")[a-z\-]*+"
    + _CALM
    + rb"|(?:"
    + b"|".join(_SAFE_NAMES)
    + rb")(?:=(?:'[^']*+'|"
    + BARE
    + rb")|(?=>| [^ \t\n\f\r=]))))*+"  # behind blanks its value may come
)
_DULL_REST = _PLAIN_ATTRIBUTES + rb"[ /]*+(?:>|" + _DULL_ATTRIBUTES + rb">)"

# An icon: `<svg>` with nothing in it that loads, ends raw text or leaves foreign content.
_SHAPES = b"(?:" + "|".join(SHAPES.split()).encode() + b")"
_LOCAL_USE = (
    rb"<use(?:[ \n]++(?:(?:xlink:)?href=\"#[^\"]*+\""
    rb"|(?:class|x|y|width|height)=\"[^\"]*+\"))*+ ?/?>"
)
_ICON_PARTS = (
    rb"(?:[^<]++|<"
    + _SHAPES
    + DELIMITER
    + _DULL_REST
    + rb"|</"
    + _SHAPES
    + rb">|<title>[^<]*+</title>|"
    + _LOCAL_USE
    + rb"|</use>){0,4000}+"
)
_ICON = rb"<svg" + DELIMITER + _PLAIN_ATTRIBUTES + rb">" + _ICON_PARTS + rb"</svg>"

# Names that most tags have, so that the list of stops is seldom gone through.
_COMMON = (
    rb"(?:div|a|span|li|p|ul|h[1-6]|path|br|button|td|tr|i|b|strong|section|meta|article|label|em"
    rb"|option|nav|small|header|footer|figure|picture|dd|dt|dl|ol|th|time|table|tbody|hr|g|font)"
)
# The name is atomic: what fails behind it is not tried twice.
_DULL_START = (
    rb"(?>"
    + _COMMON
    + DELIMITER
    + rb"|(?!"
    + _one_of(STOPS)
    + DELIMITER
    + rb")"
    + NAME
    + rb")"
    + _DULL_REST
)
# An end tag without attributes whose first two letters say that it is none of those.
_PLAIN_END = (
    rb"/(?:[ac-gi-su-zAC-GI-SU-Z][a-zA-Z0-9\-]*+|[hH][a-su-zA-SU-Z1-6][a-zA-Z0-9\-]*+"
    rb"|[tT][a-df-zA-DF-Z][a-zA-Z0-9\-]*+|[bB](?:[a-np-zA-NP-Z][a-zA-Z0-9\-]*+)?+)>"
)
_DULL_END = (
    rb"/(?!" + _one_of(END_STOPS) + DELIMITER + rb")" + NAME + rb"(?:>|" + ATTRIBUTES + rb">)"
)
# "Comment start state" to "comment end bang state", of a comment that is whole.
_WHOLE_COMMENT = rb"!--(?!-?>)[^\-]*+(?:-(?!-!?>)[^\-]*+)*+--!?>"

# Of several "<" in a row the last one alone may begin something.
_SKIP = (
    rb"[^<]*+(?:<++(?:"
    + _PLAIN_END
    + rb"|"
    + _DULL_START
    + rb"|"
    + _DULL_END
    + rb"|"
    + _WHOLE_COMMENT
    + rb"|"
    + _ICON.removeprefix(b"<")
    + rb"|title>[^<]*+</title>|(?=[^a-zA-Z/!?<]))[^<]*+)*+(?:<(?=<))*+"
)
#: In HTML content: everything up to the next thing that somebody has to look at, and that, if it is
#: a whole tag. The third group is the end tag of a script or a frame if one follows: most of them
#: are empty. The groups stand outside of what is possessive.
SKIP = compiled(_SKIP + rb"(?:" + WHOLE_TAG + rb"(</script>|</iframe>|)|)")
#: In an svg: what stands before the next `use`, and that tag as the one group, where all of them
#: close what they open.
DRAWN = compiled(
    rb"(?:[^<]++|<title>[^<]*+</title>|<path"
    + DELIMITER
    + _PLAIN_ATTRIBUTES
    + rb" ?(?:/>|></path>))*+(?:(<use"
    + QUOTED_ATTRIBUTES
    + rb" ?/?>)(?:(?<=/>)|[ \t\n\r]*+</use>)|)"
)
_NO_TAG = rb"[^<]++|<(?:(?=[^a-zA-Z/!?])|" + _WHOLE_COMMENT + rb")"
#: In foreign content: text, and shapes that are closed at once.
SKIP_FOREIGN = compiled(
    rb"(?:"
    + _NO_TAG
    + rb"|<"
    + _SHAPES
    + DELIMITER
    + _PLAIN_ATTRIBUTES
    + rb" ?(?:/>|></"
    + _SHAPES
    + rb">))*+"
)
#: In HTML content inside foreign content, where every tag is counted: text.
SKIP_TEXT = compiled(rb"(?:" + _NO_TAG + rb")*+")
#: In foreign content: a script without a tag in it. Groups are its start tag and its end tag.
DRAWN_SCRIPT = compiled(rb"(<script" + QUOTED_ATTRIBUTES + rb">)[^<]*+(</script>)")

#: A whole start tag none of whose attributes can matter.
DULL_TAG = compiled(rb"<" + NAME + _DULL_REST)
#: Where text of an element ends: "appropriate end tag token".
RAW_END = {name.encode(): re.compile(rb"</" + _any_case(name) + DELIMITER) for name in RAW.split()}
#: Start tags of HTML behind which something else than plain markup comes.
TURNS = frozenset((*RAW_END, b"plaintext", b"svg", b"math", b"template", b"frameset"))
#: What changes the state within a script: "script data escaped" and "double escaped". The last
#: group is 1 for `<!--`, 2 for a start or an end tag, none for `-->`.
SCRIPT_TURN = re.compile(
    rb"[<\-](?:(?<=<)(?:(!--)|(/?)[sS][cC][rR][iI][pP][tT](?=[\t\n\f\r />]))|(?<=-)->)"
)
#: "Comment start state", "comment start dash state": `<!-->` and `<!--->` are closed at once.
COMMENT_START = re.compile(rb"<!--(-?>)?")
#: "Comment end state", "comment end bang state".
COMMENT_END = re.compile(rb"--!?>")
#: What of a comment end may have come so far.
COMMENT_TAIL = re.compile(rb"(?:--!|--|-|)\Z")
#: In svg, of a script or style: text, CDATA sections and comments up to the first tag.
FOREIGN_TEXT = compiled(
    rb"(?:[^<]++|<!\[CDATA\[(?:[^\]]++|\](?!\]>))*+\]\]>"
    rb"|<!--(?:-?>|(?!-?>)(?:[^-]++|-(?!-!?>))*+--!?>)"
    rb"|<(?:\?|!(?!--|\[CDATA\[)|/(?=[^a-zA-Z]))[^>]*+>|<(?=[^a-zA-Z/!?]))*+"
)
#: What of that is other text to a reader without namespaces.
ODD_TEXT = {
    b"script": re.compile(rb"<!--"),
    b"style": compiled(rb"\A(?:[^&<]++|<!\[CDATA\[(?:[^\]]++|\](?!\]>))*+\]\]>)*+[&<]"),
}
#: Where that stopped: at what is begun only, or may yet become something else than a tag.
UNFINISHED = re.compile(rb"\Z|<\Z|<[!?]|</(?![a-zA-Z])|</[a-zA-Z]{0,6}\Z")
#: A start tag that the end of a noscript cuts: the name.
CUT_TAG = re.compile(rb"<(" + NAME + rb")(?=[\t\n\f\r />])")
