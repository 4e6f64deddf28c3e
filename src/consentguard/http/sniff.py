"""Whether a browser takes a body without a type for a page: MIME Sniffing, section 7.1."""

from __future__ import annotations

import re

#: Types that say nothing (section 7, step 1); a missing header is the empty one.
UNTYPED = frozenset({b"", b"unknown/unknown", b"application/unknown", b"*/*"})

_ENOUGH = 64  # bytes behind white space that decide
_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?[\t\n\f\r ]*+<(?:!--|\?xml|(?:!doctype html|html|head|script|iframe|h1|div"
    rb"|font|table|style|title|body|br|a|b|p)[ >])",
    re.IGNORECASE,
)


def looks_like_page(first: bytes) -> bool:
    """True for the first bytes of markup, and for so few bytes that it may become some."""
    if _PAGE.match(first):
        return True
    begun = first.removeprefix(b"\xef\xbb\xbf").lstrip(b"\t\n\f\r ")
    # Wider than the standard: sniffers differ in which white space may end a tag's name.
    return bool(first) and (not begun or (begun[:1] == b"<" and len(begun) < _ENOUGH))
