"""A choice is one record and one cookie; a wrong request is neither."""

from __future__ import annotations

import json
import logging
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conftest import NOW, Here
from tests.pages.driving import Site, a_site, all_of, first, headers_are_clean

from consentguard.consent.token import Stored
from consentguard.http.cookies import SetCookie
from consentguard.http.message import Request, size
from consentguard.ledger.deferred import Deferred

DAY = 86400
AGENT = "Mozilla/5.0 (X11; Linux x86_64; Unmistakable/77.7) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def site() -> Site:
    return a_site()


def granted(site: Site) -> set[str]:
    return set(site.state()["granted"])


def test_before_the_choice_nothing_is_granted(site: Site) -> None:
    state = site.state()
    assert state["show_banner"] is True
    assert state["denied"]["analytics"] == "no-choice"
    assert site.store.stored == []


def test_accept_by_form(site: Site) -> None:
    response = site.form({"choice": "accept", "next": "/artist?x=1"}, sec_fetch_user="?1")
    assert (response.status, first(response, b"location")) == (303, b"/artist?x=1")
    assert first(response, b"cache-control") == b"no-store"
    (record,) = site.store.stored
    assert (record.kind, record.receipt, record.person) == ("accept", "receipt-1", "yes")
    assert (record.region, record.preset, record.site) == ("de-tdddg", "de-tdddg", "Test")
    assert {"analytics", "advertising", "media"} <= set(record.granted)
    assert {"email_marketing", "email_tracking"}.isdisjoint(record.granted)
    assert record.time == int(NOW)
    assert record.policy_digest == site.guard.policy.digest
    assert record.text_digest
    assert "analytics" in granted(site)


@pytest.mark.parametrize("kind", ["accept", "reject"])
def test_json_answers_with_the_new_state(site: Site, kind: str) -> None:
    response = site.json({"choice": kind, "purposes": {}, "services": {}})
    assert response.status == 200
    assert first(response, b"content-type") == b"application/json"
    state = json.loads(response.body)
    receipt = state.pop("receipt").partition("?receipt=")[2]
    assert site.guard.setup.receipts.read(receipt) == replace(site.store.stored[0], receipt="")
    assert state == site.state()
    assert ("analytics" in state["granted"]) == (kind == "accept")
    assert state["show_banner"] is False


def test_reject_keeps_no_identifier(site: Site) -> None:
    response = site.form([("choice", "reject")])
    assert response.status == 303
    (record,) = site.store.stored
    assert (record.kind, record.receipt, record.granted) == ("reject", "", ())
    assert "analytics" in record.denied
    (value,) = site.cookies.values()
    stored = site.guard.setup.tokens.read([value], NOW)
    assert getattr(stored, "receipt", None) == ""
    assert getattr(stored, "time", 1) % DAY == 0
    assert "analytics" not in granted(site)


def test_two_refusals_of_a_day_leave_the_same_cookie() -> None:
    one, two = a_site(), a_site()
    one.form({"choice": "reject"})
    two.json({"choice": "reject"}, user_agent=AGENT, accept_language="de")
    assert one.cookies == two.cookies


def test_save_grants_what_is_ticked_and_denies_the_rest(site: Site) -> None:
    site.form([("choice", "save"), ("purpose", "analytics"), ("service", "youtube")])
    (record,) = site.store.stored
    assert record.granted == ("analytics",)
    assert record.services == {"youtube": True}
    assert {"advertising", "media"} <= set(record.denied)
    assert granted(site) & {"analytics", "advertising", "media"} == {"analytics"}
    site.json({"choice": "save", "purposes": {"media": True, "analytics": False}})
    assert granted(site) & {"analytics", "advertising", "media"} == {"media"}
    assert len(site.store.stored) == 2


def test_what_is_always_on_or_off_is_not_chosen(site: Site) -> None:
    site.json({"choice": "save", "purposes": {"necessary": False}})
    assert "necessary" in granted(site)
    assert site.store.stored[0].granted == ()


