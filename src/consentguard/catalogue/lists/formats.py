"""From the bytes of a list to what is taken of it; its format is told by its content."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable, Mapping
from typing import Any

from . import adblock, disconnect, duckduckgo, ghostery
from .errors import ListError
from .taken import Taken

FORMATS = ("easyprivacy", "disconnect", "duckduckgo", "ghostery")

#: Bytes of a list, packed and unpacked.
MAX_BYTES = 64 * 1024 * 1024

_HEADER = re.compile(r"\[(?:adblock|ublock|adguard)[^\]\n]*\]", re.IGNORECASE)
_TITLE = re.compile(r"^!\s*title\s*:", re.IGNORECASE | re.MULTILINE)
_RULE = re.compile(r"^(?:@@)?\|\|[^\s/^]+[/^]", re.MULTILINE)
_JSON: Mapping[str, Callable[[Mapping[str, Any]], Taken]] = {
    "disconnect": disconnect.read,
    "duckduckgo": duckduckgo.read,
    "ghostery": ghostery.read,
}
_HELP = "it is none of " + ", ".join(FORMATS)


def read(data: bytes, where: str, format: str = "") -> Taken:
    """The list.

    :param data: its bytes, gzip or not.
    :param where: what errors call it.
    :param format: one of :data:`FORMATS`; empty: told by the content.

    Raises ListError for one that is too long, of no known format, broken as JSON, or without
    anything to take: what is stored stays as it is.
    """
    text = _text(data, where)
    if text.lstrip()[:1] == "{":
        table = _table(text, where)
        found = format or _kind(table)
        if found not in _JSON:
            raise ListError(f"{where}: {_HELP}. Download the list itself, or name its --format")
        taken = _JSON[found](table)
    elif format in _JSON:
        raise ListError(f"{where}: a list of {format} is a JSON object, and this is none")
    else:
        if not format:
            _must_be_filters(text, where)
        taken = adblock.read(text)
    if not taken.services:
        raise ListError(
            f"{where}: as {taken.format}, nothing in it can be taken ({_reasons(taken)}). "
            "Is the file whole, and the --format right?"
        )
    return taken


def _reasons(taken: Taken) -> str:
    return ", ".join(f"{n} {why}" for why, n in taken.left_out.items()) or "it is empty"


def _text(data: bytes, where: str) -> str:
    if data[:2] == b"\x1f\x8b":
        data = _unpacked(data, where)
    if len(data) > MAX_BYTES:
        raise ListError(f"{where}: longer than {MAX_BYTES >> 20} MB, so it is no list of hosts")
    # Filter lists are UTF-8; what is not shows as a line that cannot be read.
    return data.decode("utf-8-sig", "replace")


def _unpacked(data: bytes, where: str) -> bytes:
    unpacker = zlib.decompressobj(wbits=31)
    try:
        found = unpacker.decompress(data, MAX_BYTES + 1)
    except zlib.error as error:
        raise ListError(f"{where}: broken gzip data ({error}): download it again") from None
    if not unpacker.eof and len(found) <= MAX_BYTES:
        raise ListError(f"{where}: gzip data that end too early: download it again")
    return found


def _table(text: str, where: str) -> dict[str, Any]:
    try:
        table = json.loads(text)
    except json.JSONDecodeError as error:
        raise ListError(
            f"{where}:{error.lineno}:{error.colno}: broken JSON ({error.msg}): download it again"
        ) from None
    except (ValueError, RecursionError):
        raise ListError(f"{where}: JSON with a number or nesting that no list has") from None
    return table if isinstance(table, dict) else {}


def _kind(table: Mapping[str, Any]) -> str:
    categories = table.get("categories")
    if isinstance(table.get("trackers"), dict):
        return "duckduckgo"
    if isinstance(categories, dict) and isinstance(table.get("patterns"), dict):
        return "ghostery"
    if isinstance(categories, dict) and any(isinstance(v, list) for v in categories.values()):
        return "disconnect"
    return ""


def _must_be_filters(text: str, where: str) -> None:
    head = text[:100_000]
    if "! trackerdb_id:" in head:
        raise ListError(
            f"{where}: Ghostery's database as filters, which lose the categories. "
            "Take trackerdb.json, which is published beside it"
        )
    if not _HEADER.match(head.lstrip()) and not _TITLE.search(head) and not _RULE.search(head):
        raise ListError(f"{where}: {_HELP}. Download the list itself, or name its --format")
