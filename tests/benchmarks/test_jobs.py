"""Jobs are timed in turns, each often enough."""

from __future__ import annotations

import pytest

from benchmarks import jobs


def test_everything_is_run_in_every_round(monkeypatch: pytest.MonkeyPatch) -> None:
    turns: list[str] = []
    clock = iter(range(10_000))
    monkeypatch.setattr(jobs, "_now", lambda: next(clock))
    jobs.fastest((lambda: turns.append("a"), lambda: turns.append("b")), 3)
    # A second each is slow: the first time counts.
    assert turns == ["a", "b"] * 3


def test_what_is_fast_runs_many_times_a_round() -> None:
    runs: list[None] = []
    (best,) = jobs.fastest((lambda: runs.append(None),), 2)
    assert len(runs) > 20
    assert 0 < best < 0.01


def test_pieces_make_the_body_again() -> None:
    pieces = jobs.cut(bytes(range(100)), 30)
    assert [len(piece) for piece in pieces] == [30, 30, 30, 10]
    assert b"".join(pieces) == bytes(range(100))


def test_an_app_that_waits_is_not_timed_without_a_loop() -> None:
    class Waiting:
        def __await__(self):  # type: ignore[no-untyped-def]
            yield

    async def app(scope: object, receive: object, send: object) -> None:
        await Waiting()

    with pytest.raises(SystemExit, match="waits for something"):
        jobs.requester(app)()
