"""The app's response on its way to the browser: Set-Cookie, Link, Refresh, caching and the page.

Headers are gated before the first byte leaves; the body is rewritten as it streams.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import ada_url

from consentguard.html.charset import readable
from consentguard.html.rewriter import Insert, Rewriter
from consentguard.http import caching, links
from consentguard.http.cookies import SetCookie
from consentguard.http.message import Header, values, without
from consentguard.http.sniff import UNTYPED, looks_like_page
from consentguard.http.sweep import expiries
from consentguard.judge import Judge
from consentguard.model import Match
from consentguard.pages.injected import Injected
from consentguard.pages.origin import safe_path
from consentguard.pages.visit import Visit
from consentguard.tally import Tally

log = logging.getLogger("consentguard")

#: What cannot be read is fenced: the page is delivered, and it can contact no third party.
FENCE: Header = (
    b"content-security-policy",
    b"default-src 'self' 'unsafe-inline' data: blob:",
)
_PAGES = (b"text/html", b"application/xhtml+xml")
#: RFC 9530 and what it replaced.
_DIGESTS = (b"content-digest", b"repr-digest", b"digest", b"content-md5")
_NONCE = re.compile(rb"'nonce-([A-Za-z0-9+/_=-]{1,200})'")


class Reply:
    """A response on its way out: final headers, and a body to feed through.

    ``headers`` are complete, but for Content-Length where ``changes`` is true.
    """

    def __init__(
        self, headers: Sequence[Header], rewriter: Rewriter | None, *, watch: bool = False
    ) -> None:
        self.headers = list(headers)
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

    def sized(self, length: int) -> list[Header]:
        """The headers of a response whose whole body is known."""
        if not self.changes:
            return self.headers
        return [*self.headers, (b"content-length", str(length).encode())]

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
    tally: Tally
    hidden: Sequence[bytes]  #: refused cookies that the request carried
    digest: str
    revalidates: bool
    status: int
    headers: list[Header]
    first: bytes

    def reply(self) -> Reply:
        """The final headers and the body to feed through."""
        visit = self.visit
        judge = self.judge()
        dropped = self.cookies()
        self.headers, gone = links.gate(self.headers, judge.denied)
        for url in gone:
            self.tally.add("header", url)
        if visit.setup.policy.enforcement.debug and dropped:
            self.headers.append((b"x-consentguard-dropped", b", ".join(dropped)))
        page = self.is_page()
        if page or (self.status == 304 and self.revalidates):
            self.headers = caching.page_headers(self.headers, self.digest)
        if dropped or self.hidden:
            if not page:
                self.headers = caching.personal_headers(self.headers)
            self.headers += self.swept()
        rewriter = self.rewriter(judge) if page else None
        return Reply(self.headers, rewriter)

    def judge(self) -> Judge:
        """Answers for this page and this visitor."""
        visit = self.visit
        request = visit.request
        page = f"{request.scheme}://{request.host or 'localhost'}{request.root_path}{request.path}"
        policy = visit.setup.policy
        undeclared = policy.enforcement.undeclared_hosts
        return Judge(
            visit.setup.catalogue, visit.decision, undeclared, page, self.tally, policy.site
        )

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
        self.tally.dropped_cookie(name, decision.known.get(service))
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
        return expiries(self.hidden, request.hostname, path, https=self.visit.https, turn=turn)

    def is_page(self) -> bool:
        """A page below none of ``exclude_paths``."""
        return shows_page(self.headers, self.first) and not self.excluded()

    def excluded(self) -> bool:
        """Below one of ``exclude_paths``, in whole segments: the body is left alone."""
        path = self.visit.request.path.rstrip("/") + "/"
        excluded = self.visit.setup.policy.enforcement.exclude_paths
        return any(path.startswith(prefix.rstrip("/") + "/") for prefix in excluded)

    def rewriter(self, judge: Judge) -> Rewriter | None:
        """The body's rewriter, or None for a body that is not there or has to be fenced."""
        request = self.visit.request
        if request.method == "HEAD" or self.status in (204, 304):
            # Its length is that of the page that we would have sent, which nobody knows.
            self.headers = without(self.headers, b"content-length")
            return None
        content_type = _first(self.headers, b"content-type").decode("latin-1")
        coding = _first(self.headers, b"content-encoding").strip().lower()
        charset = readable(content_type, self.first) if coding in (b"", b"identity") else None
        if charset is None or self.status == 206:
            if self.tally.add("fenced", f"{content_type} {coding.decode('latin-1')}".strip()):
                log.warning(
                    "a page could not be read (%r, encoding %r), so it leaves fenced: it contacts "
                    "no other site and has no banner. Compress outside of the middleware.",
                    content_type[:80],
                    coding[:20],
                )
            self.headers.append(FENCE)
            return None
        # The app's length, digest and range speak about bytes that we may change.
        self.headers = without(self.headers, b"content-length", *_DIGESTS)
        return Rewriter(judge, insert=self.insert(content_type, charset), encoding=charset)

    def insert(self, content_type: str, charset: str) -> Insert:
        """The banner or the re-open control; nothing into frames, fragments' fetches and XML."""
        visit = self.visit
        framed = visit.request.text(b"sec-fetch-dest").strip() in ("iframe", "empty")
        if framed or "xhtml" in content_type.lower():
            return b""
        if visit.setup.policy.enforcement.mode != "enforce":
            return b""
        query = visit.request.query.decode("latin-1")
        onward = visit.request.root_path + visit.request.path + (f"?{query}" if query else "")
        policy = b" ".join(values(self.headers, b"content-security-policy"))
        nonce = _NONCE.search(policy)
        given = nonce[1].decode() if nonce else ""

        def markup(bases: Sequence[str]) -> bytes:
            away = any(_leads_away(visit.origin, base) for base in bases)
            origin = visit.origin if away else ""
            text = self.injected.markup(visit, safe_path(onward), given, origin)
            return text.encode(charset, "xmlcharrefreplace")

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


def shows_page(headers: Sequence[Header], first: bytes | None = None) -> bool:
    """HTML that a browser would show; a download is not shown, and keeps its bytes.

    Without a type the ``first`` bytes of the body tell; None where they are not there yet.
    """
    kind = _first(headers, b"content-type").partition(b";")[0].strip().lower()
    if kind not in _PAGES and kind not in UNTYPED:
        return False
    disposition = _first(headers, b"content-disposition").strip().lower()
    if disposition.startswith(b"attachment"):
        return False
    return kind in _PAGES or first is None or looks_like_page(first)


def _first(headers: Sequence[Header], name: bytes) -> bytes:
    return next((v for k, v in headers if k.lower() == name), b"")
