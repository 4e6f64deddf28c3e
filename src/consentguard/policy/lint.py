"""What a policy file may say and should not: warnings of ``consentguard check``.

Nothing here stops a site from starting. Each rule looks at what the site itself declared.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from consentguard.catalogue import Catalogue, bundled
from consentguard.catalogue.shelf import filled
from consentguard.errors import Problem
from consentguard.locales import lineage, nearest
from consentguard.model import STANDARD_PURPOSES, Model, Policy, Service
from consentguard.policy import theme
from consentguard.policy.positions import KeyPath, Positions, source_line
from consentguard.policy.wording import languages, spoken, untranslated

#: Purposes for which the law asks first nearly everywhere.
_ASKED = frozenset({"advertising", "analytics", "personalisation", "social", "tag-manager"})
#: Purposes that no region asks about.
_FREE = frozenset({"necessary", "cdn", "consent-management"})

#: Hosts of Google's products that place ads on a site: AdSense, Ad Manager and AdMob.
_GOOGLE_ADS = (
    *("pagead2.googlesyndication.com", "googleads.g.doubleclick.net/mads"),
    *("securepubads.g.doubleclick.net", "www.googletagservices.com/tag/js/gpt.js"),
)
_GOOGLE_ADS_IDS = frozenset({"adsense", "ad_manager", "admob", "dfp", "gpt"})

Finding = tuple[str, KeyPath, str, str]


def lint(
    policy: Policy, text: str, tags: Collection[str], lost: Sequence[str] = ()
) -> list[Problem]:
    """Warnings about a policy; ``text`` is its file's, ``tags`` the languages with texts.

    ``lost`` are the purposes that do not fit into the consent cookie beside all others.
    """
    known = bundled.shelf().services
    services = {
        name: filled(service, known[name]) if name in known else service
        for name, service in policy.services.items()
    }
    findings = [
        *_languages(policy, tags),
        *_wording(policy),
        *_unread(policy),
        *_services(services),
        *_mislabelled(policy),
        *_claimed_twice(policy),
        *_unchecked(policy),
        *_unknown_is_weak(policy),
        *_too_long(lost),
        *_guardian(policy, services),
        *_two_modes(policy),
        *_unsignalled(policy),
        *_faint(policy),
    ]
    positions = Positions(text)
    findings += _not_everywhere(policy, positions)
    problems = []
    for code, path, message, help in findings:
        line, col = positions.at(path)
        name = ".".join(map(str, path))
        source = source_line(text, line)
        problems.append(Problem(line, col, code, name, message, help, source))
    return sorted(problems)


def _languages(policy: Policy, known: Collection[str]) -> Iterator[Finding]:
    for index, tag in enumerate(policy.site.languages):
        if nearest(tag, known) is None:
            text = f"the banner does not speak '{tag}': these visitors read it in another language"
            yield "W104", ("site", "languages", index), text, f"known: {', '.join(sorted(known))}"


def _wording(policy: Policy) -> Iterator[Finding]:
    """Consent in a language that somebody does not read is not informed (GDPR, art. 4(11))."""
    for id, key, missing in untranslated(policy):
        tags = ", ".join(missing)
        text = f"the {key} of '{id}' is not there in {tags}: visitors read it in another language"
        default = policy.site.default_language
        help = f'{key} = {{ {default} = "…", {missing[0]} = "…" }}'
        yield "W105", ("purposes", id, key), text, f"say it in each: {help}"
    for purpose in policy.purposes.values():
        if purpose.declared and purpose.id not in STANDARD_PURPOSES and not purpose.name:
            text = f"purpose '{purpose.id}' has no name: visitors read its id"
            yield "W106", ("purposes", purpose.id), text, 'add: name = "…"'


def _unread(policy: Policy) -> Iterator[Finding]:
    """Words that nobody who knows has read, and words that nobody will read."""
    site = languages(policy.site)
    for language in policy.texts:
        if not any(language.lower() in lineage(tag.lower()) for tag in site):
            text = f"the site has no pages in '{language}': nobody reads these texts"
            yield "W108", ("texts", language), text, f"[site] languages: {', '.join(site)}"
    if policy.approved is not None:
        return
    doubtful = [
        f"'{tag}' ({texts.confidence})"
        for tag, texts in spoken(policy).items()
        if texts.confidence != "high"
    ]
    if doubtful:
        text = f"nobody who knows the law has reviewed the texts in {', '.join(doubtful)}"
        help = "have them read: consentguard texts export; then: consentguard texts lock"
        yield "W109", ("site", "languages"), text, help


def _services(services: Mapping[str, Service]) -> Iterator[Finding]:
    for name, service in services.items():
        path: KeyPath = ("services", name)
        if not (service.cookies or service.hosts or service.snippets or service.storage):
            text = (
                f"service '{name}' has no hosts, cookies or snippets: nothing is known as its own"
            )
            yield "W201", path, text, 'add: hosts = ["…"] or cookies = ["…"]'
        abroad = [host for host in service.hosts if not host.startswith("self/")]
        if abroad and service.third_party and not service.policy_url:
            # GDPR art. 13(1)(e): visitors are told who receives their data.
            text = f"visitors cannot look up who receives their data: '{name}' has no 'policy_url'"
            yield "W202", path, text, 'add: policy_url = "https://…"'
        ids = {name.removeprefix("google_").replace("-", "_"), name.replace("-", "_")}
        hosts = any(host.startswith(_GOOGLE_ADS) for host in service.hosts)
        if hosts or ids & _GOOGLE_ADS_IDS:
            text = (
                f"'{name}': personalised ads by Google need a TCF platform that Google has "
                "certified in the EEA, the United Kingdom and Switzerland, and this is none"
            )
            yield "W205", path, text, "ask for non-personalised ads there"


def _mislabelled(policy: Policy) -> Iterator[Finding]:
    """What the catalogue knows as a tracker is not necessary because a file says so."""
    catalogue = Catalogue.bundled()
    catalogue_services = catalogue.services
    for name, service in policy.services.items():
        if not _FREE.issuperset(service.purposes):
            continue
        held = catalogue_services.get(name)
        if held is not None and _ASKED & set(held.purposes):
            known = sorted(_ASKED & set(held.purposes))
            text = f"'{name}' is declared {service.purposes[0]}, and is known for {known[0]}"
            help = f'if so, it is purposes = ["{known[0]}"]'
            yield "W203", ("services", name, "purposes"), text, help
            continue
        for index, host in enumerate(service.hosts):
            url = f"https://{host.removeprefix('*.').replace('*', 'x')}"
            match = None if host.startswith("self/") else catalogue.url(url, base="https://-.test/")
            known = sorted(_ASKED & set(match.purposes)) if match else []
            if known:
                said = service.purposes[0]
                text = f"'{name}' is declared {said}, and '{host}' is known for {known[0]}"
                help = f'if so, it is purposes = ["{known[0]}"]'
                yield "W203", ("services", name, "hosts", index), text, help
                break


def _claimed_twice(policy: Policy) -> Iterator[Finding]:
    for key in ("hosts", "cookies"):
        owner: dict[str, str] = {}
        for name, service in policy.services.items():
            for index, pattern in enumerate(getattr(service, key)):
                first = owner.setdefault(pattern, name)
                if first != name:
                    text = f"'{pattern}' is in two services, '{first}' and '{name}'"
                    help = "it waits for the purposes of both"
                    yield "W204", ("services", name, key, index), text, help


def _unchecked(policy: Policy) -> Iterator[Finding]:
    """A site that builds on a preset should know how well it was checked."""
    for region in policy.regions.values():
        if region.id != region.preset and region.confidence == "low":
            text = f"preset '{region.preset}' is from few sources (checked {region.checked})"
            help = f"have it checked for {', '.join(region.codes[:5]) or 'your visitors'}"
            yield "W301", ("regions", region.id, "extends"), text, help


def _unknown_is_weak(policy: Policy) -> Iterator[Finding]:
    """Who cannot be placed may be anywhere, in the European Union too."""
    for key in ("unknown", "default"):
        region = policy.regions[getattr(policy.geo, key)]
        weak = [p for p in ("analytics", "advertising") if not _asks_first(region.models[p])]
        if weak and not region.loosen:
            who = "without a country" if key == "unknown" else "of countries without rules"
            text = f"visitors {who} get '{region.id}', where {weak[0]} runs before they agree"
            yield "W302", ("geo", key), text, 'the safe one is "opt-in-strict"'


def _asks_first(model: Model) -> bool:
    return model.strictness >= Model.OPT_IN.strictness


def _too_long(lost: Sequence[str]) -> Iterator[Finding]:
    """A cookie that cannot hold a yes to everything asks the same visitor for ever."""
    if lost:
        text = f"a yes to every purpose does not fit into the consent cookie ({len(lost)} too many)"
        help = "they are asked again and again: shorten the ids of your purposes, or have fewer"
        yield "W206", ("purposes",), text, help


def _guardian(policy: Policy, services: Mapping[str, Service]) -> Iterator[Finding]:
    """16 CFR 312.5(b)(2)(vi): an email and a second step suffice where nothing is disclosed."""
    disclosed = [n for n, s in services.items() if s.third_party and not _FREE & set(s.purposes)]
    if policy.minors.guardian == "email-plus" and disclosed:
        text = f"a parent's consent by email does not cover third parties, such as '{disclosed[0]}'"
        help = "for children under 13 in the United States use a stricter method (16 CFR 312.5(b))"
        yield "W303", ("minors", "guardian"), text, help


def _two_modes(policy: Policy) -> Iterator[Finding]:
    """A path cannot be for everybody and for its visitor alone."""
    rules = policy.enforcement
    private = {path.rstrip("/") for path in rules.private_paths}
    for index, path in enumerate(rules.shared_paths):
        if path.rstrip("/") in private:
            text = f"'{path}' is in shared_paths and in private_paths: neither counts"
            help = f"its pages are {rules.cache}, as cache says; take it out of one"
            yield "W401", ("enforcement", "shared_paths", index), text, help


def _unsignalled(policy: Policy) -> Iterator[Finding]:
    """Google's tags in a page that is the same everywhere cannot follow the law of one place."""
    rules = policy.enforcement
    advanced = [r.id for r in policy.regions.values() if r.google_consent_mode == "advanced"]
    if advanced and (rules.cache == "shared" or rules.shared_paths):
        key = "cache" if rules.cache == "shared" else "shared_paths"
        text = f"Google's tags run before a choice in '{advanced[0]}', but not in shared pages"
        help = "there they wait as everywhere; make the pages private where that matters"
        yield "W402", ("enforcement", key), text, help