ATTRIBUTES = rb"; Max-Age=34128000; Path=/%b; SameSite=Lax%b; HttpOnly"


@pytest.mark.parametrize(
    ("more", "https", "scheme", "expected"),
    [
        ("", False, "http", (b"consent", b"", b"")),
        ("", False, "https", (b"consent", b"", b"; Secure")),
        ("", True, "https", (b"__Host-consent", b"", b"; Secure")),
        ("", True, "http", (b"__Host-consent", b"", b"; Secure")),
        (
            'cookie_domain = "site.test"\n',
            True,
            "https",
            (b"__Secure-consent", b"; Domain=site.test", b"; Secure"),
        ),
    ],
)
@pytest.mark.parametrize("kind", ["accept", "reject"])
def test_the_cookie(
    more: str, https: bool, scheme: str, expected: tuple[bytes, bytes, bytes], kind: str
) -> None:
    site = a_site(more, https=https)
    site.scheme = scheme
    (header,) = all_of(site.form({"choice": kind}), b"set-cookie")
    name, domain, secure = expected
    pair, rest = header.split(b";", 1)
    assert pair.startswith(name + b"=")
    assert b";" + rest == ATTRIBUTES % (domain, secure)
    assert len(pair) <= 1024 + len(name) + 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"choice=",
        b"choice=yes",
        b"choice=accept&choice=reject",
        b"purpose=analytics",
        b"choice=save&purpose=nonsense",
        b"choice=save&purpose=",
        b"choice=save&service=nonsense",
        b"choice=accept&region=nowhere",
        b"choice=accept&region=us-states",
        b"\xff\xfe",
        b"choice=accept&next=%ff",
        b"&".join([b"a=b"] * 600),
        b"choice=accept&x=" + b"y" * 20_000,
    ],
)
def test_a_malformed_form_is_400_and_nothing_is_stored(site: Site, body: bytes) -> None:
    response = site.form(body)
    assert response.status == 400
    assert all_of(response, b"set-cookie") == []
    assert site.store.stored == []
    assert first(response, b"content-type").startswith(b"text/html")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"accept"',
        b"{}",
        b'{"choice": ["accept"]}',
        b'{"choice": {}}',
        b'{"choice": "save", "purposes": []}',
        b'{"choice": "save", "purposes": {"analytics": 1}}',
        b'{"choice": "save", "purposes": {"analytics": "true"}}',
        b'{"choice": "save", "purposes": {"\\ud800": true}}',
        b'{"choice": "save", "services": {"youtube": null}}',
        b'{"choice": "save", "services": {"\\ud800": true}}',
        b'{"choice": "accept", "region": 1}',
        b'{"choice": "accept", "next": {}}',
        b'{"choice": "accept", "region": "\\u0000"}',
        b"[" * 15_000,
        b'{"choice":' + b"9" * 15_000 + b"}",
        b"\xff\xfe{\x00}",
        b"\xef\xbb\xbf{}",
        b'{"choice":"accept","x":"' + b"y" * 20_000 + b'"}',
    ],
)
def test_malformed_json_is_400_and_nothing_is_stored(site: Site, body: bytes) -> None:
    response = site.json(body)
    assert response.status == 400
    assert json.loads(response.body)["error"]
    assert all_of(response, b"set-cookie") == []
    assert site.store.stored == []


@pytest.mark.parametrize(
    "kind",
    ["", "text/plain", "multipart/form-data; boundary=x", "application/jsonp", "text/json", ";"],
)
def test_other_content_types_are_refused(site: Site, kind: str) -> None:
    for body in (b"choice=accept", b'{"choice":"accept"}'):
        response = site.form(body, content_type=kind)
        assert response.status == 400
    assert site.store.stored == []


@pytest.mark.parametrize("kind", ["APPLICATION/JSON;charset=utf-8", " application/json "])
def test_content_types_are_read_as_http_means_them(site: Site, kind: str) -> None:
    assert site.json({"choice": "reject"}, content_type=kind).status == 200


