"""One request and its response, without I/O: what a shell asks, in the order that it asks it.

::

    exchange.own            → answer(body) → Outcome            one of our own pages
    exchange.headers_in     → the app's request headers
    exchange.passes(headers)                                    the response needs nothing
    exchange.reads(headers) → its fields, or None               its first bytes decide
    exchange.reply(status, headers, first, fields) → Reply      then feed() … finish()
    exchange.hints(links)   → the links of an early hint

:mod:`consentguard.http.reply` says what becomes of each shape of response.

What most requests have no use for is not made: no banner, no texts and no digest for a response
that is not a page.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from consentguard.consent.decision import Decision
from consentguard.consent.token import Stored
from consentguard.hooks import Chosen
from consentguard.http import caching
from consentguard.http.byname import ByName
from consentguard.http.cookies import hide, pairs
from consentguard.http.csp import fenced
from consentguard.http.message import Header, Request, as_bytes, is_name
from consentguard.http.reply import Reply
from consentguard.http.sniff import Fields, described, may_be_page, shown
from consentguard.outbound import LOOKED_AT, Outbound
from consentguard.pages import outcome, serve
from consentguard.pages.everybody import Everybody
from consentguard.pages.outcome import Outcome
from consentguard.pages.upkeep import swept
from consentguard.pages.visit import Setup, Visit, Visitor
from consentguard.shared import Shared

__all__ = ["Exchange", "Reply"]

log = logging.getLogger("consentguard")

#: Who may keep a page.
CACHE_MODES = ("private", "shared")

#: By its name, whether a header keeps a response from leaving as it is: 0 no, 1 it is a type, which
#: may, 2 yes, as what is no name does.
_KEEPS = ByName[bytes, int](
    lambda name: (
        1
        if name.lower() == b"content-type"
        else 2 * (name.lower() in LOOKED_AT or not is_name(name))
    )
)
#: Of a type, whether it may be a page's.
_SHOWN = ByName[bytes, bool](shown)


def checked(mode: str) -> str:
    """A cache mode that there is; raises ValueError for another."""
    if mode not in CACHE_MODES:
        raise ValueError(f"a cache mode is 'private' or 'shared', not {mode!r}")
    return mode


class Exchange:
    """One visitor's request; built by :meth:`consentguard.guard.ConsentGuard.exchange`.

    ``read`` gives the request when somebody asks for it. Where nothing in it tells its visitor from
    another nobody may: a response that is no page is for everybody.
    """

    # Of most exchanges nobody asks for these: they are not set on every request.
    #: The digest of the page that the browser, or a cache, holds, where that is today's.
    revalidated = ""
    #: The app has asked what is allowed: what it makes of the answer is for this visitor alone.
    asked = False
    #: What was chosen in it, for the app's hooks.
    chosen: Chosen | None = None
    #: Headers of the response from when they leave until its body has, as far as a shell sees it.
    leaving: Iterable[tuple[Any, Any]] | None = None
    _cache_mode = ""
    _visit: Visit | None = None

    _request: Request | None = None

    def __init__(self, shared: Shared, read: Callable[[], Request]) -> None:
        self.shared = shared
        self._read = read
        # Every response asks for these.
        #: One of our own pages answers.
        self.own = False
        #: Who sends the request, once that was found out.
        self.met: Visitor | None = None
        #: The request's headers for the app, None where it gets the request as it is.
        self.filtered: list[Header] | None = None

    @property
    def request(self) -> Request:
        """The request, read now if nobody has asked yet."""
        if self._request is None:
            self._request = self._read()
        return self._request

    @property
    def setup(self) -> Setup:
        """What holds for all requests."""
        return self.shared.setup

    @property
    def headers_in(self) -> list[Header]:
        """The request's headers as the app gets them."""
        return self.request.headers if self.filtered is None else self.filtered

    @property
    def visitor(self) -> Visitor:
        """Who sends the request, as far as it matters here."""
        if self.met is None:
            self.met = self.shared.meet(self.request)
        return self.met

    @property
    def visit(self) -> Visit:
        """The request with what holds for its visitor."""
        if self._visit is None:
            self._visit = Visit(self.setup, self.request, self.visitor)
        return self._visit

    @property
    def decision(self) -> Decision:
        """What this visitor has allowed; for the app, whose answer depends on it from here on.

        It is too late for that when the response has begun and a cache may keep it: then the answer
        is everybody's, a no to all that anybody may refuse.
        """
        return self.visitor.decision if self._in_time() else self.shared.everybody.decision

    def _in_time(self) -> bool:
        """Note that the app asks; False where the rest of the body stands behind public headers."""
        if not self.asked:
            self.asked = not (
                self.leaving is not None
                and self.setup.policy.enforcement.mode == "enforce"
                and self.request.method in ("GET", "HEAD")
                and caching.may_keep(self.leaving)
            )
            if not self.asked:
                self.setup.tally.late(self.request.path)
        return self.asked

    @property
    def cache_mode(self) -> str:
        """Who may keep the page: ``private``, its visitor alone, or ``shared``, any cache.

        As the policy says of this path, until a view says otherwise. Raises ValueError for a mode
        that there is not.
        """
        return self._cache_mode or self.setup.cache_mode(self.request.path)

    @cache_mode.setter
    def cache_mode(self, mode: str) -> None:
        self._cache_mode = checked(mode)

    @property
    def page(self) -> Visit:
        """For whom a page is made here: this visitor, or everybody where caches share it."""
        if self.cache_mode == "shared" and not self.asked:
            return self.everybody
        return self.visit

    @property
    def everybody(self) -> Everybody:
        """The request as anybody's: what a shared page is made for."""
        return Everybody(self.setup, self.request, self.shared.everybody)

    @property
    def subject(self) -> str:
        """The visitor's signed statement, ``""`` where there is none that can be read, or too late.

        For :meth:`ConsentGuard.decision_for <consentguard.guard.ConsentGuard.decision_for>`.
        """
        if not self._in_time() or not isinstance(self.visitor.stored, Stored):
            return ""
        name = self.setup.cookie_name.encode()
        return next(v for n, v in pairs(self.request.headers) if n == name).decode("ascii")

    def filter(self) -> None:
        """Take refused cookies and validators of other decisions out of the request.

        Of a page that caches share, the cookies of all that anybody may refuse: it is made once.
        """
        enforcement = self.setup.policy.enforcement
        if enforcement.mode != "enforce":
            return
        if enforcement.hide_request_cookies:
            one = self.everybody if self.cache_mode == "shared" else self.visit
            hidden = one.hides
            if hidden:
                self.filtered, _ = hide(self.headers_in, frozenset(hidden).__contains__)
        if caching.conditional(self.request.fields):
            digests = (self.visit.digest, self.everybody.digest)
            self.filtered, self.revalidated = caching.request_headers(self.headers_in, digests)

    def answer(self, body: bytes) -> Outcome:
        """The outcome of a request to one of our own URLs."""
        try:
            return serve.answer(self.visit, body)
        except Exception:
            log.exception(
                "a request to one of our own URLs was not understood; nothing was changed"
            )
            return Outcome.of(outcome.json(503, '{"error":"this could not be done, try again"}'))

    @property
    def waits(self) -> bool:
        """Whether the ledger may be asked before one of our own URLs answers: that blocks."""
        return self.request.method not in ("GET", "HEAD") or serve.asks(self.visit)

    @property
    def personal(self) -> bool:
        """Whether any response is this visitor's: no app's headers can say that it is not.

        All of it follows from who was met: while ``met`` is None it need not be asked.
        """
        return (
            self.asked or self.revalidated != "" or (self.met is not None and bool(self.met.hidden))
        )

    def passes(self, headers: Sequence[Header]) -> bool:
        """Whether a response with these headers leaves as it is: headers, body and all."""
        if self.met is not None and self.personal:
            return self.setup.off
        typed = False
        try:
            for name, value in headers:
                keeps = _KEEPS[name]
                if keeps:
                    if keeps > 1 or typed or _SHOWN[value]:
                        return self.setup.off
                    typed = True
                if 10 in value or 13 in value or 0 in value:  # two headers, or none
                    return self.setup.off
        except (AttributeError, TypeError):  # not bytes
            return self.setup.off
        if not typed:
            return self.setup.off
        self.leaving = headers
        return True

    def reads(self, headers: Sequence[Header]) -> Fields | None:
        """The fields of a response whose body's first bytes matter: it is or may be a page."""
        if self.setup.off:
            return None
        fields = described(headers)
        return fields if may_be_page(fields) else None

    def reply(
        self,
        status: int,
        headers: Sequence[Header],
        first: bytes = b"",
        fields: Fields | None = None,
    ) -> Reply:
        """The response to send instead of the app's. ``first`` are the first bytes of its body.

        ``fields`` are what :meth:`reads` gave for these headers: it knows that they do not pass.
        """
        if fields is None:
            if self.passes(headers):
                return Reply(headers, None)
            fields = described(headers)
        watch = self.setup.policy.enforcement.mode != "enforce"
        try:
            outbound = Outbound(
                self.visit,
                self._page(status),
                self.shared,
                status,
                list(headers),
                fields,
                first,
                asked=self.asked,
                revalidated=self.revalidated,
            )
            out, rewriter = outbound.gate()
        except Exception:
            log.exception("a response was fenced: its headers could not be gated")
            return Reply(headers if watch else fenced(headers), None)
        if status >= 200:  # what comes before the response (1xx) has no body
            self.leaving = out
        return Reply(headers if watch else out, rewriter, watch=watch, unread=outbound.unread)

    def _page(self, status: int) -> Visit:
        """For whom the page is made; one that is said not to have changed, as it was made."""
        if status == 304 and self.revalidated:
            everybody = self.everybody
            return everybody if self.revalidated == everybody.digest else self.visit
        return self.page

    def handshake(self, headers: list[Header]) -> list[Header]:
        """The headers of the answer to a WebSocket's handshake, whose body nobody shows."""
        if self.setup.off:
            return headers
        try:
            fields = described(headers)
            visit = self.visit
            outbound = Outbound(visit, visit, self.shared, 101, list(headers), fields, b"")
            dropped = outbound.cookies()
            out = outbound.headers + (swept(visit) if dropped or self.visitor.hidden else [])
        except Exception:
            log.exception("a handshake set no cookies: its headers could not be gated")
            out = [(name, value) for name, value in headers if name.lower() != b"set-cookie"]
        return out if self.setup.policy.enforcement.mode == "enforce" else headers

    def hints(self, links: Iterable[bytes]) -> list[bytes]:
        """The links of an early hint (RFC 8297) that may leave: a browser follows them at once."""
        if self.setup.off:
            return list(links)
        reply = self.reply(103, [(b"link", as_bytes(link)) for link in links])
        return [value for name, value in reply.headers if name == b"link"]
