"""Every key of a policy file with what it means, takes and defaults to: for editors and docs.

The keys and what they take come from :mod:`~consentguard.policy.shape`, as the loader has them;
the meanings from ``keys.toml``. Nothing here is read at a request, nor when a site starts.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from functools import cache
from importlib.resources import files
from typing import Any

from consentguard.model import (
    BannerSettings,
    Enforcement,
    GeoSettings,
    LedgerSettings,
    Purpose,
    Service,
    Site,
)
from consentguard.policy import shape
from consentguard.policy.reader import ITEMS
from consentguard.policy.suggest import choices

Path = tuple[str, ...]

#: How a path of :data:`shape.POLICY` names a key of the user's own, and how people read it.
ANY, ID = "*", "ID"

#: Where the loader takes the defaults of a table from.
_DATACLASSES: Mapping[Path, type] = {
    ("site",): Site,
    ("geo",): GeoSettings,
    ("enforcement",): Enforcement,
    ("ledger",): LedgerSettings,
    ("banner",): BannerSettings,
    ("purposes", ANY): Purpose,
    ("services", ANY): Service,
}

#: Defaults that stand in the loader itself.
_VALUES: Mapping[Path, Any] = {
    ("policy", "version"): "1",
    ("policy", "material"): True,
    ("signals", "gpc"): "everywhere",
    ("signals", "google_consent_mode"): "basic",
}

#: What no file can do without.
REQUIRED: frozenset[Path] = frozenset(
    {
        ("schema",),
        ("site",),
        ("site", "name"),
        ("site", "contact"),
        ("services", ANY, "purposes"),
        ("regions", ANY, "extends"),
    }
)


@dataclass(frozen=True, slots=True)
class Key:
    """One key or table: ``path`` as in :data:`shape.POLICY`, ``check`` None for a table.

    ``default`` is the value that holds without the key, ``default_words`` where it depends on
    something; None and empty where there is none.
    """

    path: Path
    check: shape.Check | None
    means: str
    default: Any = None
    default_words: str = ""

    @property
    def name(self) -> str:
        """The path as people write it: ``services.ID.hosts``."""
        return ".".join(ID if part == ANY else part for part in self.path)

    @property
    def expected(self) -> str:
        """What the loader says that it wants here."""
        said = (self.check(object()) or "") if self.check else "a table"
        return said.partition(" like ")[0].rstrip(",")

    @property
    def choices(self) -> tuple[str, ...]:
        """The words that it takes, without those of a later version; empty where it takes more."""
        return tuple(c for c in choices(self.expected) if c not in self.refused)

    @property
    def refused(self) -> tuple[Any, ...]:
        """Values that would promise a protection which this version does not have."""
        return shape.NOT_YET.get(self.path, ())

    @property
    def later(self) -> bool:
        """True for what is kept and not enforced yet, or stands in such a table."""
        return any(self.path[: len(key)] == key for key in shape.LATER)

    @property
    def required(self) -> bool:
        """True where the table is of no use without it."""
        return self.path in REQUIRED


@cache
def keys() -> tuple[Key, ...]:
    """Every key of a policy file, in the order of the file; a table comes before its keys.

    Raises :class:`KeyError` for a key of the shape that ``keys.toml`` says nothing about.
    """
    words = tomllib.loads(files(__package__).joinpath("keys.toml").read_text("utf-8"))
    return tuple(_walk(shape.POLICY, (), words["means"], words["defaults"]))


def _walk(
    table: shape.Shape, above: Path, means: Mapping[str, str], defaults: Mapping[str, str]
) -> Iterator[Key]:
    for name, rule in table.items():
        path = (*above, name)
        check = rule if callable(rule) else None
        said = ".".join(ID if part == ANY else part for part in path)
        words = defaults.get(said, "")
        yield Key(path, check, means[said], None if words else _default(path), words)
        inner = ITEMS.get(path) if callable(rule) else rule
        if inner is not None:
            yield from _walk(inner, path, means, defaults)


def _default(path: Path) -> Any:
    if path in _VALUES:
        return _VALUES[path]
    table = _DATACLASSES.get(path[:-1])
    found = [f.default for f in fields(table) if f.name == path[-1]] if table else []
    value = found[0] if found else MISSING
    if value is MISSING or value in ("", (), frozenset()):
        return None
    return list(value) if isinstance(value, tuple | frozenset) else value
