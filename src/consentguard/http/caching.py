"""No page of one decision is ever shown under another.

``private``: HTML leaves as ``private, no-cache`` with an ETag that names the decision. A validator
that comes back is handed to the app only when it names today's decision, so a browser that
revalidates after a withdrawal is never told 304 about a page that still runs trackers (RFC 9110,
section 13; RFC 9111, section 5.2).

``shared``: the page is the same for everybody, so what the app says to caches stays. Its ETag names
what else the page was made from: policy, catalogue and texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from consentguard.http.message import Header, as_bytes

#: What a cache may obey instead of Cache-Control, beside ``…-Cache-Control`` (RFC 9213).
_TARGETED = frozenset((b"surrogate-control", b"x-accel-expires", b"edge-control"))
#: What a page that changes with the decision cannot say of itself.
_UNSAID = _TARGETED | {b"expires", b"last-modified", b"accept-ranges", b"cache-control"}
_TOLD = _UNSAID | {b"etag", b"vary"}
#: Between the app's own tag and what we made of its page.
_MARK = b".cg-"
#: In place of a tag where the app has a date only; what follows is that date.
_DATED = b"cg-dated-"
_NO_TAG = re.compile(rb"[^0-9A-Za-z]+")
_ETAG = re.compile(rb'(W/)?"([^"]*+)"')
_WEAK = b"-w"  #: behind the digest where the app's own tag was weak
#: Directives that only a shared cache needs, and the one that is set anyway.
_SHARED = frozenset(
    b"private public s-maxage stale-while-revalidate stale-if-error immutable".split()
)
#: What a decision follows from that a request says. No header names the country.
_VARIES = (b"Cookie", b"Sec-GPC")
_VARY: Header = (b"vary", b", ".join(_VARIES))

_DATES = (b"if-modified-since",)
_RANGES = (b"if-range", b"range")
#: Request headers that ask for a response only under a condition, or for a part of one.
CONDITIONS = frozenset((b"if-none-match", *_DATES, *_RANGES))


def conditional(fields: Mapping[bytes, bytes]) -> bool:
    """Whether a request has a condition or a range at all: most have none."""
    return not fields.keys().isdisjoint(CONDITIONS)


def request_headers(headers: Sequence[Header], digests: Sequence[str]) -> tuple[list[Header], str]:
    """Headers for the app, and the first of today's ``digests`` that a validator named, or ``""``.

    Without a match the validators and ranges of a request for a page are dropped. A range of a
    page would be a range of bytes that we change.
    """
    accept, sent = b"", b""
    for name, value in headers:
        if name == b"accept":
            accept += b"," + value.lower()
        elif name == b"if-none-match":
            sent += b"," + value
    page = b"text/html" in accept or b"application/xhtml" in accept
    if not page and _MARK not in sent:
        # No tag of ours: an API's own business, ``*`` of a conditional PUT among it.
        return list(headers), ""
    named, ours, others = _split(sent, digests)
    # A date alone says nothing of what we made of the page; beside a tag of today's it may be all
    # that the app knows.
    dated = named and not ours
    gone = {b"if-none-match", *(() if dated else _DATES), *(_RANGES if page else ())}
    result = [header for header in headers if header[0] not in gone]
    tags = ours if page else [*ours, *others]
    if tags:
        result.append((b"if-none-match", b", ".join(tags)))
    return result, named


def _split(value: bytes, digests: Sequence[str]) -> tuple[str, list[bytes], list[bytes]]:
    """The digest of today's that is named, the app's own tags of it, and tags never ours.

    A tag comes back as the app sent it: some compare the whole header with their own (WhiteNoise).
    """
    found: dict[str, list[bytes]] = {}
    others = []
    for weak, tag in _ETAG.findall(value[:8192]):
        own, mark, said = tag.rpartition(_MARK)
        digest = said.removesuffix(_WEAK).decode("latin-1")
        if not mark:
            others.append(b'%b"%b"' % (weak, tag))
        elif digest in digests:
            tags = found.setdefault(digest, [])
            if not own.startswith(_DATED):
                tags.append(b'%b"%b"' % (b"W/" * said.endswith(_WEAK), own))
    named = next((digest for digest in digests if digest in found), "")
    return named, found.get(named, []), others


def page_headers(headers: Iterable[Header], digest: str) -> list[Header]:
    """The cache headers of an HTML response; ``digest`` names the decision."""
    private = b"private, no-cache"
    varies = False
    result: list[Header] = []
    for header in headers:
        says = _says(header[0])
        if not says:
            result.append(header)
        elif says == b"vary":
            varies = True
            result.append(header)
        elif says == b"etag":
            result.append((header[0], _bound(header[1], digest)))
        elif says == b"cache-control" and b"no-store" in header[1].lower():
            private = b"private, no-cache, no-store"
    result.append((b"cache-control", private))
    # The back button takes a stored page without asking, unless the cookies have changed since.
    if varies:
        _vary(result)
    else:
        result.append(_VARY)
    return result


@lru_cache(maxsize=256)  # an app has few names of headers
def _says(name: bytes) -> bytes:
    """The name in lower case of what a page cannot say of itself, or not as it is; else nothing."""
    low = name.lower()
    return low if low in _TOLD or low.endswith(b"-cache-control") else b""


def _bound(etag: bytes, digest: str) -> bytes:
    match = _ETAG.match(etag.strip())
    weak, tag = match.groups(b"") if match else (b"", b"")
    return b'W/"%b%b%b%b"' % (tag, _MARK, digest.encode(), weak and _WEAK)


def shared_headers(headers: Iterable[Header], digest: str, *, dated: bytes = b"") -> list[Header]:
    """The cache headers of a page that caches may share: the app's own, but for the ETag.

    Where the app has a date only, the page gets a tag that names it: of a request that has both,
    the date is not looked at (RFC 9110, section 13.1.3), and it does not change with the policy.
    ``dated`` is the date where it is not said here, as some frameworks leave it out of a 304.
    """
    result: list[Header] = []
    tagged = False
    for name, value in headers:
        low = name.lower()
        dated = value if low == b"last-modified" else dated
        tagged = tagged or low == b"etag"
        if low != b"accept-ranges":
            result.append((name, _bound(value, digest) if low == b"etag" else value))
    if dated and not tagged:
        result.append((b"etag", _bound(b'"%b%b"' % (_DATED, _NO_TAG.sub(b"", dated)), digest)))
    return result


def personal_headers(headers: Iterable[Header], *, asked: bool = False) -> list[Header]:
    """The cache headers of any response that depended on what the visitor allowed.

    ``asked``: its body did, and no Vary can name the country or a signal that may change before
    the cookie does: the browser has to ask again each time.
    """
    control: list[bytes] = [b"private", *([b"no-cache"] if asked else [])]
    result: list[Header] = []
    for name, value in headers:
        low = name.lower()
        if low == b"cache-control":
            for one in map(bytes.strip, value.split(b",")):
                if _unshared(one) and one.lower() not in control:
                    control.append(one)
        elif not _targeted(low):
            result.append((name, value))
    result.append((b"cache-control", b", ".join(control)))
    _vary(result)
    return result


def may_keep(headers: Iterable[tuple[Any, Any]]) -> bool:
    """Whether a cache that others use may show a response with these headers to who comes next.

    Without a word it may (RFC 9111, section 3: a status that is heuristically cacheable). What has
    no validator is fetched again where it says ``no-cache`` (section 5.2.2.4).
    """
    fields = [(as_bytes(name).lower(), as_bytes(value)) for name, value in headers]
    says = {
        one.strip().lower()
        for name, value in fields
        if name == b"cache-control"
        for one in value.split(b",")
    }
    validated = any(name in (b"etag", b"last-modified") for name, _ in fields)
    return says.isdisjoint((b"private", b"no-store")) and (validated or b"no-cache" not in says)


def _unshared(directive: bytes) -> bool:
    """A directive that a private response may keep."""
    return bool(directive) and directive.partition(b"=")[0].lower() not in _SHARED


def _vary(headers: list[Header]) -> None:
    said = {
        one.strip().lower()
        for name, value in headers
        if name.lower() == b"vary"
        for one in value.split(b",")
    }
    missing = [one for one in _VARIES if one.lower() not in said]
    if missing and b"*" not in said:
        headers.append((b"vary", b", ".join(missing)))


def _targeted(name: bytes) -> bool:
    """What is said to some caches only, which they would obey before Cache-Control."""
    return name in _TARGETED or name.endswith(b"-cache-control")
