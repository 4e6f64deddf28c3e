"""The vocabulary: frozen values and enums that every room shares; no behaviour beyond validation.

Times are seconds since 1970 in UTC, lifetimes are calendar months or days, places are ISO 3166
codes (``DE``, ``US-CA``), purposes and services are the ids of the policy file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import inf
from types import MappingProxyType
from typing import Any

NOTHING: Mapping[str, Any] = MappingProxyType({})


def nothing() -> Mapping[str, Any]:
    """The empty mapping, as a default of a frozen dataclass."""
    return NOTHING


class Model(StrEnum):
    """How one purpose is treated in one region, from the loosest to the strictest."""

    NONE = "none"  #: exempt: no gate, still listed
    NOTICE = "notice"  #: runs, the visitor is told
    OPT_OUT = "opt-out"  #: runs until refused
    OPT_IN = "opt-in"  #: off until granted
    ON_CLICK = "on-click"  #: nothing goes to the provider before that very button is clicked
    DENY = "deny"  #: off, and cannot be granted

    @property
    def strictness(self) -> int:
        """0 for ``none`` … 5 for ``deny``."""
        return _STRICTNESS[self]


_STRICTNESS = {model: rank for rank, model in enumerate(Model)}


class Reason(StrEnum):
    """Why a purpose is allowed or not."""

    EXEMPT = "exempt"  #: model ``none``
    NOTICE = "notice"  #: model ``notice``, not refused
    DEFAULT = "opt-out-default"  #: model ``opt-out``, not refused
    GRANTED = "granted"  #: the visitor said yes
    REFUSED = "refused"  #: the visitor said no
    NO_CHOICE = "no-choice"  #: opt-in, and the visitor has not chosen
    ON_CLICK = "on-click"  #: waits for a click on that very thing
    RULE = "rule"  #: model ``deny``
    MINOR = "minor"  #: not at that age
    SIGNAL = "signal"  #: an opt-out signal of the browser (Global Privacy Control)
    EXPIRED = "expired"  #: a grant older than the region lets it live
    CHANGED = "changed"  #: what was agreed to has changed since
    UNREADABLE = "unreadable-consent"  #: a consent cookie that proves nothing
    INCOMPLETE = "not-everything-allowed"  #: needs every other purpose: tag managers, unknown hosts


#: The purposes that always exist; a policy adds or alters, never removes.
STANDARD_PURPOSES = (
    "necessary",
    "security",
    "functional",
    "login",
    "analytics",
    "personalisation",
    "advertising",
    "social",
    "media",
    "email_marketing",
    "email_tracking",
    "tag-manager",
    "cdn",
    "consent-management",
)

#: What nothing knows. Not a purpose of the policy file: it is never asked for and never listed.
UNKNOWN = "unknown"

#: The rule set of pages that caches share, which are the same in all places.
EVERYBODY = "everybody"


@dataclass(frozen=True, slots=True)
class Purpose:
    """What something is used for; *accept* never covers unbundled and explicit ones.

    ``name`` and ``description`` are the site's own words by language, ``""`` for its default one.
    """

    id: str
    name: Mapping[str, str] = field(default_factory=nothing, hash=False)
    description: Mapping[str, str] = field(default_factory=nothing, hash=False)
    required: bool = False
    bundled: bool = True
    explicit: bool = False
    exclude_categories: frozenset[str] = frozenset()
    data: frozenset[str] = frozenset()
    declared: bool = False  #: the site's own file names it


@dataclass(frozen=True, slots=True)
class Service:
    """A product that sets cookies or loads things: GA4, Meta Pixel, the site's own session.

    ``cookies`` are exact names or hold ``*``. ``hosts`` are patterns as
    :mod:`consentguard.catalogue.patterns` reads them. ``snippets`` are literals that an inline
    script holds once white space is gone and quotes are alike. ``lifetimes`` are days by cookie,
    0 for a session, where known. ``source`` says where that is from: ``own`` for what was written
    for this package, names of lists, or ``policy``.
    """

    id: str
    name: str
    purposes: tuple[str, ...]
    cookies: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    snippets: tuple[str, ...] = ()
    storage: tuple[str, ...] = ()
    vendor: str = ""
    country: str = ""
    policy_url: str = ""
    safeguard: Mapping[str, str] = field(default_factory=nothing, hash=False)
    signals: tuple[str, ...] = ()
    sells_or_shares: bool = False
    role: str = "controller"
    third_party: bool = True
    exempt: str = ""
    conditions: tuple[str, ...] = ()  #: of the exemption, as far as the site states them
    max_cookie_days: int = 0
    imports: tuple[str, ...] = ()
    localised: bool = False
    explicit: bool = False
    first_party_cookies: bool = False  #: cookie names count on the site's own host only
    cookie_domains: tuple[str, ...] = ()  #: cookie names count on these hosts only
    lifetimes: Mapping[str, int] = field(default_factory=nothing, hash=False)
    source: str = ""
    declared: bool = False  #: named in the site's own file, not only in the catalogue


@dataclass(frozen=True, slots=True)
class Match:
    """What the catalogue says about one cookie, URL or snippet, and why."""

    kind: str  #: ``cookie``, ``url`` or ``snippet``
    services: tuple[Service, ...]  #: empty where nothing knows it
    why: str

    @property
    def known(self) -> bool:
        """True when at least one service claims it."""
        return bool(self.services)

    @property
    def purposes(self) -> tuple[str, ...]:
        """Every purpose of every service that claims it, in the order of the services."""
        return tuple(dict.fromkeys(p for s in self.services for p in s.purposes))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a visitor is: ISO 3166-1 alpha-2 and 3166-2 (``DE``, ``US-CA``); ``""`` is unknown."""

    country: str = ""
    subdivision: str = ""


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long a choice lives: a grant at most, a refusal at least, in calendar months."""

    grant_months: int = 6
    refuse_months: int = 6
    tracker_days: int = 395


@dataclass(frozen=True, slots=True)
class BannerRule:
    """What a region demands of the first layer."""

    reject_on_first_layer: bool = True
    equal_buttons: bool = True
    close_means: str = "refuse"
    position: str = "any"


@dataclass(frozen=True, slots=True)
class MinorRule:
    """What a law demands for some ages, both ends included, in whole years.

    ``consent`` is who may grant: ``self``, ``parent``, ``joint``, or nobody. It holds from
    ``since`` until ``until``. ``when`` is ``platform`` where it holds for online platforms alone,
    ``known`` where it holds only for visitors who are known to be minors.
    """

    first: int
    last: int
    purposes: tuple[str, ...]
    model: Model
    consent: str = ""
    since: float = -inf
    until: float = inf
    when: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Region:
    """A rule set in force for some codes: a preset, or the site's own table on top of one.

    It holds from ``since`` until ``until``; ``later`` are the states that follow, in order.
    ``ages`` are those of digital consent by country, ``age`` everywhere else.
    """

    id: str
    preset: str
    law: str
    codes: tuple[str, ...]
    models: Mapping[str, Model] = field(hash=False)
    services: Mapping[str, Model] = field(default_factory=nothing, hash=False)
    lifetime: Lifetime = Lifetime()
    banner: BannerRule = BannerRule()
    gpc: bool = False  #: the law makes the site obey Global Privacy Control
    gpc_display: bool = False  #: the law makes the site show that it did
    gpc_conflict: str = ""
    do_not_sell: bool = False  #: the law wants a "Do Not Sell or Share" link
    languages: tuple[str, ...] = ()
    transfer_notice: bool = False
    google_consent_mode: str = "basic"  #: ``advanced``: Google's tags run, told what is denied
    transfer_rule: str = ""
    exempt: tuple[str, ...] = ()  #: exemptions that a service may declare there
    sensitive_sale: str = ""  #: ``deny`` on sites about sensitive things: nobody sells or shares
    home: str = ""  #: services elsewhere that are not localised here are denied
    withdrawal: str = ""
    records: str = ""
    age: int = 0
    ages: Mapping[str, int] = field(default_factory=nothing, hash=False)
    minors: tuple[MinorRule, ...] = ()
    loosen: str = ""
    confidence: str = "low"
    checked: str = ""
    sources: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    since: float = -inf
    until: float = inf
    later: tuple[Region, ...] = ()
    aged: str = ""  #: of a rule set for somebody of some age: what it was made for
    withheld: frozenset[str] = frozenset()  #: purposes that are denied for that age

    def __hash__(self) -> int:
        # Decisions are looked up by it; rule sets that share all of these are few.
        return hash((self.id, self.since, self.aged))

    def at(self, now: float) -> Region:
        """The state of it that holds at that time, in seconds since 1970."""
        if now < self.until:
            return self
        return next(state for state in reversed(self.later) if now >= state.since)


@dataclass(frozen=True, slots=True)
class Signals:
    """What the browser says by itself, before anybody chooses."""

    gpc: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """What the app knows of a visitor who has signed in.

    ``country`` and ``subdivision`` (the second half: ``CA``) are where they live, ``""`` for not
    known. ``age`` is in whole years, None for not known. ``guardian``: a parent or guardian has
    agreed, in a way that the app has checked.
    """

    country: str = ""
    subdivision: str = ""
    age: int | None = None
    guardian: bool = False


#: A visitor of whom the app knows nothing.
NOBODY = Account()


@dataclass(frozen=True, slots=True)
class Person:
    """Where a visitor is, or lives, and what the app knows of them."""

    place: Place
    account: Account = NOBODY


NOWHERE = Person(Place())


@dataclass(frozen=True, slots=True)
class Choice:
    """What the visitor pressed, resolved to ids; ``region`` is a stricter one they asked for."""

    kind: str  #: ``accept``, ``reject``, ``save``, ``allow``, ``withdraw`` or ``erase``
    granted: frozenset[str] = frozenset()
    denied: frozenset[str] = frozenset()
    services: Mapping[str, bool] = field(default_factory=nothing, hash=False)
    region: str = ""

    @property
    def is_grant(self) -> bool:
        """True when anything at all is allowed by it."""
        return bool(self.granted) or any(self.services.values())


@dataclass(frozen=True, slots=True)
class ConsentRecord:
    """What the ledger keeps of one choice. No address, no user agent string, no account."""

    site: str
    time: int
    kind: str
    receipt: str  #: random, empty after a refusal
    region: str
    preset: str
    granted: tuple[str, ...]
    denied: tuple[str, ...]
    services: Mapping[str, bool] = field(hash=False)
    policy_version: str
    policy_digest: str
    text_digest: str  #: of the words that were shown
    language: str
    person: str  #: ``yes``, ``no`` or ``unknown``: did the browser attest a click (Sec-Fetch-User)
    gpc: bool
    device: str  #: ``desktop``, ``mobile``, ``tablet``, ``bot`` or ``other``


@dataclass(frozen=True, slots=True)
class Site:
    """``[site]``: who runs it."""

    name: str
    url: str = ""
    origins: tuple[str, ...] = ()
    controller: str = ""
    contact: str = ""
    policy_url: str = ""
    languages: tuple[str, ...] = ("en",)
    default_language: str = "en"
    servers: tuple[str, ...] = ()
    cookie_domain: str = ""
    wiretap: bool = False
    audience: str = "general"
    platform: bool = False
    sensitive: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Enforcement:
    """``[enforcement]``: how hard we hold the site to its policy."""

    mode: str = "enforce"
    undeclared_cookies: str = "block"
    undeclared_hosts: str = "block-active"
    hide_request_cookies: bool = True
    grant: str = "any"
    csp: str = "off"
    cache: str = "private"
    consent_path: str = "/_consent"
    exclude_paths: tuple[str, ...] = ()
    shared_paths: tuple[str, ...] = ()
    private_paths: tuple[str, ...] = ()
    debug: bool = False


@dataclass(frozen=True, slots=True)
class GeoSettings:
    """``[geo]``: where the visitor's country comes from, and what holds without one."""

    provider: str = "bundled"
    database: str = ""
    trusted_proxies: int | tuple[str, ...] = 0
    proxy_header: str = "x-forwarded-for"
    unknown: str = "opt-in-strict"
    default: str = "opt-in-strict"


