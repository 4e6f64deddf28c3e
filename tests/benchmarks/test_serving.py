"""A real server in a process of its own answers, and ends with the block."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from benchmarks.figures import GZIP, OURS, RIVALS, SESSION
from benchmarks.load import request
from benchmarks.server import BARE, FRONTS
from benchmarks.serving import loaded, served


def test_a_server_is_loaded_and_ends() -> None:
    with served(OURS) as server:
        load = loaded(server, request("/json"), 0.05)
        assert load.responses >= 16
        assert server.worked() > 0 or not Path("/proc/self/stat").exists()
    with pytest.raises(OSError, match="onnect"):
        asyncio.run(asyncio.open_connection("127.0.0.1", server.port))


def test_a_server_that_does_not_start_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/bin/true")
    with pytest.raises(SystemExit, match="did not start"), served(BARE):
        pass


def test_everybody_who_is_loaded_can_be_served() -> None:
    assert {BARE, OURS, GZIP, SESSION, *RIVALS} == set(FRONTS)
