"""Possessive repeats of groups, right in every Python that we run on.

Before 3.11.5 a repeat like ``(?:ab?c)*+`` keeps what the first half of a failed turn has read
(gh-106052, gh-100061): text is passed over that nobody has looked at. ``(?>(?:ab?c)*)`` says the
same, and is matched rightly there; it is not used everywhere, as it takes more time and memory.
"""

from __future__ import annotations

import re
from typing import AnyStr

#: This ``re`` is one of those: the repeat swallows the second ``a``.
BROKEN = re.compile("(?:ab?c)*+a").fullmatch("aca") is None

_TOKEN = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.", re.DOTALL)
_POSSESSIVE = re.compile(r"([*+?]|\{\d*,?\d*\})\+")


def compiled(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """An expression in which groups are repeated possessively; not a verbose one."""
    if not BROKEN:
        return re.compile(pattern, flags)
    if isinstance(pattern, bytes):
        return re.compile(atomic(pattern.decode("latin-1")).encode("latin-1"), flags)
    return re.compile(atomic(pattern), flags)


def atomic(pattern: str) -> str:
    """The same with an atomic group in place of each such repeat; those of one character stay."""
    out: list[str] = []
    begun: list[int] = []
    at = 0
    while token := _TOKEN.match(pattern, at):
        at = token.end()
        if token[0] == "(":
            begun.append(len(out))
        out.append(token[0])
        if token[0] == ")":
            start, repeat = begun.pop(), _POSSESSIVE.match(pattern, at)
            if repeat:
                at = repeat.end()
                out.insert(start, "(?>")
                out.append(f"{repeat[1]})")
    return "".join(out)
