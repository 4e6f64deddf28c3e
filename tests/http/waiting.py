"""What the gates of headers are tried with: everything of a tracker waits."""

from __future__ import annotations

from consentguard.html.table import link_kind
from consentguard.html.values import refresh
from consentguard.http.contacts import gate
from consentguard.http.message import Header
from consentguard.http.waits import Waits


def waits(*, free: bool = False, unread: bool = True, asked: list[str] | None = None) -> Waits:
    """Answers for who has not chosen, or for who has granted all; ``asked`` notes the kinds."""

    def url(url: str, kind: str) -> bool:
        if asked is not None:
            asked.append(kind)
        return "tracker" in url and not free

    return Waits(
        url=url,
        purpose=lambda purpose: not free,
        undeclared=not free,
        unread=unread and not free,
        linked=link_kind,
        leads=refresh,
    )


def gated(name: bytes, *values: bytes, given: Waits | None = None) -> bytes | None:
    """What is left of a header, or of several; None where nothing is."""
    headers, _ = gate([(name, value) for value in values], given or waits())
    assert len(headers) <= max(1, len(values))
    return b" | ".join(value for _, value in headers) if headers else None


def dropped(*headers: Header) -> list[str]:
    """What was taken out of these headers."""
    return gate(headers, waits())[1]
