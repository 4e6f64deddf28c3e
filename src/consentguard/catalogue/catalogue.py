"""The one question of this room: what is this cookie, this URL, this script?

Four tiers, asked in order: what the site's own policy claims, what was written by hand for this
package, what was generated from published lists, and, of hosts only, what lists say that the site's
operator has stored. A tier that claims something ends the search, so a site's word stands whatever
the catalogue knows better. One exception: a cookie that a list knows on its very host comes before
a hand-written name that counts on every host. What no tier claims may be guessed, for those who ask
for a guess: nothing is hidden or deleted on a guess alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache

from consentguard.model import Match, Service

from . import answers, bundled
from .cookies import CookieIndex
from .heuristics import guess
from .hosts import Copies, HostIndex
from .lists.tier import named
from .loaders import loaded_urls
from .patterns import HostPattern
from .shelf import Laid, Shelf, filled
from .sites import same_site
from .snippets import SnippetIndex
from .urls import Target, cut, resolve

_MEMO = 4096  #: answers kept of each kind
_MEMO_CHARS = 1024  #: a longer question is answered afresh, so that memory stays bounded
_MEMO_SCRIPT = 4096  #: bytes of a script

# Absolute and protocol-relative references do not depend on the page's path (URL standard §4.4).
_ABSOLUTE = re.compile(r"(?:(?:https?|wss?):)?//", re.IGNORECASE)
# A path in the folder of the page, without a scheme before it.
_BELOW = re.compile(r"\w[\w.-]*(?:[/?#]|\Z)", re.ASCII)
_NOBODY = Match("url", (), "nothing knows this host")
_NONE: frozenset[str] = frozenset()
#: Purposes that need a yes wherever anybody asks first.
_TRACKING = frozenset(("advertising", "analytics", "personalisation", "social"))
_OF_ITS_OWN = re.compile("sess|csrf|xsrf|auth|login|consent", re.IGNORECASE)
#: What claims the cookies of the framework; their names come from the app's own settings.
_FRAMEWORK = Service(
    "site_framework",
    "The site's own framework",
    ("necessary",),
    first_party_cookies=True,
    third_party=False,
    source="app",
)


class Catalogue:
    """Classifies cookies, URLs and inline scripts. Immutable; look-ups never raise.

    ``services`` are the catalogue's, ``own`` the services that the policy file declares. An own
    service replaces the catalogue's of the same id; what it leaves empty of cookies, hosts,
    snippets, storage keys, vendor, country and policy URL is taken from that one, and patterns
    taken over in this way rank with the catalogue, not with the site's own claims. ``necessary``
    are names that the app's framework gives its own cookies: session, CSRF, messages, login.

    Raises ValueError for a pattern that cannot be read; it names the service.
    """

    def __init__(
        self,
        services: Iterable[Service] | Shelf,
        *,
        own: Iterable[Service] = (),
        necessary: Iterable[str] = (),
    ) -> None:
        shelf = services if isinstance(services, Shelf) else Shelf.of(services)
        known, mine = shelf.services, {service.id: service for service in own}
        framework = replace(_FRAMEWORK, cookies=_names(necessary))
        merged = {id: filled(s, known[id]) if id in known else s for id, s in mine.items()}
        merged.setdefault(framework.id, framework)
        #: Every service by id, a site's own in place of the catalogue's.
        self.services: Mapping[str, Service] = Laid(merged, known)
        # What a site declares of a service hides what the catalogue says of the same service.
        self._hidden_hosts = frozenset(id for id, s in mine.items() if s.hosts)
        self._hidden_cookies = frozenset(id for id, s in mine.items() if s.cookies)
        self._telling = frozenset(id for id, s in mine.items() if s.snippets)
        self._own_hosts, self._own_cookies = HostIndex(mine.values()), CookieIndex(mine.values())
        self._framework = CookieIndex((framework,))
        self._shelf = shelf
        rest = (claimant for claimant in shelf.telling if claimant.id not in self._telling)
        self._snippets = SnippetIndex(rest, own=mine.values())
        #: The attributes that tell: callers of :meth:`url` need to name no other.
        self.attributes = self._own_hosts.attributes.union(*(h.attributes for h in shelf.hosts))
        self._snippet_memo = lru_cache(_MEMO // 4)(self._snippet)
        self._whole: dict[HostPattern, Match] = {}
        self._answers: dict[tuple[object, ...], Match | None] = {}
        self._cookie_memo = lru_cache(_MEMO)(self._cookie)
        self._url_memo = lru_cache(_MEMO)(self._url)
        self._host_memo = lru_cache(_MEMO)(self._host)
        self._page_memo = lru_cache(_MEMO // 4)(self._page)
        self._copies = Copies(self._own_hosts, *shelf.hosts)

    @classmethod
    def bundled(cls, own: Iterable[Service] = (), necessary: Iterable[str] = ()) -> Catalogue:
        """The package's catalogue over the operator's lists, read from disk once a process."""
        return cls(bundled.shelf(), own=own, necessary=necessary)

    def cookie(self, name: str, *, host: str, domain: str = "") -> Match:
        """What the cookie ``name`` is for, when ``host`` sets it.

        ``host`` is the site's own, without port; ``domain`` the cookie's Domain attribute, if any.
        ``services`` is empty where nothing knows the cookie.
        """
        if len(name) + len(host) + len(domain) > _MEMO_CHARS:
            return self._cookie(name, host, domain)
        return self._cookie_memo(name, host, domain)

    def guess(
        self, name: str, *, host: str, domain: str = "", value: str = "", days: int | None = None
    ) -> Match:
        """What :meth:`cookie` says, and where that is nothing, what the cookie looks like.

        ``value`` as it is sent; ``days`` how long it lives, 0 for a session, None where nobody
        said. The ``why`` of a guess begins with ``guess:``.
        """
        match = self.cookie(name, host=host, domain=domain)
        if match.services:
            return match
        if tracker := self._by_host(name, _bare(domain) or _bare(host)):
            return tracker
        if domain and not same_site(_bare(domain), _bare(host)):
            return match
        found = guess(name, value=value, days=days)
        return Match("cookie", (self.services[found.service.id],), found.why) if found else match

    def _by_host(self, name: str, host: str) -> Match | None:
        """What an unknown cookie of a known host is for, where all that the host does needs a yes.

        A session or a login of a tracker's own site is not what its requests are for.
        """
        if _OF_ITS_OWN.search(name):
            return None
        found, _ = self._host_memo(host, "")
        if found is None or not found.services or not _TRACKING.issuperset(found.purposes):
            return None
        return Match("cookie", found.services, f"guess: {found.why}")

    def url(
        self, url: str, *, base: str, href: str = "", attributes: frozenset[str] = _NONE
    ) -> Match | None:
        """What the request for ``url`` on the page ``base`` is for.

        ``url`` is an attribute's value with character references decoded; ``base`` the absolute
        URL of the page, which also says what the site is; ``href`` the value of the page's
        ``<base href>``, if any; ``attributes`` the lower-case names of the attributes of the
        element that asks, of which only those in :attr:`attributes` tell anything.

        None: no request, or one to the site itself that nothing claims. A match without services:
        a third party that nothing knows.
        """
        try:
            return self._answers[url, base, href, attributes]
        except KeyError:
            pass
        asked = attributes & self.attributes
        match = self._ask(url, base, href, asked)
        if asked == attributes and len(url) + len(base) + len(href) <= _MEMO_CHARS:
            if len(self._answers) >= _MEMO:
                self._answers.clear()
            self._answers[url, base, href, asked] = match
        return match

    def _ask(self, url: str, base: str, href: str, attributes: frozenset[str]) -> Match | None:
        long = len(base) + len(href) > _MEMO_CHARS
        site, page, folder, plain = (self._page if long else self._page_memo)(base, href)
        host, path, _ = cut(url)
        if not path and _BELOW.match(url):
            host, path, _ = cut(folder + url)
        if path and not self._copies.may_claim(path):
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
            return self._url(url, page, site, attributes)
        return self._url_memo(url, page, site, attributes)

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
        found = [(text, self.services[s.id]) for text, s in self._snippets.find(script)]
        said = [f"script text {text!r} of {answers.named(s)}" for text, s in found]
        services = [s for _, s in found]
        # A site that declares a script's text has said what all of it is for.
        if not any(s.id in self._telling for s in services):
            for url in loaded_urls(script):
                loaded = self._url(url, "https://invalid/", site)
                if loaded is not None and loaded.known:
                    said.append(f"loads {url[:200]!r}: {loaded.why}")
                    services += loaded.services
        why = ", ".join(said) or "nothing knows this script"
        return Match("snippet", answers.once(services), why)

    def _cookie(self, name: str, host: str, domain: str) -> Match:
        host, domain = _bare(host), _bare(domain)
        own = self._own_cookies.find(name, host, domain)
        claims = own or self._framework.find(name, host, domain)
        claims = claims or self._shelf.find_cookie(name, host, domain, self._hidden_cookies)
        if not claims:
            return Match("cookie", (), "nothing knows this cookie")
        return answers.of_cookie(claims, self.services, own=bool(own))

    def _host(self, host: str, site: str) -> tuple[Match | None, bool]:
        """What every URL of a host is for whose path is no copy's, and whether that can be said."""
        inside = same_site(host, site)
        claims = self._own_hosts.find_host(host)
        own = bool(claims)
        if claims == [] and not inside:
            claims = self._shelf.find_host(host, self._hidden_hosts)
        if not claims:
            return None if inside else _NOBODY, claims is not None
        match = self._whole.get(claims[0][0])
        if match is None:
            match = named(answers.of_url(claims, self.services, own=own), claims)
            self._whole[claims[0][0]] = match
        return match, True

    def _url(
        self, url: str, base: str, site: str, attributes: frozenset[str] = _NONE
    ) -> Match | None:
        host, path, query = cut(url)
        plain = host and query is not None
        target = Target(host, path, query or "") if plain else resolve(url, base)
        if target is None:
            return None
        target.attributes = attributes
        home = target.host == site
        own = self._own_hosts.find(target) or self._own_hosts.find_copy(target, home=home)
        if own:
            return answers.of_url(own, self.services, own=True)
        # A site is not its own third party, even where the catalogue knows it: a page of
        # facebook.com may load facebook.com. Copies of trackers are known by their path.
        inside = same_site(target.host, site)
        hidden = self._hidden_hosts
        claims = self._shelf.find_url(target, inside=inside, home=home, hidden=hidden)
        if claims:
            return named(answers.of_url(claims, self.services, own=False), claims)
        return None if inside else _NOBODY

    def _page(self, base: str, href: str) -> tuple[str, str, str, bool]:
        """The host of the site, the URL that references resolve against, the folder of that, and
        whether plain paths on that host are the site's own affair (neither another host nor claimed
        by its policy)."""
        page = resolve(base)
        # HTML §4.2.3: a base that cannot be parsed, or is data: or javascript:, is left out.
        where = (href and resolve(href, base)) or page
        folder = where.page.partition(":")[2].rpartition("/")[0] + "/" if where else ""
        if page is None or where is None:
            return "", (where.page if where else ""), folder, False
        plain = where.host == page.host and not self._own_hosts.names(page.host)
        return page.host, where.page, folder, plain


def _names(necessary: Iterable[str]) -> tuple[str, ...]:
    """Names of cookies as an app gives them; a mistake here would lock visitors out."""
    names = () if isinstance(necessary, str) else tuple(necessary)
    if isinstance(necessary, str) or not all(isinstance(n, str) and n for n in names):
        raise TypeError(f"cookies must be a list of names, not {necessary!r}")
    if wild := [name for name in names if "*" in name]:
        raise ValueError(f"{wild[0]!r} is no cookie's name: patterns belong in the policy file")
    return names


def _bare(host: str) -> str:
    return host.lstrip(".").lower().removesuffix(".")
