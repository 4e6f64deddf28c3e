"""Visitors are the same each time and of every kind, and every figure with a budget is taken."""

from __future__ import annotations

import pytest
from benchmarks.figures import DECISION_AGAIN, DECISION_COLD, DECISION_NEW, QUICK

from benchmarks import decision, jobs
from consentguard.consent.token import Stored


def test_visitors_are_the_same_each_time_and_of_every_kind() -> None:
    policy = jobs.policy()
    met = decision.visitors(policy, 200)
    assert met == decision.visitors(policy, 200)
    assert {region.id for region, _ in met} == set(decision._PLACES)
    stored = [state for _, state in met if isinstance(state, Stored)]
    assert 0 < len(stored) < len(met)
    assert any(state.granted and state.denied for state in stored)
    assert any(not state.granted for state in stored)


def test_every_figure_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decision, "_VISITORS", 60)
    found = {f.name: f.value for f in decision.decided(QUICK._replace(rounds=1))}
    assert found.keys() == {DECISION_AGAIN, DECISION_COLD, DECISION_NEW}
    assert all(value > 0 for value in found.values())
