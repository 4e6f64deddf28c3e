"""The bundled data, checked against itself: whatever it claims comes back to who claims it.

Each test goes through all services: thousands of tests cost more than what they look at.
"""

from __future__ import annotations

from consentguard.catalogue import Catalogue, bundled
from consentguard.catalogue.dataset import OWN, Entry, parse
from consentguard.catalogue.patterns import CookiePattern, HostPattern, Reach
from consentguard.model import STANDARD_PURPOSES, Match, Service

CATALOGUE = Catalogue.bundled()
ENTRIES = tuple(parse(bundled.FILE.read_text("utf-8")))
WRITTEN = tuple(entry.service() for entry in ENTRIES if entry.source == OWN)
LISTED = tuple(entry for entry in ENTRIES if entry.source != OWN)
SITE = "www.site.example"


def sample_url(text: str) -> str:
    pattern = HostPattern(text)
    text = text.partition("[")[0]
    host = SITE if pattern.reach is Reach.ANY else pattern.host
    if pattern.reach is Reach.BELOW:
        host = f"any.{host}"
    path = "/" + text.partition("?")[0].partition("/")[2].replace("*", "any")
    query = "&".join(f"{key}={prefix}1" for key, prefix in pattern.query)
    return f"https://{host}{path}?{query}"


def host_match(text: str) -> Match:
    asked = HostPattern(text).attributes
    match = CATALOGUE.url(sample_url(text), base=f"https://{SITE}/", attributes=asked)
    assert match is not None, text
    return match


def cookie_matches(text: str, domains: tuple[str, ...]) -> list[Match]:
    name = text.replace("*", "any")
    return [CATALOGUE.cookie(name, host=host) for host in domains or (SITE,)]


def ids(match: Match) -> set[str]:
    return {service.id for service in match.services}


def test_every_host_pattern_classifies_back() -> None:
    every: tuple[Entry | Service, ...] = (*WRITTEN, *LISTED)
    for service in every:
        for text in service.hosts:
            match = host_match(text)
            assert service.id in ids(match), (text, match.why)


def test_every_cookie_classifies_back() -> None:
    for service in WRITTEN:
        for text in service.cookies:
            match = cookie_matches(text, service.cookie_domains)[0]
            assert service.id in ids(match), (text, match.why)


def test_every_snippet_classifies_back() -> None:
    for service in WRITTEN:
        for text in service.snippets:
            match = CATALOGUE.snippet(f"(function(){{ {text} }})".encode())
            assert service.id in ids(match), (text, match.why)
            assert len(text) >= 5, f"{text!r} is too short to mean anything"


def assert_names_say_whose(service: Service | Entry) -> None:
    if service.cookie_domains:
        return
    for text in service.cookies:
        pattern = CookiePattern(text)
        # HAProxy's SRV: what is necessary and exact needs no consent and is nobody else's.
        if text in {"mp_*", "sb-*"} or (service.purposes == ("necessary",) and pattern.exact):
            continue
        # A leading underscore is no application's habit: _ga and _hj* are what they look like.
        enough = 2 if text.startswith("_") and isinstance(service, Service) else 3
        assert pattern.literals > enough, f"{text!r} is anybody's cookie"
        assert pattern.exact or len(pattern.head) > 1, text


def test_short_names_need_a_host() -> None:
    for service in WRITTEN:
        assert_names_say_whose(service)


def test_every_third_party_names_its_vendor() -> None:
    for service in WRITTEN:
        if service.hosts:
            assert service.vendor, service.id


def test_what_is_necessary_is_first_party_or_has_no_hosts() -> None:
    for service in WRITTEN:
        if "necessary" in service.purposes:
            assert not service.hosts, service.id
            assert service.first_party_cookies or service.id == "cloudflare", service.id


def test_every_listed_cookie_classifies_back_somewhere() -> None:
    for entry in LISTED:
        for text in entry.cookies:
            found = cookie_matches(text, entry.cookie_domains)
            assert any(entry.id in ids(match) for match in found), (text, found[0].why)


def test_listed_services_are_sound() -> None:
    for entry in LISTED:
        assert_names_say_whose(entry)
        assert entry.purposes
        assert set(entry.purposes) <= set(STANDARD_PURPOSES)
        assert CATALOGUE.services[entry.id].vendor, entry.id
        if "necessary" in entry.purposes:
            assert entry.first_party_cookies
            assert not entry.hosts


def test_a_name_that_says_nothing_is_bound_to_hosts() -> None:
    for name in ("sessionid", "token", "uid", "lang", "locale", "_csrf"):
        assert all(entry.cookie_domains for entry in LISTED if name in entry.cookies)


def test_ids_are_plain_and_lines_are_sorted() -> None:
    assert all(entry.id.isidentifier() and entry.id.islower() for entry in ENTRIES)
    assert [entry.id for entry in ENTRIES] == sorted(entry.id for entry in ENTRIES)
    assert len(CATALOGUE.services) > 2_000


def test_only_an_addition_repeats_an_id() -> None:
    first: dict[str, Entry] = {}
    for entry in ENTRIES:
        base = first.setdefault(entry.id, entry)
        if base is not entry:
            assert (base.source, entry.source == OWN) == (OWN, False)
            assert set(base.purposes) == set(entry.purposes)
