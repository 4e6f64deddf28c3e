"""The readers of the published lists, on samples in the shape of each."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools.catalogue import c15t, rules, tarteaucitron, third_party_web
from tools.catalogue import open_cookie_database as ocd
from tools.catalogue.facts import HOST, Cookie, Hosts

from consentguard.model import STANDARD_PURPOSES


def test_every_purpose_is_one_of_ours() -> None:
    tables = (rules.THIRD_PARTY_WEB_PURPOSE, rules.TARTEAUCITRON_PURPOSE, rules.C15T_PURPOSE)
    used = {purpose for table in tables for purpose in table.values()}
    assert used | set(rules.ENTITIES_OVERRULED.values()) <= set(rules.STRICTEST_FIRST)
    assert set(rules.STRICTEST_FIRST) <= set(STANDARD_PURPOSES)
    assert "necessary" not in used


def test_third_party_web() -> None:
    entities = [
        {"name": "Rare", "category": "other", "domains": ["rare.test"]},
        {"name": "Ads", "company": "Acme", "category": "ad", "domains": ["*.Ads.test", "bad host"]},
        {
            "name": "Clarity",
            "category": "utility",
            "domains": ["*.c.ms"],
            "totalOccurrences": 9,
        },
        {"name": "Apple", "category": "ad", "domains": ["*.apple.com"]},
    ]
    files = {"dist/entities.json": json.dumps(entities)}
    assert list(third_party_web.read(files)) == [
        Hosts("Clarity", "Clarity", "analytics", ("*.c.ms",), "third-party-web"),
        Hosts("Ads", "Acme", "advertising", ("*.ads.test",), "third-party-web"),
    ]


def row(cookie: str, category: str, **more: str) -> dict[str, str]:
    usual = {"domain": "", "retentionPeriod": "1 year", "dataController": "", "privacyLink": ""}
    return {"cookie": cookie, "category": category, "wildcardMatch": "0", **usual, **more}


def read(**platforms: list[dict[str, str]]) -> dict[str, Cookie]:
    files = {"ocd.json": json.dumps({name.replace("_", " "): r for name, r in platforms.items()})}
    return {cookie.name: cookie for cookie in ocd.read(files)}


def test_a_row_of_the_open_cookie_database() -> None:
    more = {"domain": ".a.test (3rd party)", "dataController": "Acme Inc", "wildcardMatch": "1"}
    found = read(Acme=[row("_acme_", "Analytics", privacyLink="https://a.test/p", **more)])
    assert found == {
        "_acme_*": Cookie(
            *("Acme", "Acme Inc", ("analytics",), "_acme_*", "open-cookie-database"),
            *(("a.test",), 365, "https://a.test/p"),
        )
    }


@pytest.mark.parametrize(
    ("platform", "category", "purpose"),
    [
        ("Acme", "Analytics", "analytics"),
        ("Acme", "Marketing", "advertising"),
        ("Facebook", "Marketing", "social"),
        ("Youtube", "Marketing", "media"),
        ("Acme", "Functional", "functional"),
        ("Cookiebot", "Functional", "consent-management"),
        ("Datadome", "Functional", "security"),
        ("Acme", "Security", "security"),
        ("Acme", "Personalization", "functional"),
        ("Acme", "Necessary", "necessary"),
    ],
)
def test_categories(platform: str, category: str, purpose: str) -> None:
    (cookie,) = read(**{platform: [row("_x", category)]}).values()
    assert cookie.purposes == (purpose,)


def test_a_vendor_that_tracks_drags_its_functional_cookies_along() -> None:
    tracking = [row("_a", "Analytics"), row("_b", "Marketing"), row("_c", "Marketing")]
    found = read(Acme=[*tracking, row("_f", "Functional"), row("_s", "Security")])
    assert found["_f"].purposes == ("advertising", "functional")
    assert found["_s"].purposes == ("security",)
    balanced = read(Acme=[row("_a", "Analytics"), row("_f", "Functional")])
    assert balanced["_f"].purposes == ("functional",)


@pytest.mark.parametrize(
    ("text", "name", "wildcard"),
    [
        ("ce_need\t", "ce_need", False),
        ("SCM*", "SCM*", True),
        ("conv/%INTEGER%", "conv/*", False),
        ("logg\xadsession", "loggsession", False),
        ("_pk_id.", "_pk_id.*", True),
    ],
)
def test_names(text: str, name: str, wildcard: bool) -> None:
    assert ocd.name_of(text, wildcard=wildcard) == name


def test_a_name_that_no_cookie_can_have_is_left_out() -> None:
    assert read(Acme=[row("Site History", "Analytics"), row("é", "Analytics")]) == {}


@pytest.mark.parametrize(
    ("text", "domains"),
    [
        ("", ()),
        ("ut", ()),
        ("facebook.com (3rd party)", ("facebook.com",)),
        (".bing.com (3rd party) or .microsoft.com (3rd party)", ("bing.com", "microsoft.com")),
        ("ads-[account].adhese.com", ("adhese.com",)),
        (".commander1.com\u200b", ("commander1.com",)),
        ("Inspectlet.com", ("inspectlet.com",)),
        ("id5-sync", ("id5-sync.com",)),
        (".amplitude.com.", ("amplitude.com",)),
    ],
)
def test_domains(text: str, domains: tuple[str, ...]) -> None:
    assert ocd.domains_of(text) == domains


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("session", 0),
        ("End of session (browser)", 0),
        ("1 year", 365),
        ("13 months", 396),
        ("2 weeks", 14),
        ("30 minutes", 1),
        ("36 hours", 2),
        ("30 mins", 1),
        ("180 days after last activity", 180),
        ("Unknown", None),
        ("", None),
    ],
)
def test_lifetimes(text: str, days: int | None) -> None:
    assert ocd.days_of(text) == days


@given(st.text(max_size=60))
def test_free_text_never_fails(text: str) -> None:
    days = ocd.days_of(text)
    assert days is None or days >= 0
    assert all(HOST.fullmatch(domain) for domain in ocd.domains_of(text))


TARTEAUCITRON = """
// acme
tarteaucitron.services.acme = {
    "key": "acme",
    "type": "analytic",
    "name": "Acme (privacy by design)",
    "uri": "https://privacy.acme.test/policy",
    "cookies": ['_acme', "_acme_s", 'uid', '_acme_' + tarteaucitron.user.id],
    "js": function () {
        tarteaucitron.addScript('//cdn.Acme.test/a.js?' + x);
        link('https://www.w3.org/2000/svg'); part('https://ws' + y); whole('//eu.acme.test');
    }
};
tarteaucitron.services["tube"] = { "type": "video", "name": "Tube", "cookies": [] };
tarteaucitron.services.any = { "type": "other", "name": "Any", "cookies": ['_any'] };
"""


def test_tarteaucitron() -> None:
    assert list(tarteaucitron.read({"services.js": TARTEAUCITRON})) == [
        Hosts("Acme", "Acme", "analytics", ("cdn.acme.test",), "tarteaucitron"),
        Cookie("Acme", "Acme", ("analytics",), "_acme", "tarteaucitron"),
        Cookie("Acme", "Acme", ("analytics",), "_acme_s", "tarteaucitron"),
    ]


def test_c15t() -> None:
    registry = """
    { vendor: 'acme-pixel', label: 'Acme Pixel', hint: "x", consentCategory: 'marketing' },
    """
    script = """
    const a = 'https://cdn.acme.test/v1/pixel.js'; const b = `https://t.acme.test/c/acme-${id}.js`;
    const c = "https://api.acme.test"; const d = `https://x.acme.test/${id}`;
    """
    files = {
        "dist/registry.js": registry,
        "dist/vendors/ads-and-pixels/acme-pixel.js": script,
        "dist/vendors/_shared/script-url.js": "'https://nobody.test/x.js'",
    }
    assert list(c15t.read(files)) == [
        Hosts(
            *("Acme Pixel", "Acme Pixel", "advertising"),
            (*("api.acme.test", "cdn.acme.test/v1/pixel.js", "t.acme.test/c/", "x.acme.test"),),
            "c15t",
        )
    ]
