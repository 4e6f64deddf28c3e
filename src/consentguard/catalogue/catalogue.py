"""The one question of this room: what is this cookie, this URL, this script?

Two tiers, asked in order: what the site's own policy claims, then the bundled catalogue. A tier
that claims something ends the search, so a site's word stands whatever the catalogue knows better.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType

from consentguard.model import Match, Service

from .cookies import CookieIndex
from .hosts import Claim, HostIndex
from .loaders import loaded_urls
from .services import bundled_services
from .sites import same_site
from .snippets import SnippetIndex
from .urls import Target, cut, resolve

_MEMO = 4096  #: answers kept of each kind
_MEMO_CHARS = 1024  #: a longer question is answered afresh, so that memory stays bounded
_MEMO_SCRIPT = 4096  #: bytes of a script

# Absolute and protocol-relative references do not depend on the page's path (URL standard §4.4).
_ABSOLUTE = re.compile(r"(?:(?:https?|wss?):)?//", re.IGNORECASE)
_NOBODY = Match("url", (), "nothing knows this host")

#: What an own service leaves empty, the catalogue's of the same id fills.
_FILLED = ("cookies", "hosts", "snippets", "storage", "vendor", "country", "policy_url")


class Catalogue:
    """Classifies cookies, URLs and inline scripts. Immutable; look-ups never raise.

    ``services`` are the catalogue's, ``own`` the services that the policy file declares. An own
    service replaces the catalogue's of the same id; what it leaves empty of cookies, hosts,
    snippets, storage keys, vendor, country and policy URL is taken from that one, and patterns
    taken over in this way rank with the catalogue, not with the site's own claims.

    Raises ValueError for a pattern that cannot be read; it names the service.
    """

    def __init__(self, services: Iterable[Service], *, own: Iterable[Service] = ()) -> None:
        known = {service.id: service for service in services}
        declared = {service.id: service for service in own}
        merged = {id: _filled(s, known[id]) if id in known else s for id, s in declared.items()}
        #: Every service by id, a site's own in place of the catalogue's.
        self.services: Mapping[str, Service] = MappingProxyType({**known, **merged})
        # Indexed under their declared patterns alone, answered with as merged.
        mine = [_with_patterns_of(merged[id], declared[id], keep=True) for id in declared]
        rest = [
            _with_patterns_of(s, declared[id], keep=False) if id in declared else s
            for id, s in self.services.items()
        ]
        self._own_hosts, self._hosts = HostIndex(mine), HostIndex(rest)
        self._own_cookies, self._cookies = CookieIndex(mine), CookieIndex(rest)
        self._snippets = SnippetIndex(rest, own=mine)
        self._telling = frozenset(s.id for s in declared.values() if s.snippets)
        self._snippet_memo = lru_cache(_MEMO // 4)(self._snippet)
        self._cookie_memo = lru_cache(_MEMO)(self._cookie)
        self._url_memo = lru_cache(_MEMO)(self._url)
        self._host_memo = lru_cache(_MEMO)(self._host)
        self._page_memo = lru_cache(_MEMO // 4)(self._page)
        self._copies = dict(self._own_hosts.copies)
        for segment, texts in self._hosts.copies.items():
            self._copies[segment] = self._copies.get(segment, frozenset()) | texts

    @classmethod
    def bundled(cls, own: Iterable[Service] = ()) -> Catalogue:
        """The catalogue that comes with the package, read from disk once a process."""
        return cls(bundled_services(), own=own)

    def cookie(self, name: str, *, host: str, domain: str = "") -> Match:
        """What the cookie ``name`` is for, when ``host`` sets it.

        ``host`` is the site's own, without port; ``domain`` the cookie's Domain attribute, if any.
        ``services`` is empty where nothing knows the cookie.
        """
        if len(name) + len(host) + len(domain) > _MEMO_CHARS:
            return self._cookie(name, host, domain)
        return self._cookie_memo(name, host, domain)

    def url(self, url: str, *, base: str, href: str = "") -> Match | None:
        """What the request for ``url`` on the page ``base`` is for.

        ``url`` is an attribute's value with character references decoded; ``base`` the absolute
        URL of the page, which also says what the site is; ``href`` the value of the page's
        ``<base href>``, if any.

        None: no request, or one to the site itself that nothing claims. A match without services:
        a third party that nothing knows.
        """
        long = len(base) + len(href) > _MEMO_CHARS
        site, page, plain = self._page(base, href) if long else self._page_memo(base, href)
        host, path, _ = cut(url)
        if path and not self._is_copy(path):
            # Most URLs: nothing but the host counts.
            if host and not long:
                match, enough = self._host_memo(host, site)
                if enough:
                    return match
            elif plain and not host:
                return None
        if _ABSOLUTE.match(url):
            page = "https://invalid/"  # one memo entry for all pages of the site
        if long or len(url) + len(page) > _MEMO_CHARS:
            return self._url(url, page, site)
        return self._url_memo(url, page, site)

    def snippet(self, script: bytes, *, site: str = "") -> Match:
        """Every service whose loader the inline script holds; none where nothing is recognised.

        Known by its text, or by the URL that it loads. ``site`` is the page's own host.
        """
        # Small scripts are in a site's templates and come again and again.
        if len(script) > _MEMO_SCRIPT:
            return self._snippet(script, site)
        return self._snippet_memo(script, site)

    @property
    def literals(self) -> tuple[bytes, ...]:
        """All texts that an inline script is known by, in the form in which they are looked for.

        A script with none of them, and without a quoted absolute URL, is known to nobody.
        """
        return self._snippets.literals

    def _snippet(self, script: bytes, site: str) -> Match:
        found = self._snippets.find(script)
        said = [f"script text {text!r} of {_named(s)}" for text, s in found]
        services = [s for _, s in found]
        # A site that declares a script's text has said what all of it is for.
        if not any(s.id in self._telling for s in services):
            for url in loaded_urls(script):
                loaded = self._url(url, "https://invalid/", site)
                if loaded is not None and loaded.known:
                    said.append(f"loads {url[:200]!r}: {loaded.why}")
                    services += loaded.services
        why = ", ".join(said) or "nothing knows this script"
        return Match("snippet", self._merged(services), why)

    def _cookie(self, name: str, host: str, domain: str) -> Match:
        host, domain = _lower(host), _lower(domain.lstrip("."))
        own = self._own_cookies.find(name, host, domain)
        claims = own or self._cookies.find(name, host, domain)
        if not claims:
            return Match("cookie", (), "nothing knows this cookie")
        said = ", ".join(f"cookie {p.text!r} of {_named(s)}" for p, s in claims)
        return self._match("cookie", [s for _, s in claims], said, own=bool(own))

    def _is_copy(self, path: str) -> bool:
        """Whether a path may be that of a first-party copy, with some query and on some host."""
        segments, asked = path.split("/"), self._copies.keys()
        if asked.isdisjoint(segments):
            return False
        return any(text in path for segment in asked & segments for text in self._copies[segment])

    def _host(self, host: str, site: str) -> tuple[Match | None, bool]:
        """What every URL of a host is for whose path is no copy's, and whether that can be said."""
        inside = same_site(host, site)
        claims = self._own_hosts.find_host(host)
        own = bool(claims)
        if claims == [] and not inside:
            claims = self._hosts.find_host(host)
        if claims:
            return self._url_match(claims, own=own), True
        return None if inside else _NOBODY, claims is not None

    def _url(self, url: str, base: str, site: str) -> Match | None:
        host, path, query = cut(url)
        plain = host and query is not None
        target = Target(host, path, query or "") if plain else resolve(url, base)
        if target is None:
            return None
        home = target.host == site
        own = self._own_hosts.find(target) or self._own_hosts.find_copy(target, home=home)
        if own:
            return self._url_match(own, own=True)
        # A site is not its own third party, even where the catalogue knows it: a page of
        # facebook.com may load facebook.com. Copies of trackers are known by their path.
        inside = same_site(target.host, site)
        claims: Sequence[Claim] = () if inside else self._hosts.find(target)
        claims = claims or self._hosts.find_copy(target, home=home)
        if claims:
            return self._url_match(claims, own=False)
        return None if inside else _NOBODY

    def _url_match(self, claims: Sequence[Claim], *, own: bool) -> Match:
        said = ", ".join(
            dict.fromkeys(f"{'path' if p.has_path else 'host'} {p.text}" for p, _ in claims)
        )
        return self._match("url", [s for _, s in claims], said, own=own)

    def _match(self, kind: str, services: Iterable[Service], said: str, *, own: bool) -> Match:
        why = f"{said}, the site's own policy" if own else said
        return Match(kind, self._merged(services), why)

    def _merged(self, services: Iterable[Service]) -> tuple[Service, ...]:
        return tuple(self.services[id] for id in dict.fromkeys(s.id for s in services))

    def _page(self, base: str, href: str) -> tuple[str, str, bool]:
        """The host of the site, the URL that references resolve against, and whether plain paths
        on that host are the site's own affair (neither another host nor claimed by its policy)."""
        page = resolve(base)
        # HTML §4.2.3: a base that cannot be parsed, or is data: or javascript:, is left out.
        where = (href and resolve(href, base)) or page
        if page is None or where is None:
            return "", (where.page if where else ""), False
        plain = where.host == page.host and not self._own_hosts.names(page.host)
        return page.host, where.page, plain


def _lower(host: str) -> str:
    return host.lower().removesuffix(".")


def _named(service: Service) -> str:
    return f"{service.id} ({service.name})"


def _filled(own: Service, known: Service) -> Service:
    gaps = {key: getattr(known, key) for key in _FILLED if not getattr(own, key)}
    if "cookies" in gaps:
        gaps |= {
            "first_party_cookies": known.first_party_cookies,
            "cookie_domains": known.cookie_domains,
        }
    if own.name in {"", own.id}:
        gaps["name"] = known.name
    return replace(own, **gaps)


def _with_patterns_of(service: Service, declared: Service, *, keep: bool) -> Service:
    """``service`` with only the patterns that the site declared (``keep``), or only the others."""

    def side(patterns: tuple[str, ...], own: tuple[str, ...]) -> tuple[str, ...]:
        return patterns if bool(own) is keep else ()

    return replace(
        service,
        cookies=side(service.cookies, declared.cookies),
        hosts=side(service.hosts, declared.hosts),
        snippets=side(service.snippets, declared.snippets),
    )