def test_too_many_services_never_burst_the_cookie(site: Site) -> None:
    # A browser would drop a cookie that is too long, and then the old choice would go on.
    site.form({"choice": "accept"})
    names = sorted(site.guard.setup.catalogue.services)[:200]
    for on in (False, True):
        site.json({"choice": "save", "services": dict.fromkeys(names, on)})
        assert len(site.cookies["consent"]) <= 1024
        assert granted(site).isdisjoint({"analytics", "advertising", "media"})


def test_our_own_cookie_is_never_swept(site: Site) -> None:
    # Other tools call theirs "consent" too, so a service of the catalogue may claim the name.
    claims = [s.id for s in site.guard.setup.catalogue.cookie("consent", host="site.test").services]
    assert claims
    for _ in range(2):
        site.json({"choice": "save", "services": dict.fromkeys(claims, False)})
        assert "consent" in site.cookies


def test_boxes_that_were_ticked_already_are_no_consent_under_stricter_rules() -> None:
    site = a_site(place=Here("US", "US-CA"))
    ticked = [("purpose", "analytics"), ("purpose", "media")]
    site.form([("choice", "save"), ("region", "de-tdddg"), *ticked])
    state = site.state()
    assert state["region"] == "de-tdddg"
    assert "analytics" not in state["granted"]
    assert state["denied"]["analytics"] == "no-choice"
    assert state["denied"]["advertising"] == "refused"
    assert state["show_banner"]
    # There they are asked, and can say yes.
    site.form([("choice", "save"), ("region", "de-tdddg"), *ticked])
    assert "analytics" in site.state()["granted"]
    assert not site.state()["show_banner"]


def test_an_asked_region_takes_no_signal_away_in_its_own_answer() -> None:
    site = a_site(more='[signals]\ngpc = "required"\n', place=Here("US", "US-CA"))
    said = {"choice": "accept", "region": "eea-gdpr"}
    answer = json.loads(site.json(said, sec_gpc="1").body)
    assert answer["gpc"]
    assert answer["denied"]["advertising"] == "signal"
    del answer["receipt"]
    assert answer == site.state(sec_gpc="1")


def test_the_own_region_of_a_country_without_its_part_is_no_other_one() -> None:
    site = a_site(place=Here("US"))
    site.form({"choice": "save", "region": "us-ca"})
    stored = site.guard.exchange(
        site.request("GET", "/", headers={"cookie": f"consent={site.cookies['consent']}"})
    ).visitor.stored
    assert isinstance(stored, Stored)
    assert stored.stricter == ""


def test_a_stricter_region_holds_from_then_on() -> None:
    site = a_site(place=Here("US", "US-ID"))
    assert site.state()["region"] == "us-states"
    site.form({"choice": "reject", "region": "eea-gdpr"})
    assert site.store.stored[0].region == "eea-gdpr"
    state = site.state()
    assert (state["region"], state["models"]["analytics"]) == ("eea-gdpr", "opt-in")
    # A later choice says nothing about the region, so it stays; a weaker one is refused.
    site.json({"choice": "accept"})
    assert site.state()["region"] == "eea-gdpr"
    site.form({}, "/_consent/withdraw")
    assert site.state()["region"] == "eea-gdpr"
    # The own region may be asked for again.
    answer = site.json({"choice": "reject", "region": "us-states"})
    assert json.loads(answer.body)["region"] == site.state()["region"] == "us-states"


def test_who_moves_to_a_stricter_place_is_under_its_rules() -> None:
    site = a_site(place=Here("US", "US-ID"))
    site.form({"choice": "reject", "region": "us-ca"})
    moved = a_site(place=Here("DE"))
    moved.cookies = site.cookies
    assert moved.state()["region"] == "de-tdddg"


