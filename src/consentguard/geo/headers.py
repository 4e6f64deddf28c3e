"""The country that a CDN or a proxy of the site has found, in a header of its own.

Rule of this file: such a header counts when the request came through a trusted proxy, once and
well-formed. Anybody can send the same header directly; then it says nothing.
"""

from __future__ import annotations

import re

from consentguard.errors import ConfigError
from consentguard.geo.address import Headers, Trusted, peer_is_trusted
from consentguard.geo.codes import place
from consentguard.model import Place

# RFC 9110 section 5.1: a field name is a token.
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_VALUE = re.compile(rb"([A-Za-z]{2})(?:-([A-Za-z0-9]{1,3}))?")

UNKNOWN = Place()


class CountryHeader:
    """Reads ``DE`` or ``US-CA`` from one header, such as ``CF-IPCountry``.

    :param name: the header's name, in any case.
    :param trusted: what :func:`~consentguard.geo.address.parse_trusted` gave.
    :raises ConfigError: when ``name`` cannot be a header's.
    """

    def __init__(self, name: str, trusted: Trusted) -> None:
        if not _TOKEN.fullmatch(name):
            raise ConfigError(f"geo provider 'header:{name}': {name!r} is not a header's name")
        self._name = name.lower().encode("ascii")
        self._trusted = trusted

    def locate(self, peer: str | None, headers: Headers) -> Place:
        """The place in the header; ``Place()`` where it is missing, repeated or not trusted."""
        if not peer_is_trusted(peer, self._trusted):
            return UNKNOWN
        values = [value for name, value in headers if name.lower() == self._name]
        if len(values) != 1:
            return UNKNOWN
        found = _VALUE.fullmatch(values[0].strip(b" \t"))
        if not found:
            return UNKNOWN
        country, subdivision = found.groups(b"")
        return place(country.decode("ascii"), subdivision.decode("ascii"))
