"""What is kept of a visitor: shown to nobody else, taken along, and deleted when they say so."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from tests.conftest import Here
from tests.pages.driving import Site, a_site, all_of, first

from consentguard.consent.token import Stored

Read = Callable[[str], Any]


@pytest.fixture
def site() -> Site:
    return a_site()


def own(site: Site, query: bytes = b"format=json") -> dict[str, Any]:
    response = site.get("/_consent/me", query)
    assert response.status == 200
    return dict(json.loads(response.body))


def page(site: Site, read: Read, path: str = "/_consent/me", query: bytes = b"") -> Any:
    response = site.get(path, query)
    assert response.status == 200
    return read(response.body.decode())


def test_who_agreed_sees_the_record(site: Site, read: Read) -> None:
    site.json({"choice": "save", "purposes": {"analytics": True}})
    told = own(site)
    assert told["controller"] == "Test Ltd"
    assert told["browser"]["receipt"] == "receipt-1"
    assert told["browser"]["granted"] == ["analytics"]
    (record,) = told["records"]
    assert (record["kind"], record["granted"]) == ("save", ["analytics"])
    assert record["time"] == "2026-11-18T11:06:40Z"
    shown = page(site, read)
    assert shown.one("code").text == "receipt-1"
    facts = shown.one("dl", class_="cg-facts cg-record").text
    assert "Save choices" in facts
    assert "Analytics" in facts
    assert shown.one("time").attrs["datetime"] == record["time"]


def test_records_are_found_by_the_signed_cookie_alone(site: Site) -> None:
    site.json({"choice": "accept"})
    stranger = Site(site.guard, site.store)
    for query in (b"format=json", b"format=json&receipt-1", b"format=json&id=receipt-1"):
        assert own(stranger, query) | {"exported": ""} == {
            "site": "Test",
            "controller": "Test Ltd",
            "contact": "privacy@site.test",
            "policy_url": "/privacy",
            "exported": "",
            "browser": None,
            "records": [],
        }


def test_who_has_no_number_is_not_looked_up(site: Site) -> None:
    site.form({"choice": "reject"})
    site.store.down = True
    assert own(site)["browser"]["denied"] == ["*"]
    assert site.get("/_consent/me").status == 200


def test_another_sites_records_are_not_found(site: Site) -> None:
    site.json({"choice": "accept"})
    site.store.stored = [replace(record, site="Other") for record in site.store.stored]
    assert own(site)["records"] == []


def test_a_download_is_a_file(site: Site) -> None:
    site.json({"choice": "accept"})
    response = site.get("/_consent/me", b"format=json&download=1")
    assert first(response, b"content-disposition") == b'attachment; filename="consent.json"'
    assert first(response, b"cache-control") == b"no-store"
    assert all_of(site.get("/_consent/me", b"format=json"), b"content-disposition") == []


def test_a_ledger_that_is_down_is_said(site: Site, read: Read) -> None:
    site.json({"choice": "accept"})
    site.store.down = True
    for query, words in ((b"", "could not be reached"), (b"format=json", "cannot be reached")):
        response = site.get("/_consent/me", query)
        assert response.status == 503
        assert words in response.body.decode()


def test_a_site_without_a_ledger_says_so(read: Read) -> None:
    site = a_site(ledger=None)
    site.json({"choice": "accept"})
    assert "This site keeps no records." in page(site, read).one("main").text
    assert own(site)["records"] is None


def test_all_that_a_visitor_agreed_to_is_shown_and_erased(site: Site) -> None:
    for choice in ({"choice": "accept"}, {"choice": "save", "purposes": {"analytics": True}}):
        site.json(choice)
    site.json({"choice": "allow", "services": {"youtube": True}})
    assert [r["kind"] for r in own(site)["records"]] == ["accept", "save", "allow"]
    assert {r.receipt for r in site.store.stored} == {"receipt-1"}
    site.json({"action": "erase"}, "/_consent/me")
    assert {r.receipt for r in site.store.stored} == {""}
    # Who agrees again has a number that nothing earlier leads to.
    site.json({"choice": "accept"})
    assert len(own(site)["records"]) == 1


def test_the_record_of_one_service_says_what_stays_refused(site: Site) -> None:
    site.json({"choice": "reject"})
    site.json({"choice": "allow", "services": {"youtube": True}})
    record = own(site)["records"][-1]
    assert record["granted"] == []
    assert record["services"] == {"youtube": True}
    assert {"analytics", "advertising", "media"} <= set(record["denied"])
    assert "*" not in record["denied"]


@pytest.mark.parametrize("how", ["form", "json", "delete"])
def test_to_be_forgotten(site: Site, how: str) -> None:
    site.json({"choice": "accept"})
    site.cookies["_ga"] = "1"
    if how == "form":
        answer = site.form({"action": "erase", "next": "/"}, "/_consent/me")
        assert answer.status == 303
    elif how == "json":
        answer = site.json({"action": "erase"}, "/_consent/me")
    else:
        sent = {"sec-fetch-site": "same-origin"}
        answer = site.send(site.request("DELETE", "/_consent/me", headers=sent))
    assert "_ga" not in site.cookies
    assert [(r.kind, r.receipt) for r in site.store.stored] == [("accept", ""), ("erase", "")]
    stored = site.guard.setup.tokens.read([site.cookies["consent"]], site.guard.setup.clock())
    assert isinstance(stored, Stored)
    assert (stored.receipt, stored.granted) == ("", {})
    assert site.state()["denied"]["analytics"] == "refused"
    if how != "form":
        assert answer.status == 200
        assert json.loads(answer.body)["denied"]["analytics"] == "refused"


def test_where_no_law_wants_records_they_are_deleted() -> None:
    site = a_site(place=Here("US", "US-FL"))
    assert site.state()["region"] == "us-nogpc"
    assert not site.guard.policy.regions["us-nogpc"].records
    site.json({"choice": "accept"})
    site.json({"action": "erase"}, "/_consent/me")
    assert [r.kind for r in site.store.stored] == ["erase"]


def test_nothing_is_changed_where_the_ledger_cannot_forget(site: Site) -> None:
    site.json({"choice": "accept"})
    before = dict(site.cookies)
    site.store.down = True
    for answer in (
        site.form({"action": "erase"}, "/_consent/me"),
        site.json({"action": "erase"}, "/_consent/me"),
    ):
        assert answer.status == 503
        assert all_of(answer, b"set-cookie") == []
    assert site.cookies == before
    site.store.down = False
    assert site.json({"action": "erase"}, "/_consent/me").status == 200


@pytest.mark.parametrize(
    "said", [b"", b"action=reject", b"action", b"\xff", b"action=erase&" * 600]
)
def test_anything_else_changes_nothing(site: Site, said: bytes) -> None:
    site.json({"choice": "accept"})
    before = dict(site.cookies)
    assert site.form(said, "/_consent/me").status == 400
    assert site.cookies == before
    assert site.store.stored[0].receipt == "receipt-1"


def test_the_receipt_of_a_refusal_proves_itself(site: Site, read: Read) -> None:
    answer = json.loads(site.json({"choice": "reject"}).body)
    url = urlsplit(answer["receipt"])
    assert url.path == "/_consent/me"
    # Kept elsewhere, and opened by a browser that knows nothing.
    stranger = Site(site.guard, site.store)
    stranger.store.down = True
    shown = page(stranger, read, url.path, url.query.encode())
    assert shown.one("h1").text == "Receipt"
    assert "Reject all" in shown.one("dl").text
    told = own(stranger, url.query.encode() + b"&format=json")
    assert told["receipt"]["kind"] == "reject"
    assert told["receipt"]["receipt"] == ""


def test_a_receipt_that_is_not_ours_is_refused(site: Site) -> None:
    answer = json.loads(site.json({"choice": "reject"}).body)
    token = parse_qs(urlsplit(answer["receipt"]).query)["receipt"][0]
    for other in ("x", token[:-9], token.replace(token[7], "-"), site.cookies["consent"]):
        response = site.get("/_consent/me", f"receipt={other}".encode())
        assert response.status == 400
        assert b"not signed by this site" in response.body


def test_a_choice_on_the_settings_page_is_seen_there(site: Site, read: Read) -> None:
    settings = page(site, read, "/_consent", b"next=/artist")
    onward = {e.attrs["value"] for e in settings.all("input", name="next")}
    assert onward == {"/_consent?next=/artist"}
    answer = site.form({"choice": "reject", "next": onward.pop()})
    url = urlsplit(first(answer, b"location").decode())
    shown = page(site, read, url.path, url.query.encode())
    message = shown.one(class_="cg-message")
    assert message.attrs["role"] == "status"
    assert message.text.startswith("Your choice is saved.")
    links = [e.attrs["href"] for e in shown.all("a") if message in e.inside]
    assert links[0] == "/artist"
    assert re.fullmatch(r"/_consent/me\?receipt=[\w.-]+", links[1])
    # Whoever makes up such an address shows nothing.
    forged = page(site, read, "/_consent", b"next=/&receipt=made-up")
    assert forged.all(class_="cg-message") == []


def test_a_link_to_a_receipt_tells_nobody_that_their_choice_is_saved(
    site: Site, read: Read
) -> None:
    answer = site.form({"choice": "reject", "next": "/_consent"})
    url = urlsplit(first(answer, b"location").decode())
    query = url.query.encode()

    def said(**headers: str) -> int:
        return len(read(site.get("/_consent", query, **headers).body.decode()).all(role="status"))

    assert said(sec_fetch_site="same-origin") == said() == 1
    assert said(sec_fetch_site="cross-site") == said(sec_fetch_site="same-site") == 0


def test_the_settings_page_offers_what_there_is(site: Site, read: Read) -> None:
    assert page(site, read, "/_consent").all(data_cg="erase") == []
    site.form({"choice": "accept"})
    settings = page(site, read, "/_consent")
    assert settings.one(data_cg="erase").attrs["value"] == "erase"
    assert settings.one("a", href="/_consent/me").text == "Show the receipt"
    assert settings.one("a", href="/_consent/me?format=json&download=1")
    answer = site.form({"action": "erase", "next": "/_consent"}, "/_consent/me")
    url = urlsplit(first(answer, b"location").decode())
    shown = page(site, read, url.path, url.query.encode())
    assert shown.one(class_="cg-message").text.startswith("Your data is deleted.")


def test_it_stays_in_the_language_of_the_page_that_it_was_opened_from(read: Read) -> None:
    site = a_site('languages = ["en", "de"]\n')
    settings = page(site, read, "/_consent", b"lang=de&next=/artist")
    onward = settings.all("input", name="next")[0].attrs["value"]
    assert onward == "/_consent?lang=de&next=/artist"
    query = b"lang=de"
    sent = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}
    body = urlencode({"choice": "accept", "next": onward}).encode()
    answer = site.send(site.request("POST", "/_consent", query, sent), body)
    url = urlsplit(first(answer, b"location").decode())
    shown = page(site, read, url.path, url.query.encode())
    assert shown.one("html").attrs["lang"] == "de"
    paths = [str(e.attrs["href"]) for e in shown.all("a") if "/me" in str(e.attrs["href"])]
    assert len(paths) == 3
    for path in paths:
        assert "lang=de" in path
    assert page(site, read, query=query).one("h1").text == "Ihre Daten"


def test_hooks_are_told_that_somebody_is_forgotten(site: Site) -> None:
    told: list[Any] = []
    site.guard._after = (told.append,)
    site.json({"choice": "accept"})
    request = site.request("DELETE", "/_consent/me", headers={"sec-fetch-site": "same-origin"})
    exchange = site.guard.exchange(request)
    site.guard.settle(exchange, b"")
    site.guard.tell(exchange)
    assert [chosen.record.kind for chosen in told] == ["erase"]
