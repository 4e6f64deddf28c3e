"""What the rewriter asks, and what it reports: the only way in which this room knows of consent.

A judge that has a ``memory`` (:class:`~consentguard.html.verdicts.Memory`) answers alike for equal
tags, and is not asked twice; any other is asked every time.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, Protocol

from .table import Kind


class Gate(NamedTuple):
    """A judge's answer: make it inert, for this purpose and service.

    ``purposes`` and ``services`` are all that it waits for, where that is more than the first.
    ``signal`` is the consent signal that a script waits for instead, told by a script of ours.
    """

    purpose: str
    service: str  #: empty where nothing knows it
    purposes: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    signal: str = ""


class Judge(Protocol):
    """Says what has to wait. It must not raise."""

    def url(self, url: str, kind: Kind, element: str, base: str | None) -> Gate | None:
        """Judge one URL, given as the decoded value of the attribute.

        ``element`` is the name in lower case; ``base`` is the value of a `<base href>` so far,
        unresolved, or None.
        """

    def snippet(self, script: bytes) -> Gate | None:
        """Judge the text of an inline script, at most 256 KB of it."""

    def unread(self) -> Gate | None:
        """Judge something that runs or loads and could not be read to its end."""


class Gated(NamedTuple):
    """One thing made inert: for reports."""

    element: str  #: in lower case
    url: str  #: the first URL denied; empty for an inline script
    purpose: str
    service: str
    offset: int  #: of the tag's ``<`` in the input, in bytes


def merged(gates: Iterable[Gate]) -> Gate:
    """One gate that waits for all that these wait for, each once and in order; at least one."""
    every = list(gates)
    if len(every) == 1:
        return every[0]
    purposes = dict.fromkeys(p for gate in every for p in gate.purposes or (gate.purpose,))
    services = dict.fromkeys(s for gate in every for s in gate.services or (gate.service,) if s)
    signals = {gate.signal for gate in every}
    signal = signals.pop() if len(signals) == 1 else ""
    return Gate(every[0].purpose, every[0].service, tuple(purposes), tuple(services), signal)
