"""Plain requests: nothing in them tells one visitor of a region from another.

A shell sees that at a glance, and the rest of such a request is read when somebody asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from consentguard.consent import signals
from consentguard.http.byname import ByName
from consentguard.http.caching import CONDITIONS

#: Headers by which a request may be treated otherwise than others from the same region.
TELLING = CONDITIONS | {b"cookie", signals.FIELD}

#: Names as servers give them, in lower case, that are none of these.
_PLAIN = ByName[bytes, bool](
    lambda name: type(name) is bytes and name.islower() and name not in TELLING
)


def plain_environ(environ: Mapping[str, Any]) -> bool:
    """Whether the request of an environ is plain."""
    # One by one: half the time of `isdisjoint`.
    return not (
        "HTTP_COOKIE" in environ
        or "HTTP_SEC_GPC" in environ
        or "HTTP_IF_NONE_MATCH" in environ
        or "HTTP_IF_MODIFIED_SINCE" in environ
        or "HTTP_IF_RANGE" in environ
        or "HTTP_RANGE" in environ
    )


def plain_headers(headers: Any) -> bool:
    """Whether a request with these headers is; False where they are not what servers give."""
    if type(headers) is not list:
        return False
    try:
        for name, _ in headers:
            if not _PLAIN[name]:
                return False
    except (TypeError, ValueError):  # no names, no pairs
        return False
    return True
