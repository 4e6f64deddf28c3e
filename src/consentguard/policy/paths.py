"""Prefixes of paths in whole segments: ``/news`` is one of ``/news`` and ``/news/1``."""

from __future__ import annotations


def longest(path: str, prefixes: tuple[str, ...]) -> int:
    """The length of the longest of these prefixes that ``path`` is below, 0 for none."""
    if not prefixes:
        return 0
    below = path.rstrip("/") + "/"
    found = (prefix.rstrip("/") + "/" for prefix in prefixes)
    return max((len(prefix) for prefix in found if below.startswith(prefix)), default=0)
