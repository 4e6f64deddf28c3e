"""How a tag and an attribute are written: what everything here that reads markup begins with.

The expressions are possessive, so that none can go back over what it has taken. Section names are
those of the WHATWG HTML standard, chapter 13.2.5.
"""

from __future__ import annotations

from consentguard.possessive import compiled

#: The delimiters that end a tag name: "anything else" of the tag name state goes on.
DELIMITER = rb"(?=[\t\n\f\r />])"
NAME = rb"[a-zA-Z][^\t\n\f\r />]*+"
BARE = rb"[^\t\n\f\r >\"'][^\t\n\f\r >]*+"

# "Attribute name state" to "after attribute value (quoted) state". A name may begin with "=".
_VALUE = (
    rb"(?:[\t\n\f\r ]*+=[\t\n\f\r ]*+"
    rb"(?:\"[^\"]*+\"|'[^']*+'|" + BARE + rb"|(?=>))"
    rb"|(?![\t\n\f\r ]*+=))"
)
WHOLE_ATTRIBUTE = rb"(?:=[^\t\n\f\r />=]*+|[^\t\n\f\r />=]++)" + _VALUE
ATTRIBUTES = rb"(?:[\t\n\f\r /]++|" + WHOLE_ATTRIBUTE + rb")*+"

QUOTED_ATTRIBUTES = rb"(?:[ \t\n\r]++[a-zA-Z:\-]++=\"[^\"]*+\")*+"
# A whole tag: groups are the slash and the name.
WHOLE_TAG = rb"<(/?)(" + NAME + rb")(?:" + QUOTED_ATTRIBUTES + rb"[ /]*+>|" + ATTRIBUTES + rb">)"

#: A whole start or end tag: groups are the slash and the name.
TAG = compiled(WHOLE_TAG)
#: One attribute: name, then the value double-quoted, single-quoted or bare.
ATTRIBUTE = compiled(
    rb"[\t\n\f\r /]*+(=[^\t\n\f\r />=]*+|[^\t\n\f\r />=]++)"
    rb"(?:[\t\n\f\r ]*+=[\t\n\f\r ]*+"
    rb"(?:\"([^\"]*+)\"|'([^']*+)'|([^\t\n\f\r >\"'][^\t\n\f\r >]*+)|(?=>)))?+"
)
