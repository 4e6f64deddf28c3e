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
# "Shared declarative refresh steps" (4.2.5.3).
_REFRESH = compiled(
    rf"{_SPACE}*+(?:[0-9]++|(?=\.))[0-9.]*+(?=[;,]|{_SPACE}){_SPACE}*+[;,]?{_SPACE}*+"
    rf"(?:[uU][rR][lL]{_SPACE}*+={_SPACE}*+)?+(?:(\"[^\"]*+|'[^']*+)|(.*))",
    re.DOTALL,
)


def srcset(value: str) -> list[str]:
    """The URL of every image candidate, those with descriptors that a browser refuses included."""
    return _CANDIDATE.findall(value)


def refresh(value: str) -> str | None:
    """Where a meta refresh leads; None where it reloads the page or is no refresh."""
    found = _REFRESH.match(value)
    if found is None:
        return None
    return (found[1][1:] if found[1] is not None else found[2]) or None


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
    url = refresh(value) if shape is Shape.REFRESH else None
    return () if url is None else (url,)
