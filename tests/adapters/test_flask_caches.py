"""Flask-Caching: views, functions and template fragments that are kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, make_response, render_template_string, request
from flask.testing import FlaskClient
from flask.wrappers import Response
from flask_caching import Cache
from tests.conftest import Here, a_policy

from consentguard.adapters.flask import ConsentGuard, current_consent, requires_consent
from consentguard.testing import grant, refuse

PIXEL = "<img src='https://www.facebook.com/tr?id=1'>"
GATED = "data-cg-src='https://www.facebook.com"
PAGE = f"<!doctype html><title>Shop</title><body>{PIXEL}</body>"
ANSWER = "{{ 'yes' if consent_allows('analytics') else 'no' }}"

cache = Cache()
made: list[str] = []  #: what was made anew


def answer() -> str:
    made.append("made")
    return "yes" if current_consent.allows("analytics") else "no"


def by_decision(*args: Any, **kwargs: Any) -> str:
    return f"{request.path}:{current_consent.digest}"


def page() -> Response:
    made.append("made")
    response = make_response(PAGE)
    response.set_cookie("_ga", "1")
    response.add_etag()
    response.make_conditional(request)
    return response


def text() -> str:
    made.append("made")
    return "statistics"


@cache.memoize(60)
def remembered() -> str:
    return answer()


@cache.memoize(60)
def remembered_for(decision: str) -> str:
    return answer()


def fragment(start: str) -> Callable[[], str]:
    return lambda: render_template_string("{% cache " + start + " %}" + ANSWER + "{% endcache %}")


VIEWS: dict[str, Callable[[], Any]] = {
    "page": cache.cached(60)(page),
    "plain": cache.cached(60)(answer),
    "query": cache.cached(60, query_string=True)(answer),
    "prefixed": cache.cached(60, key_prefix=by_decision)(answer),
    "prefixed-query": cache.cached(60, key_prefix=by_decision, query_string=True)(answer),
    "keyed": cache.cached(60, make_cache_key=by_decision)(answer),
    "unkept": cache.cached(60, unless=lambda: True)(answer),
    "outside": requires_consent("analytics")(cache.cached(60)(text)),
    "inside": cache.cached(60)(requires_consent("analytics")(text)),
    "memoized": remembered,
    "memoized-for": lambda: remembered_for(current_consent.digest),
    "fragment": fragment('60, "nav"'),
    "fragment-for": fragment('60, "nav", consent.digest'),
}


@pytest.fixture
def visitors() -> tuple[FlaskClient, FlaskClient]:
    """Somebody who has agreed, and somebody who has refused, of a site with a cache."""
    app = Flask("site")
    app.config.update(SECRET_KEY="key", CONSENTGUARD_POLICY=a_policy(), CONSENTGUARD_LEDGER=None)
    app.config.update(CACHE_TYPE="SimpleCache")
    cache.init_app(app)
    ConsentGuard(app, geo=Here("DE"))
    for name, view in VIEWS.items():
        app.add_url_rule(f"/{name}", name, view)
    yes, no = app.test_client(), app.test_client()
    grant(yes)
    refuse(no)
    made.clear()
    return yes, no


Visitors = tuple[FlaskClient, FlaskClient]


@pytest.mark.parametrize("first", ["yes", "no"])
def test_a_kept_page_is_gated_for_each_visitor(visitors: Visitors, first: str) -> None:
    yes, no = visitors
    if first == "no":
        no.get("/page")
    for _ in range(2):
        agreed, refused = yes.get("/page"), no.get("/page")
        assert PIXEL in agreed.text
        assert "_ga=1" in agreed.headers["Set-Cookie"]
        assert GATED in refused.text
        assert "_ga" not in refused.headers.get("Set-Cookie", "")
        assert agreed.headers["Cache-Control"] == "private, no-cache"
    assert made == ["made"]


def test_a_kept_page_is_not_confirmed_after_a_withdrawal(visitors: Visitors) -> None:
    yes, no = visitors
    tags = [
        client.get("/page", headers={"accept": "text/html"}).headers["ETag"] for client in visitors
    ]
    refuse(yes)
    for client, tag in ((yes, tags[0]), (no, tags[0])):
        after = client.get("/page", headers={"accept": "text/html", "if-none-match": tag})
        assert after.status_code == 200
        assert GATED in after.text


@pytest.mark.parametrize("path", ["/plain", "/query", "/memoized", "/fragment"])
@pytest.mark.parametrize("first", ["yes", "no"])
def test_what_is_kept_for_everybody_suits_everybody(
    visitors: Visitors, path: str, first: str, caplog: pytest.LogCaptureFixture
) -> None:
    yes, no = visitors
    for client in (yes, no, yes) if first == "yes" else (no, yes):
        assert client.get(path).text == "no"
    assert caplog.text.count("keeps for everybody") == 1
    assert len(made) == (0 if path == "/fragment" else 1)


@pytest.mark.parametrize(
    "path", ["/prefixed", "/prefixed-query?a=1", "/keyed", "/memoized-for", "/fragment-for"]
)
def test_a_key_that_names_the_decision(
    visitors: Visitors, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    yes, no = visitors
    for _ in range(2):
        assert (yes.get(path).text, no.get(path).text) == ("yes", "no")
    assert len(made) == (0 if path == "/fragment-for" else 2)
    assert "keeps for everybody" not in caplog.text


def test_what_is_not_kept_is_asked_anew(visitors: Visitors) -> None:
    yes, no = visitors
    for _ in range(2):
        assert (yes.get("/unkept").text, no.get("/unkept").text) == ("yes", "no")
    assert len(made) == 4


def test_a_decorator_outside_of_the_cache_is_asked_every_time(visitors: Visitors) -> None:
    yes, no = visitors
    for _ in range(2):
        assert yes.get("/outside").text == "statistics"
        assert no.get("/outside").status_code == 403
    assert made == ["made"]


@pytest.mark.parametrize("first", ["yes", "no"])
def test_a_decorator_inside_of_it_lets_nobody_through(visitors: Visitors, first: str) -> None:
    yes, no = visitors
    for client in (yes, no, yes) if first == "yes" else (no, yes):
        assert client.get("/inside").status_code == 403
    assert made == []
