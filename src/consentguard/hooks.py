"""What the app is told: somebody has chosen, and what holds for them from now on.

asyncio is imported when there is somebody to tell: a WSGI app may have no other use for it.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from consentguard.consent.decision import Decision
from consentguard.environment import check_is, several
from consentguard.http.message import Request
from consentguard.model import ConsentRecord

log = logging.getLogger("consentguard")


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice that has taken effect.

    ``subject`` is the visitor's signed statement: kept with an account it lets
    :meth:`~consentguard.guard.ConsentGuard.decision_for` answer when nobody is there.
    """

    record: ConsentRecord  #: what the ledger keeps of it
    decision: Decision  #: what is allowed from now on
    subject: str
    request: Request


AfterChoice = Callable[[Chosen], object | Awaitable[object]]


def hooks_of(after_choice: AfterChoice | Iterable[AfterChoice]) -> tuple[AfterChoice, ...]:
    """The hooks, be it one or several; raises :class:`~consentguard.errors.ConfigError`."""
    if callable(after_choice):
        return (after_choice,)
    what = "a function, or several"
    hooks = several(what, after_choice=after_choice)
    for hook in hooks:
        check_is(Callable, what, after_choice=hook)
    return hooks


def tell(hooks: Iterable[AfterChoice], chosen: Chosen) -> None:
    """Call every hook, asynchronous ones in an event loop of their own. Never raises."""
    import asyncio  # noqa: PLC0415 - see above

    for hook in hooks:
        try:
            result = hook(chosen)
            if inspect.isawaitable(result):
                _finished(result)
        except (Exception, asyncio.CancelledError):
            _failed(hook)


async def atell(hooks: Iterable[AfterChoice], chosen: Chosen) -> None:
    """Call every hook, those that are not asynchronous in a thread. Never raises."""
    import asyncio  # noqa: PLC0415 - see above

    for hook in hooks:
        try:
            if inspect.iscoroutinefunction(hook):
                await hook(chosen)
            else:
                result = await asyncio.to_thread(hook, chosen)
                if inspect.isawaitable(result):
                    await result
        except Exception:
            _failed(hook)


def _finished(result: Awaitable[object]) -> None:
    """Wait for it, in a thread where this one has an event loop that runs."""
    import asyncio  # noqa: PLC0415 - see above
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - see above

    async def waited() -> None:
        await result

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(waited())
        return
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, waited()).result()


def _failed(hook: AfterChoice) -> None:
    log.exception("after_choice %r failed; the choice holds all the same", hook)
