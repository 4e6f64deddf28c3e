"""A database whose file may be replaced while it is in use.

Rule of this file: a request never waits for a file. Once a minute at most, one of them asks the
file system whether the file is another one (a single ``stat``, microseconds); a new file is then
read and checked in a thread that lives no longer than that, and takes the place of the old one by
one assignment. What cannot be used is told once, and the last good database stays.

No thread waits in the background, so a process may be forked at any time: a server's workers each
look for themselves. A file is read when it was left alone between two looks, so that nobody reads
one that is being written in place. A new file is in use within two minutes.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable

from consentguard.errors import GeoError
from consentguard.geo.mmdb import Database, Stamp, stamp_of

logger = logging.getLogger("consentguard.geo")

#: Seconds between two looks at the file.
EVERY = 60.0

Job = Callable[[], None]


def in_background(job: Job) -> None:
    """Run it in a thread of its own, beside whatever the server does."""
    threading.Thread(target=job, name="consentguard-geoip", daemon=True).start()


class Reloading:
    """The newest good database that was in a file.

    :param path: an MMDB file.
    :param clock: seconds since any time. :param every: seconds between two looks.
    :param run: runs the reading of a new file, which takes up to a second.
    :raises GeoError: when there is no good one at the start.
    """

    def __init__(
        self,
        path: str,
        *,
        clock: Callable[[], float] = time.time,
        every: float = EVERY,
        run: Callable[[Job], None] = in_background,
    ) -> None:
        self._path = path
        self._clock, self._every, self._run = clock, every, run
        self._database = Database(path)
        self._looked = clock()
        self._seen: Stamp | None = self._database.stamp
        #: What was read last, good or bad, and what is being read; each process has its own.
        self._known: Stamp | None = self._seen
        self._reading = 0
        self._told = ""

    def current(self) -> Database:
        """The database of now. Never raises, never waits."""
        now = self._clock()
        # A clock that was put back must not stop it until that time comes again.
        if not 0 <= now - self._looked < self._every:
            self._looked = now
            self._look()
        return self._database

    def _look(self) -> None:
        stamp, before = self._stamp(), self._seen
        self._seen = stamp
        if stamp != before or stamp == self._known or self._reading == os.getpid():
            return
        self._reading = os.getpid()
        try:
            self._run(self._read)
        except RuntimeError:  # no thread can be had now: at the next look, then
            self._reading = 0

    def _stamp(self) -> Stamp | None:
        try:
            return stamp_of(os.stat(self._path))  # noqa: PTH116  (a Path costs as much again)
        except (OSError, ValueError):
            return None

    def _read(self) -> None:
        """Put the file's content in place of what there is, if it is any good."""
        known = self._seen
        try:
            found = Database(self._path)
        except GeoError as error:
            if isinstance(error.__cause__, OSError):
                known = self._known  # the file may be sound: it is tried again
            self._tell(str(error))
        except Exception:
            logger.exception("GeoIP database %s: cannot be read; the last one stays", self._path)
        else:
            self._told = ""
            known, self._database = found.stamp, found
            logger.info("GeoIP database %s: now that of %s", self._path, found.describe().built)
        finally:
            self._known, self._reading = known, 0

    def _tell(self, error: str) -> None:
        """Says what is wrong, once."""
        if error == self._told:
            return
        self._told = error
        logger.warning(
            "%s. The one of %s stays in use. Put a sound file there that we may read, by renaming "
            "it into place as geoipupdate does",
            error,
            self._database.describe().built or "before",
        )
