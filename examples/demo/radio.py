"""The radio page: server-sent events (WHATWG HTML, section 9.2)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from . import artists
from .pages import templates


async def page(request: Request) -> Response:
    """The player; a script listens to the stream."""
    return templates.TemplateResponse(request, "now-playing.html", {"list": artists.programme()})


async def live(request: Request) -> Response:
    """One event a track, the whole programme once; the browser then connects again."""

    async def events() -> AsyncIterator[str]:
        yield "retry: 3000\n\n"
        for number, (title, artist) in enumerate(artists.programme()):
            data = json.dumps({"title": title, "artist": artist}, ensure_ascii=False)
            yield f"event: track\nid: {number}\ndata: {data}\n\n"
            await asyncio.sleep(request.app.state.beat)
            if request.app.state.stopping():
                return  # an open stream would hold up the server's end

    return StreamingResponse(events(), media_type="text/event-stream")
