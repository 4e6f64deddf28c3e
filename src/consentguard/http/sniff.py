"""Whether a browser shows a response as a page: by its type, or by its bytes where it has none."""

from __future__ import annotations

import re
from collections.abc import Mapping

#: Types that say nothing (section 7, step 1); a missing header is the empty one.
UNTYPED = frozenset({b"", b"unknown/unknown", b"application/unknown", b"*/*"})

_PAGES = frozenset((b"text/html", b"application/xhtml+xml"))
#: The usual types that are no page's, as they are usually written: most responses end here.
_NO_PAGES = frozenset(
    b"application/json text/css text/javascript application/javascript image/png image/jpeg"
    b" image/webp image/svg+xml font/woff2 application/octet-stream".split()
)
#: A page's, as frameworks write it.
_USUAL = frozenset((b"text/html; charset=utf-8", b"text/html;charset=utf-8", b"text/html"))
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


def shown(content_type: bytes) -> bool:
    """Whether a browser shows it as a page, or looks at its first bytes to find out."""
    if content_type in _NO_PAGES:
        return False
    return _named(content_type) or _kind(content_type) in UNTYPED


def may_be_page(fields: Mapping[bytes, bytes]) -> bool:
    """Whether it is a page as far as headers tell; a download is not shown, and keeps its bytes.

    ``fields`` has the first value of each header, by its name in lower case.
    """
    if not shown(fields.get(b"content-type", b"")):
        return False
    disposition = fields.get(b"content-disposition")
    return disposition is None or not disposition.strip().lower().startswith(b"attachment")


def is_page(fields: Mapping[bytes, bytes], first: bytes) -> bool:
    """The same once the ``first`` bytes of the body are there (MIME Sniffing, section 7.1)."""
    if not may_be_page(fields):
        return False
    return _named(fields.get(b"content-type", b"")) or looks_like_page(first)


def _named(content_type: bytes) -> bool:
    """Whether it says that it is a page."""
    return content_type in _USUAL or _kind(content_type) in _PAGES


def _kind(content_type: bytes) -> bytes:
    """The media type alone, in lower case."""
    return content_type.partition(b";")[0].strip().lower()
