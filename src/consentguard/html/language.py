"""The language that a page says it is in, by the ``lang`` of its ``html`` element.

WHATWG HTML, 3.2.6.2: the attribute goes before a ``Content-Language`` header.
"""

from __future__ import annotations

from functools import lru_cache

from .attributes import attributes, decode
from .spans import SHORT

#: Tags that are kept as they were read; a site has few that begin a page.
KEPT = 256
_LONGEST = 40  #: characters of a tag of BCP 47 that are looked at


def language(tag: bytes, encoding: str) -> str:
    """The value of ``lang`` in the start tag of an ``html`` element, ``""`` where it has none."""
    return (_read if len(tag) <= SHORT else _read.__wrapped__)(tag, encoding)


@lru_cache(KEPT)
def _read(tag: bytes, encoding: str) -> str:
    for one in attributes(tag, len(b"<html"), len(tag)):
        if one.name == b"lang":
            return decode(tag[one.value_start : one.value_end], encoding).strip()[:_LONGEST]
    return ""
