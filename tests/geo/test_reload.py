from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from consentguard.errors import GeoError
from consentguard.geo.reload import EVERY, Job, Reloading, in_background

MakeDatabase = Callable[..., Path]

ADDRESS = "217.0.0.1"


class Site:
    """A database in use, a clock that stands still, and whoever writes the file."""

    def __init__(self, make: MakeDatabase, run: Callable[[Job], None] | None = None) -> None:
        self.make = make
        self.now = 1000.0
        self.path = make({"217.0.0.0/24": "DE"}, "used")
        self.database = Reloading(
            str(self.path), clock=lambda: self.now, run=run or (lambda job: job())
        )

    def country(self) -> str:
        return self.database.current().find(ADDRESS).country

    def later(self, looks: int = 2) -> str:
        """What is answered once the file was looked at so often."""
        for _ in range(looks):
            self.now += EVERY
            self.database.current()
        return self.country()

    def put(self, country: str) -> None:
        """A sound file, renamed into place."""
        self.make({"217.0.0.0/24": country}, f"new-{country}").replace(self.path)


@pytest.fixture
def site(make_database: MakeDatabase, caplog: pytest.LogCaptureFixture) -> Site:
    caplog.set_level(logging.INFO, "consentguard.geo")
    return Site(make_database)


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]


