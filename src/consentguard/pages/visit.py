"""What a page handler sees: the site's setup, built once, and one visitor's request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from consentguard.catalogue import Catalogue
from consentguard.consent.decide import Decision
from consentguard.consent.token import State, Tokens
from consentguard.http.cookies import set_cookie
from consentguard.http.message import Header, Request
from consentguard.locales import Texts, negotiate
from consentguard.model import Policy, Region, Signals
from consentguard.pages.assets import Assets
from consentguard.pages.markup import View
from consentguard.pages.view import view

#: A cookie outlives every choice that it may hold: the signed time decides, not the browser.
#: Browsers cut at 400 days (RFC 6265bis, section 5.5).
COOKIE_SECONDS = 395 * 86400


@dataclass(frozen=True, slots=True)
class Setup:
    """Everything that is the same for all visitors; clock and randomness come from outside."""

    policy: Policy
    site_id: str
    catalogue: Catalogue
    tokens: Tokens
    assets: Assets
    texts: Mapping[str, Texts]
    clock: Callable[[], float]
    random: Callable[[], str]
    decide: Callable[[Region, State, Signals, float], Decision]

    @property
    def secure(self) -> bool:
        """The site is https: ``[site] url`` says so, a request is never asked."""
        return self.policy.site.url.startswith("https://")

    @property
    def origins(self) -> tuple[str, ...]:
        """Origins that may change a choice beside the one that ``Host`` names.

        ``[site] url`` is one: a proxy may keep the browser's ``Host`` to itself.
        """
        site = self.policy.site
        return (*site.origins, site.url) if site.url else site.origins

    @property
    def cookie_name(self) -> str:
        """``__Host-consent``, ``__Secure-consent`` with a domain, ``consent`` without https.

        The prefixes make browsers refuse a weaker cookie of that name (RFC 6265bis, 4.1.3).
        """
        if not self.secure:
            return "consent"
        return "__Secure-consent" if self.policy.site.cookie_domain else "__Host-consent"

    def refuses(self, decision: Decision, name: bytes, host: str) -> bool:
        """A request cookie that something claims, and that the decision does not allow.

        Never our own: the catalogue knows other tools that call theirs ``consent`` too.
        """
        if name == self.cookie_name.encode():
            return False
        match = self.catalogue.cookie(name.decode("latin-1"), host=host)
        return match.known and not decision.allows_match(match)

    def cookie(self, value: str, *, https: bool) -> Header:
        """The consent cookie; HttpOnly always, Secure as soon as the request was."""
        return set_cookie(
            self.cookie_name,
            value,
            max_age=COOKIE_SECONDS,
            domain=self.policy.site.cookie_domain,
            secure=self.secure or https,
            http_only=True,
        )


@dataclass(frozen=True, slots=True)
class Visit:
    """One visitor at one of our URLs."""

    setup: Setup
    request: Request
    located: Region  #: where GeoIP puts the visitor
    decision: Decision
    stored: State
    signals: Signals

    @property
    def texts(self) -> Texts:
        """The language that fits the visitor, of those that the site speaks."""
        offered = self.setup.texts
        accept = self.request.text(b"accept-language")
        return offered[negotiate(accept, "", tuple(offered), next(iter(offered)))]

    @property
    def prefix(self) -> str:
        """Of our own URLs, as the browser must write them."""
        return self.request.root_path + self.setup.policy.enforcement.consent_path

    @property
    def https(self) -> bool:
        """The browser speaks https to us, or to whatever ends TLS before us."""
        return self.request.scheme == "https" or self.setup.secure

    @property
    def origin(self) -> str:
        """Of this very request, as the browser sees it: ``https://www.example.org``."""
        return f"{'https' if self.https else 'http'}://{self.request.host}"

    def view(self, onward: str, nonce: str = "", origin: str = "") -> View:
        """What our pages show to this visitor; ``onward`` is the path to go back to.

        With an ``origin`` our own URLs are absolute, for pages with a ``<base>`` elsewhere.
        """
        policy, assets, prefix = self.setup.policy, self.setup.assets, origin + self.prefix
        return view(policy, assets, self.decision, self.texts, prefix, onward, nonce)
