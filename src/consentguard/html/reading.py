"""What one start tag asks a browser for, read from its bytes alone.

No positions are kept, so equal tags read equal: the tags of a site's templates come again and
again, and small ones are remembered.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from .attributes import attributes, decode
from .grammar import ASKED
from .scripts import Language, language
from .spans import Span
from .table import HTML, PREFIX, SVG, Kind, Shape, Slot, link_kind
from .values import urls

#: The rest of a tag in the shape that most tags have: plain names, values in double quotes.
_PLAIN = re.compile(
    rb'(?:[ \t\n\f\r]++(?!data-cg-)[a-z_:][a-z0-9_:.\-]*+(?:="[^"]*+")?+)*+[ \t\n\f\r/]*+>'
)
_PAIR = re.compile(rb'[ \t\n\f\r]([a-z_:][a-z0-9_:.\-]*+)(?:="([^"]*+)")?+')
#: Bytes of a tag that is remembered, and how many are.
_SHORT, _MANY = 1024, 4096


class Asked(NamedTuple):
    """One attribute by which a browser would contact somebody."""

    name: bytes
    kind: Kind
    urls: tuple[str, ...]  #: decoded
    document: str | None  #: the value of a ``srcdoc``


class Reading(NamedTuple):
    """One start tag."""

    asked: tuple[Asked, ...]
    language: Language  #: of a script
    external: bool  #: a script whose code is elsewhere
    href: str | None  #: of a `<base>`
    styled: bool  #: it has a ``style`` attribute
    marked: bool  #: it has a ``data-cg-`` attribute of the application's own


def read(buffer: bytearray, span: Span, foreign: bool, encoding: str) -> Reading:
    """The reading of the tag at ``span``."""
    tag = bytes(buffer[span.start : span.end])
    if len(tag) <= _SHORT:
        return _remembered(tag, span.name, foreign, encoding)
    return _read(tag, span.name, foreign, encoding)


def _read(tag: bytes, name: bytes, foreign: bool, encoding: str) -> Reading:
    values, marked = _values(tag, 1 + len(name))
    slots = (SVG if foreign else HTML).get(name, ())

    def value(attribute: bytes) -> str | None:
        raw = values.get(attribute)
        return None if raw is None else decode(raw, encoding)

    asked = []
    for slot in slots:
        text = value(slot.name)
        kind = _kind(name, slot, value(b"rel"), value(b"as"), values) if text else None
        if text and kind is not None:
            whole = text if slot.shape is Shape.DOCUMENT else None
            asked.append(Asked(slot.name, kind, tuple(urls(text, slot.shape)), whole))
    return Reading(
        asked=tuple(asked),
        language=language(value(b"type"), value(b"language")),
        external=any(slot.name in values for slot in slots),
        href=value(b"href") if name == b"base" else None,
        styled=b"style" in values,
        marked=marked,
    )


_remembered = lru_cache(_MANY)(_read)


def _values(tag: bytes, start: int) -> tuple[dict[bytes, bytes], bool]:
    """Raw values by lower-case name, the first of each; and whether one looks like ours."""
    if _PLAIN.fullmatch(tag, start):
        # Read from behind, so that of two attributes with one name the first counts.
        return dict(reversed(_PAIR.findall(tag, start))), False
    values: dict[bytes, bytes] = {}
    marked = False
    for one in attributes(tag, start, len(tag), ASKED):
        values.setdefault(one.name, tag[one.value_start : one.value_end])
        marked = marked or one.name.startswith(PREFIX)
    return values, marked


def _kind(
    element: bytes, slot: Slot, rel: str | None, destination: str | None, values: dict[bytes, bytes]
) -> Kind | None:
    """The kind of request in this very tag; None where the attribute contacts nobody."""
    if not slot.depends:
        return slot.kind
    if element == b"link":
        return link_kind(rel or "", destination or "")
    name, wanted = (b"http-equiv", b"refresh") if element == b"meta" else (b"type", b"image")
    return (
        slot.kind if decode(values.get(name, b""), "latin-1").lower().encode() == wanted else None
    )
