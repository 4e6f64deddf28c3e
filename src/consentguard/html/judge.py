"""What the rewriter asks, and what it reports: the only way in which this room knows of consent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from .table import Kind


@dataclass(frozen=True, slots=True)
class Gate:
    """A judge's answer: make it inert, for this purpose and service."""

    purpose: str
    service: str  #: empty where nothing knows it


class Judge(Protocol):
    """Says what has to wait. It must not raise."""

    def url(self, url: str, kind: Kind, element: str, base: str | None) -> Gate | None:
        """Judge one URL, given as the decoded value of the attribute.

        ``element`` is the name in lower case; ``base`` is the value of the first `<base href>` so
        far, unresolved, or None.
        """

    def snippet(self, script: bytes) -> Gate | None:
        """Judge the text of an inline script, at most 256 KB of it."""

    def unread(self) -> Gate | None:
        """Judge something that runs or loads and could not be read to its end."""


@dataclass(frozen=True, slots=True)
class Gated:
    """One thing made inert: for reports."""

    element: str  #: in lower case
    url: str  #: the first URL denied; empty for an inline script
    purpose: str
    service: str
    offset: int  #: of the tag's ``<`` in the input, in bytes