def test_grants_that_need_a_person() -> None:
    site = a_site('[enforcement]\ngrant = "person"\n')
    for headers in ({}, {"sec_fetch_mode": "cors"}, {"sec_fetch_user": "?0"}):
        for response in (
            site.form({"choice": "accept"}, **headers),
            site.json({"choice": "accept"}, **headers),
            site.form({"choice": "save", "service": "youtube"}, **headers),
        ):
            assert response.status == 403
    assert site.store.stored == []
    assert site.cookies == {}
    # Refusals never need proof.
    assert site.json({"choice": "reject"}).status == 200
    assert site.form({}, "/_consent/withdraw").status == 303
    assert site.form({"choice": "accept"}, sec_fetch_user="?1").status == 303
    assert [r.kind for r in site.store.stored] == ["reject", "withdraw", "accept"]


@pytest.mark.parametrize(
    ("headers", "person"),
    [
        ({"sec_fetch_user": "?1", "sec_fetch_mode": "navigate"}, "yes"),
        ({"sec_fetch_mode": "cors"}, "no"),
        ({}, "unknown"),
    ],
)
def test_the_record_says_whether_a_person_was_attested(
    site: Site, headers: dict[str, str], person: str
) -> None:
    site.form({"choice": "accept"}, **headers)
    assert site.store.stored[0].person == person


def test_a_grant_without_proof_is_not_given(site: Site) -> None:
    site.store.down = True
    page = site.form({"choice": "accept", "next": "/artist"})
    assert page.status == 503
    assert first(page, b"retry-after") == b"30"
    assert b'value="/artist"' in page.body
    answer = site.json({"choice": "save", "purposes": {"analytics": True}})
    assert answer.status == 503
    assert "not be stored" in json.loads(answer.body)["error"]
    for response in (page, answer):
        assert all_of(response, b"set-cookie") == []
    assert site.cookies == {}
    assert "analytics" not in granted(site)


@pytest.mark.parametrize("path", ["/_consent", "/_consent/withdraw"])
def test_a_refusal_holds_without_the_ledger(site: Site, path: str) -> None:
    site.form({"choice": "accept"})
    assert "analytics" in granted(site)
    site.store.down = True
    site.guard.recorder._sleep = lambda _: None
    assert site.form({"choice": "reject"}, path).status == 303
    assert "analytics" not in granted(site)


def test_without_a_ledger_choices_take_effect() -> None:
    site = a_site(ledger=None)
    site.form({"choice": "accept"})
    assert "analytics" in granted(site)


def test_withdrawal_expires_the_cookies_that_are_there() -> None:
    site = a_site(https=True)
    site.form({"choice": "accept"})
    ours = dict(site.cookies)
    site.cookies |= {"_ga": "GA1", "_ga_XYZ": "GS1", "_fbp": "fb", "mine": "x", "_gcl_au": "1"}
    response = site.form({"next": "/artist"}, "/_consent/withdraw")
    assert (response.status, first(response, b"location")) == (303, b"/artist")
    assert set(site.cookies) == {*ours, "mine"}
    assert site.cookies != {**ours, "mine": "x"}
    assert size(response.headers) <= 3072
    expired = [SetCookie.parse(v) for v in all_of(response, b"set-cookie")[1:]]
    assert {c.domain for c in expired} == {b"", b"site.test", b"www.site.test"}
    assert "analytics" not in granted(site)
    assert [r.kind for r in site.store.stored] == ["accept", "withdraw"]
    assert site.store.stored[1].receipt == ""


def test_with_many_cookies_the_answer_stays_within_its_budget() -> None:
    site = a_site(https=True)
    site.cookies = {f"_ga_{i}": "x" for i in range(500)}
    for path in ("/_consent", "/_consent/withdraw"):
        response = site.form({"choice": "reject"}, path)
        assert 2500 < size(response.headers) <= 3072
        assert SetCookie.parse(all_of(response, b"set-cookie")[0]).name == b"__Host-consent"


def test_a_mounted_app_expires_below_its_own_path() -> None:
    site = a_site(https=True, root="/shop")
    site.cookies = {"_ga": "x"}
    values = all_of(site.form({}, "/_consent/withdraw"), b"set-cookie")
    assert any(b"; Path=/shop;" in v for v in values)


