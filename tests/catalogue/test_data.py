"""The bundled data, checked against itself: whatever it claims comes back to who claims it."""

from __future__ import annotations

import pytest

from consentguard.catalogue import Catalogue
from consentguard.catalogue.patterns import CookiePattern, HostPattern, Reach
from consentguard.model import Service

CATALOGUE = Catalogue.bundled()
SERVICES = tuple(CATALOGUE.services.values())
SITE = "www.site.example"

each_service = pytest.mark.parametrize("service", SERVICES, ids=lambda s: s.id)


def sample_url(text: str) -> str:
    pattern = HostPattern(text)
    host = SITE if pattern.reach is Reach.ANY else pattern.host
    if pattern.reach is Reach.BELOW:
        host = f"any.{host}"
    path = "/" + text.partition("?")[0].partition("/")[2].replace("*", "any")
    query = "&".join(f"{key}={prefix}1" for key, prefix in pattern.query)
    return f"https://{host}{path}?{query}"


@each_service
def test_every_host_pattern_classifies_back(service: Service) -> None:
    for text in service.hosts:
        match = CATALOGUE.url(sample_url(text), base=f"https://{SITE}/")
        assert match is not None, text
        assert service in match.services, (text, match.why)


@each_service
def test_every_cookie_classifies_back(service: Service) -> None:
    for text in service.cookies:
        host = service.cookie_domains[0] if service.cookie_domains else SITE
        match = CATALOGUE.cookie(text.replace("*", "any"), host=host)
        assert service in match.services, (text, match.why)


@each_service
def test_every_snippet_classifies_back(service: Service) -> None:
    for text in service.snippets:
        match = CATALOGUE.snippet(f"(function(){{ {text} }})".encode())
        assert service in match.services, (text, match.why)
        assert len(text) >= 5, f"{text!r} is too short to mean anything"


@each_service
def test_short_names_need_a_host(service: Service) -> None:
    if service.cookie_domains:
        return
    for text in service.cookies:
        pattern = CookiePattern(text)
        # A leading underscore is no application's habit: _ga and _hj* are what they look like.
        enough = 2 if text.startswith("_") else 3
        assert pattern.literals > enough, f"{text!r} is anybody's cookie"
        assert pattern.exact or len(pattern.head) > 1, text


@each_service
def test_every_third_party_names_its_vendor(service: Service) -> None:
    if service.hosts and service.id != "unpkg":
        assert service.vendor, service.id


@each_service
def test_what_is_necessary_is_first_party_or_has_no_hosts(service: Service) -> None:
    if "necessary" in service.purposes:
        assert not service.hosts
        assert service.first_party_cookies or service.id == "cloudflare"


def test_file_names_and_ids_are_plain() -> None:
    assert all(service.id.isidentifier() and service.id.islower() for service in SERVICES)
    assert len(SERVICES) > 100
