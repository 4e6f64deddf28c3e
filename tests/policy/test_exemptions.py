"""What the law frees is free where it does, as far as the site states it, and until a refusal."""

from __future__ import annotations

import pytest
from tests.conftest import NOW, SITE, a_policy

from consentguard.consent.choose import choose, store
from consentguard.consent.decide import decide
from consentguard.consent.decision import Decision
from consentguard.model import Policy, Signals
from consentguard.policy import parse

STATED = 'conditions = ["own-use", "aggregate", "no-cross-site", "no-merging"]\n'
MATOMO = '[services.counter]\npurposes = ["analytics"]\ncookies = ["_count"]\nexempt = "audience"\n'
DAYS = "max_cookie_days = 395\n"


def seen(policy: Policy, region: str, kind: str = "") -> Decision:
    rules = policy.regions[region].at(NOW)
    stored = None
    if kind:
        choice = choose(policy, rules, kind, {}, {})
        stored = store(policy, rules, choice, None, NOW, "receipt")
    return decide(policy, rules, stored, Signals(), NOW, policy.services)


@pytest.mark.parametrize(
    ("region", "free"),
    [
        ("fr-cnil", True),
        ("it-garante", True),
        ("nl-ap", True),
        ("gb-pecr", True),
        ("de-tdddg", False),
        ("eea-gdpr", False),
        ("br-lgpd", False),
        ("opt-in-strict", False),
    ],
)
def test_own_statistics_run_where_the_law_frees_them_until_they_are_refused(
    region: str, *, free: bool
) -> None:
    policy = a_policy(MATOMO + STATED + DAYS)
    counter = policy.services["counter"]
    assert seen(policy, region).allows_service(counter) is free
    assert not seen(policy, region).allows("analytics")
    assert not seen(policy, region, "reject").allows_service(counter)
    assert seen(policy, region, "accept").allows_service(counter)


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        (MATOMO + DAYS, "E206", "holds only if its company uses the data for this site alone"),
        (MATOMO + STATED, "E206", "cookies of at most 395 days"),
        (MATOMO + STATED + "max_cookie_days = 400\n", "E206", "cookies of at most 395 days"),
        (
            (MATOMO + STATED + DAYS).replace('["analytics"]', '["analytics", "advertising"]'),
            "E206",
            "frees analytics alone, not advertising",
        ),
        (
            (MATOMO + STATED + DAYS).replace("own-use", "own-used"),
            "E206",
            "unknown condition 'own-used'",
        ),
        (
            (MATOMO + STATED + DAYS).replace("[services.counter]", "[services.ga4]"),
            "E205",
            "Google Analytics, which is not exempt",
        ),
    ],
)
def test_what_is_not_stated_is_not_free(text: str, code: str, says: str) -> None:
    policy, problems = parse(SITE + text)
    assert policy is None
    assert code in {problem.code for problem in problems}
    assert any(says in problem.message for problem in problems)


@pytest.mark.parametrize(
    ("country", "safeguard", "missing"),
    [
        ("US", "", "EU and BR"),
        ("US", 'safeguard = { EU = "dpf" }', "BR"),
        ("US", 'safeguard = { EU = "dpf", BR = "scc" }', ""),
        ("IN", 'safeguard = { BR = "consent" }', "EU"),
        ("CH", "", "BR"),
        ("DE", "", ""),
        ("BR", "", ""),
    ],
)
def test_data_goes_nowhere_without_a_safeguard(country: str, safeguard: str, missing: str) -> None:
    text = f'[services.x]\npurposes = ["analytics"]\nhosts = ["x.test"]\ncountry = "{country}"\n'
    _, problems = parse(SITE + text + safeguard)
    told = [p.message for p in problems if p.code == "E301"]
    expected = f"without a transfer safeguard for {missing} visitors"
    assert [expected in message for message in told] == [True] * bool(missing)