@dataclass(frozen=True, slots=True)
class MinorSettings:
    """``[minors]``: what the site itself demands, beside the law."""

    age_source: str = ""
    site_minimum_age: int = 0
    guardian: str = ""
    unknown_age: str = "adult"
    deny_purposes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LedgerSettings:
    """``[ledger]``: where choices are kept, and for how long."""

    store: str = ""
    ip: str = "none"
    retain_days: int = 1825


@dataclass(frozen=True, slots=True)
class BannerSettings:
    """``[banner]``: how the first layer looks and stands where the law leaves it to the site."""

    position: str = "bottom"
    theme: str = "auto"
    control: str = "button"
    colours: Mapping[str, str] = field(default_factory=nothing, hash=False)


@dataclass(frozen=True, slots=True)
class Policy:
    """What the site promised: one policy file, checked and complete."""

    file: str
    site: Site
    version: str
    effective: str
    material: bool
    purposes: Mapping[str, Purpose] = field(hash=False)
    services: Mapping[str, Service] = field(hash=False)
    regions: Mapping[str, Region] = field(hash=False)
    geo: GeoSettings = GeoSettings()
    enforcement: Enforcement = Enforcement()
    ledger: LedgerSettings = LedgerSettings()
    minors: MinorSettings = MinorSettings()
    banner: BannerSettings = BannerSettings()
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=nothing, hash=False)
    #: Hashes of the texts that were approved, by language and key; None where none are locked.
    approved: Mapping[str, Mapping[str, str]] | None = field(default=None, hash=False)
    gpc: str = "everywhere"
    digest: str = ""  #: of the whole meaning, for the ledger and for ETags
    fingerprints: Mapping[str, bytes] = field(
        default_factory=nothing, hash=False
    )  #: 4 bytes a purpose
