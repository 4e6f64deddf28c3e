from __future__ import annotations

import logging
import re
from dataclasses import replace
from math import inf
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import NOW, SITE, GuardMaker, Here, a_policy, a_request

from consentguard.consent.decision import Decision
from consentguard.errors import ConfigError, GeoError, KeyMissing, PolicyError
from consentguard.guard import LONGEST, MEMO, VISITORS, ConsentGuard
from consentguard.http.message import Request
from consentguard.model import Account, Model, Place, Reason


def test_without_a_key_it_says_how_to_make_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CONSENTGUARD_SECRET_KEYS", raising=False)
    with pytest.raises(KeyMissing, match=r"secrets\.token_urlsafe"):
        ConsentGuard(a_policy(), ledger=None, geo=Here())


@pytest.mark.parametrize("keys", [[], [""], ["good", ""], ""])
def test_an_empty_key_is_no_key(keys: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CONSENTGUARD_SECRET_KEYS", raising=False)
    with pytest.raises(KeyMissing):
        ConsentGuard(a_policy(), keys, ledger=None, geo=Here())


def test_the_environment_stands_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.toml").write_text(SITE)
    monkeypatch.setenv("CONSENTGUARD_POLICY", str(tmp_path / "mine.toml"))
    monkeypatch.setenv("CONSENTGUARD_SECRET_KEYS", "old, new")
    monkeypatch.setenv("CONSENTGUARD_LEDGER", f"sqlite:///{tmp_path}/l.db")
    guard = ConsentGuard(geo=Here())
    assert guard.policy.site.name == "Test"
    assert guard.recorder.ledger is not None


def test_a_missing_or_broken_policy_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.toml"):
        ConsentGuard(tmp_path / "nowhere.toml", ["k"], ledger=None)
    (tmp_path / "broken.toml").write_text("schema = 1\n[site\n")
    with pytest.raises(PolicyError, match=r"broken\.toml:2:\d+: E001"):
        ConsentGuard(tmp_path / "broken.toml", ["k"], ledger=None)


@pytest.mark.parametrize("content", [None, b"", b"not a database"])
def test_a_missing_or_corrupt_database_is_named(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "geo.mmdb"
    if content is not None:
        file.write_bytes(content)
    policy = a_policy(f'[geo]\nprovider = "mmdb"\ndatabase = "{file}"\n')
    with pytest.raises(GeoError, match=r"geo\.mmdb"):
        ConsentGuard(policy, ["k"], ledger=None)


@pytest.mark.parametrize(
    ("argument", "wanted"),
    [
        ({"policy": 5}, "a Policy or the path of a policy file"),
        ({"secret_keys": 5}, "a list of keys, oldest first"),
        ({"site_id": 4}, "a text"),
        ({"geo": "DE"}, "something with locate()"),
        ({"ledger": 5}, "something with append()"),
        ({"account": "me"}, "a function"),
        ({"cookies": "basket_id"}, "a list of names"),
        ({"cookies": [4]}, "a list of names"),
        ({"cookies": 4}, "a list of names"),
        ({"after_choice": "tell"}, "a function, or several"),
        ({"after_choice": ["tell"]}, "a function, or several"),
        ({"after_choice": 3}, "a function, or several"),
    ],
)
def test_an_argument_of_a_wrong_kind_is_named(argument: dict[str, Any], wanted: str) -> None:
    (name,) = argument
    usual = {"policy": a_policy(), "secret_keys": ["k"], "ledger": None}
    with pytest.raises(ConfigError, match=f"^{name} has to be {re.escape(wanted)}; it is of type"):
        ConsentGuard(**{**usual, **argument})


def test_it_warns_about_http_and_about_a_ledger_that_containers_lose(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CONSENTGUARD_LEDGER", raising=False)
    site = SITE.replace("http://localhost", "http://shop.test")
    with caplog.at_level(logging.WARNING):
        ConsentGuard(a_policy(site=site), ["k"], geo=Here())
    assert "not https" in caplog.text
    assert "container" in caplog.text


def test_no_warning_where_nothing_is_wrong(
    caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    site = SITE.replace("http://localhost", "https://shop.test")
    with caplog.at_level(logging.WARNING):
        ConsentGuard(a_policy(site=site), ["k" * 16], ledger=f"sqlite:///{tmp_path}/l.db")
    assert not caplog.records


def test_the_bundled_database_finds_the_country(tmp_path: Path) -> None:
    guard = ConsentGuard(a_policy(), ["k"], ledger=None)
    request = Request("GET", "http", "/", "", b"", [(b"host", b"x")], "217.0.0.1")
    assert guard.decision(request).region.id == "de-tdddg"
    request = Request("GET", "http", "/", "", b"", [(b"host", b"x")], "177.43.0.1")
    assert guard.decision(request).region.id == "br-lgpd"


class Broken:
    """A locator with a bug."""

    def locate(self, peer: object, headers: object) -> Place:
        raise RuntimeError("no")


def test_whatever_fails_the_strictest_rules_hold(make_guard: GuardMaker) -> None:
    guard = ConsentGuard(a_policy(), ["key"], ledger=None, geo=Broken())
    exchange = guard.exchange(a_request(cookie="_ga=1"))
    assert exchange.decision.region.id == "opt-in-strict"
    assert not exchange.decision.allows("analytics")
    reply = exchange.reply(200, [(b"set-cookie", b"_ga=1"), (b"content-type", b"text/plain")], b"")
    assert (b"set-cookie", b"_ga=1") not in reply.headers


def test_a_decision_is_remembered_until_it_lapses(make_guard: GuardMaker) -> None:
    now = [NOW]
    guard = make_guard(clock=lambda: now[0])
    accepted = guard.exchange(
        a_request("/_consent", "POST", origin="http://site.test", content_type="application/json")
    ).answer(b'{"choice":"accept"}')
    cookie = next(v for k, v in accepted.on_stored.headers if k == b"set-cookie")
    request = a_request(cookie=cookie.split(b";")[0].decode())
    first = guard.decision(request)
    visitor = guard.exchange(request).visitor
    assert first.allows("analytics")
    assert guard.decision(request) is first
    now[0] = visitor.valid_until
    assert not guard.decision(request).allows("analytics")


def test_the_memory_is_bounded(make_guard: GuardMaker) -> None:
    guard = make_guard()
    for number in range(MEMO + 10):
        guard.decision(a_request(cookie=f"consent=x{number}"))
    assert len(guard._memo) <= MEMO


def test_visitors_with_much_or_ever_new_to_say_fill_no_memory(make_guard: GuardMaker) -> None:
    guard = make_guard()
    for number in range(VISITORS + 10):
        guard.decision(a_request(cookie=f"session=x{number}"))
    assert len(guard._visitors) <= VISITORS
    guard = make_guard()
    guard.decision(a_request(cookie="a=" + "x" * LONGEST))
    guard.decision(a_request(cookie="consent=" + "x" * LONGEST))
    assert not guard._visitors
    kept = [key[0] for key in guard._memo]
    assert all(isinstance(one, tuple) and len(b"".join(one)) <= LONGEST for one in kept)


def test_visitors_without_cookies_share_one_decision_a_region(make_guard: GuardMaker) -> None:
    guard = make_guard()
    first = guard.exchange(a_request(accept_language="de"))
    second = guard.exchange(a_request("/x", accept_language="fr"))
    assert first.visitor is second.visitor
    # It is kept for good: where nothing is stored, nothing can lapse.
    assert first.visitor.valid_until == inf
    assert guard.exchange(a_request(sec_gpc="1")).decision.gpc
    assert not guard.exchange(a_request(sec_gpc="0")).decision.gpc


def test_what_is_remembered_of_a_visitor_depends_on_the_host(make_guard: GuardMaker) -> None:
    """``sessionid`` is Instagram's on its own host, and anybody's elsewhere."""
    guard = make_guard()
    for _ in range(2):
        for host, hidden in (("shop.test", ()), ("www.instagram.com", (b"sessionid",))):
            request = Request(
                "GET", "http", "/", "", b"", [(b"host", host.encode()), (b"cookie", b"sessionid=1")]
            )
            assert guard.exchange(request).visitor.hidden == hidden


def test_a_token_from_the_future_is_read_again_when_it_no_longer_is(
    make_guard: GuardMaker,
) -> None:
    now = [NOW]
    guard = make_guard(clock=lambda: now[0])
    headers = {"origin": "http://site.test", "content_type": "application/json"}
    accepted = guard.exchange(a_request("/_consent", "POST", **headers)).answer(
        b'{"choice":"accept"}'
    )
    cookie = next(v for k, v in accepted.on_stored.headers if k == b"set-cookie")
    request = a_request(cookie=cookie.split(b";")[0].decode())
    now[0] = NOW - 10 * 86400
    assert not guard.decision(request).allows("analytics")
    assert not guard.decision(request).allows("analytics")
    now[0] = NOW
    assert guard.decision(request).allows("analytics")


def test_several_cookie_headers_are_read_together(make_guard: GuardMaker) -> None:
    headers = [(b"host", b"site.test"), (b"cookie", b"_ga=1"), (b"cookie", b"a=2; _fbp=3")]
    exchange = make_guard().exchange(Request("GET", "http", "/", "", b"", headers))
    assert exchange.visitor.hidden == (b"_ga", b"_fbp")
    assert exchange.headers_in == [(b"host", b"site.test"), (b"cookie", b"a=2")]


def test_the_banner_speaks_the_visitors_language(make_guard: GuardMaker) -> None:
    site = SITE + 'languages = ["en", "de", "pt-BR"]\n'
    guard = ConsentGuard(a_policy(site=site), ["k"], ledger=None, geo=Here())
    assert guard.exchange(a_request(accept_language="de-AT,de;q=0.9")).visit.texts.lang == "de"
    # Germany's rules want German: it goes before the site's own language, not before a visitor's.
    assert guard.exchange(a_request(accept_language="en")).visit.texts.lang == "en"
    assert guard.exchange(a_request(accept_language="fr")).visit.texts.lang == "de"
    assert guard.exchange(a_request()).visit.texts.lang == "de"
    elsewhere = ConsentGuard(a_policy(site=site), ["k"], ledger=None, geo=Here("NZ"))
    assert elsewhere.exchange(a_request(accept_language="fr")).visit.texts.lang == "en"


def test_who_sends_nothing_that_tells_is_looked_up_when_somebody_asks() -> None:
    class Counting(Here):
        asked = 0

        def locate(self, peer: object, headers: object) -> Place:
            self.asked += 1
            return Place("DE")

    geo = Counting()
    guard = ConsentGuard(a_policy(), ["k"], ledger=None, geo=geo)
    exchange = guard.exchange(a_request())
    assert exchange.passes([(b"content-type", b"application/json")])
    assert geo.asked == 0
    assert exchange.decision.opt_in
    assert exchange.visitor is exchange.visitor
    assert geo.asked == 1
    guard.exchange(a_request(cookie="_ga=1"))
    assert geo.asked == 2


ADS = b"<img src='https://www.facebook.com/tr?id=1'>"


def test_what_the_app_knows_of_the_visitor_goes_before_where_the_address_is() -> None:
    def account(request: Request) -> Account | None:
        told = request.text(b"authorization")
        if told == "broken":
            raise RuntimeError("no database")
        country, _, part = told.partition(" ")
        return Account(country, part) if told else None

    guard = ConsentGuard(a_policy(), ["k"], ledger=None, geo=Here("US", "US-TX"), account=account)

    def region(told: str) -> str:
        return guard.exchange(a_request(authorization=told)).decision.region.id

    assert region("") == "us-gpc"
    assert region("BR") == "br-lgpd"
    assert region("US CA") == "us-ca"
    assert region("XX") == "us-gpc"  # no country: where the address is
    assert region("broken") == guard.policy.geo.unknown


def test_a_child_s_click_grants_nothing() -> None:
    ages: dict[str, Account | None] = {
        "child": Account(age=9),
        "told": Account(age=9, guardian=True),
    }
    policy = a_policy("[minors]\nsite_minimum_age = 13\n")
    guard = ConsentGuard(
        policy,
        ["k"],
        ledger=None,
        geo=Here("SE"),
        account=lambda request: ages.get(request.text(b"x-who")),
    )
    decision = guard.exchange(a_request(x_who="child")).decision
    assert decision.rulings["advertising"].reason is Reason.MINOR
    assert not decision.show_banner
    for told in ("", "told"):  # a grown-up, and a child whose parent has agreed
        ruling = guard.exchange(a_request(x_who=told)).decision.rulings["advertising"]
        assert ruling.reason is Reason.NO_CHOICE
    form = (b"origin", b"http://site.test"), (b"content-type", b"application/json")
    headers = [(b"host", b"site.test"), (b"x-who", b"child"), *form]
    request = Request("POST", "http", "/_consent", "", b"", headers, "127.0.0.1")
    response = guard.settle(guard.exchange(request), b'{"choice":"accept"}')
    cookie = dict(response.headers)[b"set-cookie"].split(b";")[0].decode()
    # Grown up since: what the child pressed is no grant, and nothing stands against a new one.
    after = guard.exchange(a_request(cookie=cookie)).decision
    assert after.rulings["advertising"].reason is not Reason.GRANTED


@pytest.mark.parametrize("headers", [{}, {"cookie": "a=b"}])
def test_a_rule_set_changes_on_its_day(headers: dict[str, str]) -> None:
    day = 1_000_000.0
    clock = [day - 1]
    policy = a_policy()
    texas = policy.regions["us-states"]
    later = replace(texas, since=day, models={**texas.models, "advertising": Model.OPT_IN})
    dated = replace(texas, until=day, later=(later,), codes=(*texas.codes, "US-XX"))
    policy = replace(policy, regions={**policy.regions, "us-states": dated})
    guard = ConsentGuard(
        policy, ["k"], ledger=None, geo=Here("US", "US-XX"), clock=lambda: clock[0]
    )
    assert guard.exchange(a_request(**headers)).decision.allows("advertising")
    clock[0] = day
    assert not guard.exchange(a_request(**headers)).decision.allows("advertising")


def test_a_child_on_the_same_device_has_no_grown_up_s_grant() -> None:
    ages = {"adult": Account(age=30), "child": Account(age=11)}
    guard = ConsentGuard(
        a_policy(),
        ["k"],
        ledger=None,
        geo=Here("JP"),
        account=lambda request: ages[request.text(b"x-who")],
    )
    form = (b"origin", b"http://site.test"), (b"content-type", b"application/json")
    headers = [(b"host", b"site.test"), (b"x-who", b"adult"), *form]
    request = Request("POST", "http", "/_consent", "", b"", headers, "127.0.0.1")
    body = b'{"choice":"accept","region":"br-lgpd"}'
    cookie = dict(guard.settle(guard.exchange(request), body).headers)[b"set-cookie"].decode()
    for who, allowed in (("adult", True), ("child", False), ("adult", True)):
        sent = a_request(x_who=who, cookie=cookie.partition(";")[0])
        assert guard.exchange(sent).decision.allows("advertising") is allowed


def test_asking_for_another_region_takes_no_signal_away() -> None:
    policy = a_policy("[signals]\ngpc = 'required'\n")
    guard = ConsentGuard(policy, ["k"], ledger=None, geo=Here("US", "US-CA"))
    form = (b"origin", b"http://site.test"), (b"content-type", b"application/json")
    headers = [(b"host", b"site.test"), (b"sec-gpc", b"1"), *form]
    request = Request("POST", "http", "/_consent", "", b"", headers, "127.0.0.1")
    body = b'{"choice":"accept","region":"de-tdddg"}'
    cookie = dict(guard.settle(guard.exchange(request), body).headers)[b"set-cookie"].decode()
    sent = a_request(sec_gpc="1", cookie=cookie.partition(";")[0])
    decision = guard.exchange(sent).decision
    assert decision.region.id == "de-tdddg"
    assert not decision.allows("advertising")


@pytest.mark.parametrize(("choice", "kept"), [("reject", True), ("accept", False)])
def test_a_refusal_is_sent_again_before_the_browser_drops_it(choice: str, *, kept: bool) -> None:
    now = [NOW]
    guard = ConsentGuard(
        a_policy(), ["k"], ledger=None, geo=Here("US", "US-TX"), clock=lambda: now[0]
    )
    form = (b"origin", b"http://site.test"), (b"content-type", b"application/json")
    headers = [(b"host", b"site.test"), *form]
    request = Request("POST", "http", "/_consent", "", b"", headers, "127.0.0.1")
    body = f'{{"choice":"{choice}"}}'.encode()
    cookie = dict(guard.settle(guard.exchange(request), body).headers)[b"set-cookie"].decode()
    cookie = cookie.partition(";")[0]
    page = [(b"content-type", b"text/html; charset=utf-8")]
    for days, again in ((10, False), (200, True), (2000, True)):
        now[0] = NOW + days * 86400
        reply = guard.exchange(a_request(cookie=cookie)).reply(200, page, b"<p>page")
        sent = [value.decode() for name, value in reply.headers if name == b"set-cookie"]
        assert [value.startswith(f"{cookie}; Max-Age=") for value in sent] == [True] * (
            again and kept
        )
        if kept:
            assert not guard.exchange(a_request(cookie=cookie)).decision.allows("advertising")


def test_a_plain_request_is_read_when_somebody_asks(make_guard: GuardMaker) -> None:
    read: list[Request] = []

    def reader() -> Request:
        read.append(a_request("/data", accept="application/json"))
        return read[-1]

    exchange = make_guard().plain("/data", reader)
    assert (exchange.own, exchange.met, exchange.filtered) == (False, None, None)
    assert exchange.passes([(b"content-type", b"application/json")])
    assert read == []
    assert not exchange.decision.allows("analytics")
    assert exchange.request is exchange.request
    assert len(read) == 1


@pytest.mark.parametrize(
    ("path", "own"), [("/_consent", True), ("/_consents", False), ("/\u00e9", False)]
)
def test_a_plain_request_may_be_for_one_of_our_own_urls(
    make_guard: GuardMaker, path: str, *, own: bool
) -> None:
    exchange = make_guard().plain(path, lambda: a_request(path))
    assert (exchange.own, exchange.request.path) == (own, path)


def test_who_sends_nothing_that_tells_is_still_of_their_own_age() -> None:
    ages = {"adult": Account("JP", age=40), "child": Account("JP", age=14)}
    guard = ConsentGuard(
        a_policy(),
        ["k"],
        ledger=None,
        geo=Here("JP"),
        account=lambda request: ages[request.text(b"authorization")],
    )

    def accepted(who: str) -> Decision:
        guard.exchange(a_request(authorization="adult")).visitor  # noqa: B018 - met before
        headers = {"origin": "http://site.test", "content_type": "application/json"}
        post = guard.exchange(a_request("/_consent", "POST", authorization=who, **headers))
        answer = guard.settle(post, b'{"choice":"accept","region":"eea-gdpr"}')
        cookie = dict(answer.headers)[b"set-cookie"].decode().partition(";")[0]
        return guard.exchange(a_request(authorization="adult", cookie=cookie)).decision

    assert accepted("adult").allows("advertising")
    # What a child pressed grants nothing, also later.
    assert not accepted("child").allows("advertising")


def test_middleware_outside_may_say_who_it_is() -> None:
    guard = ConsentGuard(a_policy(), ["k"], ledger=None, geo=Here("US", "US-TX"))
    request = a_request()
    assert guard.exchange(request).decision.region.id == "us-gpc"
    request.account = Account("BR", age=10)
    decision = guard.exchange(request).decision
    assert decision.region.id == "br-lgpd"
    assert decision.rulings["advertising"].reason is Reason.MINOR
    request.account = "BR"  # type: ignore[assignment]
    assert guard.exchange(request).decision.region.id == guard.policy.geo.unknown


def test_an_asked_region_counts_for_the_age_in_jobs_too() -> None:
    guard = ConsentGuard(a_policy(), ["k"], ledger=None, geo=Here("JP"))
    headers = {"origin": "http://site.test", "content_type": "application/json"}
    post = guard.exchange(a_request("/_consent", "POST", **headers))
    answer = guard.settle(post, b'{"choice":"accept","region":"eea-gdpr"}')
    subject = dict(answer.headers)[b"set-cookie"].decode().partition("=")[2].partition(";")[0]
    assert guard.decision_for(subject, Account("JP", age=30)).allows("advertising")
    assert not guard.decision_for(subject, Account("JP", age=14)).allows("advertising")
