"""The guard: built once from policy, keys, ledger and geo; one :class:`Exchange` a request.

A request walks down this list once: place → region → choice and signals → decision; then either
one of our own pages answers, or the app does, its request filtered and its response gated. Nothing
here does I/O but for the local GeoIP read.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Protocol

from consentguard import hooks
from consentguard.catalogue import Catalogue
from consentguard.catalogue.services import bundled_digest
from consentguard.consent import signals
from consentguard.consent.decide import Decider, valid_until
from consentguard.consent.decision import Decision
from consentguard.consent.receipt import Receipts
from consentguard.consent.token import State, Stored, Tokens, Unreadable
from consentguard.environment import (
    UNSET,
    Unset,
    check_has,
    check_is,
    check_url,
    keys_of,
    ledger_of,
    names_of,
    policy_of,
    texts_of,
)
from consentguard.exchange import Exchange
from consentguard.geo.codes import place
from consentguard.geo.locate import Locator
from consentguard.hooks import AfterChoice, Chosen
from consentguard.http.cookies import hide, pairs
from consentguard.http.message import Header, Request, Response
from consentguard.ledger import Ledger
from consentguard.ledger.recorder import Recorder
from consentguard.model import (
    NOBODY,
    NOWHERE,
    Account,
    ConsentRecord,
    Person,
    Place,
    Policy,
    Region,
    Signals,
)
from consentguard.pages import serve
from consentguard.pages.assets import Assets
from consentguard.pages.everybody import for_everybody
from consentguard.pages.outcome import Outcome
from consentguard.pages.visit import Setup, Visitor
from consentguard.plain import TELLING
from consentguard.policy.minors import assumed_age, for_age
from consentguard.policy.regions import Regions, joined
from consentguard.shared import Shared
from consentguard.tally import Tally

log = logging.getLogger("consentguard")

MEMO = 4096  #: decisions that are kept; each is one or two kilobytes
VISITORS = 1024  #: visitors that are kept, each with at most so many bytes of cookies:
LONGEST = 4096

AccountOf = Callable[[Request], Account | None]
#: What consent cookies say, the decision that follows, and until when it holds.
Known = tuple[State, Decision, float]


class Geo(Protocol):
    """Where a visitor is. ``peer`` is the socket's address, headers are lower-case."""

    def locate(self, peer: str | None, headers: Sequence[Header]) -> Place:
        """The place; ``Place()`` where it is unknown. Never raises."""


