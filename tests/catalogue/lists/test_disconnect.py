from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from consentguard.catalogue.lists.disconnect import read

DATA: dict[str, Any] = {
    "license": "Copyright Invented. CC BY-NC-SA.",
    "categories": {
        "Advertising": [
            {"Acme": {"https://acme.example/": ["acme.example", "acme-ads.example"]}},
            {"Beta": {"https://beta.example/": ["beta.example"], "dnt": "eff"}},
        ],
        "Content": [{"Acme": {"https://acme.example/": ["acme-video.example"]}}],
        "Social": [{"Acme": {"https://acme.example/": ["acme.example/like", "com"]}}],
        "EmailAggressive": [{"Acme": {"https://acme.example/": ["mail.acme.test"]}}],
        "FingerprintingInvasive": [{"Gamma": {"https://g.example/": ["g.example", "h.example"]}}],
        "Anti-fraud": [{"Delta": {"https://d.example/": ["d.example"]}}],
        "ConsentManagers": [{"Cmp": {"https://c.example/": ["c.example"]}}],
        "Analytics": ["text", {"Eps": {"https://e.example/": ["e.example", 7]}}],
    },
}


def test_services() -> None:
    found = read(DATA)
    assert (found.format, found.licence) == ("disconnect", "Copyright Invented. CC BY-NC-SA.")
    assert [(one.id, one.vendor, one.purposes, one.hosts) for one in found.services] == [
        (
            *("acme_advertising", "Acme", ("advertising",)),
            ("*.acme-ads.example", "*.acme.example", "*.mail.acme.test"),
        ),
        ("beta_advertising", "Beta", ("advertising",), ("*.beta.example",)),
        ("acme_media", "Acme", ("media",), ("*.acme-video.example",)),
        ("acme_social", "Acme", ("social",), ("*.acme.example/like",)),
        ("eps_analytics", "Eps", ("analytics",), ("*.e.example",)),
    ]
    assert found.left_out == {
        "category FingerprintingInvasive": 2,
        "category Anti-fraud": 1,
        "category ConsentManagers": 1,
        "malformed": 2,
        "no host, or a whole top-level domain": 1,
    }


ANYTHING = st.recursive(
    st.one_of(st.none(), st.integers(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
)


@given(ANYTHING, ANYTHING)
def test_nothing_breaks_it(categories: object, companies: object) -> None:
    read({"categories": categories}).lines("mine")
    read({"categories": {"Analytics": companies}, "license": companies}).lines("mine")
    read({"categories": {"Analytics": [{"A": {"u": companies}}]}}).lines("mine")
