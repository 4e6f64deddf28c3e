"""Ages only take away: by the law's rules, by the site's, and by the age of digital consent."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import NOW, SITE, a_policy

from consentguard.model import Account, MinorRule, Model, Person, Place, Policy, Region
from consentguard.policy import parse
from consentguard.policy.minors import assumed_age, digital_age, for_age

POLICY = a_policy()
EEA = replace(POLICY.regions["eea-gdpr"], age=16, ages={"FR": 15}, minors=())
STATES = replace(POLICY.regions["us-states"], age=0, minors=())
ADS = MinorRule(13, 15, ("advertising",), Model.OPT_IN, "self")
BAN = MinorRule(0, 17, ("advertising",), Model.DENY)
PARENT = MinorRule(0, 12, ("analytics", "advertising"), Model.OPT_IN, "parent")


def held(
    region: Region,
    age: int | None,
    *,
    guardian: bool = False,
    country: str = "DE",
    policy: Policy = POLICY,
    now: float = NOW,
) -> Region:
    return for_age(policy, region, Account(age=age, guardian=guardian), country, now)


def test_grown_ups_and_unknown_ages_change_nothing() -> None:
    for age in (None, 18, 70):
        assert held(EEA, age) is EEA


@pytest.mark.parametrize(
    ("country", "age", "guardian", "withheld"),
    [
        ("DE", 15, False, True),
        ("DE", 16, False, False),
        ("FR", 14, False, True),
        ("FR", 15, False, False),
        ("DE", 15, True, False),
    ],
)
def test_below_the_age_of_digital_consent_a_parent_agrees(
    country: str, age: int, *, guardian: bool, withheld: bool
) -> None:
    region = held(EEA, age, guardian=guardian, country=country)
    assert ("analytics" in region.withheld) is withheld
    assert region.models["necessary"] is Model.NONE


def test_rules_hold_for_their_ages() -> None:
    region = replace(STATES, minors=(ADS, PARENT))
    assert held(region, 16) is region
    assert held(region, 14).models["advertising"] is Model.OPT_IN
    assert held(region, 14).models["analytics"] is region.models["analytics"]
    assert {"analytics", "advertising"} <= held(region, 9).withheld
    agreed = held(region, 9, guardian=True)
    assert agreed.models["advertising"] is agreed.models["analytics"] is Model.OPT_IN
    assert not agreed.withheld


def test_what_follows_advertising_follows_it_here() -> None:
    region = held(replace(STATES, minors=(BAN,)), 17, guardian=True)
    assert region.withheld == {"advertising", "social", "tag-manager"}
    wider = replace(BAN, purposes=("advertising", "analytics"))
    region = held(replace(STATES, minors=(wider,)), 17, guardian=True)
    assert {"advertising", "analytics", "media", "personalisation"} <= region.withheld


def test_rules_hold_in_their_time() -> None:
    region = replace(STATES, minors=(replace(BAN, since=NOW, until=NOW + 10),))
    before = held(region, 15, now=NOW - 1)
    assert (before.models, before.withheld, before.until) == (region.models, frozenset(), NOW)
    assert held(region, 15).until == NOW + 10
    assert "advertising" in held(region, 15).withheld
    assert held(region, 15, now=NOW + 10) is region


def test_rules_for_platforms_and_for_known_minors() -> None:
    platform = replace(STATES, minors=(replace(BAN, when="platform"),))
    assert held(platform, 15) is platform
    mine = a_policy(site=SITE + "platform = true\n")
    assert "advertising" in held(platform, 15, policy=mine).withheld
    known = replace(STATES, minors=(replace(BAN, when="known"),))
    children = a_policy(site=SITE + 'audience = "children"\n')
    assert held(known, None, policy=children) is known
    assert "advertising" in held(known, 15, policy=children).withheld


def test_the_audience_says_how_old_a_stranger_is() -> None:
    assert assumed_age(POLICY) is None
    for site in ('audience = "children"\n', 'audience = "mixed"\n'):
        assert assumed_age(a_policy(site=SITE + site)) == 0
    policy = a_policy('[minors]\nunknown_age = "child"\n')
    assert assumed_age(policy) == 0
    assert "analytics" in held(EEA, None, policy=policy).withheld
    assert held(EEA, 30, policy=policy) is EEA


def test_what_the_site_itself_demands() -> None:
    policy = a_policy("[minors]\nsite_minimum_age = 13\ndeny_purposes = ['personalisation']\n")
    assert held(STATES, 17, policy=policy).withheld == {"personalisation"}
    assert "analytics" in held(STATES, 12, policy=policy).withheld
    assert held(STATES, 12, guardian=True, policy=policy).withheld == {"personalisation"}
    _, problems = parse(SITE + "[minors]\ndeny_purposes = ['advertisng']\n")
    assert [(p.code, p.key) for p in problems] == [("E202", "minors.deny_purposes")]


RULES = st.builds(
    MinorRule,
    st.integers(0, 17),
    st.integers(0, 20),
    st.lists(st.sampled_from(sorted(POLICY.purposes)), min_size=1).map(tuple),
    st.sampled_from(Model),
    st.sampled_from(["", "self", "parent", "joint"]),
    when=st.sampled_from(["", "known", "platform"]),
)


@given(st.lists(RULES, max_size=4).map(tuple), st.integers(0, 17), st.booleans())
def test_an_age_never_allows_anything(
    rules: tuple[MinorRule, ...], age: int, guardian: bool
) -> None:
    for base in (EEA, STATES):
        region = held(replace(base, minors=rules), age, guardian=guardian)
        for purpose, model in region.models.items():
            assert model.strictness >= base.models[purpose].strictness


@pytest.mark.parametrize(
    ("account", "country", "age"),
    [
        (Account(), "FR", 15),
        (Account(), "DE", 16),
        (Account(country="FR"), "DE", 15),
        (Account(age=12), "DE", 16),
        (Account(age=16), "DE", 0),
        (Account(age=12, guardian=True), "DE", 0),
    ],
)
def test_who_cannot_agree_alone(account: Account, country: str, age: int) -> None:
    who = Person(Place(country), account)
    assert digital_age(POLICY, EEA, who) == age
    assert digital_age(POLICY, STATES, who) == 0
