"""The exact URLs of tracker scripts, from the integrations of @c15t/scripts (Apache-2.0)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from .facts import Hosts
from .packages import Files
from .rules import C15T_PURPOSE

SOURCE = "c15t"

_ENTRY = re.compile(
    r"vendor: '([^']+)',\s*label: ['\"]([^'\"]+)['\"].*?consentCategory: '([^']+)'", re.DOTALL
)
_URL = re.compile(r"""["'`]https://([a-z0-9.-]+)(/[A-Za-z0-9_./-]*)?([?{$"'`])""")


def read(files: Files) -> Iterator[Hosts]:
    """The script URLs of every vendor that the registry gives a category."""
    entries = _ENTRY.findall(files["dist/registry.js"])
    known = {vendor: (label, kind) for vendor, label, kind in entries}
    for path, text in sorted(files.items()):
        label, kind = known.get(PurePosixPath(path).stem, ("", ""))
        patterns = sorted({pattern_of(found) for found in _URL.finditer(text)})
        if label and patterns:
            yield Hosts(label, label, C15T_PURPOSE[kind], tuple(patterns), SOURCE)


def pattern_of(found: re.Match[str]) -> str:
    """Host and path of a script; a host alone where no script's path can be read."""
    host, path, end = found.groups("")
    if not path:
        return host
    if end in "{$":  # the rest of the path is filled in later
        path = path[: path.rindex("/") + 1]
    return host if path == "/" else host + path
