"""The data section of a MaxMind DB file: the few values that say where a network is.

Rule of this file: what nobody asked for is stepped over and never built, so that a city's names in
nine languages cost next to nothing; and every step is counted and inside the file, so that damage
is :class:`Damaged`, soon. Section and type numbers are those of the "MaxMind DB File Format
Specification", version 2.0, output data section.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

_POINTER, _TEXT, _MAP, _ARRAY, _BOOL, _FLOAT = 1, 2, 7, 11, 14, 15
#: Texts, doubles, bytes, small numbers: types whose number stands in the control byte.
_SHORT = frozenset({2, 3, 4, 5, 6})
_NUMBERS = frozenset({8, 9, 10})
#: What a pointer of 1, 2, 3 and 4 bytes begins to count from.
_POINTER_BASE = (0, 2048, 526336, 0)
#: Sizes of 29 and more stand in 1, 2 or 3 further bytes.
_SIZE_BASE = (29, 285, 65821)
#: The largest records that are sold have a hundred values.
MOST = 1000


class Damaged(ValueError):
    """The file says something that it cannot mean."""


class Wanted:
    """What is read of a value: of a map some keys, of an array its first item, else a text."""

    __slots__ = ("first", "keys")

    def __init__(self, keys: Mapping[str, Wanted] | None = None, first: Wanted | None = None):
        self.keys = {key.encode(): wanted for key, wanted in (keys or {}).items()}
        self.first = first


class Records:
    """Reads values of a data section.

    :param raw: that section alone; pointers count from its beginning.
    """

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        # Thousands of networks point to the same country.
        self._pointed_to = lru_cache(maxsize=4096)(self._value)
        self._key = lru_cache(maxsize=256)(self._behind)

    def read(self, at: int, wanted: Wanted) -> object:
        """What is wanted of the value there: a text, a dict, a list of one, or ``None``.

        :raises Damaged: where the file ends, has no such type, or goes on for too long.
        """
        try:
            return self._at(at, wanted)[0]
        except (IndexError, UnicodeDecodeError) as error:
            raise Damaged(str(error)) from None

    def _at(self, at: int, wanted: Wanted) -> tuple[object, int]:
        """What is wanted of a value that may be a pointer, and where the next one begins."""
        control = self._raw[at]
        if control >> 5 != _POINTER:
            return self._value(at, wanted), self._after(at)
        end = _end(control, at)
        target = _target(self._raw[at:end])
        # "A pointer is not allowed to point to another pointer": no circle can be made of them.
        if self._raw[target] >> 5 == _POINTER:
            raise Damaged("a pointer to a pointer")
        return self._pointed_to(target, wanted), end

    def _value(self, at: int, wanted: Wanted) -> object:
        kind, size, at = self._head(at)
        if kind == _TEXT:
            return self._bytes(at, size).decode("utf-8")
        if kind == _ARRAY:
            return [self._at(at, wanted.first)[0]] if size and wanted.first else []
        if kind != _MAP:
            return None
        found: dict[str, object] = {}
        raw = self._raw
        for _ in range(_counted(size)):
            if raw[at] >> 5 == _POINTER:
                start, at = at, _end(raw[at], at)
                key = self._key(raw[start:at])
            else:
                key, at = self._name(at)
            inner = wanted.keys.get(key)
            if inner is not None:
                found[key.decode("ascii")], at = self._at(at, inner)
            else:
                at = _end(raw[at], at) if raw[at] >> 5 == _POINTER else self._after(at)
        return found

    def _behind(self, pointer: bytes) -> bytes:
        """The key that a pointer points to: there are few of them, and every record has them."""
        return self._name(_target(pointer))[0]

    def _name(self, at: int) -> tuple[bytes, int]:
        """A key that is no pointer, and where it ends."""
        kind, size, at = self._head(at)
        if kind != _TEXT:
            raise Damaged("a key that is no text")
        return self._bytes(at, size), at + size

    def _bytes(self, at: int, size: int) -> bytes:
        found = self._raw[at : at + size]
        if len(found) != size:
            raise Damaged("a text that ends behind the file")
        return found

    def _after(self, at: int) -> int:
        """Where the value behind this one begins; by counting, since values nest."""
        raw, left = self._raw, 1
        for _ in range(MOST):
            control = raw[at]
            kind, size = control >> 5, control & 31
            if kind == _POINTER:
                at += 2 + (size >> 3)
            elif kind in _SHORT and size < 29:
                at += 1 + size
            else:
                kind, size, at = self._head(at)
                if kind in (_MAP, _ARRAY):
                    left += _counted(size) * (2 if kind == _MAP else 1)
                elif kind in _SHORT or kind in _NUMBERS or kind == _FLOAT:
                    at += size
                elif kind != _BOOL:
                    raise Damaged(f"a value of type {kind}")
            left -= 1
            if not left:
                return at
        raise Damaged("a value without an end")

    def _head(self, at: int) -> tuple[int, int, int]:
        """Type and size of a value that is no pointer, and where its payload begins."""
        raw = self._raw
        control = raw[at]
        kind, size, at = control >> 5, control & 31, at + 1
        if kind == 0:
            kind, at = 7 + raw[at], at + 1
        if size > 28:
            more = size - 28
            size = _SIZE_BASE[more - 1] + int.from_bytes(self._bytes(at, more), "big")
            at += more
        return kind, size, at


def _end(control: int, at: int) -> int:
    """Where a pointer ends that begins there."""
    return at + 2 + (control >> 3 & 3)


def _target(pointer: bytes) -> int:
    """Where a whole pointer points to."""
    more = len(pointer) - 1
    control = pointer[0]
    if more != (control >> 3 & 3) + 1:
        raise Damaged("a pointer that ends behind the file")
    target = int.from_bytes(pointer[1:], "big")
    if more < 4:
        target += (control & 7) << 8 * more
    return target + _POINTER_BASE[more - 1]


def _counted(size: int) -> int:
    if size > MOST:
        raise Damaged("more values than any record has")
    return size
