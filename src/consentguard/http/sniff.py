"""What a browser makes of a response: by its type, or by its first bytes where it has none.

In doubt it is a page, and one that nobody can read. Section numbers are those of MIME Sniffing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import Enum
from functools import lru_cache

from consentguard.http.message import Header, fields_of, values

#: Types that say nothing (section 7, step 1); no header and a broken one are the empty one.
UNTYPED = frozenset({b"", b"unknown/unknown", b"application/unknown", b"*/*"})

#: What is parsed as HTML; Turbo puts what a stream holds into the page that asked for it.
_HTML = frozenset((b"text/html", b"text/vnd.turbo-stream.html"))
_XHTML = b"application/xhtml+xml"
#: XML (section 4.6), and what browsers take for it beside.
_XML = frozenset((b"text/xml", b"application/xml", b"text/xsl", b"text/rdf"))
_PARTS = b"multipart/x-mixed-replace"
#: The usual types that are no document's, as they are usually written: most responses end here.
_NO_PAGES = frozenset(
    b"application/json text/css text/javascript application/javascript image/png image/jpeg"
    b" image/webp font/woff2 application/octet-stream text/plain text/event-stream".split()
) | {b"application/json; charset=utf-8", b"text/plain; charset=utf-8"}
#: A page's, as frameworks write it.
_USUAL = frozenset((b"text/html; charset=utf-8", b"text/html;charset=utf-8", b"text/html"))
#: Transfer codings that a server makes itself (RFC 9112, section 7).
_SENT = frozenset((b"chunked", b"identity", b""))
_BLANK = b"\t\n\f\r "
_BOM = b"\xef\xbb\xbf"
_LONGEST = 256  # bytes of a type to be remembered
_SKIPPED = bytes(range(0x21))  # white space, and what Chromium takes for it
_KIND = re.compile(rb"[\t ]*attachment[\t ]*(?:;.*)?", re.IGNORECASE | re.DOTALL)
#: Where browsers end a type, for which RFC 9110, section 8.3.1, has stricter rules.
_TYPE = re.compile(rb"[^\t\n\f\r ;(]*+")
# Section 7.1: the tags by which bytes without a type are HTML.
_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?[\t\n\f\r ]*+<(?:!--|(?:!doctype html|html|head|script|iframe|h1|div"
    rb"|font|table|style|title|body|br|a|b|p)[ >])",
    re.IGNORECASE,
)


#: The first value of each header, by its name in lower case.
Fields = Mapping[bytes, bytes]


class Shape(Enum):
    """What a browser makes of a response."""

    HTML = "a page of HTML"
    DOUBT = "a page that may be read otherwise: XHTML, another type beside, too few bytes to tell"
    DOCUMENT = "other XML, or parts that replace each other: it may hold scripts and pages"
    OTHER = "nothing that contacts anybody: data, an image, a download"


#: What is a page, or may turn out to be one.
_PAGES = (None, Shape.HTML, Shape.DOUBT)
_PAGE_OF_HTML = Shape.HTML  # members of an enum take long to look up


def described(headers: Sequence[Header]) -> dict[bytes, bytes]:
    """The first value of each header, but every type and every transfer coding, joined.

    Of two types browsers take the last that they understand, or the first (Fetch, "extract a MIME
    type"). Two dispositions that disagree count as none: it may be shown.
    """
    fields = fields_of(headers)
    if len(fields) != len(headers):
        for name in (b"content-type", b"transfer-encoding"):
            said = dict.fromkeys(values(headers, name))
            if len(said) > 1:
                fields[name] = b", ".join(said)
        if len(set(values(headers, b"content-disposition"))) > 1:
            del fields[b"content-disposition"]
    return fields


def shape(fields: Fields, first: bytes) -> Shape:
    """What a response is, as :func:`described`, once the ``first`` bytes of its body are there."""
    if _downloaded(fields):
        return Shape.OTHER
    content_type = fields.get(b"content-type", b"")
    coding = fields.get(b"transfer-encoding")
    if coding is not None and coding.strip().lower() not in _SENT:
        return Shape.DOUBT if shown(content_type) else Shape.OTHER
    if content_type in _USUAL:
        return _PAGE_OF_HTML
    return _named(content_type) or _sniffed(first)


def _named(content_type: bytes) -> Shape | None:
    """What a response of this type is, None where its first bytes decide; an app has few types."""
    return _made(content_type) if len(content_type) <= _LONGEST else _made.__wrapped__(content_type)


@lru_cache(maxsize=128)
def _made(content_type: bytes) -> Shape | None:
    kinds = _kinds(content_type)
    if not kinds:
        return None
    html, active = not _HTML.isdisjoint(kinds), any(map(_active, kinds))
    if _XHTML in kinds or (html and active):
        return Shape.DOUBT
    if html:
        return Shape.HTML
    return Shape.DOCUMENT if active else Shape.OTHER


def shown(content_type: bytes) -> bool:
    """Whether a browser makes a document of it, or looks at its first bytes to find out."""
    if content_type in _NO_PAGES:
        return False
    if content_type in _USUAL:
        return True
    return _named(content_type) is not Shape.OTHER


def may_be_page(fields: Fields) -> bool:
    """Whether it is a page as far as headers tell; a download is not shown, and keeps its bytes."""
    if _downloaded(fields):
        return False
    content_type = fields.get(b"content-type", b"")
    return content_type in _USUAL or _named(content_type) in _PAGES


def looks_like_page(first: bytes) -> bool:
    """True for the first bytes of markup, and for so few bytes that it may become some."""
    return _sniffed(first) is not Shape.OTHER


def _sniffed(first: bytes) -> Shape:
    """What bytes without a type are (section 7.1), with doubt where the standard has bytes left."""
    if _PAGE.match(first):
        return Shape.HTML
    begun = first.removeprefix(_BOM).lstrip(_SKIPPED)
    if not first or not begun or _BOM.startswith(first):
        return Shape.DOUBT if first else Shape.OTHER
    # Wider than the standard: Chromium knows more tags, and what only begins like one.
    return Shape.DOUBT if begun[:1] == b"<" else Shape.OTHER


def _downloaded(fields: Fields) -> bool:
    disposition = fields.get(b"content-disposition")
    # Chromium shows what only begins so: "attachment inline".
    return disposition is not None and _KIND.fullmatch(disposition) is not None


def _kinds(content_type: bytes) -> list[bytes]:
    """The media types in a header, in lower case, without those that say nothing."""
    kinds = []
    for part in content_type.lower().split(b","):
        found = _TYPE.match(part.strip(_BLANK))
        kind = found[0] if found else b""
        if b"/" in kind[1:-1] and kind not in UNTYPED:
            kinds.append(kind)
    return kinds


def _active(kind: bytes) -> bool:
    """Whether a browser makes a document of it that is not HTML."""
    return kind.endswith(b"+xml") or kind in _XML or kind == _PARTS
