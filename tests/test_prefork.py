"""A server that forks its workers after import: every worker has its own ledger connection."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from consentguard.ledger.sql import SQLLedger

APP = """
import os
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from consentguard.adapters.starlette import ConsentMiddleware

async def home(request):
    return PlainTextResponse(str(os.getpid()))

app = Starlette(routes=[Route("/", home)])
app.add_middleware(
    ConsentMiddleware, policy="consent.toml", secret_keys=["key"], ledger="sqlite:///ledger.db"
)
app.middleware_stack = app.build_middleware_stack()  # built before the fork, as gunicorn --preload
"""
SERVE = """
import os, socket, sys
import uvicorn
from app import app
listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen(64)
children = []
for _ in range(3):
    pid = os.fork()
    if not pid:
        uvicorn.Server(uvicorn.Config(app, log_level="error")).run(sockets=[listener])
        os._exit(0)
    children.append(pid)
print(listener.getsockname()[1], *children, flush=True)
for pid in children:
    os.waitpid(pid, 0)
"""
POLICY = """
schema = 1
[site]
name = "Forked"
url = "http://127.0.0.1"
controller = "Forked Ltd"
contact = "privacy@forked.test"
policy_url = "/privacy"
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / "consent.toml").write_text(POLICY)
    parent = subprocess.Popen(
        [sys.executable, "-c", SERVE], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout
    port, *children = (int(word) for word in parent.stdout.readline().split())
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        for pid in children:
            os.kill(pid, signal.SIGTERM)
        parent.wait(timeout=20)
        parent.stdout.close()


def wait_for(url: str) -> None:
    for _ in range(100):
        try:
            httpx.get(url, timeout=30)
            return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the server did not start")


def test_every_worker_writes_its_own_rows(server: str, tmp_path: Path) -> None:
    wait_for(server)
    workers: Counter[str] = Counter()
    for number in range(60):
        # A new connection each time, so that the workers take turns.
        with httpx.Client(base_url=server, timeout=30) as client:
            workers[client.get("/").text] += 1
            choice = "accept" if number % 2 else "reject"
            answer = client.post("/_consent", data={"choice": choice}, headers={"origin": server})
            assert answer.status_code == 303
    ledger = SQLLedger(f"sqlite:///{tmp_path}/ledger.db")
    rows = ledger.records()
    ledger.close()
    assert Counter(row["kind"] for row in rows) == {"accept": 30, "reject": 30}
    assert len({row["receipt"] for row in rows if row["receipt"]}) == 30
    assert len(workers) > 1, "the workers did not take turns"
