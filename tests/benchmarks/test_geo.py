from __future__ import annotations

from benchmarks.figures import BUDGETS, GEO_COLD, GEO_COLD_6, GEO_OPEN, GEO_WARM, Effort
from benchmarks.geo import located


def test_addresses_are_asked() -> None:
    found = {figure.name: figure.value for figure in located(Effort(1, 1, 1, False, (), 0.0, 1))}
    assert {GEO_WARM, GEO_COLD, GEO_COLD_6, GEO_OPEN} <= set(found)
    assert all(value > 0 for value in found.values())
    assert {GEO_WARM, GEO_COLD, GEO_COLD_6} <= set(BUDGETS)
