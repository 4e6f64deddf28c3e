"""Policies of directives, ``name value value; name value, …``: CSP and ``Feature-Policy``."""

from __future__ import annotations

import re
from collections.abc import Callable

from consentguard.http.waits import Kept

_DIRECTIVE = re.compile(rb"([^;,]++)([;,]?+)")
_VALUE = re.compile(rb"(\S++)\s*+")


def without(value: bytes, named: Callable[[bytes], bool], refused: Callable[[str], bool]) -> Kept:
    """The policies without the ``refused`` values of the ``named`` directives.

    A directive with nothing left goes, with its semicolon; all else keeps its bytes. CSP Level 3,
    section 2.2.1: directives end in semicolons, policies in commas, and names ignore case.
    """
    gone: list[str] = []

    def directive(found: re.Match[bytes]) -> bytes:
        text, end = found.groups()
        words = text.split(None, 1)
        if len(words) < 2 or not named(words[0].lower()):
            return found[0]
        kept = _VALUE.sub(one, words[1])
        if kept:
            return text[: len(text) - len(words[1])] + kept + end
        return b"," if end == b"," else b""

    def one(found: re.Match[bytes]) -> bytes:
        if not refused(url := found[1].decode("utf-8", "replace")):
            return found[0]
        gone.append(url)
        return b""

    changed = _DIRECTIVE.sub(directive, value)
    if not gone:
        return value, gone
    return (changed if changed.strip(b" \t,;") else None), gone
