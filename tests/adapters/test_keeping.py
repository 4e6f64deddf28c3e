"""Asked inside of what is kept for everybody; each framework's cache has its own tests beside."""

from __future__ import annotations

import logging
import sys
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest
from tests.conftest import GuardMaker, Here, a_request

from consentguard.adapters.keeping import denying, suited
from consentguard.consent.decision import Decision
from consentguard.outbound import FREE


@pytest.fixture(params=["DE", "US"])
def decision(make_guard: GuardMaker, request: pytest.FixtureRequest) -> Decision:
    """Of somebody who has not chosen: in Germany little is allowed, in most of the US a lot."""
    return make_guard(place=Here(request.param)).exchange(a_request()).decision


def test_outside_of_any_cache_it_is_the_visitors(decision: Decision) -> None:
    assert suited(decision) is decision


def test_a_denying_decision_denies_whatever_anybody_may_refuse(decision: Decision) -> None:
    no = denying(decision)
    assert set(no.granted) <= FREE
    assert not any(no.allows(p, service=s) for s in no.known for p in set(no.purposes) - FREE)
    assert denying(no).digest == no.digest


def test_a_click_on_one_service_does_not_outlive_it(decision: Decision) -> None:
    clicked = replace(decision, services={"youtube": True})
    assert clicked.allows("media", service="youtube")
    assert not denying(clicked).allows("media", service="youtube")


def keeper(module: str, function: str, body: str) -> Any:
    """A function of that name in a module of that name."""
    names: dict[str, Any] = {"__name__": module, "suited": suited}
    exec(f"def {function}(decision, **local):\n    {body}\n    return suited(decision)", names)
    return names[function]


@pytest.mark.parametrize(
    ("module", "function", "body", "denied"),
    [
        ("django.templatetags.cache", "render", "vary_on = ['a']", True),
        ("django.templatetags.cache", "render", "vary_on = [decision.digest]", False),
        ("django.templatetags.cache", "render", "pass", False),
        ("django.template.base", "render", "vary_on = []", False),
        ("flask_caching", "decorated_function", "cache_key = 'view//'; args = ()", True),
        ("flask_caching", "decorated_function", "args = ()", False),
        ("flask_caching", "decorated_function", "cache_key = 'k'; args = (decision,)", False),
        ("flask_caching.jinja2ext", "_cache", "vary_on = []; fragment_name = 'a'", True),
        (
            "flask_caching.jinja2ext",
            "_cache",
            "vary_on = []; fragment_name = decision.digest",
            False,
        ),
        ("fastapi_cache.decorator", "inner", "cache_key = 'k'; kwargs = {'a': 1}", True),
        ("fastapi_cache.decorator", "inner", "cache_key = 'k'; kwargs = {'a': decision}", False),
        ("fastapi_cache.decorator", "outer", "cache_key = 'k'; kwargs = {}", False),
    ],
)
def test_who_keeps_what(
    decision: Decision,
    module: str,
    function: str,
    body: str,
    denied: bool,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, module, ModuleType(module))
    with caplog.at_level(logging.WARNING, "consentguard"):
        answer = keeper(module, function, body)(decision)
    assert (answer is decision) is not denied
    assert (f"while {module} makes" in caplog.text) is denied