def _faint(policy: Policy) -> Iterator[Finding]:
    """WCAG 2.2, 1.4.3 and 1.4.11: what is hard to read is no choice."""
    if not policy.banner.colours:
        return
    keys = {name: key for key, name in theme.PROPERTIES.items()} | {"muted": "text"}
    seen = set()
    for scheme, palette in theme.palettes(theme.sheet(), policy.banner).items():
        for front, back, ratio, least, criterion in theme.faint(palette):
            own = [keys[n] for n in (front, back) if keys[n] in policy.banner.colours]
            if own and (keys[front], keys[back], round(ratio, 2)) not in seen:
                seen.add((keys[front], keys[back], round(ratio, 2)))
                where = f" on {scheme} systems" if policy.banner.theme in _BOTH else ""
                text = f"{keys[front]} on {keys[back]} has a contrast of {ratio:.2f}:1{where}"
                help = f"WCAG 2.2, {criterion}, wants {least:g}:1"
                if where:
                    help += '; a theme of one kind, "light" or "dark", has one set of colours'
                yield "W501", ("banner", "colours", own[0]), text, help


#: Themes that follow the visitor's system.
_BOTH = ("auto", "contrast")


def _not_everywhere(policy: Policy, positions: Positions) -> Iterator[Finding]:
    """A place at the bottom that the file itself asks for, and that a law does not allow."""
    path: KeyPath = ("banner", "position")
    if policy.banner.position in ("bottom", "corner") and path in positions.found:
        top = [r.id for r in policy.regions.values() if r.banner.position == "not-bottom"]
        if top:
            names = "', '".join(top)
            text = f"the banner stands at the top in '{names}', whatever position says"
            yield "W502", path, text, "the law there wants it off the bottom edge"
