"""Where each key of a TOML text stands.

:mod:`tomllib` says what a file means and not where it says it. This scanner walks a text that
``tomllib`` has already accepted, so it only has to find keys, never to judge values (TOML 1.0).
Each part of a dotted key has a place of its own: in ``[services.ga4]`` that of ``ga4`` is the last.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field

from consentguard.possessive import compiled

KeyPath = tuple[str | int, ...]
#: The parts of a dotted key, each with its character offset.
Parts = list[tuple[str, int]]

_SPACE = compiled(r"(?:[ \t\r\n]++|#[^\n]*+)*+")
_BLANK = re.compile(r"[ \t]*+")
_KEY = compiled(r"""([A-Za-z0-9_-]++)|"((?:[^"\\\n]|\\.)*+)"|'([^'\n]*+)'""")
_STRING = compiled(
    r'"""(?:[^"\\]|\\.|"{1,2}(?!"))*+"{3,5}'
    r"|'''(?:[^']|'{1,2}(?!'))*+'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*+"'
    r"|'[^'\n]*+'",
    re.S,
)
_SCALAR = re.compile(r"[^,\]}\n#]*+")


@dataclass(slots=True)
class Positions:
    """Line and column, from 1, of each key and each table header, by path."""

    text: str
    found: dict[KeyPath, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _Walk(self.text, self.found).document()

    def at(self, path: KeyPath) -> tuple[int, int]:
        """``(line, column)`` of a path, or of its nearest parent that is written in the file."""
        while path and path not in self.found:
            path = path[:-1]
        return self.place(self.found.get(path, 0))

    def place(self, offset: int) -> tuple[int, int]:
        """``(line, column)`` of a character offset."""
        line = self.text.count("\n", 0, offset) + 1
        return line, offset - (self.text.rfind("\n", 0, offset) + 1) + 1


def source_line(text: str, number: int) -> str:
    """A line of a text, from 1, without its end; a tab is one space, so that a caret stands right.

    Only LF and CRLF end a line (TOML 1.0, "Spec"); in a comment U+2028 and the like do not.
    """
    lines = text.split("\n")
    line = lines[number - 1] if 0 < number <= len(lines) else ""
    return line.removesuffix("\r").expandtabs(1)


class _Walk:
    def __init__(self, text: str, found: dict[KeyPath, int]) -> None:
        self.text = text
        self.pos = 0
        self.found = found
        self.arrays: dict[KeyPath, int] = {}

    def document(self) -> None:
        table: KeyPath = ()
        while self.skip(_SPACE) < len(self.text):
            if self.text.startswith("[", self.pos):
                table = self.header()
            else:
                self.pair(table)

    def skip(self, what: re.Pattern[str]) -> int:
        match = what.match(self.text, self.pos)
        if match:
            self.pos = match.end()
        return self.pos

    def header(self) -> KeyPath:
        array = self.text.startswith("[[", self.pos)
        self.pos += 2 if array else 1
        self.skip(_BLANK)
        *above, (last, start) = self.dotted()
        path: KeyPath = ()
        for key, offset in above:
            path = (*path, key)
            self.found.setdefault(path, offset)
            if path in self.arrays:
                # [a.b] under [[a]] belongs to the last element of a (TOML 1.0, "Array of Tables").
                path = (*path, self.arrays[path])
        path = (*path, last)
        if array:
            index = self.arrays[path] = self.arrays.get(path, -1) + 1
            self.found.setdefault(path, start)
            path = (*path, index)
        # The table's own header wins over a header of one of its sub-tables that came before.
        self.found[path] = start
        self.pos = self.text.index("]", self.pos) + (2 if array else 1)
        return path

    def dotted(self) -> Parts:
        parts: Parts = []
        while match := _KEY.match(self.text, self.pos):
            parts.append((_unquoted(match), self.pos))
            self.pos = match.end()
            self.skip(_BLANK)
            if not self.text.startswith(".", self.pos):
                break
            self.pos += 1
            self.skip(_BLANK)
        return parts

    def pair(self, table: KeyPath) -> None:
        path = table
        for key, offset in self.dotted():
            path = (*path, key)
            self.found.setdefault(path, offset)
        self.pos = self.text.index("=", self.pos) + 1
        self.skip(_BLANK)
        self.value(path)

    def value(self, path: KeyPath) -> None:
        head = self.text[self.pos : self.pos + 1]
        if head == "[":
            self.pos += 1
            index = 0
            while self.text[self.skip(_SPACE)] != "]":
                self.found[(*path, index)] = self.pos
                self.value((*path, index))
                self.comma()
                index += 1
            self.pos += 1
        elif head == "{":
            self.pos += 1
            while self.text[self.skip(_SPACE)] != "}":
                self.pair(path)
                self.comma()
            self.pos += 1
        elif match := _STRING.match(self.text, self.pos):
            self.pos = match.end()
        else:
            self.skip(_SCALAR)

    def comma(self) -> None:
        self.skip(_SPACE)
        if self.text.startswith(",", self.pos):
            self.pos += 1


def _unquoted(match: re.Match[str]) -> str:
    """A key as ``tomllib`` names it: only basic strings have escapes."""
    if match[2] and "\\" in match[2]:
        return next(iter(tomllib.loads(f"{match[0]} = 0")))
    return next(group for group in match.groups() if group is not None)