def test_accept_expires_what_is_still_refused(site: Site) -> None:
    site.cookies = {"_ga": "x"}
    site.json({"choice": "save", "purposes": {"media": True}})
    assert "_ga" not in site.cookies
    site.cookies["_ga"] = "x"
    site.form({"choice": "accept"})
    assert "_ga" in site.cookies


@pytest.mark.parametrize("kind", ["", "application/json", "text/plain", "nonsense"])
@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"next=//evil.test", b"a" * 16_384])
def test_any_body_will_do_for_a_withdrawal(site: Site, kind: str, body: bytes) -> None:
    response = site.form(body, "/_consent/withdraw", content_type=kind)
    assert response.status == (200 if "json" in kind else 303)
    assert all_of(response, b"location") in ([], [b"/"])
    assert [r.kind for r in site.store.stored] == ["withdraw"]


@pytest.mark.parametrize("path", ["/_consent", "/_consent/withdraw"])
def test_a_choice_ends_what_was_fetched_ahead_and_nothing_else(site: Site, path: str) -> None:
    sent = [site.form({"choice": kind}, path) for kind in ("accept", "reject")]
    sent.append(site.json({"choice": "save", "purposes": {"analytics": True}}, path))
    for response in sent:
        assert all_of(response, b"clear-site-data") == [b'"prefetchCache", "prerenderCache"']
    assert all_of(site.form({"choice": "nonsense"}), b"clear-site-data") == []


def test_a_withdrawal_has_a_limit_too(site: Site) -> None:
    assert site.form(b"a" * 16_385, "/_consent/withdraw").status == 400


def test_a_signal_is_recorded_and_is_not_undone_by_accept() -> None:
    site = a_site(place=Here("US", "US-CA"))
    site.form({"choice": "accept"}, sec_gpc="1")
    assert site.store.stored[0].gpc is True
    assert site.state(sec_gpc="1")["denied"]["advertising"] == "signal"


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (AGENT, "desktop"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148 Safari", "mobile"),
        ("Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) Safari/604.1", "tablet"),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "bot"),
        ("", "other"),
        ("\xff" * 5000, "other"),
    ],
)
def test_of_the_user_agent_only_its_class_is_kept(site: Site, agent: str, device: str) -> None:
    site.form({"choice": "accept"}, user_agent=agent)
    assert site.store.stored[0].device == device


def test_no_address_and_no_user_agent_in_the_ledger_file(tmp_path: Path) -> None:
    site = a_site(ledger=Deferred(f"sqlite:///{tmp_path / 'c.db'}"))
    said = {"user_agent": AGENT, "x_forwarded_for": "203.0.113.77", "referer": "/x?secret=1"}
    site.form({"choice": "accept", "next": "/private-path"}, **said)
    site.form({"choice": "reject"}, **said)
    assert site.guard.recorder.ledger is not None
    site.guard.recorder.ledger.close()
    data = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"de-tdddg" in data
    for word in (
        b"Unmistakable",
        b"Firefox",
        b"203.0.113",
        b"127.0.0.1",
        b"secret",
        b"private-path",
    ):
        assert word not in data


