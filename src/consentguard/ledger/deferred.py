"""A ledger that costs nothing until somebody chooses: the database toolkit is imported then."""

from __future__ import annotations

import importlib.util
import os
import threading
from collections.abc import Collection
from pathlib import Path
from urllib.parse import unquote

from consentguard.errors import ConfigError, LedgerError
from consentguard.ledger import Ledger
from consentguard.model import ConsentRecord

SCHEMES = ("sqlite", "postgresql")


class Deferred:
    """The SQL ledger at a URL, opened by the first record."""

    def __init__(self, url: str) -> None:
        """Raise :class:`ConfigError` for a URL of another kind."""
        scheme, slashes, _ = url.partition("://")
        if not slashes or scheme.partition("+")[0] not in SCHEMES:
            # The rest of it may hold a password.
            raise ConfigError(
                f"ledger {scheme[:40]!r}: give a URL such as sqlite:////var/lib/app/consent.db"
            )
        if scheme.startswith("sqlite") and url.partition("://")[2] in ("", "/", "/:memory:"):
            raise ConfigError(f"ledger {url!r}: a database in memory proves nothing; name a file")
        self.url = url
        self._lock = threading.Lock()
        self._ledger: Ledger | None = None

    def append(self, record: ConsentRecord) -> None:
        """Store a record, or raise :class:`LedgerError`."""
        self._opened().append(record)

    def find(self, site: str, receipt: str) -> list[ConsentRecord]:
        """The records under a receipt, or raise :class:`LedgerError`."""
        return self._opened().find(site, receipt)

    def erase(self, site: str, receipt: str, free: Collection[str]) -> None:
        """Forget whose they are, or raise :class:`LedgerError`."""
        self._opened().erase(site, receipt, free)

    def close(self) -> None:
        """Give back connections, if any were made."""
        if self._ledger is not None:
            self._ledger.close()

    def doubt(self) -> str:
        """Why it will not open, as far as can be seen without trying; ``""`` if nothing speaks so.

        To connect at start would share a connection with the workers that a server forks.
        """
        scheme, _, rest = self.url.partition("://")
        kind, _, driver = scheme.partition("+")
        if kind == "postgresql":
            module = driver or "psycopg"
            missing = importlib.util.find_spec(module) is None
            return f"its driver is not installed: pip install {module}" if missing else ""
        named = unquote(rest.partition("?")[0].removeprefix("/"))
        if named.startswith("file:"):  # SQLite's own URIs say more than a path
            return ""
        file = Path(named)
        if not file.parent.is_dir():
            return f"there is no folder {file.parent}"
        # SQLite writes a journal beside the file.
        writable = all(os.access(p, os.W_OK) for p in (file, file.parent) if p.exists())
        return "" if writable else f"this process may not write {file}"

    def _opened(self) -> Ledger:
        with self._lock:
            if self._ledger is None:
                from consentguard.ledger.sql import SQLLedger  # noqa: PLC0415

                try:
                    self._ledger = SQLLedger(self.url)
                except ConfigError as exc:
                    raise LedgerError(str(exc)) from exc
            return self._ledger
