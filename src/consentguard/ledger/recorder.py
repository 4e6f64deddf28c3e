"""Records that must not hold up an answer: tried again in the background, and a loss is logged."""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace

from consentguard.ledger import Ledger
from consentguard.model import ConsentRecord

log = logging.getLogger("consentguard.ledger")

WAITS = (0.5, 2.0, 8.0, 30.0, 120.0)  #: seconds before each new try
LIMIT = 1000  #: records that may wait at once


class Recorder:
    """Appends to a ledger: at once and loudly (:meth:`grant`), or patiently (:meth:`refusal`)."""

    def __init__(
        self, ledger: Ledger | None, sleep: Callable[[float], object] = time.sleep
    ) -> None:
        self.ledger = ledger
        self._sleep = sleep
        self._start()

    def _start(self) -> None:
        self._pid = os.getpid()
        self._waiting: deque[ConsentRecord] = deque()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def grant(self, record: ConsentRecord) -> bool:
        """True when the record is stored; without that no grant may take effect."""
        if self.ledger is None:
            return True
        try:
            self.ledger.append(record)
        except Exception as exc:  # whatever a store of the site's own raises
            log.error("a grant was not stored, so it was not given: %s", exc)
            return False
        return True

    def refusal(self, record: ConsentRecord) -> None:
        """Store a refusal or withdrawal now if possible, else soon; it holds in any case."""
        if self.ledger is None:
            return
        try:
            self.ledger.append(record)
        except Exception as exc:  # a refusal holds whatever happens here
            log.warning("a %s was not stored, trying again: %s", record.kind, exc)
            # Without its number: by then the visitor may have had that one erased.
            self._later(replace(record, receipt=""))

    def _later(self, record: ConsentRecord) -> None:
        if self._pid != os.getpid():
            # After a fork the thread is gone, and what waits is the parent's to store.
            self._start()
        with self._lock:
            if len(self._waiting) >= LIMIT:
                _lost(record, "too many are waiting")
                return
            self._waiting.append(record)
            if self._thread is None:
                # The thread ends with the process: what waits then is tried a last time.
                atexit.register(self._last_try)
                self._thread = threading.Thread(target=self._work, daemon=True, name="consentguard")
                self._thread.start()

    def _work(self) -> None:
        while (record := self._next()) is not None:
            if self.ledger is not None:
                self._patiently(self.ledger, record)
            with self._lock:
                self._waiting.popleft()

    def _next(self) -> ConsentRecord | None:
        """The next record; None ends the thread, under the lock, so that no new one is missed."""
        with self._lock:
            if self._waiting:
                return self._waiting[0]
            self._thread = None
            atexit.unregister(self._last_try)
            return None

    def _last_try(self) -> None:
        if self._pid != os.getpid():
            return
        for record in list(self._waiting):
            try:
                if self.ledger is not None:
                    self.ledger.append(record)
            except Exception as exc:  # the process is ending
                _lost(record, str(exc))

    def _patiently(self, ledger: Ledger, record: ConsentRecord) -> None:
        last = ""
        for wait in WAITS:
            self._sleep(wait)
            try:
                ledger.append(record)
            except Exception as exc:  # the thread must go on with the next one
                last = str(exc)
            else:
                return
        _lost(record, last)


def _lost(record: ConsentRecord, why: str) -> None:
    log.error("a %s of %s in %s was lost: %s", record.kind, record.time, record.region, why)
