"""The data set that travels with the package: read once a process, when first asked for.

``data/catalogue.tsv`` is compiled by ``tools/catalogue`` from the TOML files that stand beside it
in the repository and from published lists. Under it lie the lists that the site's operator has
stored; a process that runs does not see a later update.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from .dataset import Entry, parse
from .lists import store
from .lists.tier import Lists
from .shelf import Shelf

FILE = Path(__file__).with_name("data") / "catalogue.tsv"


@cache
def shelf() -> Shelf:
    """Every bundled service, indexed, and the operator's lists under them."""
    return Shelf.read(_entries(), Lists(lists()))


@cache
def lists() -> tuple[store.Stored, ...]:
    """The lists that the operator has stored; a damaged one is logged and left out."""
    return store.load(store.folder())


@cache
def digest() -> str:
    """Names this state of the data: pages that depend on it are another page after an upgrade."""
    found = hashlib.sha256(FILE.read_bytes())
    for one in lists():
        found.update(f"{one.origin.name} {one.origin.digest}\n".encode())
    return found.hexdigest()[:12]


def _entries() -> tuple[Entry, ...]:
    return tuple(parse(FILE.read_text("utf-8")))
