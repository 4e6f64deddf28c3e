from __future__ import annotations

import pytest
from tests.conftest import NOW, a_policy

from consentguard.consent.capacity import lost
from consentguard.consent.choose import choose, store
from consentguard.consent.decide import decide
from consentguard.consent.token import Tokens
from consentguard.model import Policy, Signals


def with_purposes(number: int, length: int) -> Policy:
    return a_policy("".join(f"[purposes.{'a' * length}{n:02}]\n" for n in range(number)))


def test_the_standard_purposes_fit() -> None:
    assert lost(a_policy()) == []


@pytest.mark.parametrize("number", [5, 10, 20, 40])
def test_who_accepts_is_asked_again_exactly_where_something_is_lost(number: int) -> None:
    policy = with_purposes(number, 24)
    region = max(policy.regions.values(), key=lambda one: len(one.id))
    choice = choose(policy, region, "save", dict.fromkeys(policy.purposes, True), {})
    tokens = Tokens(["key"], policy.site.name)
    cookie = tokens.write(store(policy, region, choice, None, NOW, "r" * 22))
    decision = decide(policy, region, tokens.read([cookie], NOW), Signals(), NOW)
    assert decision.show_banner is bool(lost(policy))
    assert bool(lost(policy)) is (number > 10)
