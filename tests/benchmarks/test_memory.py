"""What is streamed is as long as it says, and is rewritten on its way."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks import jobs, memory


@pytest.mark.parametrize("body", [memory.long_page, memory.long_script])
def test_bodies_are_as_long_as_asked_and_never_there_at_once(body: memory.Body) -> None:
    pieces = list(body(3))
    assert 2.9e6 < sum(map(len, pieces)) < 3.1e6
    assert max(map(len, pieces)) <= 16 * 1024


async def test_the_page_is_rewritten_to_its_end() -> None:
    sent: list[bytes] = []
    app: Any = jobs.middleware(jobs.streamer(memory.long_page(0.3)))

    async def send(message: Any) -> None:
        sent.append(message.get("body", b""))

    await app(jobs.scope_of(), None, send)
    body = b"".join(sent)
    assert b'data-cg-src="https://www.googletagmanager.com' in body
    assert b'id="cg-banner"' in body
    assert body.endswith(b"</body></html>\n")


def test_every_measure_gives_bytes() -> None:
    assert set(memory.available()) <= set(memory.MEASURES)
    assert memory._apart("open", 1) > 0
