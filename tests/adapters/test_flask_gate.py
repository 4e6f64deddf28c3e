"""What the app is told, and asked, in a context of the request."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import flask
import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient
from tests.conftest import Here, a_policy

from consentguard.adapters.flask import ConsentGuard, current_consent
from consentguard.hooks import Chosen
from consentguard.ledger.sql import SQLLedger
from consentguard.model import Account
from consentguard.testing import grant, refuse


def an_app(ledger: Any = None) -> Flask:
    app = Flask("site")
    app.config.update(SECRET_KEY="key", CONSENTGUARD_POLICY=a_policy(), CONSENTGUARD_LEDGER=ledger)

    @app.get("/in/<user>")
    def log_in(user: str) -> str:
        flask.session["user"] = user
        return "in"

    app.add_url_rule("/", "home", lambda: " ".join(current_consent.granted))
    return app


def in_(app: Flask, user: str) -> FlaskClient:
    client = app.test_client()
    client.get(f"/in/{user}")
    return client


def test_hooks_know_who_is_signed_in() -> None:
    app, kept = an_app(), dict[str, str]()
    extension = ConsentGuard(geo=Here("DE"))
    extension.init_app(app)

    @extension.after_choice
    def keep(chosen: Chosen) -> None:
        assert flask.request.path == "/_consent"
        assert flask.current_app.name == "site"
        kept[flask.session["user"]] = chosen.subject

    grant(in_(app, "ada"), "analytics")
    refuse(in_(app, "bob"))
    with app.app_context():
        assert extension.decision_for(kept["ada"], Account("DE")).allows("analytics")
        assert not extension.decision_for(kept["bob"], Account("DE")).allows("analytics")
        assert not extension.decision_for("", Account("DE")).allows("analytics")


def test_hooks_may_be_given_and_may_fail(caplog: pytest.LogCaptureFixture) -> None:
    told: list[str] = []

    async def later(chosen: Chosen) -> None:
        told.append(f"async {chosen.decision.allows('analytics')} {flask.session.get('user')}")

    def fails(chosen: Chosen) -> None:
        raise ValueError("no")

    app = an_app()
    ConsentGuard(app, geo=Here("DE"), after_choice=[fails, later])
    client = in_(app, "ada")
    grant(client)
    assert told == ["async True ada"]
    assert "fails" in caplog.text
    app = an_app()
    ConsentGuard(app, geo=Here("DE"), after_choice=later)
    refuse(app.test_client())
    assert told[1:] == ["async False None"]


def test_a_context_that_cannot_be_made_undoes_no_choice(caplog: pytest.LogCaptureFixture) -> None:
    class Down(SecureCookieSessionInterface):
        def open_session(self, app: Flask, request: flask.Request) -> None:
            raise ConnectionError("the sessions' database is down")

    app = an_app()
    ConsentGuard(app, geo=Here("DE"), after_choice=lambda chosen: None)
    app.session_interface = Down()
    client = app.test_client()
    client.post("/_consent", data={"choice": "reject"}, headers={"Sec-Fetch-Site": "same-origin"})
    assert client.get_cookie("consent") is not None
    assert "the sessions' database is down" in caplog.text
    assert not flask.has_app_context()
    assert "the choice holds all the same" in caplog.text


def test_the_account_is_asked_in_its_request() -> None:
    homes = {"ada": "DE", "bob": "US"}
    asked: list[str] = []

    def account(request: object) -> Account | None:
        asked.append(flask.request.path)
        user = flask.session.get("user")
        return Account(homes[user], "TX" if user == "bob" else "") if user else None

    app = an_app()
    ended: list[str] = []
    app.teardown_request(lambda _: ended.append(flask.request.path))

    @app.get("/both")
    def both() -> str:
        mine = current_consent.region.id
        return f"{mine} {in_(app, 'bob').get('/region').text} {current_consent.region.id}"

    app.add_url_rule("/region", "region", lambda: current_consent.region.id)
    ConsentGuard(app, geo=Here("BR"), account=account)
    ada, bob, nobody = in_(app, "ada"), in_(app, "bob"), app.test_client()
    regions = [client.get("/region").text for client in (ada, bob, nobody)]
    assert len(set(regions)) == 3
    # A request within a request: each is asked about its own.
    assert ada.get("/both").text == f"{regions[0]} {regions[1]} {regions[0]}"
    ended.clear()
    # Asked for in the view, it is asked there: nothing of the request's ends before the request.
    assert nobody.get("/region").text == regions[2]
    assert ended == ["/region"]


def test_a_choice_is_in_the_ledger(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/consent.db"
    app = an_app(url)
    ConsentGuard(app, geo=Here("DE"))
    client = app.test_client()
    grant(client, "analytics")
    refuse(client)
    kinds = [record["kind"] for record in SQLLedger(url).records()]
    assert len(kinds) == 2


def test_threads_get_one_guard() -> None:
    app = an_app()
    extension = ConsentGuard(app, geo=Here("DE"))
    app.config["CONSENTGUARD_SITE_ID"] = "other"
    guards: list[object] = []
    start = threading.Barrier(4)

    def ask() -> None:
        start.wait()
        guards.append(extension.guard)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(guards) == 4
    assert len(set(map(id, guards))) == 1
