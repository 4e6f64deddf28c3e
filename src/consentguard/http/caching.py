"""No page of one decision is ever shown under another: the ``private`` mode.

HTML leaves as ``private, no-cache`` with an ETag that names the decision. A validator that comes
back is handed to the app only when it names today's decision, so a browser that revalidates after
a withdrawal is never told 304 about a page that still runs trackers (RFC 9110, section 13;
RFC 9111, section 5.2).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from consentguard.http.message import Header

#: What a cache may obey instead of Cache-Control, beside ``…-Cache-Control`` (RFC 9213).
_TARGETED = frozenset((b"surrogate-control", b"x-accel-expires", b"edge-control"))
#: What a page that changes with the decision cannot say of itself.
_UNSAID = _TARGETED | {b"expires", b"last-modified", b"accept-ranges", b"cache-control"}
_ETAG = re.compile(rb'(W/)?"([^"]*+)"')
#: Directives that only a shared cache needs, and the one that is set anyway.
_SHARED = frozenset(
    b"private public s-maxage stale-while-revalidate stale-if-error immutable".split()
)
_VARY: Header = (b"vary", b"Cookie")

#: Request headers that ask for a response only under a condition, or for a part of one.
CONDITIONS = frozenset((b"if-none-match", b"if-modified-since", b"if-range", b"range"))


def conditional(fields: Mapping[bytes, bytes]) -> bool:
    """Whether a request has a condition or a range at all: most have none."""
    return not fields.keys().isdisjoint(CONDITIONS)


def request_headers(headers: Sequence[Header], digest: str) -> tuple[list[Header], bool]:
    """Headers for the app, and whether a validator named today's ``digest``.

    Without a match the validators and ranges of a request for a page are dropped. A range of a
    page would be a range of bytes that we change.
    """
    accept = b",".join(v for k, v in headers if k == b"accept").lower()
    page = b"text/html" in accept or b"application/xhtml" in accept
    sent = b",".join(v for k, v in headers if k == b"if-none-match")
    if not page and b".cg-" not in sent:
        # No tag of ours: an API's own business, ``*`` of a conditional PUT among it.
        return list(headers), False
    ours, others = _split(sent, digest)
    result: list[Header] = []
    for name, value in headers:
        if name == b"if-none-match":
            continue
        if page and name in (b"if-modified-since", b"if-range", b"range"):
            continue
        result.append((name, value))
    tags = ours if page else [*ours, *others]
    if tags:
        result.append((b"if-none-match", b", ".join(tags)))
    return result, bool(ours)


def _split(value: bytes, digest: str) -> tuple[list[bytes], list[bytes]]:
    """The app's own tags of today's digest, and tags that never were ours."""
    mark = b".cg-" + digest.encode()
    ours, others = [], []
    for weak, tag in _ETAG.findall(value[:8192]):
        if tag.endswith(mark):
            # The app's tag may have been strong; a weak one matches it in If-None-Match.
            ours += [b'"%b"' % tag.removesuffix(mark), b'W/"%b"' % tag.removesuffix(mark)]
        elif b".cg-" not in tag:
            others.append(b'%b"%b"' % (weak, tag))
    return ours, others


def page_headers(headers: Iterable[Header], digest: str) -> list[Header]:
    """The cache headers of an HTML response; ``digest`` names the decision."""
    private = b"private, no-cache"
    varies = False
    result: list[Header] = []
    for header in headers:
        low = header[0].lower()
        if low == b"etag":
            result.append((header[0], _bound(header[1], digest)))
        elif low == b"cache-control" and b"no-store" in header[1].lower():
            private = b"private, no-cache, no-store"
        elif low not in _UNSAID and not low.endswith(b"-cache-control"):
            varies = varies or low == b"vary"
            result.append(header)
    result.append((b"cache-control", private))
    # The back button takes a stored page without asking, unless the cookies have changed since.
    if varies:
        _vary(result)
    else:
        result.append(_VARY)
    return result


def _bound(etag: bytes, digest: str) -> bytes:
    match = _ETAG.match(etag.strip())
    tag = match[2] if match else b""
    return b'W/"%b.cg-%b"' % (tag, digest.encode())


def personal_headers(headers: Iterable[Header]) -> list[Header]:
    """The cache headers of any response that depended on what the visitor allowed."""
    control: list[bytes] = [b"private"]
    result: list[Header] = []
    for name, value in headers:
        low = name.lower()
        if low == b"cache-control":
            control += filter(_unshared, map(bytes.strip, value.split(b",")))
        elif not _targeted(low):
            result.append((name, value))
    result.append((b"cache-control", b", ".join(control)))
    _vary(result)
    return result


def _unshared(directive: bytes) -> bool:
    """A directive that a private response may keep."""
    return bool(directive) and directive.partition(b"=")[0].lower() not in _SHARED


def _vary(headers: list[Header]) -> None:
    for name, value in headers:
        if name.lower() == b"vary":
            for one in value.split(b","):
                if one.strip().lower() in (b"*", b"cookie"):
                    return
    headers.append(_VARY)


def _targeted(name: bytes) -> bool:
    """What is said to some caches only, which they would obey before Cache-Control."""
    return name in _TARGETED or name.endswith(b"-cache-control")
