from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.catalogue.lists.duckduckgo import read, said

DATA: dict[str, Any] = {
    "_builtWith": {"tracker-radar": "0123456789abcdef"},
    "trackers": {
        "ads.example": {
            "default": "block",
            "categories": ["Ad Fraud", "Advertising", "Analytics"],
            "owner": {
                "name": "Ads Inc.",
                "displayName": "Ads",
                "privacyPolicy": "https://ads.example/p",
            },
            "rules": [
                {"rule": "ads\\.example\\/x\\.js", "surrogate": "x.js"},
                {"rule": "ads\\.example", "exceptions": {"domains": ["s.example"]}},
            ],
        },
        "bare.example": {"default": "block", "categories": [], "owner": {"name": "Bare"}},
        "pierced.example": {
            "default": "block",
            "rules": [{"rule": "pierced\\.example\\/ok\\.js", "action": "ignore"}],
        },
        "images.example": {
            "default": "block",
            "rules": [{"rule": "images\\.example", "exceptions": {"types": ["image"]}}],
        },
        "some.example": {
            "default": "ignore",
            "rules": [
                {"rule": "some\\.example\\/sync\\/"},
                {"rule": "px\\.some\\.example"},
                {"rule": "some\\.example\\/v[0-9]+\\.js"},
                {"rule": "some\\.example\\/ok", "action": "ignore"},
                {"rule": "some\\.example\\/s", "options": {"domains": ["s.example"]}},
                {"no": "rule"},
            ],
        },
        "quiet.example": {"default": "ignore"},
        "sso.example": {"default": "block", "categories": ["SSO", "Federated Login"]},
        "tags.example": {"default": "block", "categories": ["Tag Manager", "CDN"]},
        "broken.example": None,
    },
    "cnames": {
        "metrics.shop.example": "x.ads.example",
        "other.shop.example": "pierced.example",
    },
}


def test_a_blocklist() -> None:
    found = read(DATA)
    assert (found.format, found.version) == ("duckduckgo", "0123456789ab")
    ads, bare, some, tags = found.services
    assert (ads.vendor, ads.policy_url) == ("Ads", "https://ads.example/p")
    assert ads.purposes == ("advertising", "analytics")
    assert ads.hosts == ("*.ads.example", "metrics.shop.example")
    assert (bare.purposes, bare.vendor) == (("advertising",), "Bare")
    assert some.hosts == ("*.px.some.example", "*.some.example/sync/")
    assert tags.purposes == ("advertising", "analytics")
    assert found.left_out == {
        "a domain of which something is let through": 2,
        "category of what would loosen": 1,
        "regular expression": 1,
        "let through by the list": 1,
        "holds on some sites or for some kinds of request only": 1,
        "malformed": 2,
        "other name of a domain that is not taken whole": 1,
    }


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        (r"a\.test\/x\.js", ("a.test", "/x.js*")),
        (r"a\.test/x/", ("a.test", "/x/")),
        (r"a\.test\/.*\/x", ("a.test", "/*/x*")),
        (r"a\.test\/x\?", ("a.test", "/x")),
        (r"b\.a\.test", ("b.a.test", "")),
        (r"a\.test\/.*", ("a.test", "")),
        (r"a.test\/x", None),
        (r"a\.test\/x?", None),
        (r"a\.test\/(x|y)", None),
        (r"a\.test\/\d+", None),
        (r"a\.test\/\*", None),
        (r"a\.test\/x\?y=1", None),
        (r"nota\.test\/x", None),
        (r"\/x\.js", None),
        ("a" * 2000, None),
        ("", None),
    ],
)
def test_rules_that_are_plain_text(expression: str, found: tuple[str, str] | None) -> None:
    assert said(expression, "a.test") == found


ANYTHING = st.recursive(
    st.one_of(st.none(), st.integers(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
)
TRACKER = st.fixed_dictionaries(
    {"default": st.sampled_from(["block", "ignore"])},
    optional={
        "rules": st.one_of(
            ANYTHING, st.lists(st.fixed_dictionaries({"rule": st.text("a.\\/*?b", max_size=12)}))
        ),
        "categories": ANYTHING,
        "owner": ANYTHING,
    },
)


@given(st.dictionaries(st.text(max_size=8), st.one_of(TRACKER, ANYTHING)), ANYTHING)
def test_nothing_breaks_it(trackers: dict[str, Any], rest: object) -> None:
    read({"trackers": trackers, "cnames": rest, "_builtWith": rest}).lines("mine")
    for tracker in trackers.values():
        read({"trackers": {"a.b": tracker}}).lines("mine")


@given(st.text("a.\\/*?b|", max_size=20))
def test_any_expression(expression: str) -> None:
    found = said(expression, "a.b")
    assert found is None or found[0] == "a.b" or found[0].endswith(".a.b")
