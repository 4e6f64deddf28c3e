"""Report targets: where a browser sends what goes wrong, by itself and without a trace in a page.

What lives as long as the page (``Reporting-Endpoints``, ``report-uri``) is taken out. What a
browser keeps for the whole site (``Report-To``, ``NEL``) is replaced by the word that makes it
forget: otherwise a report sent after a withdrawal would still go where it went before.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from consentguard.http.directives import without
from consentguard.http.structured import keep, texts
from consentguard.http.waits import Gates, Kept, Waits

BEACON = "beacon"
#: What NEL section 4.2 says of ``max_age``: 0 makes the browser forget the policy.
_NO_NEL = b'{"max_age":0}'
_BLANK = re.compile(r"[ \t\r\n]*+")
#: Two headers that browsers no longer obey; RFC 9163 and RFC 7469, ``report-uri="URL"``.
_QUOTED_URI = re.compile(rb'report-uri\s*+=\s*+"?([^"\s,;]*+)', re.I)


def endpoints(value: bytes, waits: Waits) -> Kept:
    """``Reporting-Endpoints`` without the endpoints that have to wait.

    Reporting API section 3.2: a dictionary of strings. A group without an endpoint reports nowhere,
    so what names one (``report-to`` of a policy, of COOP and COEP) can stay as it is.
    """

    def refused(member: bytes) -> str | None:
        return next((url for url in texts(member) if waits.url(url, BEACON)), None)

    return keep(value, refused)


def groups(value: bytes, waits: Waits) -> Kept:
    """``Report-To`` with the groups forgotten of which every endpoint has to wait.

    Reporting API of 2018, section 3.1: a JSON list without its brackets. Groups in which nothing
    waits keep their bytes.
    """
    items = _items(value)
    if items is None:
        return _unread(value, waits)
    kept: list[str] = []
    gone: list[str] = []
    for item, text in items:
        denied = [url for url in _urls(item) if waits.url(url, BEACON)]
        kept.append(_without(item, frozenset(denied)) if denied else text)
        gone += denied
    return (", ".join(kept).encode() if gone else value), gone


def nel(value: bytes, report_to: bytes, waits: Waits) -> Kept:
    """``NEL``, or the word that ends it where its group in ``report_to`` has nowhere left to go.

    A group that this response does not define was defined by one that we cannot see.
    """
    policies = _items(value)
    if policies is None:
        return _unread(value, waits)
    free = _free(report_to, waits)
    for policy, _ in policies:
        group = policy.get("report_to") if isinstance(policy, dict) else None
        # Section 4.2: max_age 0 removes the policy, and such a one needs no group.
        if isinstance(group, str) and not free.get(group, not waits.unread):
            return _NO_NEL, [group]
    return value, []


def report_uri(value: bytes, waits: Waits) -> Kept:
    """A CSP without those URLs of ``report-uri`` that have to wait, else byte for byte.

    CSP Level 3, section 6.5.1.
    """
    return without(value, b"report-uri".__eq__, lambda url: waits.url(url, BEACON))


def quoted_uri(value: bytes, waits: Waits) -> Kept:
    """``Expect-CT`` or ``Public-Key-Pins``, or nothing where it reports to who has to wait."""
    for found in _QUOTED_URI.findall(value):
        if waits.url(url := found.decode("utf-8", "replace"), BEACON):
            return None, [url]
    return value, []


GATES: Gates = {
    b"reporting-endpoints": endpoints,
    b"report-to": groups,
    b"content-security-policy": report_uri,
    b"content-security-policy-report-only": report_uri,
    b"expect-ct": quoted_uri,
    b"public-key-pins": quoted_uri,
    b"public-key-pins-report-only": quoted_uri,
}


def _unread(value: bytes, waits: Waits) -> Kept:
    # Browsers read more than JSON: comments, duplicates. It may name anybody.
    return (None, ["unreadable"]) if waits.unread else (value, [])


def _items(value: bytes) -> list[tuple[Any, str]] | None:
    """The items of a JSON list without its brackets, each with its text; None if unreadable."""
    found: list[tuple[Any, str]] = []
    at = 0
    try:
        text = value.decode()
        while True:
            at = _skip(text, at)
            item, end = _DECODER.raw_decode(text, at)
            found.append((item, text[at:end]))
            at = _skip(text, end)
            if at == len(text):
                return found
            if text[at] != ",":
                return None
            at += 1
    except (ValueError, RecursionError):
        return None


def _skip(text: str, at: int) -> int:
    blank = _BLANK.match(text, at)
    return blank.end() if blank else at


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, if each of its names comes once: parsers differ in which one counts."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


_DECODER = json.JSONDecoder(object_pairs_hook=_once)


def _urls(group: Any) -> list[str]:
    """The URLs of a group's endpoints."""
    listed = group.get("endpoints") if isinstance(group, dict) else None
    return [url for e in listed if (url := _url(e))] if isinstance(listed, list) else []


def _url(endpoint: Any) -> str:
    url = endpoint.get("url") if isinstance(endpoint, dict) else None
    return url if isinstance(url, str) else ""


def _without(group: dict[str, Any], denied: frozenset[str]) -> str:
    """A group without these endpoints; with none left it is one to be forgotten."""
    left = [endpoint for endpoint in group["endpoints"] if _url(endpoint) not in denied]
    changed = {**group, "endpoints": left}
    if not left:
        # Section 3.1.3: "If max_age is 0, remove the group from the cache".
        changed["max_age"] = 0
    return json.dumps(changed, separators=(",", ":"))


def _free(report_to: bytes, waits: Waits) -> Mapping[str, bool]:
    """By name, whether a group of this response has an endpoint that need not wait."""
    free: dict[str, bool] = {}
    for item, _ in _items(report_to) or ():
        if isinstance(item, dict) and isinstance(name := item.get("group", "default"), str):
            left = any(not waits.url(url, BEACON) for url in _urls(item))
            free[name] = free.get(name, False) or left
    return free
