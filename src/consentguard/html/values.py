"""How the value of one attribute holds its URLs: srcset, lists, meta refresh.

All take the decoded value and never raise. URLs are given as they stand; the judge parses them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from consentguard.possessive import compiled

from .table import Shape

_SPACE = r"[\t\n\f\r ]"
# "Parse a srcset attribute" (4.8.4.3.10): a URL runs to white space; one that ends in commas has no
# descriptors; else descriptors run to a comma outside parentheses.
_CANDIDATE = compiled(
    r"[\t\n\f\r ,]*+([^\t\n\f\r ]*[^\t\n\f\r ,])(?:,++|(?:[^(,]++|\([^)]*+(?:\)|\Z))*+)"
)
# "Shared declarative refresh steps" (4.2.5.3), and more: Chromium takes any white space for it, and
# any number for the time.
_REFRESH = compiled(
    r"\s*+(?=[^\s,;]*[0-9.])[^\s,;]++\s*+[,;]?\s*+(?:[uU][rR][lL]\s*+=\s*+)?+(.*)", re.DOTALL
)


def srcset(value: str) -> list[str]:
    """The URL of every image candidate, those with descriptors that a browser refuses included."""
    return _CANDIDATE.findall(value)


def refresh(value: str) -> list[str]:
    """Where a meta refresh may lead; nothing where it reloads the page or is no refresh.

    A URL in quotes ends at the next one; to Chromium at the last one, if there is any.
    """
    found = _REFRESH.match(value)
    url = found[1] if found else ""
    quote = url[:1]
    readings = [url]
    if quote in ("'", '"'):
        begun = url[1:]
        last = begun.rfind(quote)
        readings = [begun.partition(quote)[0], begun[:last] if last > 0 else begun]
    return [one for one in dict.fromkeys(map(str.strip, readings)) if one]


def urls(value: str, shape: Shape) -> Sequence[str]:
    """The URLs of a value of this shape, in order; none for a document."""
    if shape is Shape.URL:
        return (value,)
    if shape is Shape.SRCSET:
        return srcset(value)
    if shape is Shape.LIST:
        return value.split()
    if shape is Shape.VALUES:
        return [one.strip() for one in value.split(";")]
    return refresh(value) if shape is Shape.REFRESH else ()
