from __future__ import annotations

import asyncio
import json
import logging
from functools import partial
from typing import Any

import pytest
from tests.conftest import GuardMaker, Here, Kept, a_request

from consentguard.exchange import Exchange
from consentguard.guard import ConsentGuard
from consentguard.hooks import Chosen, atell, tell
from consentguard.model import Account, ConsentRecord

GERMANY = Account("DE")


class Broken(Kept):
    def append(self, record: ConsentRecord) -> None:
        raise OSError("full")


def press(guard: ConsentGuard, cookie: str = "", **choice: Any) -> Exchange:
    kind = "application/json"
    headers = {"origin": "http://site.test", "content_type": kind, "cookie": cookie}
    exchange = guard.exchange(a_request("/_consent", "POST", **headers))
    guard.settle(exchange, json.dumps(choice).encode())
    guard.tell(exchange)
    return exchange


def test_a_hook_is_told_what_holds_from_now_on(make_guard: GuardMaker) -> None:
    told: list[Chosen] = []
    guard = make_guard(after_choice=told.append)
    press(guard, choice="save", purposes={"analytics": True})
    (chosen,) = told
    assert chosen.record.kind == "save"
    assert chosen.decision.allows("analytics")
    assert not chosen.decision.allows("advertising")
    assert chosen.request.path == "/_consent"
    press(guard, f"consent={chosen.subject}", choice="reject")
    assert [one.record.kind for one in told] == ["save", "reject"]
    assert not told[1].decision.allows("analytics")


def test_nobody_is_told_of_what_changed_nothing(make_guard: GuardMaker) -> None:
    told: list[Chosen] = []
    guard = make_guard(after_choice=[told.append], ledger=Broken())
    press(guard, choice="accept")
    press(guard, choice="nonsense")
    guard.tell(guard.exchange(a_request()))
    assert not told


def test_a_refusal_is_told_though_its_grants_could_not_be_stored(make_guard: GuardMaker) -> None:
    told: list[Chosen] = []
    given = press(make_guard(after_choice=told.append), choice="accept")
    assert given.chosen
    guard = make_guard(after_choice=told.append, ledger=Broken())
    press(guard, f"consent={given.chosen.subject}", choice="save", purposes={"media": True})
    assert not told[-1].decision.allows("analytics")
    assert told[-1].decision.allows("media")


async def test_hooks_are_sync_or_async_everywhere(
    make_guard: GuardMaker, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[str] = []

    async def later(chosen: Chosen) -> None:
        told.append("async")

    def broken(chosen: Chosen) -> None:
        raise ValueError("a bug of the site")

    def now(chosen: Chosen) -> None:
        told.append("sync")

    guard = make_guard(after_choice=now)
    exchange = press(guard, choice="accept")
    assert exchange.chosen
    told.clear()
    with caplog.at_level(logging.ERROR):
        await atell([later, broken, now, partial(later)], exchange.chosen)
    assert told == ["async", "sync", "async"]
    assert "a bug of the site" in caplog.text


def test_async_hooks_run_without_a_loop(make_guard: GuardMaker) -> None:
    told: list[str] = []

    async def later(chosen: Chosen) -> None:
        told.append("async")

    exchange = press(make_guard(after_choice=later), choice="accept")
    assert exchange.chosen
    tell([later], exchange.chosen)
    assert told == ["async", "async"]


def test_a_job_asks_for_who_is_not_there(make_guard: GuardMaker) -> None:
    now = [1_790_000_000.0]
    told: list[Chosen] = []
    guard = make_guard(place=Here("DE"), after_choice=told.append, clock=lambda: now[0])
    press(guard, choice="save", purposes={"analytics": True})
    kept = told[0].subject
    assert guard.exchange(a_request(cookie=f"consent={kept}")).subject == kept
    assert guard.decision_for(kept, GERMANY).allows("analytics")
    assert not guard.decision_for(kept, GERMANY).allows("advertising")
    assert guard.decision_for(kept).allows("analytics")
    assert not guard.decision_for(kept, Account("DE", age=9)).allows("analytics")
    assert not guard.decision_for("", GERMANY).allows("analytics")
    assert guard.decision_for("", Account("US", "TX")).allows("analytics")
    for forged in ("x" + kept, "\ud800", "x" * 9000):
        assert not guard.decision_for(forged, Account("US", "TX")).allows("analytics")
    assert guard.decision_for(kept, Account("DE", age=9, guardian=True)).allows("analytics")
    said = Account("US", "TX")
    assert guard.decision_for("", said).allows("advertising")
    assert not guard.decision_for("", said, gpc=True).allows("advertising")
    for odd in (Account("US", "TX", age="x"), Account(["US"]), None):  # type: ignore[arg-type]
        assert not guard.decision_for("", odd).allows("advertising")  # type: ignore[arg-type]
    now[0] += 200 * 86400
    assert not guard.decision_for(kept, GERMANY).allows("analytics")


@pytest.mark.parametrize("cookie", ["", "consent=forged", "consent=a; consent=b"])
def test_who_has_said_nothing_readable_is_no_subject(make_guard: GuardMaker, cookie: str) -> None:
    assert make_guard().exchange(a_request(cookie=cookie)).subject == ""


async def test_async_hooks_finish_where_a_loop_runs(make_guard: GuardMaker) -> None:
    told: list[str] = []

    async def later(chosen: Chosen) -> None:
        told.append("async")

    def cancelled(chosen: Chosen) -> None:
        raise asyncio.CancelledError

    press(make_guard(after_choice=[cancelled, later]), choice="accept")
    assert told == ["async"]
