"""Asks an ASGI app without a server and, where it waits for nothing, without an event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from tests.contract.harness import Answer, Sent


def ask(app: Any, sent: Sent) -> Answer:
    """The app's answer. Only what is no GET or HEAD may wait: a choice does, for its thread."""
    said: list[Any] = []
    waiting = [{"type": "http.request", "body": sent.body, "more_body": False}]

    async def receive() -> Any:
        return waiting.pop(0)

    async def send(message: Any) -> None:
        said.append(message)

    asked = app(_scope(sent), receive, send)
    if sent.method in ("GET", "HEAD"):
        _driven(asked)
    else:
        asyncio.run(asked)
    start, *rest = said
    headers = tuple((bytes(k).lower(), bytes(v)) for k, v in start["headers"])
    bodiless = sent.method == "HEAD" or start["status"] in (204, 304)
    body = b"" if bodiless else b"".join(m.get("body", b"") for m in rest)
    return Answer(start["status"], headers, body)


def _driven(asked: Coroutine[Any, Any, None]) -> None:
    try:
        asked.send(None)
    except StopIteration:
        return
    asked.close()
    raise AssertionError("the app waits for something")


def _scope(sent: Sent) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": sent.method,
        "scheme": sent.scheme,
        "path": sent.path.decode(),
        "raw_path": sent.path,
        "root_path": "",
        "query_string": sent.query.encode(),
        "headers": list(sent.headers),
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 80),
        "extensions": {},
        "state": {},
    }
