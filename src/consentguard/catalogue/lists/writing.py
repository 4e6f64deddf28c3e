"""Storing a list, and deleting one: a file is there whole, or as it was before.

Called by the command line alone; a site that runs never writes here.
"""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from .errors import ListError
from .store import VARIABLE, Origin, digest, files, valid
from .taken import Taken

_NOTE = (
    "# Written by `consentguard catalogue update`: do not edit. The list has a licence of its own."
)


def write(taken: Taken, name: str, source: str, now: datetime, where: Path | None) -> Path:
    """Store a list in place of an earlier one of its name, or leave that as it was.

    ``now`` is in UTC. Raises ListError where the folder cannot be written.
    """
    file = _file(name, where)
    body = "".join(f"{line}\n" for line in (_NOTE, *taken.lines(name)))
    origin = Origin(
        name,
        taken.format,
        source,
        now.isoformat(timespec="seconds"),
        taken.title,
        taken.version,
        taken.licence,
        taken.entries,
        len(taken.services),
        digest(body.encode()),
    )
    text = f"# {json.dumps(asdict(origin))}\n{body}"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        _replace(file, text)
    except OSError as error:
        raise ListError(
            f"{file}: cannot be written ({error.strerror}). Set {VARIABLE} to a folder that this "
            "user may write and the web server's user may read"
        ) from None
    return file


def remove(name: str, where: Path | None) -> Path:
    """Delete a stored list. Raises ListError where there is none."""
    file = _file(name, where)
    try:
        file.unlink()
    except FileNotFoundError:
        known = ", ".join(path.stem for path in files(where)) or "none"
        raise ListError(f"{file} does not exist; stored are: {known}") from None
    except OSError as error:
        raise ListError(f"{file}: cannot be deleted ({error.strerror})") from None
    return file


def _file(name: str, where: Path | None) -> Path:
    if not valid(name):
        raise ListError(f"{name!r}: a list's name is of a-z, 0-9 and -, and begins with a letter")
    if where is None:
        raise ListError(f"this user has no home folder: set {VARIABLE} to a folder for lists")
    return where / f"{name}.tsv"


def _replace(file: Path, text: str) -> None:
    """Write beside the file, then put it in its place: nobody reads half of it."""
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=f".{file.stem}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        # The web server is often another user, and a list is no secret.
        Path(temporary).chmod(0o644)
        Path(temporary).replace(file)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
