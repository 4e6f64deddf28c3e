"""A cache that does what RFC 9111 says, and takes every liberty that it gives.

Shared or private, one that looks at Vary or one that is blind to it. A shared one keeps and repeats
Set-Cookie, which the RFC permits (section 7.3), and obeys the targeted headers of RFC 9213 before
Cache-Control. A test's own: in memory, with the test's clock.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from tests.contract.harness import Answer, Sent

from consentguard.http.message import Header, values

Fetch = Callable[[Sent], Answer]

#: May be kept without a word about how long (RFC 9110, section 15.1).
HEURISTIC = frozenset((200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501))
GUESSED = 60  #: seconds that a response is fresh which says nothing about time
#: What a targeted cache looks at before Cache-Control, the first one first.
TARGETED = (b"surrogate-control", b"cdn-cache-control", b"x-accel-expires")
CONDITIONS = frozenset((b"if-none-match", b"if-modified-since", b"if-range", b"range"))
#: A 304 does not change these of what is kept (RFC 9111, section 3.2).
_KEPT = frozenset((b"content-length", b"content-encoding", b"content-type", b"content-range"))
_TAG = re.compile(rb'(?:W/)?("[^"]*")')


@dataclass
class Stored:
    """A response that is kept: what it was asked with, and when it was got."""

    asked: Mapping[bytes, bytes]  #: the request headers that it varies with
    answer: Answer
    time: float

    def header(self, name: str) -> bytes:
        """The values of a header, joined."""
        return ", ".join(self.answer.every(name)).encode("latin-1")

    @property
    def tag(self) -> bytes:
        """Its ETag, ``b""`` where it has none."""
        return self.header("etag")


class Cache:
    """In front of ``origin``; seconds by ``clock``. ``counts`` says how often which way was gone:
    ``hit``, ``revalidated`` (a 304 of the origin), ``fetched``, ``passed`` (never kept).
    """

    def __init__(
        self,
        origin: Fetch,
        clock: Callable[[], float],
        *,
        shared: bool = True,
        varies: bool = True,
        targeted: Sequence[bytes] = TARGETED,
    ) -> None:
        self._origin = origin
        self._clock = clock
        self._shared = shared
        self._varies = varies
        self._targeted = targeted if shared else ()
        self._stored: dict[str, list[Stored]] = {}
        self.counts: Counter[str] = Counter()

    def __call__(self, sent: Sent) -> Answer:
        """The answer to a request, from here or from the origin."""
        if sent.method not in ("GET", "HEAD"):
            self._stored.pop(sent.target, None)  # section 4.4
            return self._origin(sent)
        known = self._stored.get(sent.target, [])
        found = self._selected(known, sent)
        again = directives(values(sent.headers, b"cache-control"))
        if found is not None and self._fresh(found, again):
            self.counts["hit"] += 1
            return self._given(found, sent)
        return self._asked(sent, known, found)

    def back(self, sent: Sent) -> Answer:
        """What the back button shows: what is kept, however old (section 4.2.4; RFC 9111, 6)."""
        found = self._selected(self._stored.get(sent.target, []), sent)
        return self(sent) if found is None else found.answer

    def _selected(self, known: Sequence[Stored], sent: Sent) -> Stored | None:
        """The newest response that was made for such a request (section 4.1)."""
        for stored in reversed(known):
            named = [n.strip().lower() for n in stored.header("vary").split(b",") if n.strip()]
            if not self._varies:
                return stored
            if b"*" not in named and all(_field(sent, n) == stored.asked.get(n) for n in named):
                return stored
        return None

    def _fresh(self, stored: Stored, request: Mapping[str, str]) -> bool:
        """Whether it may be given without asking (section 4.2)."""
        if "no-cache" in request or request.get("max-age") == "0":
            return False
        said = self._said(stored.answer)
        age = int(stored.header("age") or 0) + self._clock() - stored.time
        return "no-cache" not in said and age < self._lifetime(stored, said)

    def _said(self, answer: Answer) -> Mapping[str, str]:
        """The directives that hold for this cache; RFC 9213, section 2.1: a targeted one alone."""
        for name in self._targeted:
            value = values(answer.headers, name)
            if value and name == b"x-accel-expires":
                return {"max-age": value[0].decode()}
            if value:
                return {**directives(value), "targeted": ""}
        return directives(values(answer.headers, b"cache-control"))

    def _lifetime(self, stored: Stored, said: Mapping[str, str]) -> float:
        """Seconds for which it is fresh (section 4.2.1)."""
        for name in ("s-maxage", "max-age") if self._shared else ("max-age",):
            if said.get(name, "").isdigit():
                return int(said[name])
        if stored.header("expires") and "targeted" not in said:
            return _seconds(stored.header("expires")) - stored.time
        if stored.header("last-modified") and stored.answer.status in HEURISTIC:
            return (stored.time - _seconds(stored.header("last-modified"))) / 10
        # Section 4.2.2 leaves open what else a heuristic looks at.
        return GUESSED if stored.answer.status in HEURISTIC else 0

    def _storable(self, sent: Sent, answer: Answer) -> bool:
        """Whether it may be kept (section 3)."""
        said = self._said(answer)
        if sent.method != "GET" or answer.status in (206, 304) or "no-store" in said:
            return False
        if self._shared and "private" in said:
            return False
        told = {"public", "max-age", *(["s-maxage"] if self._shared else ["private"])} & set(said)
        return bool(told or answer.every("expires")) or answer.status in HEURISTIC

    def _asked(self, sent: Sent, known: Sequence[Stored], found: Stored | None) -> Answer:
        """Ask the origin, under a condition where something is kept (section 4.3)."""
        tags = [s.tag for s in ([found] if found else known if self._varies else []) if s.tag]
        own = [(b"if-none-match", b", ".join(tags))] if tags else []
        if found is not None and found.header("last-modified"):
            own.append((b"if-modified-since", found.header("last-modified")))
        headers = [h for h in sent.headers if h[0] not in CONDITIONS] if own else [*sent.headers]
        if own and found is None:
            # Conditions of the client that reach the origin beside those of what is kept.
            theirs = values(sent.headers, b"if-none-match")
            own = [(b"if-none-match", b", ".join([*tags, *theirs]))]
        got = self._origin(Sent(sent.target, sent.method, (*headers, *own), scheme=sent.scheme))
        if got.status == 304:
            tag = b", ".join(values(got.headers, b"etag"))
            same = [s for s in known if s.tag and _opaque(s.tag) == _opaque(tag)]
            match = same[-1] if same else found if not tag else None
            if match is not None and own:
                self.counts["revalidated"] += 1
                return self._given(self._updated(match, sent, got), sent)
            self.counts["passed"] += 1
            return got
        if not self._storable(sent, got):
            self.counts["passed"] += 1
            if sent.method == "GET" and got.status < 500 and found is not None:
                self._forget(sent, found)
            return got
        self.counts["fetched"] += 1
        stored = self._kept(sent, got)
        return self._given(stored, sent) if own else got

    def _forget(self, sent: Sent, stored: Stored) -> None:
        self._stored[sent.target].remove(stored)

    def _kept(self, sent: Sent, answer: Answer) -> Stored:
        names = b",".join(values(answer.headers, b"vary")).lower().split(b",")
        asked = {n.strip(): v for n in names if (v := _field(sent, n.strip())) is not None}
        stored = Stored(asked, answer, self._clock())
        known = self._stored.setdefault(sent.target, [])
        same = self._selected(known, sent)
        if not self._shared:
            known.clear()  # a browser has one place for each URL
        elif same is not None:
            known.remove(same)
        known.append(stored)
        return stored

    def _updated(self, match: Stored, sent: Sent, got: Answer) -> Stored:
        """What is kept with the headers of the 304 (section 3.2), for such a request as this."""
        news = {name for name, _ in got.headers} - _KEPT
        headers = [h for h in match.answer.headers if h[0] not in news and h[0] != b"age"]
        headers += [h for h in got.headers if h[0] in news]
        answer = Answer(match.answer.status, tuple(headers), match.answer.body)
        if not self._storable(Sent(sent.target, "GET", sent.headers), answer):
            self._forget(sent, match)
            return Stored({}, answer, self._clock())
        return self._kept(sent, answer)

    def _given(self, stored: Stored, sent: Sent) -> Answer:
        """It, or 304 where the client has it; a HEAD gets no body."""
        age = int(stored.header("age") or 0) + int(self._clock() - stored.time)
        headers: list[Header] = [h for h in stored.answer.headers if h[0] != b"age"]
        headers.append((b"age", b"%d" % age))
        tags = b",".join(values(sent.headers, b"if-none-match"))
        if stored.answer.status == 200 and _held(stored, tags, sent):
            return Answer(304, tuple(h for h in headers if h[0] not in _KEPT), b"")
        body = b"" if sent.method == "HEAD" else stored.answer.body
        return Answer(stored.answer.status, tuple(headers), body)


def _held(stored: Stored, tags: bytes, sent: Sent) -> bool:
    """Whether the client's condition says that it holds this response (RFC 9110, 13.2.2)."""
    if tags:
        return bool(stored.tag) and _opaque(stored.tag) in map(_opaque, _TAG.findall(tags))
    since = values(sent.headers, b"if-modified-since")
    dated = stored.header("last-modified")
    return bool(since and dated) and _seconds(dated) <= _seconds(since[0])


def directives(lines: Sequence[bytes]) -> dict[str, str]:
    """The directives of a Cache-Control, in lower case, each with its argument or ``""``."""
    found = {}
    for part in b",".join(lines).decode("latin-1").lower().split(","):
        name, _, value = part.strip().partition("=")
        if name:
            found[name] = value.strip('"')
    return found


def _field(sent: Sent, name: bytes) -> bytes | None:
    found = values(sent.headers, name)
    return b", ".join(found) if found else None


def _opaque(tag: bytes) -> bytes:
    """What weak comparison looks at (RFC 9110, section 8.8.3.2)."""
    return tag.removeprefix(b"W/")


def _seconds(date: bytes) -> float:
    return parsedate_to_datetime(date.decode("latin-1")).timestamp()
