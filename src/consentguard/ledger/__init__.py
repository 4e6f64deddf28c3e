"""The proof: every choice is one new row; nothing is ever updated.

A grant is appended before its cookie is sent. A refusal or a withdrawal takes effect whatever the
ledger does: its record is tried again in the background, and a loss is logged.
"""

from __future__ import annotations

from typing import Protocol

from consentguard.model import ConsentRecord


class Ledger(Protocol):
    """A store of consent records. Thread-safe; opened on first use, again in each new process."""

    def append(self, record: ConsentRecord) -> None:
        """Store a record durably, or raise :class:`~consentguard.errors.LedgerError`."""

    def close(self) -> None:
        """Give back connections; the next append opens them again."""
