"""The soak in short: responses that end at random places leave no memory behind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tools import soak


def test_responses_leave_no_memory_behind(tmp_path: Path) -> None:
    assert soak.main(["--responses", "200", "--json", str(tmp_path / "soak.json")]) == 0
    told = json.loads((tmp_path / "soak.json").read_text("utf-8"))
    assert sum(told["ended"].values()) == told["responses"] == 200
    assert set(told["ended"]) == set(soak.WAYS)


class Leaking(soak.Site):
    """Keeps a little of each response."""

    kept: list[bytes]

    async def respond(self) -> None:
        self.kept = [*getattr(self, "kept", []), bytes(2000)]
        await super().respond()


def test_a_leak_is_found() -> None:
    result = soak.run(Leaking(1), 200)
    assert result.python > 300_000
    assert not result.ok


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_seed_ends_responses_in_the_same_ways(seed: int) -> None:
    sites = [soak.Site(seed), soak.Site(seed)]
    for site in sites:
        for _ in range(20):
            await site.respond()
    assert sites[0].ended == sites[1].ended
