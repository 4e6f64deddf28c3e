"""The place that a CDN or a proxy of the site has found, in headers of its own.

Rule of this file: such a header counts when the request came through a trusted proxy, once and
well-formed. Anybody can send the same header directly; then it says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from consentguard.errors import ConfigError
from consentguard.geo.codes import country_code, place
from consentguard.geo.proxies import Headers, Trusted, peer_is_trusted
from consentguard.model import Place

#: Headers of country and subdivision by provider. Cloudflare sends the second where the managed
#: transform "visitor location headers" is on, CloudFront both by an origin request policy. Fastly
#: has none of its own: these are the names that the site's VCL is to give (docs/geo.md).
CDNS: Mapping[str, tuple[str, str]] = {
    "cloudflare": ("CF-IPCountry", "CF-Region-Code"),
    "cloudfront": ("CloudFront-Viewer-Country", "CloudFront-Viewer-Country-Region"),
    "vercel": ("X-Vercel-IP-Country", "X-Vercel-IP-Country-Region"),
    "appengine": ("X-AppEngine-Country", "X-AppEngine-Region"),
    "fastly": ("X-Geo-Country", "X-Geo-Region"),
}
#: ``header:NAME`` or ``header:NAME,NAME``: any other header, and one for the subdivision.
PREFIX = "header:"

# RFC 9110 section 5.1: a field name is a token.
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_COUNTRY = re.compile(rb"([A-Za-z]{2})(?:-([A-Za-z0-9]{1,3}))?")
_PART = re.compile(rb"(?:([A-Za-z]{2})-)?([A-Za-z0-9]{1,3})")
#: A value that means something has at most six characters, with room for spaces.
_LONGEST = 16

UNKNOWN = Place()


def names_of(provider: str) -> tuple[str, str]:
    """The headers of country and subdivision that a provider means; the second may be ``""``."""
    if provider in CDNS:
        return CDNS[provider]
    country, _, part = provider.removeprefix(PREFIX).partition(",")
    return country.strip(), part.strip()


class CountryHeader:
    """Reads a country and a subdivision from the headers of a CDN.

    :param name: the country's header, in any case. Its value is ``DE``, or ``US-CA``.
    :param trusted: what :func:`~consentguard.geo.proxies.parse_trusted` gave.
    :param part: the subdivision's header; its value is ``CA``, or ``US-CA``. ``""`` for none.
    :raises ConfigError: when one of them cannot be a header's name.
    """

    def __init__(self, name: str, trusted: Trusted, part: str = "") -> None:
        for each in (name, part or name):
            if not _TOKEN.fullmatch(each):
                raise ConfigError(f"geo provider 'header:…': {each!r} is not a header's name")
        self.name = name.lower().encode("ascii")
        self._part = part.lower().encode("ascii")
        self._trusted = trusted
        self._read = lru_cache(maxsize=1024)(_place)

    def locate(self, peer: str | None, headers: Headers) -> Place:
        """The place in the headers; ``Place()`` where one is missing, repeated or not trusted.

        A subdivision that cannot be read, or is said twice, leaves the country alone: the
        strictest of its subdivisions holds then.
        """
        if not peer_is_trusted(peer, self._trusted):
            return UNKNOWN
        countries, parts = [], []
        for name, value in headers:
            lower = name.lower()
            if lower == self.name:
                countries.append(value)
            elif lower == self._part:
                parts.append(value)
        if len(countries) != 1 or len(countries[0]) > _LONGEST:
            return UNKNOWN
        part = parts[0] if len(parts) == 1 and len(parts[0]) <= _LONGEST else b""
        return self._read(countries[0], part)


def _place(country: bytes, part: bytes) -> Place:
    found = _COUNTRY.fullmatch(country.strip(b" \t"))
    if not found:
        return UNKNOWN
    code, inside = (text.decode("ascii") for text in found.groups(b""))
    apart = _PART.fullmatch(part.strip(b" \t"))
    if apart:
        of, name = (text.decode("ascii") for text in apart.groups(b""))
        inside = name if not of or country_code(of) == country_code(code) else ""
    return place(code, inside)
