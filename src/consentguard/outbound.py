"""The app's response on its way to the browser: Set-Cookie, Link, Refresh, caching and the page.

Headers are gated before the first byte leaves; the body is rewritten as it streams.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial

import ada_url

from consentguard.consent.months import DAY
from consentguard.html.coded import Coded, Page
from consentguard.html.opening import opened
from consentguard.html.rewriter import Insert, Rewriter
from consentguard.html.table import Kind, link_kind
from consentguard.html.values import refresh
from consentguard.http import caching, codings, contacts, csp
from consentguard.http.cookies import SetCookie
from consentguard.http.message import Header, without
from consentguard.http.sniff import Fields, Shape, shape, shown
from consentguard.http.waits import Waits
from consentguard.judge import ACTIVE, Judge
from consentguard.model import Match
from consentguard.pages.embeds import Placeholders
from consentguard.pages.upkeep import renewed, swept
from consentguard.pages.visit import Visit
from consentguard.shared import Shared

log = logging.getLogger("consentguard")

#: A response that has none of these but a type that is no page's leaves as it is.
_NAMES = (b"content-type", b"set-cookie", *contacts.NAMES)
#: As text too, which ASGI forbids and some servers send.
LOOKED_AT: frozenset[bytes | str] = frozenset((*_NAMES, *(name.decode() for name in _NAMES)))
#: What speaks about the bytes of the app: their length, RFC 9530 and what it replaced.
_OF_BYTES = frozenset(
    (b"content-length", b"content-digest", b"repr-digest", b"digest", b"content-md5")
)
_NO_STORE: Header = (b"cache-control", b"no-store")
_HTML, _DOUBT, _DOCUMENT = Shape.HTML, Shape.DOUBT, Shape.DOCUMENT  # slow to look up
#: Purposes that no region lets wait: who serves them is the same for everybody.
FREE = frozenset(("necessary", "cdn", "consent-management"))


class Outbound:
    """The app's response while it is being gated.

    ``fields`` are its headers as :func:`~consentguard.http.sniff.described`; ``coding`` what a page
    is encoded in, if in anything; ``head`` its first bytes decoded, None where they do not.
    A page is for whom ``page`` is, everybody or this visitor; whatever else it is, for this
    ``visit``. ``asked``: the app has asked what is allowed; ``revalidated``: a page was asked for
    that somebody holds already.
    """

    __slots__ = (
        *("asked", "coding", "depends", "fields", "first", "head", "headers"),
        *("page", "revalidated", "shape", "shared", "status", "visit"),
    )

    def __init__(
        self,
        visit: Visit,
        page: Visit,
        shared: Shared,
        status: int,
        headers: list[Header],
        fields: Fields,
        first: bytes,
        *,
        asked: bool = False,
        revalidated: str = "",
    ) -> None:
        self.visit = visit
        self.page = page
        self.shared = shared
        self.asked = asked
        self.revalidated = revalidated
        self.depends = False  # whether another visitor might get other headers
        self.status = status
        self.headers = headers
        self.fields = fields
        self.first = first
        self.coding = b""
        self.head: bytes | None = first
        if b"content-encoding" in fields and shown(fields.get(b"content-type", b"")):
            self.coding = codings.named(self.headers)
        if self.coding:
            length = fields.get(b"content-length", b"")
            self.head = codings.head(self.coding, self.first, length)
        # Too few bytes to be decoded may be the first ones of a page.
        self.shape = shape(fields, self.head or (self.first and b"<"))

    def gate(self) -> tuple[list[Header], Page | None]:
        """The final headers, and what the body has to go through, if through anything."""
        excluded = self.visit.setup.excludes(self.visit.request.path)
        page = self.shape in (_HTML, _DOUBT) and not excluded
        unchanged = self.status == 304 and bool(self.revalidated)
        if page or unchanged:
            self.visit = self.page
        hidden = self.visit.visitor.hidden
        if self.status == 304:
            # RFC 9111, section 3.2: its headers replace those stored, and a fence is one.
            self.headers = without(self.headers, csp.POLICIES)
        hints = contacts.speaks(self.fields, self.headers)
        dropped = self.cookies() if b"set-cookie" in self.fields else []
        if hints:
            judge, url = self.judge()
            self.contacts(judge.at(url))
        if dropped and self.visit.setup.policy.enforcement.debug:
            self.headers.append((b"x-consentguard-dropped", b", ".join(dropped)))
        if page and self.shape is _DOUBT and not self.page.shared:
            # Nothing of ours is in it to ask again when the back button brings it from memory.
            self.headers = [*self.headers, _NO_STORE]
        if page or unchanged:
            self.headers = self.visit.cached(self.headers, unchanged=unchanged)
        elif self.depends or hidden or self.asked:
            self.headers = caching.personal_headers(self.headers, asked=self.asked)
        if page:
            self.headers += renewed(self.visit)
        if dropped or hidden:
            self.headers += swept(self.visit)
        rewriter = self.body() if page else None
        if self.shape is _DOCUMENT and not excluded:
            # The same for everybody: a cache may show it to whoever comes next.
            self.headers.append(csp.FENCE)
        # Whoever is told how the body ends would hold them as long.
        self.first = b""
        self.head = None
        return self.headers, rewriter

    def judge(self) -> tuple[Judge, str]:
        """The judge of all pages of this origin, and the URL of the one that is asked for."""
        request = self.visit.request
        judge, origin = self.shared.judge(self.visit)
        return judge, f"{origin}{request.root_path}{request.path}"

    def body(self) -> Page | None:
        """What a page goes through, or None where it is fenced or has no body.

        XML is no HTML: ``<title/>`` is closed there, a CDATA section hides tags, an entity is
        one. Nothing can be gated in it safely, so all of it waits for all that can be allowed.
        """
        if self.shape is _DOUBT:
            if self.judge()[0].unread() is not None:
                self.fence()
            return None
        rewriter = self.rewriter()
        if rewriter is not None and b"transfer-encoding" in self.fields:
            # RFC 9112, section 6.2: never beside a length, which the server or we may set.
            self.headers = without(self.headers, (b"transfer-encoding",))
        return rewriter

    def contacts(self, judge: Judge) -> None:
        """Take out of the headers what would make the browser contact who has to wait."""
        visit, decision = self.visit, self.visit.decision

        def url(url: str, kind: str) -> bool:
            self.depends = self.depends or self.differs(url, kind)
            return judge.url(url, Kind(kind), "header", None) is not None

        def purpose(purpose: str) -> bool:
            self.depends = True
            return not decision.rulings[purpose].allowed

        waits = Waits(
            url=url,
            purpose=purpose,
            undeclared=decision.opt_in and not decision.complete,
            unread=judge.unread() is not None,
            linked=link_kind,
            leads=refresh,
        )
        self.headers, gone = contacts.gate(self.headers, waits)
        for what in gone:
            visit.setup.tally.add("header", what)
        self.depends = self.depends or bool(gone)

    def differs(self, url: str, kind: str) -> bool:
        """Whether another visitor may get another answer about a URL of this response."""
        setup = self.visit.setup
        match = setup.catalogue.url(url, base=f"{self.visit.origin}/")
        if match is None:
            return False
        if match.known:
            return not FREE.issuperset(match.purposes)
        undeclared = setup.policy.enforcement.undeclared_hosts
        return undeclared == "block" or (undeclared != "allow" and kind in ACTIVE)

    def cookies(self) -> list[bytes]:
        """Drop the cookies that are not allowed; the names of those that went."""
        dropped: list[bytes] = []
        kept: list[Header] = []
        for name, value in self.headers:
            if name.lower() != b"set-cookie":
                kept.append((name, value))
            elif (allowed := self.allowed(value, dropped)) is not None:
                kept.append((name, allowed))
        self.headers = kept
        return dropped

    def allowed(self, value: bytes, dropped: list[bytes]) -> bytes | None:
        """The cookie as it may be set, or None: then its name is dropped. Deletions always pass."""
        visit = self.visit
        setup, decision, now = visit.setup, visit.decision, visit.setup.clock()
        cookie = SetCookie.parse(value)
        # A cookie without a name comes back as its value alone, which may look like name=value.
        name = (cookie.name or cookie.value.partition(b"=")[0]).decode("latin-1")
        if cookie.deletes(now):
            return value
        if name == setup.cookie_name:  # ours comes behind these, and the app's would undo a choice
            setup.tally.own_cookie(name)
            dropped.append(name.encode("latin-1"))
            return None
        domain = cookie.domain.decode("latin-1")
        match = setup.catalogue.cookie(name, host=visit.request.hostname, domain=domain)
        self.depends = self.depends or not (match.known and FREE.issuperset(match.purposes))
        if self.may_set(match):
            days = decision.cookie_days(match)
            return cookie.shortened(value, days * DAY, now) if days else value
        _, service = decision.blamed(match)
        if visit.shared:
            setup.tally.unshared_cookie(name, visit.request.path)
        else:
            setup.tally.dropped_cookie(name, decision.known.get(service))
        dropped.append(name.encode("latin-1"))
        return None

    def may_set(self, match: Match) -> bool:
        """Whether a cookie of that kind is allowed; undeclared ones are not where opt-in holds."""
        decision = self.visit.decision
        if match.known:
            return decision.allows_match(match)
        block = self.visit.setup.policy.enforcement.undeclared_cookies == "block"
        return not (block and decision.opt_in)

    def rewriter(self) -> Page | None:
        """What the body goes through, or None for one that is not there or has to be fenced."""
        if self.visit.request.method == "HEAD" or self.status in (204, 304):
            # They are those of the page that we would have sent, which nobody knows.
            self.headers = without(self.headers, _OF_BYTES)
            return None
        content_type = self.fields.get(b"content-type", b"").decode("latin-1")
        page = None
        if self.head is not None and self.status != 206:
            rewriting = partial(self.rewriting, content_type)
            page = opened(content_type, self.head, rewriting, self.ended)
        if page is None:
            self.fence()
            return None
        codec = codings.codec(self.coding, self.fields.get(b"content-length", b""))
        # The app's length, digest and range speak about bytes that we may change.
        if not _OF_BYTES.isdisjoint(self.fields):
            self.headers = without(self.headers, _OF_BYTES)
        return Coded(codec, page, self.ended) if codec else page

    def rewriting(self, content_type: str, encoding: str, inserted: str) -> Rewriter:
        """The rewriter of bytes in a codec; what is put in has to be in another one, maybe."""
        insert = self.insert(content_type, inserted)
        embeds = Placeholders(self.visit, self.prefix, self.nonce, inserted) if insert else None
        self.visit.lang = self.fields.get(b"content-language", b"").decode("latin-1")
        spoken = partial(setattr, self.visit, "lang")
        judge, page = self.judge()
        return Rewriter(
            judge,
            page=page,
            at=judge.at,
            insert=insert,
            embeds=embeds,
            encoding=encoding,
            spoken=spoken,
            ended=self.ended,
        )

    def fence(self) -> None:
        """Let a page that we cannot read contact nobody."""
        self.unread("send UTF-8, as it is or in one of gzip, deflate, br and zstd")
        self.headers.append(csp.FENCE)

    def unread(self, why: str) -> None:
        """Count a page that leaves fenced, and tell the site once of each kind."""
        told = "it leaves fenced: it contacts no other site and has no banner"
        self.tell("fenced", "could not be read, so " + told, why)

    def ended(self, why: str) -> None:
        """Count a page that ended early, and tell the site once of each kind."""
        told = "ended early, behind the last whole token that could be read"
        self.tell("cut", told, why)

    def tell(self, what: str, told: str, why: str) -> None:
        """Count it; log the first of each content type and coding."""
        content_type = self.fields.get(b"content-type", b"").decode("latin-1")
        coding = self.coding.decode("latin-1")
        if self.visit.setup.tally.add(what, f"{content_type} {coding}".strip()):
            log.warning(
                "a page (%r, encoding %r) %s (%s)", content_type[:80], coding[:20], told, why
            )

    def insert(self, content_type: str, charset: str) -> Insert:
        """The banner or the re-open control; nothing into frames, fragments' fetches and XML.

        Nor into a redirect, whose body nobody sees (RFC 9110, section 15.4).
        """
        visit = self.visit
        leads_on = 300 < self.status < 400 and b"location" in self.fields
        if visit.framed or leads_on or "xhtml" in content_type.lower():
            return b""
        if visit.setup.policy.enforcement.mode != "enforce":
            return b""
        nonce = self.nonce()

        def markup(bases: Sequence[str]) -> bytes:
            absolute = _lead_away(visit, bases)
            banner = visit.setup.banners.of(visit)
            return banner.markup(visit.onward, nonce, absolute=absolute, charset=charset)

        return markup

    def nonce(self) -> str:
        """The app's CSP nonce or ``""``."""
        return csp.nonce(self.headers) if csp.NAME in self.fields else ""

    def prefix(self, bases: Sequence[str]) -> str:
        """Of our own URLs in this page: with the origin where its bases lead elsewhere."""
        visit = self.visit
        return visit.origin + visit.prefix if _lead_away(visit, bases) else visit.prefix


def _lead_away(visit: Visit, bases: Sequence[str]) -> bool:
    if not bases:
        return False
    origin = visit.origin
    return any(_leads_away(origin, base) for base in bases)


def _leads_away(origin: str, base: str) -> bool:
    """Whether a ``<base href>`` moves our paths to another origin; in doubt it does."""
    try:
        return ada_url.URL(base, base=f"{origin}/").origin != ada_url.URL(origin).origin
    except ValueError:
        return True
