"""Writes a MaxMind DB file, the same bytes for the same ranges."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Sequence
from pathlib import Path

from .ranges import Range

#: What stands between the records and the metadata of an MMDB file.
METADATA_MARKER = b"\xab\xcd\xefMaxMind.com"


def content(path: Path) -> str:
    """A short digest of the tree and the records, which stand before the metadata."""
    body, marker, _ = path.read_bytes().rpartition(METADATA_MARKER)
    return hashlib.sha256(body).hexdigest()[:16] if marker else "none"


def write(path: Path, found: Sequence[Range], sources: str, built: int) -> None:
    """Writes the ranges as a database that ``geoip2`` takes for a country database.

    ``sources`` and the digest of the content become its description; ``built`` is its build date
    in seconds since 1970. Raises ValueError for ranges out of order, and for none at all.
    """
    from mmdb_writer import SearchTreeLeaf, SearchTreeNode, TreeWriter  # noqa: PLC0415

    leaves = {c: SearchTreeLeaf({"country": {"iso_code": c}}) for *_, c in found}
    lasts = [last for _, last, _ in found]
    if any(first <= last for last, (first, _, _) in zip(lasts, found[1:], strict=False)):
        raise ValueError("ranges overlap or are out of order")
    nodes: dict[tuple[int, int], SearchTreeNode] = {}

    def subtree(first: int, size: int) -> SearchTreeNode | SearchTreeLeaf | None:
        at = bisect_left(lasts, first)
        if at == len(found) or found[at][0] >= first + size:
            return None
        if found[at][0] <= first and found[at][1] >= first + size - 1:
            return leaves[found[at][2]]
        left, right = subtree(first, size // 2), subtree(first + size // 2, size // 2)
        # Equal branches are stored once: the format allows it, and it saves space.
        return nodes.setdefault((id(left), id(right)), SearchTreeNode(left, right))

    root = subtree(0, 1 << 128)
    if not isinstance(root, SearchTreeNode):
        raise ValueError("there is nothing to write")
    meta = {
        "ip_version": 6,
        "database_type": "Consentguard-Country",
        "languages": ["en"],
        "binary_format_major_version": 2,
        "binary_format_minor_version": 0,
        "build_epoch": built,
        "description": {"en": ""},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = TreeWriter(root, meta)
    writer.write(str(path))
    meta["description"] = {"en": described(sources, content(path))}
    writer.write(str(path))


def described(sources: str, digest: str) -> str:
    """The sentence in the file's metadata by which ``--check`` knows it."""
    return f"sources: {sources}; content {digest}"
