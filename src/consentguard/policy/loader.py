"""A policy file becomes a Policy, or a list of everything that is wrong with it.

The way through: text → TOML → shape (keys, types) → purposes → services → regions → Policy. Each
step reports and goes on, so that one run shows every mistake; a later step keeps quiet about what
an earlier one has already named.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from consentguard.catalogue import HostPattern, bundled
from consentguard.catalogue.patterns import CookiePattern
from consentguard.errors import ConfigError, PolicyError, Problem
from consentguard.exemptions import CONDITIONS, EXEMPTIONS, Exemption
from consentguard.model import (
    STANDARD_PURPOSES,
    UNKNOWN,
    BannerSettings,
    Enforcement,
    GeoSettings,
    LedgerSettings,
    MinorSettings,
    Policy,
    Purpose,
    Service,
    Site,
)
from consentguard.policy import lock, shape, wording
from consentguard.policy import regions as region_rules
from consentguard.policy.positions import KeyPath, Positions, source_line
from consentguard.policy.reader import Reader, plain, shown
from consentguard.policy.suggest import did_you_mean
from consentguard.policy.transfers import unguarded

SCHEMA = 1


def load(path: str | Path) -> Policy:
    """The policy in a file.

    Raises :class:`ConfigError` when it cannot be read, :class:`PolicyError` with every problem
    when it cannot be used.
    """
    policy, problems = examine(path)
    if policy is None:
        raise PolicyError(str(path), [p for p in problems if p.is_error])
    return policy


def examine(path: str | Path) -> tuple[Policy | None, tuple[Problem, ...]]:
    """The policy of a file, or None, and every error and warning, sorted by line."""
    try:
        text = Path(path).read_text("utf-8-sig")
    except OSError as exc:
        inside = Path(path) / "consent.toml" if isinstance(exc, IsADirectoryError) else path
        raise ConfigError(
            f"policy file {path}: {exc.strerror or exc}. `consentguard init {inside}` writes one."
        ) from exc
    except UnicodeDecodeError as exc:
        raise ConfigError(f"policy file {path}: not UTF-8 at byte {exc.start}") from exc
    policy, problems = parse(text, str(path))
    if policy is not None:
        policy = replace(policy, approved=lock.read(path))
    return policy, problems


def parse(text: str, file: str = "consent.toml") -> tuple[Policy | None, tuple[Problem, ...]]:
    """The policy that a text says, or None, and every error and warning, sorted by line."""
    try:
        reader = PolicyReader(_toml(text), Positions(text))
        policy = reader.policy(file, text)
    except (tomllib.TOMLDecodeError, RecursionError) as exc:
        return None, (_syntax(text, exc),)
    problems = tuple(sorted(reader.problems))
    return (None if any(p.is_error for p in problems) else policy), problems


def _toml(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except ValueError as exc:  # Python reads no integer of more than 4300 digits.
        raise tomllib.TOMLDecodeError("Number with too many digits") from exc


def _syntax(text: str, exc: tomllib.TOMLDecodeError | RecursionError) -> Problem:
    said = "Nested too deeply" if isinstance(exc, RecursionError) else str(exc)
    # Before Python 3.14 the place is in the message only.
    match = re.search(r" \(at line (\d+), column (\d+)\)$", said)
    lines = text.rstrip().split("\n")
    line, col = (int(match[1]), int(match[2])) if match else (len(lines), len(lines[-1]) + 1)
    message = said[: match.start()] if match else said.removesuffix(" (at end of document)")
    source = source_line(text, line)
    return Problem(line, col, "E001", "", plain(message), "TOML syntax", source)


@dataclass(slots=True)
class PolicyReader(Reader):
    """Each step of the way from a file to a policy."""

    def policy(self, file: str, text: str) -> Policy:
        """Everything in the file; usable only if no error was reported."""
        self.check(self.data, shape.POLICY, ())
        self.versions()
        purposes = self.purposes()
        services = self.services(purposes)
        site = self.site()
        regions = region_rules.build(self, purposes, services, site)
        geo = region_rules.geo(self, GeoSettings(**self.section("geo", GeoSettings)), regions)
        about = self.table("policy")
        self.withheld(purposes)
        return Policy(
            file=file,
            site=site,
            version=str(about.get("version", "1")),
            effective=str(about.get("effective", "")),
            material=bool(about.get("material", True)),
            purposes=purposes,
            services=services,
            regions=regions,
            geo=geo,
            enforcement=Enforcement(**self.section("enforcement", Enforcement)),
            ledger=LedgerSettings(**self.section("ledger", LedgerSettings)),
            minors=MinorSettings(**self.section("minors", MinorSettings)),
            banner=BannerSettings(**self.section("banner", BannerSettings)),
            texts=wording.stated(self),
            gpc=self.table("signals").get("gpc", "everywhere"),
            digest=_digest(text, repr(sorted(regions.items()))).hex(),
            fingerprints={p: self.fingerprint(p, site, services) for p in purposes},
        )

    def withheld(self, purposes: Mapping[str, Purpose]) -> None:
        """A misspelt purpose in ``[minors] deny_purposes`` would protect nobody."""
        for purpose in self.table("minors").get("deny_purposes", ()):
            if purpose not in purposes and not self.silent("purposes", purpose):
                text = f"[minors] names purpose '{purpose}', which is not declared"
                help = did_you_mean(purpose, purposes)
                self.report("E202", ("minors", "deny_purposes"), text, help)

    def versions(self) -> None:
        """The ``schema`` number, and what no site can do without."""
        if self.data.get("schema") is None and not self.silent("schema"):
            self.report("E100", ("schema",), "missing key 'schema'", f"add: schema = {SCHEMA}")
        elif not self.silent("schema") and self.data["schema"] != SCHEMA:
            text = f"unknown schema {shown(self.data['schema'])}"
            self.report("E103", ("schema",), text, f"use {SCHEMA}")
        site = self.table("site")
        for key, code in (("name", "E100"), ("contact", "E100"), ("controller", "W102")):
            if not site.get(key) and not self.silent("site", key):
                self.report(code, ("site", key), f"[site] has no '{key}'", f'add: {key} = "…"')
        if not site.get("policy_url") and not self.silent("site", "policy_url"):
            text = "the banner cannot link your privacy policy: [site] has no 'policy_url'"
            self.report("W102", ("site", "policy_url"), text, 'add: policy_url = "/privacy"')
        if not site.get("url") and not self.silent("site", "url"):
            text = "[site] has no 'url': the consent cookie has no __Host- prefix and is not Secure"
            self.report("W103", ("site", "url"), text, 'add: url = "https://www.example.org"')

    def site(self) -> Site:
        """``[site]`` with the defaults that depend on each other."""
        values = self.section("site", Site)
        values.setdefault("name", "")
        values.setdefault("controller", values["name"])
        languages = values.setdefault("languages", ("en",)) or ("en",)
        default = values.setdefault("default_language", languages[0])
        if default not in languages:
            text = f"default_language '{default}' is not in languages"
            self.report(
                "E103", ("site", "default_language"), text, did_you_mean(default, languages)
            )
        values["url"] = values.get("url", "").rstrip("/")
        host, domain = urlsplit(values["url"]).hostname or "", values.get("cookie_domain", "")
        if host and domain and not f".{host}".endswith(f".{domain}"):
            # RFC 6265 §5.3, step 6: a browser drops a cookie for a domain that is not the host's.
            text = f"cookie_domain '{domain}' is not the host of [site] url nor a domain above it"
            self.report("E103", ("site", "cookie_domain"), text, f"the host is {host}")
        return Site(**values)

    def purposes(self) -> dict[str, Purpose]:
        """The standard purposes, altered and added to by the file."""
        declared = {k: v for k, v in self.table("purposes").items() if isinstance(v, dict)}
        for name, table in declared.items():
            if not re.fullmatch(r"[a-z][a-z0-9_:-]*", name):
                text = f"purpose id '{name}' is not allowed"
                self.report("E103", ("purposes", name), text, "lower case: [a-z][a-z0-9_:-]*")
            elif name == UNKNOWN:
                text = f"purpose id '{name}' stands for what nothing knows"
                self.report("E103", ("purposes", name), text, "choose another id")
            if table.get("required") and name in STANDARD_PURPOSES[1:]:
                text = f"standard purpose '{name}' cannot be made required"
                help = "loosen it for one region instead: [regions.X.purposes]"
                self.report("E403", ("purposes", name, "required"), text, help)
            if table.get("bundled") and name in ("email_marketing", "email_tracking"):
                # GDPR art. 7(2), recital 43: consent to mail is asked for apart from the rest.
                text = f"'{name}' is never part of accept all"
                self.report("E403", ("purposes", name, "bundled"), text, "remove this line")
        names = dict.fromkeys((*STANDARD_PURPOSES, *declared))
        return {name: self.purpose(name, name in declared) for name in names}

    def purpose(self, name: str, declared: bool) -> Purpose:
        """One purpose."""
        table = self.table("purposes", name)
        sets = {k: frozenset(table.get(k, ())) for k in ("exclude_categories", "data")}
        return Purpose(
            id=name,
            name=_words(table.get("name")),
            description=_words(table.get("description")),
            required=table.get("required", name == "necessary"),
            bundled=table.get("bundled", name not in UNBUNDLED),
            explicit=table.get("explicit", False),
            exclude_categories=sets["exclude_categories"],
            data=sets["data"],
            declared=declared,
        )

    def services(self, purposes: Mapping[str, Purpose]) -> dict[str, Service]:
        """``[services.*]``: each with at least one purpose that exists, and readable patterns."""
        found: dict[str, Service] = {}
        for name, table in self.table("services").items():
            path = ("services", name)
            if not isinstance(table, dict):
                continue
            self.service_purposes(path, table, purposes)
            self.service_patterns(path, table)
            self.service_exempt(path, table)
            if not self.damaged(*path):
                found[name] = _service(name, table)
                self.service_transfer(path, found[name])
        return found

    def service_purposes(
        self, path: KeyPath, table: Mapping[str, Any], purposes: Mapping[str, Purpose]
    ) -> None:
        """A service without a purpose would run unasked; one with an unknown purpose never."""
        if not table.get("purposes"):
            # A misspelt 'purposes' was reported as such.
            if not self.damaged(*path):
                text = f"service '{path[1]}' has no purpose"
                self.report("E201", path, text, 'add: purposes = ["analytics"]')
            return
        for purpose in table["purposes"]:
            if purpose not in purposes and not self.silent("purposes", purpose):
                text = f"service '{path[1]}' uses purpose '{purpose}', which is not declared"
                self.report("E202", (*path, "purposes"), text, did_you_mean(purpose, purposes))

    def service_patterns(self, path: KeyPath, table: Mapping[str, Any]) -> None:
        """Patterns of hosts, cookies and snippets must be readable, or no guard could start."""
        for key, read in (
            ("hosts", HostPattern),
            ("cookies", CookiePattern),
            ("snippets", _snippet),
        ):
            for text in table.get(key, ()):
                try:
                    read(text)
                except ValueError as exc:
                    self.report("E203", (*path, key), str(exc))

    def service_transfer(self, path: KeyPath, service: Service) -> None:
        """GDPR art. 46, LGPD art. 33: a transfer needs a safeguard, or consent to it."""
        where = list(unguarded(service))
        if where:
            text = (
                f"service '{service.id}' sends data to {service.country} without a transfer "
                f"safeguard for {' and '.join(where)} visitors"
            )
            ways = {"EU": 'EU = "dpf" | "scc" | "consent"', "BR": 'BR = "scc" | "consent"'}
            help = f"add safeguard = {{ {', '.join(ways[one] for one in where)} }}"
            self.report("E301", (*path, "country"), text, help)

    def service_exempt(self, path: KeyPath, table: Mapping[str, Any]) -> None:
        """reCAPTCHA serves Google too: never exempt (CNIL v CITYSCOOT, 16 Mar 2023)."""
        named = (str(path[1]), table.get("name", ""), *table.get("hosts", ()))
        if table.get("exempt") == "security" and any("recaptcha" in n.lower() for n in named):
            text = f"service '{path[1]}' is reCAPTCHA, which is not exempt"
            self.report("E205", (*path, "exempt"), text, "remove it: the form then asks first")
        exemption = EXEMPTIONS.get(table.get("exempt", ""))
        if exemption is None:
            return
        if any(part in n.lower() for n in named for part in _GOOGLE_STATISTICS):
            # Google uses the data itself: it is no statistics for own use alone (CNIL, Jul 2025).
            text = f"service '{path[1]}' is Google Analytics, which is not exempt"
            self.report("E205", (*path, "exempt"), text, "remove it: it waits for a yes then")
            return
        self.exempt_conditions(path, table, exemption)

    def exempt_conditions(
        self, path: KeyPath, table: Mapping[str, Any], exemption: Exemption
    ) -> None:
        """The law frees a use under conditions: each has to be stated, and none invented."""
        where, said = (*path, "exempt"), table.get("conditions", ())
        for one in said:
            if one not in CONDITIONS:
                text = f"unknown condition '{one}'"
                self.report("E206", (*path, "conditions"), text, did_you_mean(one, CONDITIONS))
        missing = [one for one in exemption.conditions if one not in said]
        if missing:
            text = f'exempt = "{table["exempt"]}" holds only if {CONDITIONS[missing[0]]}'
            every = ", ".join(f'"{one}"' for one in exemption.conditions)
            self.report("E206", where, text, f"if it is so, add conditions = [{every}]")
        most = exemption.max_cookie_days
        if most and not 0 < table.get("max_cookie_days", 0) <= most:
            text = f'exempt = "{table["exempt"]}" holds only for cookies of at most {most} days'
            self.report("E206", where, text, f"add max_cookie_days = {most}, or less")
        others = [p for p in table.get("purposes", ()) if p != exemption.purpose]
        if others:
            text = f'exempt = "{table["exempt"]}" frees {exemption.purpose} alone, not {others[0]}'
            self.report("E206", where, text, "declare a service of its own for the other purpose")

    def fingerprint(self, purpose: str, site: Site, services: Mapping[str, Service]) -> bytes:
        """4 bytes over what a visitor agrees to; not over wording, catalogue or presets.

        A changed controller changes them all; package upgrades ask nobody again.
        """
        elsewhere = {s.id for s in services.values() if purpose not in s.purposes}
        said = {
            name: region_rules.said_of(table, purpose, elsewhere)
            for name, table in self.table("regions").items()
        }
        regions = {name: models for name, models in said.items() if models}
        used = sorted(
            [
                s.id,
                sorted(s.purposes),
                sorted(s.hosts),
                s.country,
                s.role,
                sorted(s.safeguard.items()),
            ]
            for s in services.values()
            if purpose in s.purposes
        )
        own = self.table("purposes", purpose)
        for words in ("name", "description"):
            own.pop(words, None)
        if own.get("bundled") is (purpose not in UNBUNDLED):
            del own["bundled"]  # the default, written down
        minors = {k: v for k, v in self.table("minors").items() if k in _FELT}
        about, more = self.table("policy"), []
        if about.get("material") is True:
            # The site itself calls this version one that people have to be asked about.
            more = [str(about.get("version", ""))]
        return _digest(purpose, site.controller, regions, used, own, minors, *more)[:4]


#: Never part of accept all (GDPR art. 7(2), recital 43).
UNBUNDLED = ("email_marketing", "email_tracking")
#: The keys of ``[minors]`` that change what holds for somebody.
_FELT = frozenset(("site_minimum_age", "unknown_age", "deny_purposes"))
_GOOGLE_STATISTICS = ("google-analytics", "google analytics", "googletagmanager", "ga4")


def _service(name: str, table: Mapping[str, Any]) -> Service:
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in table.items()}
    values.setdefault("name", name.replace("_", " ").replace("-", " ").title())
    # US state laws: handing data on for cross-context advertising is sharing, paid or not.
    shares = not {"advertising", "social"}.isdisjoint(values["purposes"])
    values.setdefault("sells_or_shares", shares and values.get("role") != "processor")
    if "third_party" not in values:
        values["third_party"] = bool(values.get("hosts")) or _known_elsewhere(name)
    return Service(id=name, declared=True, source="policy", **values)


def _known_elsewhere(id: str) -> bool:
    """Whether a service without hosts of its own is the catalogue's of that id, a third party."""
    known = bundled.shelf().services.get(id)
    return known is not None and known.third_party


def _snippet(text: str) -> None:
    if not text.strip(" \t\n\r\f\v"):
        raise ValueError("an empty snippet is in every script")


def _digest(*parts: Any) -> bytes:
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).digest()


def _words(said: str | Mapping[str, str] | None) -> Mapping[str, str]:
    """Words by language, ``""`` for the site's default one."""
    return {"": said} if isinstance(said, str) else dict(said or {})
