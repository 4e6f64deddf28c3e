"""The ledger over real SQLite files: threads, processes, forks, and files that refuse."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path

import pytest
import sqlalchemy as sa

from consentguard.errors import ConfigError, LedgerError
from consentguard.ledger.sql import SQLLedger
from consentguard.model import ConsentRecord

Make = Callable[..., ConsentRecord]
Read = Callable[[Path], list[str]]


@contextmanager
def ledger_at(path: Path) -> Iterator[SQLLedger]:
    ledger = SQLLedger(f"sqlite:///{path}")
    try:
        yield ledger
    finally:
        ledger.close()


def many(path: Path, record: ConsentRecord, name: str, count: int) -> None:
    with ledger_at(path) as ledger:
        for i in range(count):
            ledger.append(ConsentRecord(**{**asdict(record), "receipt": f"{name}-{i}"}))


def fill(ledger: SQLLedger, record: Make) -> None:
    for _ in range(500):
        ledger.append(record(receipt="x", services={"s" * 90: True}))


def in_child(work: Callable[[], object]) -> int:
    """The exit code of a forked child that does some work."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
        except BaseException:
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_one_append_is_one_row_with_everything_in_it(tmp_path: Path, record: Make) -> None:
    with ledger_at(tmp_path / "c.db") as ledger:
        ledger.append(record())
        ledger.append(record("reject", "", granted=(), services={}))
        first, second = ledger.records()
    assert first == {"seq": 1, **asdict(record()), "granted": ["analytics", "media"]} | {
        "denied": ["advertising"]
    }
    assert (second["seq"], second["kind"], second["granted"], second["services"]) == (
        2,
        "reject",
        [],
        {},
    )


def test_records_are_found_by_site_and_receipt(tmp_path: Path, record: Make) -> None:
    with ledger_at(tmp_path / "c.db") as ledger:
        theirs = [record(), record("save", granted=("media",))]
        for one in (theirs[0], record(receipt="r2"), record(site="Other"), theirs[1]):
            ledger.append(one)
        ledger.append(record("reject", ""))
        assert ledger.find("Example", "r1") == theirs
        assert ledger.find("Example", "r3") == []
        assert ledger.find("Example", "") == []


def test_to_erase_unlinks_what_a_law_keeps_and_deletes_the_rest(
    tmp_path: Path, record: Make, receipts: Read
) -> None:
    path = tmp_path / "c.db"
    with ledger_at(path) as ledger:
        for one in (record(), record(region="free"), record(receipt="r2"), record("reject", "")):
            ledger.append(one)
        ledger.append(record(site="Other", region="free"))
        ledger.erase("Example", "r1", {"free"})
        assert ledger.find("Example", "r1") == []
        rest = [(row["site"], row["region"], row["receipt"]) for row in ledger.records()]
        assert rest == [
            ("Example", "eea-gdpr", ""),
            ("Example", "eea-gdpr", "r2"),
            ("Example", "eea-gdpr", ""),
            ("Other", "free", "r1"),
        ]
        # Nobody's records are not one person's.
        ledger.erase("Example", "", {"eea-gdpr"})
    assert receipts(path) == ["", "r2", "", "r1"]


def test_a_file_that_refuses_neither_finds_nor_erases(tmp_path: Path) -> None:
    (tmp_path / "c.db").write_bytes(b"no database at all " * 100)
    with ledger_at(tmp_path / "c.db") as ledger:
        with pytest.raises(LedgerError):
            ledger.find("Example", "r1")
        with pytest.raises(LedgerError):
            ledger.erase("Example", "r1", ())


def test_nothing_is_opened_before_the_first_append(tmp_path: Path) -> None:
    with ledger_at(tmp_path / "c.db"):
        assert not (tmp_path / "c.db").exists()


def test_a_committed_row_is_durable_in_wal(tmp_path: Path, record: Make, receipts: Read) -> None:
    with ledger_at(tmp_path / "c.db") as ledger:
        ledger.append(record())
        # Another connection sees it at once, and while we hold the file open.
        assert receipts(tmp_path / "c.db") == ["r1"]
        with ledger._connect().connect() as connection:
            assert connection.execute(sa.text("PRAGMA journal_mode")).scalar() == "wal"
            assert connection.execute(sa.text("PRAGMA synchronous")).scalar() == 2


def test_closing_and_going_on(tmp_path: Path, record: Make, receipts: Read) -> None:
    with ledger_at(tmp_path / "c.db") as ledger:
        for receipt in ("a", "b"):
            ledger.append(record(receipt=receipt))
            ledger.close()
            ledger.close()
    assert receipts(tmp_path / "c.db") == ["a", "b"]


def test_many_threads(tmp_path: Path, record: Make, receipts: Read) -> None:
    with ledger_at(tmp_path / "c.db") as ledger:

        def work(n: int) -> None:
            for i in range(10):
                ledger.append(record(receipt=f"{n}-{i}"))

        threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(receipts(tmp_path / "c.db")) == sorted(
        f"{n}-{i}" for n in range(8) for i in range(10)
    )


