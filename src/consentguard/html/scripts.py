"""What a `<script>` is, by its attributes: code, a list of URLs, or data that nobody runs.

"Prepare the script element" of the HTML standard (4.12.1.1), steps on the type string.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from enum import StrEnum

from consentguard.possessive import compiled


class Language(StrEnum):
    """What a browser does with a script."""

    CODE = "code"  #: classic or module: it runs
    URLS = "urls"  #: import map, speculation rules or Web Bundle: JSON that names URLs
    DATA = "data"  #: JSON-LD, templates, what waits for consent already: left alone


# MIME Sniffing 4.6, "JavaScript MIME type".
_JAVASCRIPT = re.compile(
    r"(?:application|text)/(?:x-)?(?:ecma|java)script|text/(?:javascript1\.[0-5]|jscript|livescript)"
)
# Partytown runs what has its own type, in a worker, once its library finds it.
_CODE = ("module", "text/partytown")
_URLS = ("importmap", "speculationrules", "webbundle")
# What the end of the text cuts is no string, and is not looked for again from each quote in it.
_STRING = compiled(r'"((?:[^"\\]++|\\.)*+)(?:(?P<end>")(?P<key>[\t\n\r ]*+:)?+|\\?\Z)', re.DOTALL)
_ESCAPE = re.compile(r"(\\[^v])|\\v", re.DOTALL)


def language(kind: str | None, old: str | None) -> Language:
    """Decide by the values of `type` and `language`; None where the attribute is missing."""
    if kind is None:
        kind = f"text/{old}" if old else "text/javascript"
    elif not kind:
        kind = "text/javascript"
    else:
        # "with leading and trailing ASCII whitespace stripped"; Chromium strips any white space.
        kind = kind.strip()
    kind = kind.lower()
    if _JAVASCRIPT.fullmatch(kind) or kind in _CODE:
        return Language.CODE
    return Language.URLS if kind in _URLS else Language.DATA


def read_json(text: str, parse_int: Callable[[str], object] = int) -> object:
    """Read JSON as Chromium does, which knows one escape more than RFC 8259, 7: ``\\v``.

    Control characters may stand in strings: the HTML parser has made U+FFFD of a NUL.
    """
    standard = _ESCAPE.sub(lambda found: found[1] or r"\u000b", text)
    return json.loads(standard, strict=False, parse_int=parse_int)


def json_urls(text: str) -> Iterator[str]:
    """The strings of a JSON text, any of which may be a URL; keys are not contacted."""
    for found in _STRING.finditer(text):
        if found["end"] is None or found["key"] is not None:
            continue
        value = found[1]
        if "\\" in value:
            with suppress(ValueError):
                value = str(read_json(f'"{value}"'))
        yield value
