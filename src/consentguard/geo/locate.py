"""From a request's socket and headers to a place, as ``[geo]`` of the policy says.

Rule of this file: the provider is chosen and its database opened in the constructor; a look-up
does no more than read memory, and never raises.
"""

from __future__ import annotations

import logging
from functools import lru_cache

from consentguard.errors import ConfigError
from consentguard.geo.address import Address, Headers, client_address, parse_address, parse_trusted
from consentguard.geo.headers import CountryHeader
from consentguard.geo.mmdb import BUNDLED, REMEMBERED, Database
from consentguard.model import GeoSettings, Place

logger = logging.getLogger("consentguard.geo")

UNKNOWN = Place()
KNOWN = ("bundled", "mmdb", "header:NAME")


class Locator:
    """Finds out where visitors are.

    :param settings: ``[geo]`` of the policy. ``bundled`` uses the database of this package,
        ``mmdb`` the file ``database``, ``header:NAME`` what a trusted proxy wrote into ``NAME``.
    :raises ConfigError: for an unknown provider, a missing ``database``, a bad
        ``trusted_proxies``; :class:`~consentguard.errors.GeoError` for a bad file.
    """

    def __init__(self, settings: GeoSettings) -> None:
        self._trusted = parse_trusted(settings.trusted_proxies)
        self._warned = False
        self._at_peer = lru_cache(maxsize=REMEMBERED)(self._of_peer)
        self.database: Database | None = None
        self._header: CountryHeader | None = None
        if settings.provider.startswith("header:"):
            self._header = CountryHeader(settings.provider.removeprefix("header:"), self._trusted)
            if not self._trusted:
                logger.warning(
                    "[geo] provider = %r has no effect: without trusted_proxies nobody is "
                    "believed, and every visitor is in an unknown country",
                    settings.provider,
                )
        else:
            self.database = Database(_file(settings))

    def locate(self, peer: str | None, headers: Headers) -> Place:
        """Where the visitor is; ``Place()`` is unknown. Never raises.

        :param peer: address of the socket, ``None`` or ``""`` for a UNIX socket.
        :param headers: names and values of the request's headers, names in any case.
        """
        if self.database is None:
            return self._header.locate(peer, headers) if self._header else UNKNOWN
        if not self._trusted:
            return self._at_peer(peer)
        address = client_address(peer, headers, self._trusted)
        return self.database.lookup(address) if address else UNKNOWN

    def _of_peer(self, peer: str | None) -> Place:
        address = parse_address(peer) if peer else None
        found = self.database.lookup(address) if address and self.database else UNKNOWN
        if not self._warned and not found.country:
            self._warn(peer, address)
        return found

    def _warn(self, peer: str | None, address: Address | None) -> None:
        """Says once that a proxy stands in front of us which nobody told us about."""
        if peer and (address is None or address.is_loopback or not address.is_private):
            return
        self._warned = True
        logger.warning(
            "requests come from %s, which is a proxy's address and has no country, so every "
            "visitor gets the strictest rules; set trusted_proxies in [geo] of the policy",
            peer or "a UNIX socket",
        )


def _file(settings: GeoSettings) -> str:
    if settings.provider == "bundled":
        return str(BUNDLED)
    if settings.provider != "mmdb":
        raise ConfigError(f"unknown geo provider {settings.provider!r}; known: {', '.join(KNOWN)}")
    if not settings.database:
        raise ConfigError('geo provider "mmdb" needs database = "/path/to/file.mmdb"')
    return settings.database