def test_several_processes_start_on_a_file_that_is_not_there_yet(
    tmp_path: Path, record: Make, receipts: Read
) -> None:
    context = multiprocessing.get_context("fork")
    workers = [
        context.Process(target=many, args=(tmp_path / "c.db", record(), str(n), 10))
        for n in range(5)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0] * 5
    assert sorted(receipts(tmp_path / "c.db")) == sorted(
        f"{n}-{i}" for n in range(5) for i in range(10)
    )


def test_a_forked_worker_opens_its_own_connection(
    tmp_path: Path, record: Make, receipts: Read
) -> None:
    with ledger_at(tmp_path / "c.db") as ledger:
        ledger.append(record(receipt="parent"))
        engine = ledger._connect()

        def work() -> None:
            ledger.append(record(receipt="child"))
            assert ledger._connect() is not engine
            # A grandchild too: some servers fork twice.
            assert in_child(lambda: ledger.append(record(receipt="grandchild"))) == 0
            ledger.append(record(receipt="child again"))

        assert in_child(work) == 0
        ledger.append(record(receipt="parent again"))
        assert ledger._connect() is engine
    assert receipts(tmp_path / "c.db") == [
        "parent",
        "child",
        "grandchild",
        "child again",
        "parent again",
    ]


def test_a_folder_that_is_not_there(tmp_path: Path, record: Make) -> None:
    with ledger_at(tmp_path / "none" / "c.db") as ledger:
        for _ in range(2):
            with pytest.raises(LedgerError, match=r"none/c\.db"):
                ledger.append(record())
        with pytest.raises(LedgerError):
            ledger.records()
        (tmp_path / "none").mkdir()
        ledger.append(record())  # it recovers by itself
        assert len(ledger.records()) == 1


def test_a_path_that_is_a_folder_or_no_database(tmp_path: Path, record: Make) -> None:
    (tmp_path / "text").write_text("this is no database, and long enough to be looked at" * 50)
    for path in (tmp_path, tmp_path / "text"):
        with ledger_at(path) as ledger, pytest.raises(LedgerError):
            ledger.append(record())


def test_a_file_that_may_only_be_read(tmp_path: Path, record: Make) -> None:
    with ledger_at(tmp_path / "c.db") as ledger:
        ledger.append(record())
    url = f"sqlite:///file:{tmp_path / 'c.db'}?mode=ro&uri=true"
    ledger = SQLLedger(url)
    with pytest.raises(LedgerError):
        ledger.append(record())
    ledger.close()


def test_a_full_disk(tmp_path: Path, record: Make, receipts: Read) -> None:
    path = tmp_path / "c.db"
    with ledger_at(path) as ledger:
        ledger.append(record())

        def full(connection: sqlite3.Connection, _: object) -> None:
            connection.execute("PRAGMA max_page_count=1")

        engine = ledger._connect()
        engine.dispose()
        sa.event.listen(engine, "connect", full)
        with pytest.raises(LedgerError, match="full"):
            fill(ledger, record)
        stored = len(receipts(path))
        sa.event.remove(engine, "connect", full)
        engine.dispose()
        ledger.append(record(receipt="after"))
    assert receipts(path)[stored:] == ["after"]  # and of what failed there is no half row


def test_a_locked_file(tmp_path: Path, record: Make, receipts: Read) -> None:
    path = tmp_path / "c.db"
    with ledger_at(path) as ledger:
        ledger.append(record())
        with closing(sqlite3.connect(path)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(LedgerError, match="locked"):
                ledger.append(record(receipt="r2"))
            other.rollback()
        ledger.append(record(receipt="r3"))
    assert receipts(path) == ["r1", "r3"]


def test_text_is_data(tmp_path: Path, record: Make) -> None:
    nasty = "'; DROP TABLE consent_record; --\x00é\u2028"
    with ledger_at(tmp_path / "c.db") as ledger:
        ledger.append(record(receipt=nasty, services={nasty: True, "\ud800": False}))
        (row,) = ledger.records()
        assert (row["receipt"], row["services"]) == (nasty, {nasty: True, "\ud800": False})
        with pytest.raises(LedgerError):
            ledger.append(record(language="\ud800"))  # which UTF-8 cannot hold


def test_a_bad_url_is_said_without_its_password() -> None:
    with pytest.raises(ConfigError) as caught:
        SQLLedger("postgresql://user:secret@host:port/x")
    assert "secret" not in str(caught.value)


def test_an_unreachable_server_is_said_without_its_password(record: Make) -> None:
    ledger = SQLLedger("postgresql://user:secret@127.0.0.1:1/x?connect_timeout=1")
    assert ledger.url.drivername == "postgresql+psycopg"
    with pytest.raises(LedgerError) as caught:
        ledger.append(record())
    assert "secret" not in str(caught.value)


def test_a_driver_that_is_not_installed(record: Make) -> None:
    with pytest.raises(LedgerError):
        SQLLedger("postgresql+nosuchdriver://host/x").append(record())
