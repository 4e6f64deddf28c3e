"""Who asks inside of something that is kept for everybody is told no.

A cached fragment, or what a cached view answered, is shown to whoever comes next. What is asked
while it is made would be one visitor's answer in everybody's page, unless its key names the
decision: ``decision.digest``. No framework says that it is about to keep something, but whoever
keeps it stands on the stack.

Django's page caches are not among them: they can be told not to keep a response.
"""

from __future__ import annotations

import inspect
import logging
import sys
from collections.abc import Mapping
from dataclasses import replace
from types import CodeType
from typing import Any

from consentguard.consent.decision import Decision
from consentguard.model import Reason
from consentguard.outbound import FREE

log = logging.getLogger("consentguard")

#: Module and function of whoever keeps → its variables that make the key. While the first of them
#: is not there yet, the key is being made, and may be made of what is asked.
_KEEPERS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("django.templatetags.cache", "render"): ("vary_on",),
    ("flask_caching", "decorated_function"): ("cache_key", "args", "kwargs"),
    ("flask_caching.jinja2ext", "_cache"): ("vary_on", "fragment_name"),
    ("fastapi_cache.decorator", "inner"): ("cache_key", "args", "kwargs"),
}
_MODULES = frozenset(module for module, _ in _KEEPERS)
_FUNCTIONS = frozenset(function for _, function in _KEEPERS)


def suited(decision: Decision, scope: Mapping[str, Any] | None = None) -> Decision:
    """The decision as it may be used here: inside of what is kept for everybody, one that denies.

    ``scope`` is that of an ASGI request, whose endpoint may run in another thread than its keeper.
    """
    if sys.modules.keys().isdisjoint(_MODULES):
        return decision
    frame = sys._getframe(1)
    threaded = None if scope is None else _threaded(scope)
    while frame is not None:
        code = frame.f_code
        if code is threaded:
            given = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
            if not any(isinstance(frame.f_locals.get(name), Decision) for name in given):
                _warn("fastapi_cache", repr(code.co_qualname))
                return denying(decision)
        function = code.co_name
        if function in _FUNCTIONS:
            module = frame.f_globals.get("__name__", "")
            names = _KEEPERS.get((module, function))
            if names is not None and not _named(frame.f_locals, names, decision):
                _warn(module, _what(frame.f_locals))
                return denying(decision)
        frame = frame.f_back  # type: ignore[assignment]
    return decision


def _warn(module: str, what: str) -> None:
    log.warning(
        "consent was asked while %s makes %s, which it keeps for everybody, so the answer is no: "
        "put the decision's digest into the key (docs/caching.md)",
        module,
        what,
    )


def _threaded(scope: Mapping[str, Any]) -> CodeType | None:
    """The code of an endpoint that fastapi-cache runs in a thread, by a key of its own making.

    It keeps the answer of no other method, and of none that the client wants to have anew.
    """
    endpoint = scope.get("endpoint")
    known = getattr(endpoint, "__globals__", {})
    kept = getattr(endpoint, "__wrapped__", None)
    if known.get("__name__") != "fastapi_cache.decorator" or not inspect.isfunction(kept):
        return None
    if inspect.iscoroutinefunction(kept) or not known["FastAPICache"].get_enable():
        return None
    if scope.get("method") != "GET" or (b"cache-control", b"no-store") in scope["headers"]:
        return None
    made_by = inspect.getclosurevars(endpoint).nonlocals.get("key_builder")  # type: ignore[arg-type]
    own = getattr(made_by, "__module__", "") == "fastapi_cache.key_builder"
    return kept.__code__ if own else None


def denying(decision: Decision) -> Decision:
    """The same with a no to everything that anybody, anywhere, may refuse."""
    rulings = {
        purpose: ruling
        if purpose in FREE
        else replace(ruling, allowed=False, reason=Reason.REFUSED)
        for purpose, ruling in decision.rulings.items()
    }
    return replace(decision, rulings=rulings, services={}, complete=False)


def _named(local: Mapping[str, Any], names: tuple[str, ...], decision: Decision) -> bool:
    """Whether the key names the decision, or is not there yet."""
    if names[0] not in local:
        return True
    for name in names:
        value = local.get(name)
        parts = [value] if isinstance(value, str) else value or ()
        for part in parts.values() if isinstance(parts, dict) else parts:
            # An argument that is a decision is in the key as it shows itself.
            if isinstance(part, Decision) or (isinstance(part, str) and decision.digest in part):
                return True
    return False


def _what(local: Mapping[str, Any]) -> str:
    """What is being kept: a fragment's name, or a key."""
    # Django's node of a fragment has its name, whatever its key is.
    named = getattr(local.get("self"), "fragment_name", None)
    return repr(named or local.get("fragment_name") or local.get("cache_key"))
