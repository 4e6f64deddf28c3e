"""The ledger in a database: SQLite for one machine, through SQLAlchemy.

Opened on first use and again when the process id changes, so a server that forks its workers after
import never shares a connection between them.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import fields
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from consentguard.errors import ConfigError, LedgerError
from consentguard.model import ConsentRecord

_METADATA = sa.MetaData()
#: A database that fails, a disk that fails, a driver that is not installed, a text it cannot take.
_FAILURES = (SQLAlchemyError, OSError, ImportError, ValueError)
_LISTS = ("granted", "denied", "services")

#: One row a choice. No address, no user agent string, no account.
RECORDS = sa.Table(
    "consent_record",
    _METADATA,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("site", sa.String(200), nullable=False),
    sa.Column("time", sa.BigInteger, nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("receipt", sa.String(64), nullable=False, index=True),
    sa.Column("region", sa.String(64), nullable=False),
    sa.Column("preset", sa.String(64), nullable=False),
    sa.Column("granted", sa.Text, nullable=False),
    sa.Column("denied", sa.Text, nullable=False),
    sa.Column("services", sa.Text, nullable=False),
    sa.Column("policy_version", sa.String(64), nullable=False),
    sa.Column("policy_digest", sa.String(64), nullable=False),
    sa.Column("text_digest", sa.String(64), nullable=False),
    sa.Column("language", sa.String(35), nullable=False),
    sa.Column("person", sa.String(8), nullable=False),
    sa.Column("gpc", sa.Boolean, nullable=False),
    sa.Column("device", sa.String(16), nullable=False),
)


class SQLLedger:
    """A ledger at a SQLAlchemy URL, such as ``sqlite:////var/lib/app/consent.db``."""

    def __init__(self, url: str) -> None:
        """Raise :class:`ConfigError` for a URL that SQLAlchemy cannot read; opens nothing."""
        try:
            self.url = sa.make_url(url)
        except (SQLAlchemyError, ValueError) as exc:
            # Said without the URL: it may hold a password.
            raise ConfigError("ledger: the URL of its database cannot be read") from exc
        if self.url.drivername == "postgresql":
            self.url = self.url.set(drivername="postgresql+psycopg")
        self._lock = threading.Lock()
        self._engine: sa.Engine | None = None
        self._pid = 0
        self._inherited: list[sa.Engine] = []

    def append(self, record: ConsentRecord) -> None:
        """Insert one row and commit it; raise :class:`LedgerError` if that cannot be done."""
        with self._transaction() as connection:
            connection.execute(sa.insert(RECORDS).values(**_row(record)))

    def find(self, site: str, receipt: str) -> list[ConsentRecord]:
        """The records under a receipt, oldest first; raise :class:`LedgerError`."""
        wanted = sa.select(RECORDS).where(_under(site, receipt)).order_by(RECORDS.c.seq)
        with self._transaction() as connection:
            return [_record(_plain(dict(row))) for row in connection.execute(wanted).mappings()]

    def erase(self, site: str, receipt: str, free: Collection[str]) -> None:
        """Delete them in the regions of ``free``, unlink the others; raise :class:`LedgerError`."""
        theirs = _under(site, receipt)
        with self._transaction() as connection:
            connection.execute(sa.delete(RECORDS).where(theirs, RECORDS.c.region.in_(free)))
            connection.execute(sa.update(RECORDS).where(theirs).values(receipt=""))

    def records(self) -> list[dict[str, Any]]:
        """Every row, oldest first, as plain values."""
        with self._transaction() as connection:
            rows = connection.execute(sa.select(RECORDS).order_by(RECORDS.c.seq))
            return [_plain(dict(row)) for row in rows.mappings()]

    def close(self) -> None:
        """Give back connections of this process."""
        with self._lock:
            if self._engine is not None and self._pid == os.getpid():
                self._engine.dispose()
            self._engine = None

    @contextmanager
    def _transaction(self) -> Iterator[sa.Connection]:
        """All of it or nothing."""
        try:
            with self._connect().begin() as connection:
                yield connection
        except _FAILURES as exc:
            raise LedgerError(f"{self.url.render_as_string(hide_password=True)}: {exc}") from exc

    def _connect(self) -> sa.Engine:
        with self._lock:
            if self._engine is None or self._pid != os.getpid():
                # A forked parent's connections are kept and never used: to close or collect them
                # here would work on files and locks that are still the parent's.
                if self._engine is not None:
                    self._inherited.append(self._engine)
                    self._engine = None
                self._engine = self._open()
                self._pid = os.getpid()
            return self._engine

    def _open(self) -> sa.Engine:
        arguments = {"timeout": 3} if self.url.get_backend_name() == "sqlite" else {}
        engine = sa.create_engine(self.url, connect_args=arguments, hide_parameters=True)
        if engine.dialect.name == "sqlite":
            sa.event.listen(engine, "connect", _durable)
        with engine.begin() as connection:
            # Not create_all(), which looks first: two processes may start at once.
            connection.execute(sa.schema.CreateTable(RECORDS, if_not_exists=True))
            for index in RECORDS.indexes:
                connection.execute(sa.schema.CreateIndex(index, if_not_exists=True))
        return engine


def _durable(connection: Any, _: Any) -> None:
    """WAL: readers beside one writer. FULL: a committed grant survives a power cut."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def _under(site: str, receipt: str) -> sa.ColumnElement[bool]:
    """Nobody's records are those of nobody in particular."""
    return sa.and_(RECORDS.c.site == site, RECORDS.c.receipt == receipt, sa.literal(receipt) != "")


def _row(record: ConsentRecord) -> dict[str, Any]:
    values = {f.name: getattr(record, f.name) for f in fields(record)}
    for key in _LISTS:
        values[key] = json.dumps(values[key], separators=(",", ":"), default=dict)
    return values


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {k: json.loads(v) if k in _LISTS else v for k, v in row.items()}


def _record(row: dict[str, Any]) -> ConsentRecord:
    values = {f.name: row[f.name] for f in fields(ConsentRecord)}
    return ConsentRecord(
        **{**values, "granted": tuple(row["granted"]), "denied": tuple(row["denied"])}
    )
