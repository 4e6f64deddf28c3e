"""The text of a script or a style element in svg, where it is markup.

A browser runs and applies the *child text content*: the text between the tags, without comments,
with the content of CDATA sections as it stands (HTML standard, 13.2.5.69), and with references
resolved elsewhere.
"""

from __future__ import annotations

import re
from html import unescape

# 13.2.5.42 to 51: comments and their odd ends; 13.2.5.41: bogus ones, up to the next ``>``.
_PIECE = re.compile(
    rb"<!\[CDATA\[(?P<section>.*?)(?:\]\]>|\Z)"
    rb"|<!--(?:-?>|.*?(?:--!?>|\Z))"
    rb"|<[!?/][^>]*+(?:>|\Z)"
    rb"|(?P<text>[^<]++|<)",
    re.DOTALL,
)


def is_plain(data: bytes) -> bool:
    """Whether the bytes are that text themselves."""
    return b"<" not in data and b"&" not in data


def child_text(data: bytes, encoding: str) -> bytes:
    """What a browser makes of these bytes, which hold no tag; in the same codec."""
    parts: list[bytes] = []
    for found in _PIECE.finditer(data):
        if found["section"] is not None:
            parts.append(found["section"])
        elif found["text"] is not None:
            parts.append(_resolved(found["text"], encoding))
    return b"".join(parts)


def _resolved(text: bytes, encoding: str) -> bytes:
    if b"&" not in text:
        return text
    return unescape(text.decode(encoding, "replace")).encode(encoding, "replace")
