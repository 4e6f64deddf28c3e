"""One guard for one app: two would gate each page twice, and answer each other's own pages.

What can be seen of an app is looked through when a guard is put in front of it, and a second guard
is an error there. What no attribute shows is noticed when a request comes by: then the guard that
saw it first rules, and the one inside hands everything on.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import types
from collections.abc import Iterator
from typing import Any

from consentguard.errors import ConfigError

log = logging.getLogger("consentguard")

#: Where middleware, routers and frameworks keep what they call: Starlette, FastAPI, Flask,
#: Werkzeug, WhiteNoise, Django, Falcon, Litestar, asgiref, Python's own wrappers. What functions
#: close over is not among them: a view may close over the very app that is being guarded.
_INSIDE = (
    *("app", "_app", "application", "wsgi_app", "asgi_app", "wrapped", "__wrapped__", "func"),
    *("router", "original_router", "routes", "user_middleware", "cls", "mounts"),
    *("_middleware_chain", "get_response", "wsgi_application", "_sink_and_static_routes"),
    *("asgi_router", "route_handler_index", "_fn", "middleware"),
)
_MOST = 20_000  #: things to look at: an app may have thousands of routes


class Guarding:
    """What puts a guard in front of an app; inherited so that another one finds it."""

    _told = False

    def second(self) -> None:
        """Say, once, that a guard outside of this one has seen the request."""
        if not self._told:
            self._told = True
            log.error("%s", _TWICE + " The outer one rules, this one does nothing.")


_TWICE = "There are two consentguard guards on one app, one inside the other: remove one of them."


def check_alone(app: object) -> None:
    """Raise :class:`ConfigError` where a guard stands in front of something in ``app`` already.

    Apps mounted in it count too. Only what objects store is looked at: nothing of theirs runs.
    """
    waiting: list[object] = [app]
    seen: set[int] = set()
    while waiting and len(seen) < _MOST:
        thing = waiting.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        kind = thing if isinstance(thing, type) else type(thing)
        if issubclass(kind, Guarding):
            raise ConfigError(
                f"{_TWICE} The inner one is {kind.__module__}.{kind.__qualname__}. Where only a "
                "part of the app is to be guarded, or by other rules, leave out the outer one."
            )
        waiting += _inside(thing)


def _inside(thing: object) -> Iterator[object]:
    """What a thing calls, as far as it stores that."""
    if isinstance(thing, types.MethodType):
        yield thing.__self__
    elif isinstance(thing, functools.partial):
        yield thing.func
    elif isinstance(thing, list | tuple):
        yield from thing
    elif isinstance(thing, dict):
        yield from thing.values()
    else:
        stored = _stored(thing)
        yield from (stored[name] for name in _INSIDE if name in stored)


def _stored(thing: object) -> dict[str, Any]:
    """What it keeps by name, in its dict and in its slots, without running anything of its own."""
    try:
        stored = {**vars(thing)}
    except Exception:  # slots alone, or a proxy of something that is not there yet
        stored = {}
    for kind in type(thing).__mro__:
        for name in _INSIDE:
            slot = kind.__dict__.get(name)
            if isinstance(slot, types.MemberDescriptorType):
                with contextlib.suppress(AttributeError):  # it is empty
                    stored[name] = slot.__get__(thing)
    return stored
