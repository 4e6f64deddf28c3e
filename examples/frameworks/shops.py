"""Which shops there are: name → module, and the protocol that it speaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Shop:
    """One file of this folder, whose ``build()`` gives the application."""

    module: str
    kind: Literal["asgi", "wsgi"]


SHOPS = {
    "asgi": Shop("asgi_app", "asgi"),
    "bottle": Shop("bottle_app", "wsgi"),
    "falcon-asgi": Shop("falcon_asgi", "asgi"),
    "falcon-wsgi": Shop("falcon_wsgi", "wsgi"),
    "litestar": Shop("litestar_app", "asgi"),
    "pyramid": Shop("pyramid_app", "wsgi"),
    "quart": Shop("quart_app", "asgi"),
    "wsgi": Shop("wsgi_app", "wsgi"),
}
