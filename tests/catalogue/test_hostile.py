"""Names as nobody sane writes them: borders of labels, addresses, ports, IDN, nothing and 64 KB."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.catalogue import Catalogue
from consentguard.catalogue.patterns import HostPattern, Reach

CATALOGUE = Catalogue.bundled()
SITE = "www.site.example"
BASE = f"https://{SITE}/a/b?c"
KB64 = 64 * 1024

#: Every whole domain that a pattern of the catalogue names.
DOMAINS = sorted(
    {
        pattern.host
        for service in CATALOGUE.services.values()
        for pattern in map(HostPattern, service.hosts)
        if pattern.reach is Reach.BELOW and not pattern.has_path
    }
)
LABEL = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
domains = st.sampled_from(DOMAINS)


def claimed(host: str) -> set[str]:
    match = CATALOGUE.url(f"https://{host}/x", base=BASE)
    return {service.id for service in match.services} if match else set()


def owners(domain: str) -> set[str]:
    return {service.id for service in CATALOGUE.services.values() if f"*.{domain}" in service.hosts}


def test_there_is_something_to_try() -> None:
    assert len(DOMAINS) > 500


@given(domains, LABEL)
def test_a_label_below_a_domain_is_of_the_domain(domain: str, label: str) -> None:
    assert claimed(f"{label}.{domain}")


@given(domains, LABEL)
def test_a_name_that_only_ends_alike_is_not(domain: str, prefix: str) -> None:
    # The glued name may be one that another vendor owns, but never this one's.
    glued = f"{prefix}{domain}"
    assert not claimed(glued) & owners(domain) or any(
        glued == other or glued.endswith(f".{other}") for other in DOMAINS
    )


@given(domains, LABEL)
def test_a_domain_in_front_of_another_is_of_the_other(domain: str, label: str) -> None:
    assert claimed(f"{domain}.{label}.invalid") == set()


@given(domains)
def test_case_root_dot_port_and_credentials_change_nothing(domain: str) -> None:
    plain = claimed(domain)
    for host in (domain.upper(), f"{domain}.", f"{domain}:8443", f"user:pass@{domain}"):
        assert claimed(host) == plain
    for reference in (f"//{domain}/x", f"\\\\{domain}/x", f"https:/{domain}/x"):
        match = CATALOGUE.url(reference, base="http://www.site.example/")
        assert match is not None
        assert {s.id for s in match.services} == plain


@pytest.mark.parametrize(
    "host",
    [
        *("1.2.3.4", "127.0.0.1", "0x7f.1", "[::1]", "[2001:db8::1]", "[::ffff:142.250.1.1]"),
        *("notgoogle-analytics.com", "google-analytics.com.evil.test", "xn--80ak6aa92e.com"),
        *("пример.рф", "google-analytics.com-x.evil.test", "a..b.test", "com", "localhost"),
    ],
)
def test_strangers(host: str) -> None:
    match = CATALOGUE.url(f"https://{host}/g/x.js", base=BASE)
    assert match is None or not match.known


def test_names_in_other_scripts_are_what_the_browser_makes_of_them() -> None:
    # UTS 46: full-width letters and the ideographic full stop are mapped before the look-up.
    assert claimed("ｗｗｗ.ｇｏｏｇｌｅ－ａｎａｌｙｔｉｃｓ.com") == {"ga4"}
    assert claimed("www。google-analytics。com") == {"ga4"}
    assert claimed("www.gооgle-analytics.com") == set()  # Cyrillic о


NASTY = [
    *("", " ", ".", "..", "*", "/", "//", "///", "?", "#", "@", ":", "https://", "https:///x"),
    *("https://[", "https://[::1", "https://%", "https://%zz/", "http://a:b:c/", "\x00", "\ud800"),
    *("https://\ud800.test/", "data:,x", "javascript:0", "https://.google-analytics.com/"),
]


@pytest.mark.parametrize("text", NASTY)
def test_nonsense_gets_an_answer(text: str) -> None:
    CATALOGUE.url(text, base=BASE)
    CATALOGUE.url("/x", base=text)
    CATALOGUE.url("x", base=BASE, href=text)
    for name, host, domain in ((text, SITE, ""), ("sessionid", text, ""), ("_ga", SITE, text)):
        CATALOGUE.cookie(name, host=host, domain=domain)
    CATALOGUE.snippet(text.encode("utf-8", "surrogatepass"))


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=80))
def test_any_text_gets_an_answer(one: str, two: str, three: str) -> None:
    CATALOGUE.url(one, base=two, href=three)
    CATALOGUE.cookie(one, host=two, domain=three)


LONG = [
    *("a", ".", "a.", "/", "a/", "*", "%", "%41", "_ga_", "_", "xn--", "é", "?a=", "&id=G-", "@"),
    *("__Host-", "sess", "_px", "TS01", "tr/", "signals/", "matomo.js/", "gtag/js?id=G-"),
]


@pytest.mark.parametrize("part", LONG)
def test_64_kb_of_anything(part: str) -> None:
    long = (part * KB64)[:KB64]
    for url in (long, f"/{long}", f"https://{long}/", f"https://x.test/{long}"):
        CATALOGUE.url(url, base=BASE)
    CATALOGUE.url("/x", base=f"https://{SITE}/{long}", href=long)
    CATALOGUE.cookie(long, host=SITE)
    CATALOGUE.cookie("sessionid", host=long, domain=long)


def test_long_names_leave_nothing_behind() -> None:
    catalogue = Catalogue.bundled()
    catalogue.cookie("x" * KB64, host=SITE)
    tracemalloc.start()
    try:
        for number in range(200):
            long = f"{number}{'_ga' * 20_000}"
            catalogue.cookie(long, host=SITE)
            catalogue.url(f"https://www.facebook.com/{long}", base=BASE)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 16 * KB64


@given(st.sampled_from(["_ga_", "session", "x"]), st.text("abc_.-", max_size=30))
def test_a_cookie_of_a_vendors_host_is_not_the_sites(name: str, more: str) -> None:
    on_site = CATALOGUE.cookie(name + more, host=SITE)
    elsewhere = CATALOGUE.cookie(name + more, host=SITE, domain="tracker.example")
    assert "necessary" not in elsewhere.purposes
    assert on_site.known >= elsewhere.known
