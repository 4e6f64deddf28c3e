"""What answers do for a choice that was made before: refused cookies go, refusals stay.

Pages do it, and the answer that a page shared by caches asks for: it can do neither itself.
"""

from __future__ import annotations

from consentguard.consent.token import Stored
from consentguard.http.cookies import pairs
from consentguard.http.message import Header
from consentguard.http.sweep import expiries
from consentguard.pages.origin import safe_path
from consentguard.pages.visit import KEPT_SECONDS, Visit


def swept(visit: Visit, path: str | None = None) -> list[Header]:
    """Expiries of the refused cookies that the request carried, for it and all above its path."""
    request = visit.request
    path = safe_path(request.root_path + request.path if path is None else path)
    # Each answer goes on where others stopped: the clock turns the wheel of variants.
    turn = int(visit.setup.clock())
    hidden = visit.visitor.hidden
    return expiries(hidden, request.hostname, path, https=visit.https, turn=turn)


def renewed(visit: Visit) -> list[Header]:
    """A refusal again, before the browser drops it: it never lapses by itself.

    A choice that refuses nothing may go: its identifier lives no longer than it has to.
    """
    stored, setup = visit.stored, visit.setup
    if not isinstance(stored, Stored) or setup.clock() < stored.time + KEPT_SECONDS:
        return []
    if not stored.denied and all(stored.services.values()):
        return []
    name = setup.cookie_name.encode()
    headers = [(b"cookie", value) for value in visit.request.every(b"cookie")]
    (value,) = (value for key, value in pairs(headers) if key == name)
    return [setup.cookie(value.decode("latin-1"), https=visit.https)]


def hinted(visit: Visit) -> list[Header]:
    """The hint for the script of a shared page: the visitor has chosen, so nothing is to be asked.

    A script may read it and anybody may forge it: nothing but a banner's first moment follows.
    """
    setup, settled = visit.setup, visit.decision.chosen and not visit.decision.show_banner
    name = setup.hint_name.encode()
    known = any(key == name for key, _ in pairs(visit.request.headers))
    return [] if known is settled else [setup.hint(settled, https=visit.https)]
