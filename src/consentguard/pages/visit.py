"""What a page handler sees: the site's setup, built once, and one visitor's request."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import ClassVar

from consentguard.catalogue import Catalogue
from consentguard.consent.decision import Decision
from consentguard.consent.receipt import Receipts
from consentguard.consent.token import State, Stored, Tokens
from consentguard.http import caching
from consentguard.http.cookies import set_cookie
from consentguard.http.message import Header, Request
from consentguard.locales import Texts, negotiate
from consentguard.model import NOWHERE, Enforcement, Person, Policy, Region, Signals
from consentguard.pages.assets import Assets
from consentguard.pages.injected import Banners
from consentguard.pages.markup import View
from consentguard.pages.view import view
from consentguard.pages.waiting import Waiting
from consentguard.policy.paths import longest
from consentguard.tally import Tally

#: The signed time says how long a choice holds, not the browser, which cuts at 400 days
#: (RFC 6265bis, section 5.5): later pages send the cookie again.
COOKIE_SECONDS = 395 * 86400
#: From that age of a choice on.
KEPT_SECONDS = 180 * 86400


@dataclass(frozen=True)
class Setup:
    """Everything that is the same for all visitors; clock and randomness come from outside."""

    policy: Policy
    site_id: str
    catalogue: Catalogue
    tokens: Tokens
    receipts: Receipts
    assets: Assets
    texts: Mapping[str, Texts]
    clock: Callable[[], float]
    random: Callable[[], str]
    decide: Callable[[Region, State, Signals, float], Decision]
    region: Callable[[str, Person], Region | None]
    salt: str  #: names policy and package, on which a page depends beside the visitor
    tally: Tally
    banners: Banners = field(default_factory=Banners)

    @cached_property
    def off(self) -> bool:
        """Nothing is looked at."""
        return self.policy.enforcement.mode == "off"

    @cached_property
    def secure(self) -> bool:
        """The site is https: ``[site] url`` says so, a request is never asked."""
        return self.policy.site.url.startswith("https://")

    @cached_property
    def origins(self) -> tuple[str, ...]:
        """Origins that may change a choice beside the one that ``Host`` names.

        ``[site] url`` is one: a proxy may keep the browser's ``Host`` to itself.
        """
        site = self.policy.site
        return (*site.origins, site.url) if site.url else site.origins

    def cache_mode(self, path: str) -> str:
        """Who may keep a page of that path: the longest prefix in the policy says it, else all."""
        rules = self._rules
        if not (rules.shared_paths or rules.private_paths):
            return rules.cache
        shared, private = longest(path, rules.shared_paths), longest(path, rules.private_paths)
        if shared == private:
            return rules.cache
        return "shared" if shared > private else "private"

    def excludes(self, path: str) -> bool:
        """Below one of ``exclude_paths``: the body is left alone."""
        excluded = self._rules.exclude_paths
        return excluded != () and longest(path, excluded) > 0

    @cached_property
    def _rules(self) -> Enforcement:
        return self.policy.enforcement

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The languages that the site speaks, its default first."""
        return tuple(self.texts)

    @cached_property
    def cookie_name(self) -> str:
        """``__Host-consent``, ``__Secure-consent`` with a domain, ``consent`` without https.

        The prefixes make browsers refuse a weaker cookie of that name (RFC 6265bis, 4.1.3).
        """
        if not self.secure:
            return "consent"
        return "__Secure-consent" if self.policy.site.cookie_domain else "__Host-consent"

    def spoken(
        self, accept_language: bytes | None, page: str = "", duty: tuple[str, ...] = ()
    ) -> Texts:
        """The texts in the language of a page, else in one that its visitor accepts.

        Else in one that the law of the place wants: ``duty``.
        """
        languages = self.languages
        if len(languages) == 1 or not (accept_language or page or duty):
            return self._default
        accept = (accept_language or b"").decode("latin-1")
        return self.texts[negotiate(accept, page, languages, languages[0], duty)]

    @cached_property
    def _default(self) -> Texts:
        return self.texts[self.languages[0]]

    @cached_property
    def waiting(self) -> Waiting:
        """The services that things wait for."""
        return Waiting(self.catalogue.services)

    def refuses(self, decision: Decision, name: bytes, host: str) -> bool:
        """A request cookie that something claims, and that the decision does not allow.

        Never our own: the catalogue knows other tools that call theirs ``consent`` too.
        """
        if name == self.cookie_name.encode():
            return False
        match = self.catalogue.cookie(name.decode("latin-1"), host=host)
        return match.known and not decision.allows_match(match)

    @cached_property
    def hint_name(self) -> str:
        """Of the cookie by which a script knows that a choice was made; nobody else believes it."""
        return f"{self.cookie_name}-hint"

    def cookie(self, value: str, *, https: bool) -> Header:
        """The consent cookie; HttpOnly always, Secure as soon as the request was."""
        return self._set(self.cookie_name, value, https=https, http_only=True)

    def hint(self, settled: bool, *, https: bool) -> Header:
        """The hint, set or taken back."""
        age = COOKIE_SECONDS if settled else 0
        return self._set(self.hint_name, "1" * settled, https=https, max_age=age)

    def _set(
        self,
        name: str,
        value: str,
        *,
        https: bool,
        max_age: int = COOKIE_SECONDS,
        http_only: bool = False,
    ) -> Header:
        return set_cookie(
            name,
            value,
            max_age=max_age,
            domain=self.policy.site.cookie_domain,
            secure=self.secure or https,
            http_only=http_only,
        )


