"""The row of files: a server sends what passes, a page in one is read and rewritten."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path
from typing import Any
from wsgiref.util import FileWrapper

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route
from tests.contract.shapes import (
    BANNER,
    GATED,
    HTML,
    PAGE,
    TAG,
    TRACKER,
    body,
    covers,
    environ,
    guarded,
    guarded_wsgi,
    kind,
    messages_of,
    saying,
    start,
    unheard,
)


class File:
    """What a server takes for an open file."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDONLY)

    def fileno(self) -> int:
        return self._descriptor

    def close(self) -> None:
        os.close(self._descriptor)


PATHSEND = "http.response.pathsend"
ZEROCOPY = "http.response.zerocopysend"


@covers("file")
@pytest.mark.parametrize("size", [0, 10, 200_000])
async def test_a_page_in_a_file_is_read_and_rewritten(tmp_path: Path, size: int) -> None:
    (tmp_path / "page.html").write_bytes(PAGE + b" " * size)
    sending = {"type": PATHSEND, "path": str(tmp_path / "page.html")}
    sent = await messages_of(guarded(saying(start([HTML]), sending)))
    assert {m["type"] for m in sent[1:]} == {"http.response.body"}
    text = b"".join(m["body"] for m in sent[1:])
    assert GATED in text
    assert BANNER in text
    assert len(text) > len(PAGE) + size
    assert [m["more_body"] for m in sent[1:]][-1] is False


@covers("file")
@pytest.mark.parametrize(
    ("more", "part"),
    [
        ({}, PAGE),
        ({"offset": 0}, PAGE),
        ({"offset": 3, "count": 70}, PAGE[3:73]),
        ({"count": 0}, b""),
    ],
)
async def test_a_page_in_an_open_file_too(
    tmp_path: Path, more: dict[str, int], part: bytes
) -> None:
    (tmp_path / "page.html").write_bytes(PAGE)
    file = File(tmp_path / "page.html")
    sending = {"type": ZEROCOPY, "file": file, "more_body": True, **more}
    sent = await messages_of(guarded(saying(start([HTML]), sending, body(b"<p>end"))))
    file.close()
    text = b"".join(m["body"] for m in sent[1:])
    assert text.startswith(part.partition(b"<script")[0])
    assert TRACKER in text or TRACKER not in part
    assert TAG not in text
    assert b"<p>end" in text


@covers("file")
@pytest.mark.parametrize("kind_", [b"image/png", b"image/svg+xml", b"application/xml"])
async def test_a_file_of_something_else_is_the_servers_to_send(kind_: bytes) -> None:
    sending = {"type": PATHSEND, "path": "/there/is/none.png"}
    sent = await messages_of(
        guarded(saying(start([kind(kind_), (b"set-cookie", b"_ga=1")]), sending))
    )
    assert sent[1:] == [sending]
    assert not [v for k, v in sent[0]["headers"] if k == b"set-cookie"]


@covers("file")
async def test_a_file_that_is_not_there_is_the_apps_error() -> None:
    sending = {"type": PATHSEND, "path": "/there/is/none.html"}
    with pytest.raises(FileNotFoundError):
        await messages_of(guarded(saying(start([HTML]), sending)))


@covers("file")
async def test_a_framework_sends_pages_as_files(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_bytes(PAGE)
    (tmp_path / "a.css").write_bytes(b"p {}")

    async def endpoint(request: Request) -> Response:
        return FileResponse(tmp_path / request.path_params["name"])

    app = guarded(Starlette(routes=[Route("/{name}", endpoint)]))
    page = await messages_of(app, path="/page.html", extensions={PATHSEND: {}})
    assert GATED in b"".join(m["body"] for m in page[1:])
    style = await messages_of(app, path="/a.css", extensions={PATHSEND: {}})
    assert [m["type"] for m in style] == ["http.response.start", PATHSEND]


@covers("file")
@pytest.mark.parametrize(("kind_", "passes"), [("text/css", True), ("text/html", False)])
def test_a_file_wrapper_is_handed_on_and_a_page_in_one_is_read(kind_: str, passes: bool) -> None:
    wrapper = FileWrapper(BytesIO(PAGE), 7)

    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [("Content-Type", kind_)])
        return wrapper

    found: Any = guarded_wsgi(app)(environ(), unheard)
    assert (found is wrapper) is passes
    assert (GATED in b"".join(found)) is not passes
