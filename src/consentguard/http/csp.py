"""``Content-Security-Policy``: the app's nonce, and the policy that fences what cannot be read."""

from __future__ import annotations

import re
from collections.abc import Sequence

from consentguard.http import contacts
from consentguard.http.message import Header, values, without

NAME = b"content-security-policy"
#: What cannot be read is fenced: the page is delivered, and it can contact no third party.
_UNKEPT: Header = (b"cache-control", b"private, no-store")
FENCE: Header = (NAME, b"default-src 'self' 'unsafe-inline' data: blob:")
#: Headers that hold a policy.
POLICIES = frozenset((NAME, b"content-security-policy-report-only"))
# What makes a browser call out, but for policies: they also restrict, so they stay.
_CALLING = contacts.NAMES - POLICIES - {b"permissions-policy", b"feature-policy"}
#: What speaks of keeping a response, and all that a fenced one may not say.
_KEEPING = frozenset((b"etag", b"cache-control"))
_FREE = _CALLING | _KEEPING | {b"set-cookie"}
_REPORTS = re.compile(rb"\breport-uri\b[^;,]*+", re.IGNORECASE)
_NONCE = re.compile(rb"'nonce-([A-Za-z0-9+/_=-]{1,200})'")


def nonce(headers: Sequence[Header]) -> str:
    """The nonce that a page's scripts have (CSP Level 3, section 2.3.1), or ``""``."""
    found = _NONCE.search(b" ".join(values(headers, NAME)))
    return found[1].decode() if found else ""


def doubted(headers: Sequence[Header]) -> list[Header]:
    """The gated headers of a response whose body could not be read after all: nobody keeps it."""
    return [*without(headers, _KEEPING), FENCE, _UNKEPT]


def fenced(headers: Sequence[Header]) -> list[Header]:
    """The headers of a response that could not be gated: it sets and contacts nothing."""
    kept = without(headers, _FREE)
    kept = [(k, _REPORTS.sub(b"", v) if k.lower() in POLICIES else v) for k, v in kept]
    return [*kept, FENCE, _UNKEPT]
