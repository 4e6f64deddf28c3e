"""Response headers that make a browser contact or serve somebody: one way through for all.

A browser obeys most of them on any response, so none of them asks what the body is. Headers of one
name are one value (RFC 9110, section 5.3), and are read as one: what is cut apart at a comma could
be half a URL in either. What nothing waits in keeps its bytes and its place.

Left alone, because they contact nobody: ``report-to`` of COOP, COEP and policies (names of groups),
``SourceMap`` (developer tools), ``Origin-Trial``, ``Set-Login``, ``Clear-Site-Data``,
``Use-As-Dictionary``, ``Supports-Loading-Mode``, ``Sec-Session-Registration`` (the site's own).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from consentguard.http import hints, links, reports
from consentguard.http.message import Header
from consentguard.http.waits import Gates, Kept, Waits

#: By these a browser remembers or tells what it saw, for who measures and sells advertisements:
#: Attribution Reporting; Topics, section "Observe-Browsing-Topics"; Shared Storage.
ADVERTISING = (
    b"attribution-reporting-register-source",
    b"attribution-reporting-register-trigger",
    b"attribution-reporting-register-os-source",
    b"attribution-reporting-register-os-trigger",
    b"attribution-reporting-info",
    b"observe-browsing-topics",
    b"shared-storage-write",
)


def _advertising(value: bytes, waits: Waits) -> Kept:
    return (None, ["advertising"]) if waits.purpose("advertising") else (value, [])


_GATES: Gates = {
    **links.GATES,
    **reports.GATES,
    **hints.GATES,
    **dict.fromkeys(ADVERTISING, _advertising),
}
#: The headers that are looked at, in lower case.
NAMES = frozenset((*_GATES, b"nel"))

#: What these say of contacts, if anything: most responses of many sites have them, and few do.
_MARKS = {
    b"content-security-policy": b"report-uri",
    b"content-security-policy-report-only": b"report-uri",
    b"permissions-policy": b"ch-",
    b"feature-policy": b"ch-",
}


def speaks(fields: Mapping[bytes, bytes], headers: Iterable[Header]) -> bool:
    """Whether any header could contact somebody, at first sight; ``fields`` are these by name."""
    if NAMES.isdisjoint(fields):
        return False
    for name, value in headers:
        low = name.lower()
        if low in NAMES and _MARKS.get(low, b"") in value.lower():
            return True
    return False


def gate(headers: Sequence[Header], waits: Waits) -> tuple[list[Header], list[str]]:
    """Headers that contact nobody who has to wait, and what was taken out of them.

    Several headers of one name become one, at the place of the first, where any of them changes.
    """
    sent: dict[bytes, list[bytes]] = {}
    for name, value in headers:
        if (low := name.lower()) in NAMES:
            sent.setdefault(low, []).append(value)
    joined = {name: b", ".join(values) for name, values in sent.items()}
    changed: dict[bytes, bytes | None] = {}
    dropped: list[str] = []
    for name in joined:
        kept, gone = _gated(name, joined, waits)
        if gone:
            changed[name] = kept
            dropped += gone
    if not changed:
        return list(headers), dropped
    return _put(headers, changed), dropped


def _gated(name: bytes, joined: Mapping[bytes, bytes], waits: Waits) -> Kept:
    if name == b"nel":
        return reports.nel(joined[name], joined.get(b"report-to", b""), waits)
    return _GATES[name](joined[name], waits)


def _put(headers: Sequence[Header], changed: dict[bytes, bytes | None]) -> list[Header]:
    """The headers with the changed ones in the place of the first of their name."""
    result: list[Header] = []
    for header in headers:
        low = header[0].lower()
        if low not in changed:
            result.append(header)
        elif (value := changed[low]) is not None:
            result.append((header[0], value))
            changed[low] = None
    return result
