"""Reading a parsed policy file: its tables, what is reported, and the first pass over its shape.

An error marks its key as broken. What reads the file later finds the key missing and keeps quiet
about what follows from that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from consentguard.errors import Problem
from consentguard.policy import shape
from consentguard.policy.positions import KeyPath, Positions, source_line
from consentguard.policy.suggest import choices, did_you_mean, meant

#: Lists of tables: what each of them may have.
ITEMS: Mapping[tuple[str, ...], shape.Shape] = {("regions", "*", "minors"): shape.MINORS}


@dataclass(slots=True)
class Reader:
    """One pass over a parsed file; ``problems`` grows while it reads."""

    data: dict[str, Any]
    positions: Positions
    problems: list[Problem] = field(default_factory=list)
    broken: set[KeyPath] = field(default_factory=set)
    meant: dict[KeyPath, str] = field(default_factory=dict)  #: unknown keys, each with its help
    moved: set[KeyPath] = field(default_factory=set)  #: where keys in a wrong table belong

    def report(self, code: str, path: KeyPath, message: str, help: str = "") -> None:
        """Note a problem at a key; errors also mark the key, so that later steps skip it."""
        line, col = self.positions.at(path)
        name = ".".join(str(p) for p in path)
        source = source_line(self.positions.text, line)
        texts = (plain(name), plain(message), plain(help))
        self.problems.append(Problem(line, col, code, *texts, source))
        if code.startswith("E"):
            self.broken.add(path)
            if code == "E101":
                self.meant[path] = help

    def damaged(self, *path: str | int) -> bool:
        """True when an error was reported at a path or below it."""
        return any(p[: len(path)] == path for p in self.broken)

    def silent(self, *path: str | int) -> bool:
        """True when a key, a table above it or what looks like its misspelling was reported."""
        return path in self.moved or any(
            path[:n] in self.broken
            or any(
                p[:-1] == path[: n - 1] and f"'{path[n - 1]}'" in h for p, h in self.meant.items()
            )
            for n in range(1, len(path) + 1)
        )

    def check(self, table: Mapping[str, Any], allowed: shape.Shape, path: KeyPath) -> None:
        """Report unknown keys and wrong values below ``path``."""
        for key, value in table.items():
            here = (*path, key)
            rule = allowed.get(key, allowed.get("*"))
            if rule is None:
                help = self.instead(key, allowed)
                self.report("E101", here, f"unknown key '{key}'{_inside(path)}", help)
            elif callable(rule):
                if expected := rule(value):
                    near = meant(value, choices(expected)) if isinstance(value, str) else ""
                    help = f"did you mean '{near}'?" if near else expected
                    self.report("E102", here, f"'{key}' cannot be {shown(value)}", help)
                else:
                    self.unbuilt(here, value, choices(rule(object()) or ""))
                    self.items(value, here)
            elif isinstance(value, dict):
                self.unbuilt(here, value)
                self.check(value, rule, here)
            else:
                self.report("E102", here, f"'{key}' cannot be {shown(value)}", "a table")

    def items(self, value: Any, path: KeyPath) -> None:
        """Report what is wrong in the tables of a list."""
        names = tuple(str(p) for p in path)
        for shaped in (table for key, table in ITEMS.items() if _like(names, key)):
            for index, item in enumerate(value):
                self.check(item, shaped, (*path, index))

    def instead(self, key: str, allowed: shape.Shape) -> str:
        """What to write for an unknown key: a like one, its own table, or one of all there are."""
        homes = sorted(_homes(key), key=lambda table: ("ID" in table, len(table)))
        if meant(key, allowed) or not homes:
            return did_you_mean(key, allowed)
        home = homes[0]
        if "ID" not in home:
            self.moved.add((*home, key))
        if not home:
            return "it belongs at the top of the file, above every [table]"
        return f"it belongs in [{'.'.join(home)}]"

    def unbuilt(self, path: KeyPath, value: Any, words: tuple[str, ...] = ()) -> None:
        """Say what this version does not enforce, and refuse what would be a false promise."""
        names = tuple(str(p) for p in path)
        missing = [v for key, values in shape.NOT_YET.items() if _like(names, key) for v in values]
        if value in missing:
            built = " | ".join(f'"{word}"' for word in words if word not in missing)
            text = f"{names[-1]} = {shown(value)} is not available yet"
            self.report("E104", path, text, f"this version has {built}" if built else "")
        elif value and any(_like(names, later) for later in shape.LATER):
            name = ".".join(names)
            self.report("W001", path, f"'{name}' is kept but not enforced by this version")

    def table(self, *path: str) -> dict[str, Any]:
        """A table of the file, without what was reported as broken; empty when it is missing."""
        here: Any = self.data
        for key in path:
            here = here.get(key, {}) if isinstance(here, dict) else {}
        return self._sound(here, path) if isinstance(here, dict) else {}

    def _sound(self, table: Mapping[str, Any], path: KeyPath) -> dict[str, Any]:
        return {
            k: self._sound(v, (*path, k)) if isinstance(v, dict) else self._whole(v, (*path, k))
            for k, v in table.items()
            if (*path, k) not in self.broken
        }

    def _whole(self, value: Any, path: KeyPath) -> Any:
        """Of a list of tables those without an error; half a rule would be another rule."""
        if not isinstance(value, list) or not any(isinstance(item, dict) for item in value):
            return value
        return [item for n, item in enumerate(value) if not self.damaged(*path, n)]

    def section(self, name: str, cls: type) -> dict[str, Any]:
        """Constructor arguments for a dataclass of the same keys; lists become tuples."""
        known = {f.name for f in fields(cls)}
        return {
            k: tuple(v) if isinstance(v, list) else v
            for k, v in self.table(name).items()
            if k in known
        }


def plain(text: str) -> str:
    """One line of it: what a terminal could not print is escaped."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def shown(value: Any) -> str:
    """A value as TOML writes it, cut to what fits into a line."""
    if isinstance(value, bool):
        return str(value).lower()
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _inside(path: KeyPath) -> str:
    if not path:
        return ""
    name = ".".join(part for part in path if isinstance(part, str))
    return f" in [[{name}]]" if isinstance(path[-1], int) else f" in [{name}]"


def _homes(key: str, tables: shape.Shape = shape.POLICY) -> list[tuple[str, ...]]:
    """Every table of the file that may have a key of this name; ``()`` is the top."""
    found: list[tuple[str, ...]] = [()] if key in tables else []
    for name, inner in tables.items():
        if not callable(inner):
            step = "ID" if name == "*" else name
            found += [(step, *rest) for rest in _homes(key, inner)]
    return found


def _like(path: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    return len(path) == len(pattern) and all(
        b in ("*", a) for a, b in zip(path, pattern, strict=True)
    )
