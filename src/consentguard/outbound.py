"""The app's response on its way to the browser: Set-Cookie, Link, Refresh, caching and the page.

Headers are gated before the first byte leaves; the body is rewritten as it streams.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import ada_url

from consentguard.html.charset import readable
from consentguard.html.rewriter import Insert, Rewriter
from consentguard.http import caching, links
from consentguard.http.cookies import SetCookie
from consentguard.http.message import Header, fields_of, values, without
from consentguard.http.sniff import is_page
from consentguard.http.sweep import expiries
from consentguard.judge import Judge
from consentguard.model import Match
from consentguard.pages.injected import Injected
from consentguard.pages.origin import safe_path
from consentguard.pages.visit import Visit

log = logging.getLogger("consentguard")

_CSP = b"content-security-policy"
#: What cannot be read is fenced: the page is delivered, and it can contact no third party.
FENCE: Header = (_CSP, b"default-src 'self' 'unsafe-inline' data: blob:")
#: A response that has none of these but a type that is no page's leaves as it is.
_NAMES = (b"content-type", b"set-cookie", *links.NAMES)
#: As text too, which ASGI forbids and some servers send.
LOOKED_AT: frozenset[bytes | str] = frozenset((*_NAMES, *(name.decode() for name in _NAMES)))
#: RFC 9530 and what it replaced.
_DIGESTS = (b"content-digest", b"repr-digest", b"digest", b"content-md5")
#: Destinations of a fetch or a frame: nothing is shown there (Fetch Metadata, section 2.1).
_UNSHOWN = frozenset((b"iframe", b"empty"))
_NONCE = re.compile(rb"'nonce-([A-Za-z0-9+/_=-]{1,200})'")


class Reply:
    """A response on its way out: final headers, and a body to feed through.

    ``headers`` are complete, but for Content-Length where ``changes`` is true; where ``passes`` is
    true the body leaves as it comes, and need not be fed.
    """

    __slots__ = ("_broken", "_rewriter", "_watch", "changes", "headers", "passes")

    def __init__(
        self, headers: Sequence[Header], rewriter: Rewriter | None, *, watch: bool = False
    ) -> None:
        self.headers = headers
        self.passes = rewriter is None
        self.changes = rewriter is not None and not watch
        self._rewriter = rewriter
        self._watch = watch
        self._broken = False

    def watching(self, headers: Sequence[Header]) -> Reply:
        """The same response with everything counted and nothing changed."""
        return Reply(headers, self._rewriter, watch=True)

    def feed(self, data: bytes) -> bytes:
        """The bytes to send for these bytes of the app."""
        if self._rewriter is None:
            return data
        rewriter = self._rewriter
        out = self._guarded(lambda: rewriter.feed(data))
        return data if self._watch else out

    def finish(self) -> bytes:
        """The last bytes to send."""
        if self._rewriter is None:
            return b""
        out = self._guarded(self._rewriter.finish)
        return b"" if self._watch else out

    def open(self, first: bytes, *, whole: bool) -> tuple[Sequence[Header], bytes]:
        """The headers to send, and the bytes to send for the first ones, or for the whole body."""
        out = self.feed(first)
        if not whole:
            return self.headers, out
        out += self.finish()
        if not self.changes:
            return self.headers, out
        return [*self.headers, (b"content-length", str(len(out)).encode())], out

    def _guarded(self, step: Callable[[], bytes]) -> bytes:
        """Whatever goes wrong in us ends the body there; what is not yet read is never sent raw."""
        if self._broken:
            return b""
        try:
            return step()
        except Exception:
            log.exception("a page was cut off: it could not be rewritten")
            self._broken = True
            return b""


@dataclass(slots=True)
class Outbound:
    """The app's response while it is being gated."""

    visit: Visit
    injected: Injected
    revalidates: bool
    status: int
    headers: list[Header]
    first: bytes
    fields: Mapping[bytes, bytes] = field(init=False)  #: the first value of each header

    def __post_init__(self) -> None:
        self.fields = fields_of(self.headers)

    def reply(self) -> Reply:
        """The final headers and the body to feed through."""
        visitor = self.visit.visitor
        page = self.is_page()
        hints = not self.fields.keys().isdisjoint(links.NAMES)
        judge = self.judge() if page or hints else None
        dropped = self.cookies() if b"set-cookie" in self.fields else []
        if hints and judge is not None:
            self.links(judge)
        if dropped and self.visit.setup.policy.enforcement.debug:
            self.headers.append((b"x-consentguard-dropped", b", ".join(dropped)))
        if page or (self.status == 304 and self.revalidates):
            self.headers = caching.page_headers(self.headers, self.visit.digest)
        if dropped or visitor.hidden:
            if not page:
                self.headers = caching.personal_headers(self.headers)
            self.headers += self.swept()
        rewriter = self.rewriter(judge) if page and judge is not None else None
        return Reply(self.headers, rewriter)

    def judge(self) -> Judge:
        """Answers for this page and this visitor."""
        visit = self.visit
        request, setup = visit.request, visit.setup
        page = f"{request.scheme}://{request.host or 'localhost'}{request.root_path}{request.path}"
        undeclared = setup.policy.enforcement.undeclared_hosts
        site = setup.policy.site
        return Judge(setup.catalogue, visit.decision, undeclared, page, setup.tally, site)

    def links(self, judge: Judge) -> None:
        """Drop what would make the browser contact a host that has to wait."""
        self.headers, gone = links.gate(self.headers, judge.denied)
        for url in gone:
            self.visit.setup.tally.add("header", url)

    def cookies(self) -> list[bytes]:
        """Drop the cookies that are not allowed; the names of those that went."""
        dropped: list[bytes] = []
        kept: list[Header] = []
        for name, value in self.headers:
            if name.lower() == b"set-cookie" and (gone := self.refused(value)) is not None:
                dropped.append(gone)
            else:
                kept.append((name, value))
        self.headers = kept
        return dropped

    def refused(self, value: bytes) -> bytes | None:
        """The name of a cookie that may not be set, or None. Deletions always pass."""
        visit = self.visit
        setup, decision = visit.setup, visit.decision
        cookie = SetCookie.parse(value)
        # A cookie without a name comes back as its value alone, which may look like name=value.
        name = (cookie.name or cookie.value.partition(b"=")[0]).decode("latin-1")
        if cookie.deletes(setup.clock()) or name == setup.cookie_name:
            return None
        domain = cookie.domain.decode("latin-1")
        match = setup.catalogue.cookie(name, host=visit.request.hostname, domain=domain)
        if self.may_set(match):
            return None
        _, service = decision.blamed(match)
        setup.tally.dropped_cookie(name, decision.known.get(service))
        return name.encode("latin-1")

    def may_set(self, match: Match) -> bool:
        """Whether a cookie of that kind is allowed; undeclared ones are not where opt-in holds."""
        decision = self.visit.decision
        if match.known:
            return decision.allows_match(match)
        block = self.visit.setup.policy.enforcement.undeclared_cookies == "block"
        return not (block and decision.opt_in)

    def swept(self) -> list[Header]:
        """Expiries of the refused cookies that the request carried."""
        request = self.visit.request
        path = safe_path(request.root_path + request.path)
        # Each answer goes on where others stopped: the clock turns the wheel of variants.
        turn = int(self.visit.setup.clock())
        return expiries(
            self.visit.visitor.hidden, request.hostname, path, https=self.visit.https, turn=turn
        )

    def is_page(self) -> bool:
        """A page below none of ``exclude_paths``."""
        return is_page(self.fields, self.first) and not self.excluded()

    def excluded(self) -> bool:
        """Below one of ``exclude_paths``, in whole segments: the body is left alone."""
        excluded = self.visit.setup.policy.enforcement.exclude_paths
        if not excluded:
            return False
        path = self.visit.request.path.rstrip("/") + "/"
        return any(path.startswith(prefix.rstrip("/") + "/") for prefix in excluded)

    def rewriter(self, judge: Judge) -> Rewriter | None:
        """The body's rewriter, or None for a body that is not there or has to be fenced."""
        if self.visit.request.method == "HEAD" or self.status in (204, 304):
            # Its length is that of the page that we would have sent, which nobody knows.
            self.headers = without(self.headers, b"content-length")
            return None
        content_type = self.fields.get(b"content-type", b"").decode("latin-1")
        coding = self.fields.get(b"content-encoding", b"").strip().lower()
        charset = readable(content_type, self.first) if coding in (b"", b"identity") else None
        if charset is None or self.status == 206:
            self.fence(content_type, coding.decode("latin-1"))
            return None
        # The app's length, digest and range speak about bytes that we may change.
        self.headers = without(self.headers, b"content-length", *_DIGESTS)
        return Rewriter(judge, insert=self.insert(content_type, charset), encoding=charset)

    def fence(self, content_type: str, coding: str) -> None:
        """Let a page that we cannot read contact nobody, and tell the site once of each kind."""
        if self.visit.setup.tally.add("fenced", f"{content_type} {coding}".strip()):
            log.warning(
                "a page could not be read (%r, encoding %r), so it leaves fenced: it contacts "
                "no other site and has no banner. Compress outside of the middleware.",
                content_type[:80],
                coding[:20],
            )
        self.headers.append(FENCE)

    def insert(self, content_type: str, charset: str) -> Insert:
        """The banner or the re-open control; nothing into frames, fragments' fetches and XML."""
        visit = self.visit
        framed = visit.request.fields.get(b"sec-fetch-dest", b"").strip() in _UNSHOWN
        if framed or "xhtml" in content_type.lower():
            return b""
        if visit.setup.policy.enforcement.mode != "enforce":
            return b""
        query = visit.request.query.decode("latin-1")
        onward = visit.request.root_path + visit.request.path + (f"?{query}" if query else "")
        given = ""
        if _CSP in self.fields and (found := _NONCE.search(b" ".join(values(self.headers, _CSP)))):
            given = found[1].decode()

        def markup(bases: Sequence[str]) -> bytes:
            away = any(_leads_away(visit.origin, base) for base in bases)
            origin = visit.origin if away else ""
            return self.injected.markup(visit, safe_path(onward), given, origin, charset)

        return markup


def _leads_away(origin: str, base: str) -> bool:
    """Whether a ``<base href>`` moves our paths to another origin; in doubt it does."""
    try:
        return ada_url.URL(base, base=f"{origin}/").origin != ada_url.URL(origin).origin
    except ValueError:
        return True


def fenced(headers: Sequence[Header]) -> list[Header]:
    """The headers of a response that we could not gate: it sets and contacts nothing."""
    kept = without(headers, b"set-cookie", b"link", b"refresh", b"etag", b"cache-control")
    return [*kept, FENCE, (b"cache-control", b"private, no-store")]
