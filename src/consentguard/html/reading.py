"""What one start tag asks a browser for, read from its bytes alone.

No positions are kept, so equal tags read equal.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from .attributes import attributes, decode, only
from .scripts import Language, language
from .table import HTML, PREFIX, SVG, Kind, Shape, Slot, link_kind
from .values import urls

# What says how a slot of the table is meant, and what we replace.
_BESIDES = frozenset(b"as href http-equiv language name rel style type".split())
#: The attributes that somebody asks for, and our own.
ASKED = only(
    _BESIDES | {slot.name for table in (HTML, SVG) for slots in table.values() for slot in slots},
    prefix=PREFIX,
)
#: The rest of a tag in the shape that most tags have: plain names, values in double quotes.
_PLAIN = re.compile(
    rb'(?:[ \t\n\f\r]++(?!data-cg-)[a-z_:][a-z0-9_:.\-]*+(?:="[^"]*+")?+)*+[ \t\n\f\r/]*+>'
)
_PAIR = re.compile(rb'[ \t\n\f\r]([a-z_:][a-z0-9_:.\-]*+)(?:="([^"]*+)")?+')


class Asked(NamedTuple):
    """One attribute by which a browser would contact somebody."""

    name: bytes
    kind: Kind
    urls: Sequence[str]  #: decoded
    document: str | None  #: the value of a ``srcdoc``


class Reading(NamedTuple):
    """One start tag."""

    asked: Sequence[Asked]
    language: Language  #: of a script; ``DATA`` for any other tag
    external: bool  #: a script whose code is elsewhere
    href: str | None  #: of a `<base>`
    styled: bool  #: it has a ``style`` attribute
    marked: bool  #: it has a ``data-cg-`` attribute of the application's own


def read(tag: bytes, name: bytes, foreign: bool, encoding: str) -> Reading:
    """The reading of a start tag, from its ``<`` to its ``>``; ``name`` is in lower case."""
    values, marked = _values(tag, 1 + len(name))
    slots = (SVG if foreign else HTML).get(name, ())
    asked: list[Asked] = []
    for slot in slots:
        raw = values.get(slot.name)
        kind = _kind(name, slot, values, encoding) if raw else None
        text = decode(raw, encoding) if raw and kind is not None else ""
        if text and kind is not None:
            whole = text if slot.shape is Shape.DOCUMENT else None
            asked.append(Asked(slot.name, kind, urls(text, slot.shape), whole))
    script = name == b"script"
    return Reading(
        asked,
        _language(values, encoding) if script else Language.DATA,
        script and any(slot.kind is Kind.SCRIPT and slot.name in values for slot in slots),
        _value(values, b"href", encoding) if name == b"base" else None,
        b"style" in values,
        marked,
    )


def _value(values: dict[bytes, bytes], name: bytes, encoding: str) -> str | None:
    raw = values.get(name)
    return None if raw is None else decode(raw, encoding)


def _language(values: dict[bytes, bytes], encoding: str) -> Language:
    return language(_value(values, b"type", encoding), _value(values, b"language", encoding))


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


def _kind(element: bytes, slot: Slot, values: dict[bytes, bytes], encoding: str) -> Kind | None:
    """The kind of request in this very tag; None where the attribute contacts nobody."""
    if not slot.depends:
        return slot.kind
    if element == b"link":
        rel, destination = (_value(values, name, encoding) for name in (b"rel", b"as"))
        return link_kind(rel or "", destination or "")
    name, wanted = (b"http-equiv", b"refresh") if element == b"meta" else (b"type", b"image")
    said = decode(values.get(name, b""), "latin-1").lower()
    return slot.kind if said.encode() == wanted else None
