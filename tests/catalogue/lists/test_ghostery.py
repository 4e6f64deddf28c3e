from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from consentguard.catalogue.lists.ghostery import read

DATA: dict[str, Any] = {
    "categories": {"advertising": {"name": "Advertising"}},
    "organizations": {
        "acme": {"name": "Acme GmbH", "privacy_policy_url": "https://acme.example/privacy"},
        "evil": {"name": "Evil\tInc", "privacy_policy_url": "javascript:alert(1)"},
    },
    "patterns": {
        "acme_ads": {
            "name": "Acme Ads",
            "category": "advertising",
            "organization": "acme",
            "domains": ["acme-ads.example", "acme.example"],
            "filters": ["||acme.example/px.gif", "||shared.test/acme/tag.js", "/acme.js$script"],
        },
        "chat": {"name": "Chat", "category": "customer_interaction", "domains": ["chat.example"]},
        "evil": {
            "name": "Evil",
            "category": "pornvertising",
            "organization": "evil",
            "domains": ["evil.example", 7],
        },
        "cmp": {"name": "CMP", "category": "consent", "domains": ["cmp.example"], "filters": []},
        "cdn": {"name": "CDN", "category": "hosting", "domains": ["cdn.example", "cdn.test"]},
        "misc": {"name": "Misc", "category": "misc", "domains": ["misc.example"]},
        "none": {"name": "None", "domains": ["none.example"]},
        "broken": "text",
    },
}


def test_a_database() -> None:
    found = read(DATA)
    assert found.format == "ghostery"
    ads, chat, evil = found.services
    assert (ads.id, ads.name, ads.vendor) == ("acme_ads", "Acme Ads", "Acme GmbH")
    assert ads.hosts == ("*.acme-ads.example", "*.acme.example", "*.shared.test/acme/tag.js*")
    assert (ads.purposes, ads.policy_url) == (("advertising",), "https://acme.example/privacy")
    assert (chat.purposes, chat.vendor) == (("functional",), "")
    assert (evil.vendor, evil.policy_url, evil.hosts) == ("Evil Inc", "", ("*.evil.example",))
    assert found.left_out == {
        "category consent": 1,
        "category hosting": 2,
        "category misc": 1,
        "category missing": 1,
        "malformed": 1,
        "no host to hold on to": 1,
        "said twice": 1,
    }


ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
)


@given(
    st.fixed_dictionaries({}, optional={"patterns": ANYTHING, "organizations": ANYTHING}),
    st.fixed_dictionaries(
        {"category": st.sampled_from(["advertising", "utilities", ""])},
        optional={
            "domains": ANYTHING,
            "filters": ANYTHING,
            "name": ANYTHING,
            "organization": ANYTHING,
        },
    ),
)
def test_nothing_breaks_it(data: dict[str, Any], table: dict[str, Any]) -> None:
    read(data).lines("mine")
    read({**data, "patterns": {"x": table}}).lines("mine")
