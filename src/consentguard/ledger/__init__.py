"""The proof: every choice is one new row, and what it says is never changed.

Only its identifier can be taken off, when the visitor wants to be forgotten.

A grant is appended before its cookie is sent. A refusal or a withdrawal takes effect whatever the
ledger does: its record is tried again in the background, and a loss is logged.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from consentguard.model import ConsentRecord


class Ledger(Protocol):
    """A store of consent records. Thread-safe; opened on first use, again in each new process."""

    def append(self, record: ConsentRecord) -> None:
        """Store a record durably, or raise :class:`~consentguard.errors.LedgerError`."""

    def find(self, site: str, receipt: str) -> list[ConsentRecord]:
        """The records of a site under that receipt, oldest first; raises as :meth:`append` does."""

    def erase(self, site: str, receipt: str, free: Collection[str]) -> None:
        """Forget whose the records of a site under that receipt are; raises as :meth:`append` does.

        Those of the regions in ``free`` are deleted. The others, which a law makes the site keep,
        stay without the receipt.
        """

    def close(self) -> None:
        """Give back connections; the next append opens them again."""