NAMES = ["host", "origin", "cookie", "content-type", "accept", "sec-fetch-site", "sec-fetch-user"]
NAMES += ["user-agent", "accept-language", "accept-encoding", "sec-gpc", "referer"]
HEADER = st.one_of(
    st.text(st.characters(max_codepoint=255), max_size=40),
    st.sampled_from(
        ["a\r\nSet-Cookie: x=y", "\n", "\0", "text/html\r\n\r\n<script>", "consent=\r\n"]
    ),
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    method=st.sampled_from(["GET", "HEAD", "POST", "DELETE", "\r\n", "OPTIONS"]),
    path=st.sampled_from(["", "/", "/withdraw", "/state", "/static/x\r\n", "/\r\nSet-Cookie: a"]),
    root=st.sampled_from(["", "/shop", "/é\r\n"]),
    headers=st.dictionaries(
        st.sampled_from(NAMES),
        HEADER,
    ),
    fetched=st.booleans(),
    body=st.one_of(
        st.binary(max_size=60),
        st.sampled_from(
            [
                b"choice=accept&next=/%0d%0aSet-Cookie:x",
                b"choice=reject&next=/%E2%80%A8",
                b'{"choice":"accept","next":"/\\r\\nX: y"}',
                b'{"choice":"save","purposes":{"\\r\\n":true}}',
                b"choice=accept&region=%0d%0a",
            ]
        ),
    ),
    query=st.binary(max_size=40),
)
def test_no_input_gets_into_a_header_or_breaks_us(
    guarded: Site,
    method: str,
    path: str,
    root: str,
    headers: dict[str, str],
    fetched: bool,
    body: bytes,
    query: bytes,
) -> None:
    if fetched:
        headers = {**headers, "sec-fetch-site": "same-origin", "content-type": "application/json"}
    named = [(k.encode(), v.encode("latin-1")) for k, v in headers.items()]
    request = Request(method, "https", "/_consent" + path, root, query, named, "x\r\n")
    outcome = guarded.guard.exchange(request).answer(body)
    for response in (outcome.on_stored, outcome.on_failed):
        assert headers_are_clean(response.headers)
        assert 200 <= response.status < 600
        assert size(response.headers) < 4096


@pytest.fixture(scope="module")
def guarded() -> Site:
    return a_site(https=True)


def test_no_log_line_can_be_forged(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    site.store.down = True
    site.guard.recorder._sleep = lambda _: None
    for body in (
        b"choice=save&purpose=x%0aFORGED",
        b"choice=reject&next=%0aFORGED",
        b"choice=accept",
    ):
        site.form(
            body, user_agent="x\nFORGED", accept_language="\nFORGED", cookie="consent=a\nFORGED"
        )
    assert not any(re.search(r"[\r\n]", r.getMessage()) for r in caplog.records)
    assert "FORGED" not in caplog.text


def test_what_a_choice_takes_back_goes_even_without_a_ledger(site: Site) -> None:
    """A refusal takes effect at once whatever the ledger does; the grant beside it does not."""
    site.form({"choice": "accept"})
    receipt = site.store.stored[0].receipt
    site.store.down = True
    response = site.json({"choice": "save", "purposes": {"analytics": True, "media": False}})
    assert response.status == 503
    assert "analytics" in granted(site)
    assert granted(site).isdisjoint({"advertising", "media"})
    site.store.down = False
    stored = site.guard.setup.tokens.read([site.cookies["consent"]], NOW)
    assert isinstance(stored, Stored)
    assert (stored.receipt, set(stored.granted)) == (receipt, {"analytics"})


def test_what_was_on_by_default_goes_even_without_a_ledger() -> None:
    site = a_site(place=Here("US", "US-ID"))
    site.store.down = True
    assert site.json({"choice": "save", "purposes": {"functional": True}}).status == 503
    assert granted(site).isdisjoint({"advertising", "analytics"})
    stored = site.guard.setup.tokens.read([site.cookies["consent"]], NOW)
    assert isinstance(stored, Stored)
    assert stored.receipt == ""
    site.store.down = False


def test_a_first_grant_that_is_not_stored_sets_no_cookie(site: Site) -> None:
    site.store.down = True
    for choice in ({"choice": "accept"}, {"choice": "save", "purposes": {"analytics": True}}):
        response = site.json(choice)
        assert response.status == 503
        assert all_of(response, b"set-cookie") == []


def test_refusing_everything_refuses_what_is_added_later() -> None:
    site = a_site(place=Here("US", "US-ID"))
    site.form({"choice": "reject"})
    later = a_site('[purposes.lottery]\ndescription = "New."\n', place=Here("US", "US-ID"))
    later.cookies = site.cookies
    assert later.state()["denied"]["lottery"] == "refused"
