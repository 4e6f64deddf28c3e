"""A judge for tests: what names a ``bad`` host is denied, scripts that call ``fbq(`` are too."""

from __future__ import annotations

from consentguard.html import Gate, Kind


class BadHosts:
    """Denies ``bad`` and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Kind, str, str | None]] = []

    def url(self, url: str, kind: Kind, element: str, base: str | None) -> Gate | None:
        self.asked.append((url, kind, element, base))
        return Gate("analytics", "bad-service") if "bad" in url else None

    def snippet(self, script: bytes) -> Gate | None:
        return Gate("advertising", "pixel") if b"fbq(" in script else None

    def unread(self) -> Gate | None:
        return Gate("unknown", "")


class AllowAll:
    """Denies nothing."""

    def url(self, url: str, kind: Kind, element: str, base: str | None) -> Gate | None:
        return None

    def snippet(self, script: bytes) -> Gate | None:
        return None

    def unread(self) -> Gate | None:
        return None


#: What is added to a tag that the judge denied.
MARK = b' data-cg-purpose="analytics" data-cg-service="bad-service"'