@dataclass(frozen=True, slots=True)
class Visitor:
    """What holds for whoever comes from one region with the same cookies and signals."""

    located: Region  #: where GeoIP puts the visitor
    decision: Decision
    valid_until: float  #: seconds since 1970; then it is worked out again
    stored: State
    signals: Signals
    hidden: tuple[bytes, ...] = ()  #: names of the refused cookies that the request carried
    who: Person = NOWHERE


class Visit:
    """One visitor at one of our URLs, or at a page that is on its way.

    Nothing changes it but the page: ``lang`` is the language that it says it is in, a BCP 47 tag.
    """

    __slots__ = ("_texts", "lang", "request", "setup", "visitor")

    #: It is made for everybody.
    shared: ClassVar[bool] = False

    def __init__(self, setup: Setup, request: Request, visitor: Visitor) -> None:
        self.setup = setup
        self.request = request
        self.visitor = visitor
        self.lang = ""
        #: The texts in the languages of pages that it was asked for; ``""`` where none is said.
        self._texts: dict[str, Texts] = {}

    @property
    def located(self) -> Region:
        """Where GeoIP puts the visitor."""
        return self.visitor.located

    @property
    def decision(self) -> Decision:
        """What the visitor has allowed."""
        return self.visitor.decision

    @property
    def stored(self) -> State:
        """What the consent cookie says."""
        return self.visitor.stored

    @property
    def receipt(self) -> str:
        """The random id under which the ledger has the visitor's grant; ``""`` without one."""
        return self.stored.receipt if isinstance(self.stored, Stored) else ""

    @property
    def signals(self) -> Signals:
        """What the browser says by itself."""
        return self.visitor.signals

    @property
    def texts(self) -> Texts:
        """The page's language, or one that fits the visitor, of those that the site speaks."""
        return self._spoken(self.lang)

    @property
    def accepts(self) -> bytes | None:
        """The languages that the browser asks for."""
        return self.request.fields.get(b"accept-language")

    @property
    def query(self) -> str:
        """Of our own URLs, which know the browser's languages and not the page: ``?lang=fr``.

        ``""`` where both come to the same.
        """
        if not self.lang or (texts := self.texts) is self._spoken():
            return ""
        return f"?lang={texts.lang}"

    @property
    def digest(self) -> str:
        """Names the page as this visitor gets it: decision, policy, package and language.

        That is the browser's. The page's own is part of what the app's tag names.
        """
        return _digest(self.visitor.decision.digest, self.setup.salt, self._spoken().digest)

    def _spoken(self, page: str = "") -> Texts:
        texts = self._texts.get(page)
        if texts is None:
            duty = self.visitor.decision.region.languages
            texts = self._texts[page] = self.setup.spoken(self.accepts, page, duty)
        return texts

    @property
    def onward(self) -> str:
        """The address of this request, to come back to: path and query."""
        path = self.request.root_path + self.request.path
        query = self.request.query
        return f"{path}?{query.decode('latin-1')}" if query else path

    @property
    def framed(self) -> bool:
        """Whether the page is for a frame or a script: nothing of ours is shown there.

        Fetch Metadata, section 2.1, says where a response goes, and 2.2 how it was asked for.
        """
        fields = self.request.fields
        goes = fields.get(b"sec-fetch-dest", b"").strip()
        # A service worker's fetch of what its visitor navigates to; no script's can be one.
        worker = fields.get(b"sec-fetch-mode", b"").strip() == b"navigate"
        return goes == b"iframe" or (goes == b"empty" and not worker)

    @property
    def hides(self) -> tuple[bytes, ...]:
        """Names of the request's cookies that the app does not see."""
        return self.visitor.hidden

    def cached(self, headers: Iterable[Header], *, unchanged: bool = False) -> list[Header]:
        """A page's headers with what caches are told: it is this visitor's.

        ``unchanged``: those of a 304.
        """
        return caching.page_headers(headers, self.digest)

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
        setup = self.setup
        return view(
            setup.policy,
            setup.assets,
            self.decision,
            self.texts,
            origin + self.prefix,
            onward,
            nonce,
            self.query,
            setup.texts.values(),
        )


@lru_cache(maxsize=1024)
def _digest(decision: str, salt: str, texts: str) -> str:
    return hashlib.sha256(f"{decision}:{salt}:{texts}".encode()).hexdigest()[:16]
