"""Grants at once and loudly, refusals patiently."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.conftest import Kept

from consentguard.errors import LedgerError
from consentguard.ledger import Ledger
from consentguard.ledger.recorder import LIMIT, WAITS, Recorder
from consentguard.ledger.sql import SQLLedger
from consentguard.model import ConsentRecord

Make = Callable[..., ConsentRecord]


class Failing(Kept):
    """A store that fails a number of times, then keeps what it gets."""

    def __init__(self, failures: int, error: Exception | None = None) -> None:
        super().__init__()
        self.failures = failures
        self.error = error or LedgerError("down")

    def append(self, record: ConsentRecord) -> None:
        if self.failures:
            self.failures -= 1
            raise self.error
        super().append(record)


class Clock:
    """A sleep that waits for nobody, and can be held."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.open = threading.Event()
        self.open.set()

    def __call__(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.open.wait()


def idle(recorder: Recorder) -> None:
    """Wait until nothing is under way."""
    thread = recorder._thread
    if thread is not None:
        thread.join()


def test_a_grant_is_stored_or_it_is_not_given(
    record: Make, caplog: pytest.LogCaptureFixture
) -> None:
    store = Failing(1)
    recorder = Recorder(store)
    assert recorder.grant(record()) is False
    assert "not stored, so it was not given: down" in caplog.text
    assert store.stored == []
    assert recorder.grant(record()) is True
    assert store.stored == [record()]


@pytest.mark.parametrize("error", [RuntimeError("x"), OSError(28, "full"), ValueError("y")])
def test_whatever_a_store_raises_a_refusal_holds_and_a_grant_does_not(
    error: Exception, record: Make
) -> None:
    store = Failing(3, error)
    recorder = Recorder(store, sleep=Clock())
    assert recorder.grant(record()) is False
    recorder.refusal(record("reject", ""))
    idle(recorder)
    assert [r.kind for r in store.stored] == ["reject"]


def test_without_a_ledger_everything_takes_effect(record: Make) -> None:
    recorder = Recorder(None)
    assert recorder.grant(record()) is True
    recorder.refusal(record("reject", ""))
    assert recorder._thread is None


def test_a_refusal_is_stored_at_once_where_that_is_possible(record: Make) -> None:
    store = Failing(0)
    recorder = Recorder(store)
    recorder.refusal(record("reject", ""))
    assert len(store.stored) == 1
    assert recorder._thread is None


def test_a_refusal_is_tried_until_the_ledger_is_back(record: Make) -> None:
    store, clock = Failing(4), Clock()
    recorder = Recorder(store, sleep=clock)
    recorder.refusal(record("withdraw", ""))
    idle(recorder)
    assert [r.kind for r in store.stored] == ["withdraw"]
    assert clock.waits == list(WAITS[:4])


def test_a_loss_is_logged(record: Make, caplog: pytest.LogCaptureFixture) -> None:
    store = Failing(1 + len(WAITS))
    recorder = Recorder(store, sleep=Clock())
    recorder.refusal(record("reject", "", region="br-lgpd"))
    idle(recorder)
    assert store.stored == []
    assert "a reject of 1800000000 in br-lgpd was lost: down" in caplog.text
    # The next one starts a new thread.
    store.failures = 1
    recorder.refusal(record("withdraw", ""))
    idle(recorder)
    assert [r.kind for r in store.stored] == ["withdraw"]


def test_the_queue_is_bounded(record: Make, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    store, clock = Failing(2000), Clock()
    clock.open.clear()
    recorder = Recorder(store, sleep=clock)
    for _ in range(LIMIT + 50):
        recorder.refusal(record("reject", ""))
    lost = [r for r in caplog.records if "too many are waiting" in r.getMessage()]
    assert len(lost) in (49, 50)  # the thread may hold one already
    store.failures = 0
    clock.open.set()
    idle(recorder)
    assert len(store.stored) + len(lost) == LIMIT + 50


def test_no_record_is_left_behind_when_threads_come_and_go(record: Make) -> None:
    store = Failing(0)
    recorder = Recorder(store, sleep=Clock())
    for i in range(300):
        recorder._later(record("reject", str(i)))
    idle(recorder)
    idle(recorder)
    assert [r.receipt for r in store.stored] == [str(i) for i in range(300)]


def test_after_a_fork_each_process_stores_its_own(
    tmp_path: Path, record: Make, receipts: Callable[[Path], list[str]]
) -> None:
    path = tmp_path / "c.db"
    store: Ledger = SQLLedger(f"sqlite:///{path}")
    clock = Clock()
    clock.open.clear()
    recorder = Recorder(store, sleep=clock)
    recorder._later(record("reject", "parent, under way"))
    recorder._later(record("reject", "parent, waiting"))
    pid = os.fork()
    if pid == 0:
        try:
            recorder._sleep = lambda _: None
            recorder._later(record("reject", "child"))
            idle(recorder)
        except BaseException:
            os._exit(1)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert receipts(path) == ["child"]
    clock.open.set()
    idle(recorder)
    store.close()
    assert receipts(path) == ["child", "parent, under way", "parent, waiting"]


def test_what_waits_at_the_end_of_the_process_is_tried_a_last_time(tmp_path: Path) -> None:
    script = f"""
import logging, sys
from consentguard.errors import LedgerError
from consentguard.ledger.recorder import Recorder
from tests.ledger.conftest import record

class Store:
    down = True
    def append(self, record):
        if self.down:
            raise LedgerError("down")
        open({str(tmp_path / "stored")!r}, "a").write(record.kind + "\\n")
    def close(self): ...

logging.basicConfig()
store = Store()
recorder = Recorder(store)
for kind in ("reject", "withdraw"):
    recorder.refusal(record(kind, ""))
store.down = len(sys.argv) > 1
"""
    root = Path(__file__).parents[2]
    for arguments in ([], ["still down"]):
        done = subprocess.run(
            [sys.executable, "-c", script, *arguments],
            cwd=root,
            capture_output=True,
            text=True,
            check=True,
        )
        assert ("was lost" in done.stderr) is bool(arguments)
    assert (tmp_path / "stored").read_text() == "reject\nwithdraw\n"


def test_what_waits_has_no_number_any_more(record: Make) -> None:
    # By the time that it is stored its visitor may have had the number erased.
    store = Failing(1)
    recorder = Recorder(store, Clock())
    recorder.refusal(record("save", "r1"))
    idle(recorder)
    assert [(kept.kind, kept.receipt) for kept in store.stored] == [("save", "")]