class ConsentGuard:
    """Everything that holds for all visitors of one site.

    :param policy: a :class:`Policy`, or the path of a policy file; else ``CONSENTGUARD_POLICY``.
    :param secret_keys: oldest first, the newest signs; else ``CONSENTGUARD_SECRET_KEYS``.
    :param site_id: ties tokens and records to this site; defaults to the site's name.
    :param ledger: a URL or a store; None keeps no record.
    :param geo: instead of what ``[geo]`` says.
    :param account: what the app knows of a signed-in visitor, an
        :class:`~consentguard.model.Account` or None. Called on every request, so it must not wait
        for anything; where it raises, the strictest rules hold. Middleware outside of ours may put
        one into ``scope["consentguard.account"]`` or ``environ["consentguard.account"]``.
    :param cookies: names that the app's settings give to its session, CSRF, message and login
        cookies: necessary, on the site's own host. Default names need not be told.
    :param after_choice: told of every choice that has taken effect, a
        :class:`~consentguard.hooks.Chosen`; sync or async, one or several.
    :param clock: seconds since 1970. :param random: a new receipt id.
    :raises ConfigError: for anything that the site has to repair first.
    """

    def __init__(
        self,
        policy: Policy | str | Path | None = None,
        secret_keys: Sequence[str | bytes] | str | bytes | None = None,
        *,
        site_id: str | None = None,
        ledger: Ledger | str | Unset | None = UNSET,
        geo: Geo | None = None,
        account: AccountOf | None = None,
        cookies: Iterable[str] = (),
        after_choice: AfterChoice | Iterable[AfterChoice] = (),
        clock: Callable[[], float] = time.time,
        random: Callable[[], str] = lambda: secrets.token_urlsafe(16),
    ) -> None:
        self.policy = policy_of(policy)
        site, assets = self.policy.site, Assets(self.policy.banner)
        keys = keys_of(secret_keys)
        check_url(site.url)
        check_has("locate", geo=geo)
        check_is(Callable, "a function", account=account)
        check_is(str, "a text", site_id=site_id)
        own, necessary = self.policy.services.values(), names_of(cookies)
        catalogue = Catalogue.bundled(own=own, necessary=necessary)
        self.tally = Tally()
        self._decider = Decider(self.policy, catalogue.services)
        self.setup = Setup(
            policy=self.policy,
            site_id=site_id or site.name,
            catalogue=catalogue,
            tokens=Tokens(keys, site_id or site.name),
            receipts=Receipts(keys, site_id or site.name),
            assets=assets,
            texts=texts_of(self.policy),
            clock=clock,
            random=random,
            decide=self._decider.decide,
            region=self._region,
            # A page also depends on the package: its catalogue, its texts, its assets.
            salt=f"{self.policy.digest}:{bundled_digest()}:{assets.digest}",
            tally=self.tally,
        )
        self.geo: Geo = geo or Locator(self.policy.geo, clock)
        self.recorder = Recorder(ledger_of(ledger, self.policy))
        self._account = account
        self._after = hooks.hooks_of(after_choice)
        #: Pages that tell visitors what holds where they are.
        self._ours = self.policy.enforcement.consent_path
        self._ages = account is not None or assumed_age(self.policy) is not None
        self._shared = Shared(self.setup, self._meet, for_everybody(self.policy, self._decider))
        self._regions = Regions.of(self.policy)
        self._memo: dict[tuple[object, ...], Known] = {}
        self._strangers: dict[tuple[object, ...], Visitor] = {}
        self._visitors: dict[tuple[object, ...], Visitor] = {}
        self._cookie_name = self.setup.cookie_name.encode()
        self._own = (self.policy.enforcement.consent_path, serve.GPC_PATH)
        self._enforces = self.policy.enforcement.mode == "enforce"

    def plain(self, path: str, read: Callable[[], Request]) -> Exchange:
        """The exchange for a request that has none of the headers in ``TELLING``.

        Of :mod:`consentguard.plain`. ``path`` is as in the request that ``read`` gives, as text or
        as WSGI has it. Reading takes longer than all the rest, and of most requests for data nobody
        asks for more.
        """
        if path.startswith(self._own) or not path.isascii():
            return self.exchange(read())
        return Exchange(self._shared, read)

    def exchange(self, request: Request) -> Exchange:
        """The exchange for a request. Never raises: in doubt the strictest rules hold."""
        try:
            exchange = Exchange(self._shared, lambda: request)
            if request.path.startswith(self._own) and serve.owns(request, self._own[0]):
                exchange.own = True
            elif not TELLING.isdisjoint(request.fields):
                exchange.filter()
            return exchange
        except Exception:
            log.exception("the strictest rules hold for a request that could not be understood")
            blank = Request(
                request.method, request.scheme, request.path, request.root_path, b"", []
            )
            exchange = Exchange(self._shared, lambda: blank)
            exchange.own = serve.owns(blank, self._own[0])
            exchange.met = self._doubtful()
            exchange.filtered = request.headers
            return exchange

    def settle(self, exchange: Exchange, body: bytes) -> Response:
        """The answer of one of our own pages. Blocks while the ledger stores or finds a record."""
        outcome = self._asked(exchange.answer(body))
        record, answer = outcome.record, outcome.on_stored
        if record is None:
            return answer
        if outcome.urgent:
            self.recorder.refusal(record)
        elif not self.recorder.grant(record):
            record, answer = outcome.refusal, outcome.on_failed
            if record is not None:
                self.recorder.refusal(record)
        if record is not None and self._after:
            exchange.chosen = self._chosen(exchange, record, answer)
        return answer

    def _asked(self, outcome: Outcome) -> Outcome:
        """The outcome once the ledger has said what it depends on."""
        if outcome.asks is None:
            return outcome
        try:
            return outcome.asks(self.recorder.ledger)
        except Exception as exc:  # whatever a store of the site's own raises
            log.error("the ledger could not be asked for a visitor's own records: %s", exc)
            return Outcome.of(outcome.on_failed)

    def tell(self, exchange: Exchange) -> None:
        """Tell the app's hooks of a choice, once its answer is settled. Never raises."""
        if exchange.chosen is not None:
            hooks.tell(self._after, exchange.chosen)

    async def atell(self, exchange: Exchange) -> None:
        """The same where an event loop runs."""
        if exchange.chosen is not None:
            await hooks.atell(self._after, exchange.chosen)

    def decision_for(
        self, subject: str, account: Account = NOBODY, *, gpc: bool = False
    ) -> Decision:
        """What somebody has allowed who is not there: for background jobs. Never raises.

        ``subject`` is what :attr:`Chosen.subject <consentguard.hooks.Chosen>` or
        ``exchange.subject`` gave when they were; ``""`` for who has never chosen. Keep the last one
        of each account: a withdrawal is a new one. ``account`` is where they live, how old they are
        and whether a guardian agreed; without a country the rules for unknown places hold. ``gpc``:
        their browser sends Global Privacy Control (``chosen.record.gpc``; 11 CCR 7025(c)(1): the
        opt-out holds for a known person too).
        """
        try:
            who = Person(place(account.country, account.subdivision), account)
            located = self._fit(self._regions.find(who.place, self.setup.clock()), who)
            said = (subject.encode("utf-8", "replace"),) if subject else ()
            return self._known(located, who, said, Signals(gpc=gpc))[1]
        except Exception:
            log.exception("the strictest rules hold for a subject that could not be understood")
            return self._doubtful().decision

    def decision(self, request: Request) -> Decision:
        """What this request's visitor has allowed."""
        return self.exchange(request).decision

    def _meet(self, request: Request) -> Visitor:
        """Who sends a request. Never raises: in doubt the strictest rules hold."""
        try:
            now = self.setup.clock()
            if self._ages or request.account is not None or request.path.startswith(self._ours):
                who = self._who(request)
                located = self._fit(self._regions.find(who.place, now), who)
            else:
                who = NOWHERE  # nobody asks who it is
                located = self._regions.find(self.geo.locate(request.peer, request.headers), now)
            if TELLING.isdisjoint(request.fields):
                return self._stranger(located, who)
            return self._visitor(located, who, request)
        except Exception:
            log.exception("the strictest rules hold for a visitor who could not be told")
            return self._doubtful()

    def _who(self, request: Request) -> Person:
        """Where the visitor is, and their age as far as the app knows it."""
        account = self._account(request) if self._account else None
        if account is None:
            account = request.account
        if account is None:
            return Person(self.geo.locate(request.peer, request.headers))
        home = place(account.country, account.subdivision)
        return Person(
            home if home.country else self.geo.locate(request.peer, request.headers), account
        )

    def _fit(self, region: Region, who: Person) -> Region:
        """A rule set as it is for that visitor's age."""
        if not self._ages and who.account.age is None:
            return region
        now = self.setup.clock()
        return for_age(self.policy, region, who.account, who.place.country, now)

    def _region(self, id: str, who: Person) -> Region | None:
        """The rule set of that id for that visitor, today."""
        region = self.policy.regions.get(id)
        return self._fit(region.at(self.setup.clock()), who) if region else None

    def _stranger(self, located: Region, who: Person) -> Visitor:
        """Who sends nothing that tells one visitor of a region from another."""
        key = (located.id, located.aged, None if who is NOWHERE else who)
        found = self._strangers.get(key)
        if found is None or self.setup.clock() >= found.valid_until:
            if len(self._strangers) >= VISITORS:
                self._strangers.clear()
            found = self._strangers[key] = self._met(located, who, (), signals.NONE, "")
        return found

    def _visitor(self, located: Region, who: Person, request: Request) -> Visitor:
        """What holds for this request: remembered by all that it depends on, until it lapses."""
        cookies = request.every(b"cookie")
        # The host decides which cookies are a tracker's; without cookies it decides nothing.
        host = request.fields.get(b"host", b"") if cookies else b""
        said = signals.read(request.headers) if signals.FIELD in request.fields else signals.NONE
        # The rules that the visitor asked for depend on the age, too.
        key = (host, cookies, located.id, located.aged, said.gpc, None if who is NOWHERE else who)
        found = self._visitors.get(key)
        if found is not None and self.setup.clock() < found.valid_until:
            return found
        found = self._met(located, who, cookies, said, request.hostname)
        if len(host) + sum(map(len, cookies)) <= LONGEST:
            if len(self._visitors) >= VISITORS:
                self._visitors.clear()
            self._visitors[key] = found
        return found

    def _met(
        self, located: Region, who: Person, cookies: tuple[bytes, ...], said: Signals, host: str
    ) -> Visitor:
        """What holds for a visitor, worked out."""
        headers = [(b"cookie", value) for value in cookies]
        consent = tuple([v for n, v in pairs(headers) if n == self._cookie_name])
        stored, decision, until = self._known(located, who, consent, said)
        hidden: list[bytes] = []
        if self._enforces and cookies:
            setup = self.setup
            _, hidden = hide(headers, lambda name: setup.refuses(decision, name, host))
        return Visitor(located, decision, until, stored, said, tuple(dict.fromkeys(hidden)), who)

    def _known(
        self, located: Region, who: Person, consent: tuple[bytes, ...], said: Signals
    ) -> Known:
        """What consent cookies say, and what follows; many visitors have the same, or none."""
        now = self.setup.clock()
        key = (consent, located.id, located.aged, said.gpc, None if who is NOWHERE else who)
        found = self._memo.get(key)
        if found is None or now >= found[2]:
            stored = self.setup.tokens.read(consent, now)
            region = self._stricter(located, who, stored)
            decision = self._decider.decide(region, stored, said, now)
            found = (stored, decision, valid_until(region, stored, now))
            if len(self._memo) >= MEMO:
                self._memo.clear()
            if sum(map(len, consent)) <= LONGEST:
                self._memo[key] = found
        return found

    def _chosen(self, exchange: Exchange, record: ConsentRecord, answer: Response) -> Chosen:
        """What a choice comes to, as the next request will find it."""
        name, visitor = self._cookie_name + b"=", exchange.visitor
        values = (v for k, v in answer.headers if k == b"set-cookie" and v.startswith(name))
        subject = next(values, b"").removeprefix(name).partition(b";")[0]
        said = (subject,) if subject else ()
        found = self._known(visitor.located, visitor.who, said, visitor.signals)
        return Chosen(record, found[1], subject.decode("ascii", "replace"), exchange.request)

    def _doubtful(self) -> Visitor:
        """Whoever sent what we could not understand: the strictest rules."""
        now, stored = self.setup.clock(), Unreadable("in doubt")
        unknown = self._fit(self._regions.unknown(now), NOWHERE)
        decision = self._decider.decide(unknown, stored, signals.NONE, now)
        until = valid_until(unknown, stored, now)
        return Visitor(unknown, decision, until, stored, signals.NONE)

    def _stricter(self, located: Region, who: Person, stored: State) -> Region:
        """The region that the visitor asked for, while it is at least as strict as their own."""
        asked = stored.stricter if isinstance(stored, Stored) else ""
        region = self._region(asked, who) if asked else None
        return joined(region, located) if region else located
