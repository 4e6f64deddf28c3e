"""Answers about names, which are few: each is worked out once, and found as fast as in a dict."""

from __future__ import annotations

from collections.abc import Callable, Sized
from typing import TypeVar

Key = TypeVar("Key", bound=Sized)
Value = TypeVar("Value")

_MOST, _LONGEST = 1024, 64


class ByName(dict[Key, Value]):
    """What ``work`` says of a key, by ``[key]``; of long and of ever more keys it is not kept.

    A client may write them. ``work`` looks at nothing but the key.
    """

    def __init__(self, work: Callable[[Key], Value]) -> None:
        super().__init__()
        self._work = work

    def __missing__(self, key: Key) -> Value:
        value = self._work(key)
        if len(self) < _MOST and len(key) <= _LONGEST:
            self[key] = value
        return value
