"""Where lists are kept, and how a site reads them: one file a list, outside of the package.

The first line says as JSON where a list came from, and a digest of the rest; then come lines of the
data set's format, sorted. A file whose digest is wrong counts as damaged and is left out.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

VARIABLE = "CONSENTGUARD_LISTS"

log = logging.getLogger("consentguard")

_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")


@dataclass(frozen=True, slots=True)
class Origin:
    """The first line of a stored list."""

    name: str
    format: str
    source: str  #: where it was taken from
    taken: str  #: when, in UTC (ISO 8601)
    title: str
    version: str
    licence: str
    entries: int  #: host patterns
    services: int
    digest: str  #: of the lines

    def age(self, now: datetime) -> int:
        """Whole days since it was taken."""
        return (now - datetime.fromisoformat(self.taken).astimezone(UTC)).days


@dataclass(frozen=True, slots=True)
class Stored:
    """A list as a site reads it."""

    origin: Origin
    lines: Sequence[str]


def folder() -> Path | None:
    """Where lists are kept: ``CONSENTGUARD_LISTS``, else the user's data folder; None without."""
    if named := os.environ.get(VARIABLE):
        return Path(named)
    from platformdirs import user_data_path  # noqa: PLC0415 - not needed where the variable is set

    found = user_data_path("consentguard", appauthor=False) / "lists"
    return found if found.is_absolute() else None  # an account without home has none


def valid(name: str) -> bool:
    """Whether a list may be called so."""
    return _NAME.fullmatch(name) is not None


def files(where: Path | None) -> list[Path]:
    """The files of the folder that are lists by their name, sorted; empty where it is missing."""
    try:
        with os.scandir(where or "") as found:
            names = [entry.name for entry in found if entry.name.endswith(".tsv")]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        log.warning(
            "lists in %s are not read (%s): let this user read the folder, or set %s",
            *(where, error.strerror, VARIABLE),
        )
        return []
    return [Path(where or "", name) for name in sorted(names) if valid(name[:-4])]


def load(where: Path | None) -> tuple[Stored, ...]:
    """Every list that is whole. A damaged one is left out, with one warning that names it."""
    if os.environ.get(VARIABLE) and where and not where.is_dir():
        log.warning("%s names %s, which is no folder: no list is in use", VARIABLE, where)
    return tuple(stored for file in files(where) if (stored := _sound(file)))


def origins(where: Path | None) -> Iterator[tuple[Path, Origin | None]]:
    """What is stored; None for a file that is damaged."""
    for file in files(where):
        stored = _sound(file)
        yield file, stored.origin if stored else None


def _sound(file: Path) -> Stored | None:
    try:
        first, _, body = file.read_bytes().partition(b"\n")
        origin = Origin(**json.loads(first.removeprefix(b"# ")))
        origin.age(datetime.now(UTC))
        if (origin.name, origin.digest) != (file.stem, digest(body)):
            raise ValueError("its lines are not those that were written")
    except (OSError, ValueError, TypeError, RecursionError) as error:
        log.warning(
            "list %s is left out (%s): take it again with `consentguard catalogue update --from "
            "FILE|URL --name %s`, or delete it with `consentguard catalogue remove %s`",
            *(file, getattr(error, "strerror", None) or error, file.stem, file.stem),
        )
        return None
    return Stored(origin, body.decode().split("\n")[1:-1])


def digest(body: bytes) -> str:
    """What tells that lines are those that were written."""
    return hashlib.sha256(body).hexdigest()[:16]
