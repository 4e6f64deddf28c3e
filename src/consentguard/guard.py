"""The guard: built once from policy, keys, ledger and geo; one :class:`Exchange` a request.

A request walks down this list once: place → region → choice and signals → decision; then either
one of our own pages answers, or the app does, its request filtered and its response gated. Nothing
here does I/O but for the local GeoIP read.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from consentguard.catalogue import Catalogue
from consentguard.catalogue.services import bundled_digest
from consentguard.consent import signals
from consentguard.consent.decide import Decision, decide
from consentguard.consent.token import State, Stored, Tokens, Unreadable
from consentguard.environment import UNSET, Unset, keys_of, ledger_of, policy_of
from consentguard.exchange import Exchange
from consentguard.geo.locate import Locator
from consentguard.http.cookies import pairs
from consentguard.http.message import Header, Request, Response
from consentguard.ledger import Ledger
from consentguard.ledger.recorder import Recorder
from consentguard.locales import Texts, available, load
from consentguard.model import Place, Policy, Region, Signals
from consentguard.pages.assets import Assets
from consentguard.pages.injected import Injected
from consentguard.pages.visit import Setup, Visit
from consentguard.policy.regions import Regions, at_least_as_strict
from consentguard.tally import Tally

log = logging.getLogger("consentguard")

MEMO = 4096  #: decisions that are kept; each is a few hundred bytes


class Geo(Protocol):
    """Where a visitor is. ``peer`` is the socket's address, headers are lower-case."""

    def locate(self, peer: str | None, headers: Sequence[Header]) -> Place:
        """The place; ``Place()`` where it is unknown. Never raises."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What one set of consent cookies means in one region; good until ``decision.valid_until``."""

    stored: State
    decision: Decision


class ConsentGuard:
    """Everything that holds for all visitors of one site.

    :param policy: a :class:`Policy`, or the path of a policy file; else ``CONSENTGUARD_POLICY``.
    :param secret_keys: oldest first, the newest signs; else ``CONSENTGUARD_SECRET_KEYS``.
    :param site_id: ties tokens and records to this site; defaults to the site's name.
    :param ledger: a URL or a store; None keeps no record.
    :param geo: instead of what ``[geo]`` says.
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
        clock: Callable[[], float] = time.time,
        random: Callable[[], str] = lambda: secrets.token_urlsafe(16),
    ) -> None:
        self.policy = policy_of(policy)
        site = self.policy.site
        self._check_url()
        catalogue = Catalogue.bundled(own=self.policy.services.values())
        self.setup = Setup(
            policy=self.policy,
            site_id=site_id or site.name,
            catalogue=catalogue,
            tokens=Tokens(keys_of(secret_keys), site_id or site.name),
            assets=Assets(),
            texts=_texts(self.policy),
            clock=clock,
            random=random,
            decide=self._decide,
        )
        self.geo: Geo = geo or Locator(self.policy.geo)
        self.recorder = Recorder(ledger_of(ledger, self.policy))
        self.tally = Tally()
        self._injected = Injected()
        self._regions = Regions.of(self.policy)
        self._memo: dict[tuple[tuple[bytes, ...], str, bool], _Known] = {}
        self._cookie_name = self.setup.cookie_name.encode()
        # A page also depends on the package: its catalogue, its texts, its assets.
        self._salt = f"{self.policy.digest}:{bundled_digest()}:{self.setup.assets.digest}"

    def exchange(self, request: Request) -> Exchange:
        """The exchange for a request. Never raises: in doubt the strictest rules hold."""
        try:
            return self._exchange(request)
        except Exception:
            log.exception("the strictest rules hold for a request that could not be understood")
            blank = Request(
                request.method, request.scheme, request.path, request.root_path, b"", []
            )
            visit = self._visit(blank, self._regions.unknown, Unreadable("in doubt"))
            return self._fresh(visit, list(request.headers))

    def settle(self, exchange: Exchange, body: bytes) -> Response:
        """The answer of one of our own pages. Blocks while a record is stored."""
        outcome = exchange.answer(body)
        if outcome.record is None:
            return outcome.on_stored
        if outcome.urgent:
            self.recorder.refusal(outcome.record)
            return outcome.on_stored
        if self.recorder.grant(outcome.record):
            return outcome.on_stored
        if outcome.refusal is not None:
            self.recorder.refusal(outcome.refusal)
        return outcome.on_failed

    def decision(self, request: Request) -> Decision:
        """What this request's visitor has allowed."""
        return self.exchange(request).decision

    def _exchange(self, request: Request) -> Exchange:
        located = self._regions.find(self.geo.locate(request.peer, request.headers))
        values = [v for n, v in pairs(request.headers) if n == self._cookie_name]
        visit = self._visit(request, located, tuple(values))
        exchange = self._fresh(visit, [])
        exchange.filter()
        return exchange

    def _fresh(self, visit: Visit, headers: list[Header]) -> Exchange:
        return Exchange(visit, self._injected, self.tally, self._salt, headers)

    def _visit(
        self, request: Request, located: Region, consent: tuple[bytes, ...] | Unreadable
    ) -> Visit:
        said = signals.read(request.headers)
        known = self._known(located, consent, said)
        return Visit(
            setup=self.setup,
            request=request,
            located=located,
            decision=known.decision,
            stored=known.stored,
            signals=said,
        )

    def _known(
        self, located: Region, consent: tuple[bytes, ...] | Unreadable, said: Signals
    ) -> _Known:
        now = self.setup.clock()
        if isinstance(consent, Unreadable):
            return _Known(consent, self._decide(located, consent, said, now))
        key = (consent, located.id, said.gpc)
        found = self._memo.get(key)
        if found is None or now >= found.decision.valid_until:
            stored = self.setup.tokens.read(consent, now)
            region = self._stricter(located, stored)
            found = _Known(stored, self._decide(region, stored, said, now))
            if len(self._memo) >= MEMO:
                self._memo.clear()
            self._memo[key] = found
        return found

    def _decide(self, region: Region, stored: State, said: Signals, now: float) -> Decision:
        return decide(self.policy, region, stored, said, now, self.setup.catalogue.services)

    def _stricter(self, located: Region, stored: State) -> Region:
        """The region that the visitor asked for, while it is at least as strict as their own."""
        asked = stored.stricter if isinstance(stored, Stored) else ""
        region = self.policy.regions.get(asked)
        return region if region and at_least_as_strict(region, located) else located

    def _check_url(self) -> None:
        site = self.policy.site
        host = urlsplit(site.url).hostname or ""
        local = host in ("localhost", "127.0.0.1", "::1") or host.endswith(".localhost")
        if not site.url.startswith("https://") and not local:
            log.warning(
                "[site] url is not https: the consent cookie goes without the __Host- prefix, so "
                "anybody on the network may read and plant it"
            )


def _texts(policy: Policy) -> dict[str, Texts]:
    """The policy's languages that have texts, the default one first; English if there are none."""
    wanted = dict.fromkeys((policy.site.default_language, *policy.site.languages))
    found: dict[str, Texts] = {}
    for language in wanted:
        if {language.lower(), language.lower().partition("-")[0]} & {
            t.lower() for t in available()
        }:
            found[language] = load(language)
        else:
            log.warning("no texts for language %r; there are: %s", language, ", ".join(available()))
    return found or {"en": load("en")}
