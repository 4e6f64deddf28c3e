"""Who asks inside of something that is kept for everybody is told no.

A cached fragment, or what a cached view answered, is shown to whoever comes next. What is asked
while it is made would be one visitor's answer in everybody's page, unless its key names the
decision: ``decision.digest``. No framework says that it is about to keep something, but whoever
keeps it stands on the stack.

Django's page caches are not among them: they can be told not to keep a response.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from dataclasses import replace
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


def suited(decision: Decision) -> Decision:
    """The decision as it may be used here: inside of what is kept for everybody, one that denies.

    A keeper in another thread is not seen: of an endpoint that is not async, fastapi-cache is.
    """
    if sys.modules.keys().isdisjoint(_MODULES):
        return decision
    frame = sys._getframe(1)
    while frame is not None:
        function = frame.f_code.co_name
        if function in _FUNCTIONS:
            module = frame.f_globals.get("__name__", "")
            names = _KEEPERS.get((module, function))
            if names is not None and not _named(frame.f_locals, names, decision):
                log.warning(
                    "consent was asked while %s makes %s, which it keeps for everybody, so the "
                    "answer is no: put the decision's digest into the key (docs/caching.md)",
                    *(module, _what(frame.f_locals)),
                )
                return denying(decision)
        frame = frame.f_back  # type: ignore[assignment]
    return decision


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
    values = [local.get(name) for name in names]
    given = [*(local.get("args") or ()), *(local.get("kwargs") or {}).values()]
    # A key that is made of arguments is made of what they say of themselves.
    return decision.digest in str(values) or any(isinstance(one, Decision) for one in given)


def _what(local: Mapping[str, Any]) -> str:
    """What is being kept: a fragment's name, or a key."""
    # Django's node of a fragment has its name, whatever its key is.
    named = getattr(local.get("self"), "fragment_name", None)
    return repr(named or local.get("fragment_name") or local.get("cache_key"))
