"""Which scanner runs: the C twin where it was built, else the pure one; the spans are the same.

This is the one place that chooses, once, at import, and without a word: ``consentguard --version``
says what came of it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from typing import Protocol

from .spans import Span

__all__ = ["NAME", "REASON", "VERSION", "Scanner", "Scanning", "snippets"]

#: What the twin's own ``VERSION`` must be; it moves with every change that both have to make.
VERSION = 11

_VARIABLE = "CONSENTGUARD_PURE_PYTHON"
_NO = frozenset(("", "0", "false", "no", "off"))


class Scanning(Protocol):
    """What both scanners offer; :mod:`consentguard.html.stream` says what it means."""

    def __init__(
        self,
        *,
        scripting: bool = True,
        snippets: object = None,
        idle: Sequence[AbstractSet[bytes]] = (),
    ) -> None:
        """Begin; ``snippets`` is what :func:`snippets` gave.

        A tag, script or sheet whose bytes are in one of the sets ``idle``, behind what
        :mod:`consentguard.html.spans` says, is not reported, until there is a `<base>`. Those of a
        silent script are its start tag's.
        """

    @property
    def buffer(self) -> bytes | bytearray:
        """The bytes that the indexes of the spans count in."""

    @property
    def offset(self) -> int:
        """The place of ``buffer[0]`` in the input, in bytes."""

    @property
    def settled(self) -> int:
        """So many bytes of the buffer are decided."""

    @property
    def overflow(self) -> bool:
        """True once a token went past its bound."""

    @property
    def closing(self) -> bytes:
        """What ends the text that the end of the file would cut."""

    @property
    def steps(self) -> int:
        """How often it went round: of tests."""

    @property
    def examined(self) -> int:
        """How many bytes it looked at, one looked at twice counted twice: of tests."""

    def feed(self, data: bytes) -> list[Span]:
        """Take in the next piece and return what it completed, in order."""

    def finish(self) -> list[Span]:
        """Take in the end of the file."""


def choose(variable: str) -> tuple[type[Scanning], str]:
    """The scanner for that value of ``CONSENTGUARD_PURE_PYTHON``, and why it is not the C twin.

    The reason is empty where it is. A twin that cannot be loaded, or that was built for other
    sources than these, counts as none: nothing is raised.
    """
    if variable.strip().lower() not in _NO:
        return _pure(), f"{_VARIABLE} is set"
    try:
        from ._scanner import VERSION as BUILT  # noqa: PLC0415 - it may be missing
        from ._scanner import Scanner as Twin  # noqa: PLC0415
    except ModuleNotFoundError:
        return _pure(), "not built"
    except Exception:  # a foreign one may stumble over anything
        return _pure(), "not loadable"
    if BUILT != VERSION:
        return _pure(), "built for another version"
    return Twin, ""


def _pure() -> type[Scanning]:
    from .scanner import Scanner as Pure  # noqa: PLC0415 - its expressions take long to compile

    return Pure


#: The class to scan with.
Scanner: type[Scanning]
#: Why it is not the C twin, empty where it is.
REASON: str
Scanner, REASON = choose(os.environ.get(_VARIABLE, ""))
#: ``C`` or ``pure Python``.
NAME = "pure Python" if REASON else "C"


def snippets(literals: Iterable[bytes]) -> object | None:
    """What a scanner is to look for in inline scripts while it reads them: its ``snippets``.

    None where the scanner that runs leaves that to others, and where they are too many.
    """
    if REASON:
        return None
    from ._scanner import Snippets  # noqa: PLC0415 - it is there: the reason is empty

    try:
        return Snippets(literals)
    except ValueError:
        return None