def test_a_new_file_takes_the_place_of_the_old_one(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    assert site.country() == "DE"
    site.put("FR")
    assert site.later() == "FR"
    assert not warnings(caplog)
    assert "now that of" in caplog.text
    site.put("IT")
    assert site.later() == "IT"


def test_the_file_is_looked_at_once_a_minute(site: Site) -> None:
    site.put("FR")
    assert site.country() == "DE"
    site.now += EVERY - 1
    assert site.country() == "DE"
    # The first look sees another file, the second that it is whole.
    assert site.later(1) == "DE"
    assert site.country() == "DE"
    assert site.later(1) == "FR"


def test_a_clock_that_is_put_back_stops_nothing(site: Site) -> None:
    site.put("FR")
    site.now = 0.0
    site.country()
    assert site.later(1) == "FR"


def test_what_was_found_before_does_not_outlive_the_file(site: Site) -> None:
    assert site.country() == site.country() == "DE"
    before = site.database.current()
    site.put("FR")
    assert site.later() == "FR"
    # Whoever still holds the old one can go on using it.
    assert before.find(ADDRESS).country == "DE"


def test_an_untouched_file_is_not_read_again(site: Site) -> None:
    before = site.database.current()
    site.later(5)
    assert site.database.current() is before


def test_a_file_that_is_still_growing_is_left_alone(site: Site) -> None:
    whole = site.make({"217.0.0.0/24": "FR"}, "other").read_bytes()
    for cut in range(1, 5):
        site.path.write_bytes(whole[: len(whole) * cut // 5])
        assert site.later(1) == "DE"
    site.path.write_bytes(whole)
    assert site.later() == "FR"


def truncated(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def emptied(path: Path) -> None:
    os.truncate(path, 0)


def removed(path: Path) -> None:
    path.unlink()


def overwritten(path: Path) -> None:
    path.write_bytes(b"<html>503 Service Unavailable</html>")


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def without_its_end(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 20)


def scrambled(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(b"\xff" * 200 + whole[200:])


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (truncated, "is not a MaxMind DB file, or is damaged"),
        (emptied, "is not a MaxMind DB file, or is damaged"),
        (removed, "there is no such file"),
        (overwritten, "is not a MaxMind DB file, or is damaged"),
        (a_folder, "cannot be read"),
        (without_its_end, "is not a MaxMind DB file, or is damaged"),
        (scrambled, "is damaged"),
    ],
)
def test_a_bad_file_keeps_the_last_good_one_and_is_told_once(
    site: Site, caplog: pytest.LogCaptureFixture, damage: Callable[[Path], None], words: str
) -> None:
    damage(site.path)
    assert site.country() == "DE"
    assert site.later(10) == "DE"
    (said,) = warnings(caplog)
    assert str(site.path) in said
    assert words in said
    assert "stays in use" in said
    assert "renaming" in said
    if site.path.is_dir():
        site.path.rmdir()
    site.put("FR")
    assert site.later() == "FR"
    assert len(warnings(caplog)) == 1


def test_each_bad_state_is_told(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    overwritten(site.path)
    site.later(4)
    removed(site.path)
    site.later(4)
    assert len(warnings(caplog)) == 2


def test_a_database_of_something_else_is_no_successor(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    site.make({"217.0.0.0/24": {"autonomous_system_number": 1}}, "asn").replace(site.path)
    assert site.later(3) == "DE"
    assert "holds no countries" in caplog.text


def test_at_the_start_a_bad_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(GeoError, match="there is no such file"):
        Reloading(str(tmp_path / "none.mmdb"))


def test_requests_do_not_wait_while_a_file_is_read(make_database: MakeDatabase) -> None:
    waiting: list[Job] = []
    site = Site(make_database, waiting.append)
    site.put("FR")
    assert site.later(5) == "DE"
    (job,) = waiting
    job()
    assert site.country() == "FR"


def test_without_a_thread_it_is_tried_again(make_database: MakeDatabase) -> None:
    refused = [True]

    def run(job: Job) -> None:
        if refused[0]:
            raise RuntimeError("can't start new thread")
        job()

    site = Site(make_database, run)
    site.put("FR")
    assert site.later(3) == "DE"
    refused[0] = False
    assert site.later(1) == "FR"


def test_what_nobody_thought_of_is_told_and_harms_nothing(
    site: Site, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(path: str) -> None:
        raise MemoryError

    monkeypatch.setattr("consentguard.geo.reload.Database", broken)
    site.put("FR")
    assert site.later(4) == "DE"
    assert len(warnings(caplog)) == 1


def test_a_thread_reads_it(make_database: MakeDatabase) -> None:
    done = threading.Event()

    def run(job: Job) -> None:
        def both() -> None:
            job()
            done.set()

        in_background(both)

    site = Site(make_database, run)
    site.put("FR")
    site.later()
    assert done.wait(30)
    assert site.country() == "FR"


def test_a_worker_that_was_forked_while_a_file_was_read(make_database: MakeDatabase) -> None:
    path = make_database({"217.0.0.0/24": "DE"}, "used")
    other = make_database({"217.0.0.0/24": "FR"}, "other")
    code = """
import os, sys
from consentguard.geo.reload import Reloading
now, path, other = [0.0], *sys.argv[1:]
jobs = [lambda job: None]  # the thread that reads does not come along
database = Reloading(path, clock=lambda: now[0], run=lambda job: jobs[0](job))
os.replace(other, path)
def later():
    now[0] += 60
    return database.current().find("217.0.0.1").country
assert [later(), later(), later()] == ["DE"] * 3
if os.fork() == 0:
    jobs[0] = lambda job: job()
    later()
    print(later(), flush=True)
    os._exit(0)
os.wait()
"""
    command = [sys.executable, "-c", code, str(path), str(other)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["FR"]


def test_content_is_new_though_its_time_was_kept(site: Site) -> None:
    kept = site.path.stat()
    new = site.make({"217.0.0.0/24": "FR"}, "size").read_bytes()
    assert len(new) == kept.st_size, "the name is in the file"
    site.path.write_bytes(new)
    os.utime(site.path, ns=(kept.st_atime_ns, kept.st_mtime_ns))
    assert site.later() == "FR"


def test_a_file_that_cannot_be_opened_is_tried_again_and_told_once(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    site.put("FR")

    def locked(*_: object, **__: object) -> object:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", locked)
        assert site.later(5) == "DE"
    assert len(warnings(caplog)) == 1
    assert "that we may read" in warnings(caplog)[0]
    assert site.later(1) == "FR"
