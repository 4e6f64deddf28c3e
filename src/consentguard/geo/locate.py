"""From a request's socket and headers to a place, as ``[geo]`` of the policy says.

Rule of this file: the provider is chosen and its database opened in the constructor; a look-up
does no more than read memory, and never raises. What is said aloud is said once.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from consentguard.errors import ConfigError
from consentguard.geo.address import Address, is_public, parse_address
from consentguard.geo.headers import CDNS, PREFIX, CountryHeader, names_of
from consentguard.geo.mmdb import BUNDLED, Database
from consentguard.geo.proxies import (
    PROXY_HEADERS,
    Headers,
    client_address,
    parse_trusted,
    peer_is_trusted,
)
from consentguard.geo.reload import Job, Reloading, in_background
from consentguard.model import GeoSettings, Place

logger = logging.getLogger("consentguard.geo")

UNKNOWN = Place()
KNOWN = ("bundled", "mmdb", *CDNS, "header:NAME")
#: Who sends one of these speaks for somebody else.
_FORWARDING = frozenset(name.encode("ascii") for name in PROXY_HEADERS)
#: After so many days the bundled database is said to be old.
OLD_DAYS = 400


class Locator:
    """Finds out where visitors are.

    :param settings: ``[geo]`` of the policy. ``bundled`` uses the database of this package,
        ``mmdb`` the file ``database``, which may be replaced at any time; ``cloudflare`` and the
        like what that CDN found out, ``header:NAME`` what a trusted proxy wrote into ``NAME``.
    :param clock: seconds since 1970. :param run: reads a new file, beside the requests.
    :raises ConfigError: for an unknown provider, a missing ``database``, a bad
        ``trusted_proxies``; :class:`~consentguard.errors.GeoError` for a bad file.
    """

    def __init__(
        self,
        settings: GeoSettings,
        clock: Callable[[], float] = time.time,
        run: Callable[[Job], None] = in_background,
    ) -> None:
        self._trusted = parse_trusted(settings.trusted_proxies)
        self._proxy_header = _proxy_header(settings)
        self._warned = False
        self._bundled: Database | None = None
        self._own: Reloading | None = None
        self._header: CountryHeader | None = None
        if settings.provider == "bundled":
            self._bundled = Database(BUNDLED)
            _tell_age(self._bundled, clock())
        elif settings.provider == "mmdb":
            self._own = Reloading(_file(settings), clock=clock, run=run)
        elif settings.provider in CDNS or settings.provider.startswith(PREFIX):
            name, part = names_of(settings.provider)
            self._header = CountryHeader(name, self._trusted, part)
            self._tell_trust(settings.provider)
        else:
            raise ConfigError(
                f"unknown geo provider {settings.provider!r}; known: {', '.join(KNOWN)}"
            )

    @property
    def database(self) -> Database | None:
        """The database that is in use now; ``None`` where a header says it all."""
        return self._own.current() if self._own else self._bundled

    def locate(self, peer: str | None, headers: Headers) -> Place:
        """Where the visitor is; ``Place()`` is unknown. Never raises.

        :param peer: address of the socket, ``None`` or ``""`` for a UNIX socket.
        :param headers: names and values of the request's headers, names in any case.
        """
        database = self.database
        if database is None:
            found = self._header.locate(peer, headers) if self._header else UNKNOWN
        elif self._trusted:
            address = client_address(peer, headers, self._trusted, self._proxy_header)
            found = database.lookup(address) if address else UNKNOWN
        else:
            found = database.find(peer) if peer else UNKNOWN
        if not found.country and not self._warned:
            self._tell_proxy(peer, headers)
        return found

    def _tell_proxy(self, peer: str | None, headers: Headers) -> None:
        """Says once that a proxy stands in front of us which nobody told us about."""
        if peer_is_trusted(peer, self._trusted):
            return
        names = {name.lower() for name, _ in headers}
        address = parse_address(peer or "")
        if self._header is not None:
            if self._trusted and self._header.name in names:
                self._warned = True
                logger.warning(
                    "%s came from %s, which is none of trusted_proxies, so it was not believed. "
                    "Does the server put the visitor's address in place of the proxy's (uvicorn: "
                    "--no-proxy-headers)?",
                    self._header.name.decode("ascii"),
                    address or "no address",
                )
            return
        # A developer's own browser is on the loopback, too, but it forwards nobody.
        here = address is not None and address.is_loopback and not _FORWARDING.isdisjoint(names)
        if peer and not here and not _is_of_a_proxy(address):
            return
        self._warned = True
        logger.warning(
            "requests come from %s, which is a proxy's address and has no country, so every "
            "visitor gets the strictest rules; set trusted_proxies in [geo] of the policy",
            peer or "a UNIX socket",
        )

    def _tell_trust(self, provider: str) -> None:
        if not self._trusted:
            logger.warning(
                "[geo] provider = %r has no effect: without trusted_proxies nobody is "
                "believed, and every visitor is in an unknown country",
                provider,
            )


def _is_of_a_proxy(address: Address | None) -> bool:
    """Whether it is an address that no visitor has, and no developer's own machine either."""
    return address is not None and not address.is_loopback and not is_public(address)


def _tell_age(database: Database, now: float) -> None:
    built = database.describe()
    if is_old(database, now):
        logger.warning(
            "the bundled country database is of %s: addresses have moved since. Update "
            "consentguard, or name a database of your own in [geo] of the policy",
            built.built,
        )


def is_old(database: Database, now: float) -> bool:
    """Whether a database was built more than :data:`OLD_DAYS` before that time."""
    epoch = database.describe().epoch
    return bool(epoch) and now - epoch > OLD_DAYS * 86_400


def _proxy_header(settings: GeoSettings) -> str:
    if settings.proxy_header not in PROXY_HEADERS:
        raise ConfigError(
            f"unknown proxy_header {settings.proxy_header!r}; known: {', '.join(PROXY_HEADERS)}"
        )
    return settings.proxy_header


def _file(settings: GeoSettings) -> str:
    if not settings.database:
        raise ConfigError('geo provider "mmdb" needs database = "/path/to/file.mmdb"')
    return settings.database
