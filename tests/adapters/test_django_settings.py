"""Mistakes of the site are found at start, each with its remedy."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.core.management import CommandError, ManagementUtility, call_command
from django.middleware.gzip import GZipMiddleware
from django.test import Client, override_settings
from tests.adapters.django_site import GUARD, MIDDLEWARE, site
from tests.conftest import SITE, Here, a_policy

from consentguard.adapters.django import guard
from consentguard.adapters.django.checks import check
from consentguard.adapters.django.conf import read
from consentguard.adapters.django.middleware import ConsentMiddleware
from consentguard.adapters.django.middleware import _warn as warned
from consentguard.errors import ConfigError
from consentguard.testing import grant

GZIP, CONDITIONAL = MIDDLEWARE[:2]
SESSION = "django.contrib.sessions.middleware.SessionMiddleware"
CACHE = "django.middleware.cache.UpdateCacheMiddleware"
CSP = "csp.middleware.CSPMiddleware"
COMMON = "django.middleware.common.CommonMiddleware"


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("POLICY", "SECRET_KEYS", "LEDGER"):
        monkeypatch.delenv(f"CONSENTGUARD_{name}", raising=False)


@pytest.fixture
def policy_file(tmp_path: Path) -> Path:
    path = tmp_path / "consent.toml"
    path.write_text(SITE)
    return path


def ids() -> list[str]:
    return [str(message.id).removeprefix("consentguard.") for message in check()]


def test_nothing_is_wrong() -> None:
    with site():
        assert ids() == []
        assert [m for m in run_checks() if str(m.id).startswith("consentguard")] == []


@pytest.mark.parametrize(
    ("more", "id", "says"),
    [
        ({"POLICI": "x"}, "E001", "did you mean 'POLICY'?"),
        ({"policy": "x"}, "E001", "did you mean 'POLICY'?"),
        ({"SECRETS": "x"}, "E001", "did you mean 'SECRET_KEYS'?"),
        ({"WRONG": 1}, "E001", "known: POLICY"),
        ({"COOKIES": "sid"}, "E001", "has to be a list of names; it is of type str"),
        ({"COOKIES": None}, "E001", "has to be a list of names; it is of type NoneType"),
        ({"LEDGER": 7}, "E001", "append"),
        ({"LEDGER": "consent.db"}, "E001", "give a URL such as sqlite:"),
        ({"GEO": f"{__name__}.failing"}, "E001", "no such disk"),
        ({"GEO": 7}, "E001", "locate"),
        ({"SECRET_KEYS": [1]}, "E001", "oldest first"),
        ({"SECRET_KEYS": []}, "E003", "secret key"),
        ({"SECRET_KEYS": ["a", ""]}, "E003", "secret key"),
        ({"ACCOUNT": "tests.adapters.django_site.nothing"}, "E004", "nothing"),
        ({"AFTER_CHOICE": ["tests.nowhere.hook"]}, "E004", "tests.nowhere"),
        ({"POLICY": "/nowhere/consent.toml"}, "E002", "/nowhere/consent.toml"),
    ],
)
def test_a_mistake_in_the_dict(more: dict[str, Any], id: str, says: str) -> None:
    with site(more=more):
        found = [m for m in check() if m.id == f"consentguard.{id}"]
        assert any(says in m.msg for m in found), check()
        if "known:" not in says:
            assert all("CONSENTGUARD = {" in (m.hint or "") for m in found)
        with pytest.raises(ConfigError, match=r"(?s)consentguard|CONSENTGUARD|consent\.toml"):
            Client().get("/")


class failing:  # noqa: N801 - a dotted path leads to it
    def __init__(self) -> None:
        raise OSError("no such disk")


def test_a_ledger_of_the_environment_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONSENTGUARD_LEDGER", "mysql://root:secret@h/x")
    with site():
        assert ids() == []
        settings.CONSENTGUARD.pop("LEDGER")
        (found,) = check()
    assert found.id == "consentguard.E008"
    assert "mysql" in found.msg
    assert "secret" not in found.msg


def test_warnings_are_in_the_log_of_the_server(caplog: pytest.LogCaptureFixture) -> None:
    warned.cache_clear()
    with site([SESSION, GUARD]):
        for _ in range(2):
            ConsentMiddleware(lambda request: None)
    (record,) = [r for r in caplog.records if "W003" in r.message]
    assert ordered(GUARD, SESSION) in record.message


def test_every_mistake_is_named_at_once() -> None:
    with site([GUARD, GUARD], more={"POLICI": 1, "COOKIES": "a"}):
        assert ids() == ["E001", "E001", "E006"]
        with pytest.raises(ConfigError) as caught:
            ConsentMiddleware(lambda request: None)
    assert all(word in str(caught.value) for word in ("POLICI", "COOKIES", "more than once"))


def test_it_has_to_be_a_dict() -> None:
    with override_settings(MIDDLEWARE=MIDDLEWARE, CONSENTGUARD=["POLICY"]):
        assert "E001" in ids()


def ordered(*paths: str) -> str:
    return "MIDDLEWARE = [\n" + "".join(f'        "{path}",\n' for path in paths) + "    ]"


@pytest.mark.parametrize(
    ("middleware", "found", "corrected"),
    [
        ([COMMON], ["E005"], [COMMON, GUARD]),
        ([COMMON, SESSION], ["E005"], [COMMON, GUARD, SESSION]),
        ([COMMON, "consentguard.adapters.django.Misspelt"], ["E005"], [COMMON, GUARD]),
        ([GUARD, GZIP], ["W001"], [GZIP, GUARD]),
        ([COMMON, GUARD, CONDITIONAL], ["W002"], [COMMON, CONDITIONAL, GUARD]),
        ([COMMON, SESSION, GUARD], ["W003"], [COMMON, GUARD, SESSION]),
        ([CSP, GUARD], ["W004"], [GUARD, CSP]),
        ([CACHE, COMMON, GUARD], ["E007"], [GUARD, CACHE, COMMON]),
        ([GUARD, COMMON, GUARD], ["E006"], [GUARD, COMMON]),
        (
            [SESSION, CACHE, GUARD, GZIP, CONDITIONAL],
            ["W003", "E007", "W001", "W002"],
            [GZIP, CONDITIONAL, GUARD, SESSION, CACHE],
        ),
    ],
)
def test_a_wrong_order(middleware: list[str], found: list[str], corrected: list[str]) -> None:
    with site(middleware):
        assert ids() == found
        assert {message.hint for message in check()} == {ordered(*corrected)}
    with site(corrected):
        assert ids() == []


def test_a_subclass_is_one_too() -> None:
    with site([f"{__name__}.MyGZip", f"{__name__}.MyGuard"]):
        assert ids() == []
        assert Client().get("/data").json() == {"analytics": False}
    with site([f"{__name__}.MyGuard", f"{__name__}.MyGZip"]):
        assert ids() == ["W001"]


class MyGuard(ConsentMiddleware):
    pass


class MyGZip(GZipMiddleware):
    pass


def test_an_account_may_need_the_session_first() -> None:
    with site([SESSION, GUARD], more={"ACCOUNT": lambda request: None}):
        assert ids() == []


@pytest.mark.parametrize(
    ("more", "id"),
    [
        ({"USE_X_FORWARDED_HOST": True}, "W005"),
        ({"SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https")}, "W005"),
        ({"SESSION_COOKIE_SECURE": True}, "W006"),
        ({"SECURE_SSL_REDIRECT": True}, "W006"),
    ],
)
def test_the_policy_and_django_say_different_things(more: dict[str, Any], id: str) -> None:
    with site(**more):
        assert ids() == [id]
    if id == "W005":
        with site(policy="[geo]\ntrusted_proxies = 1\n", **more):
            assert ids() == []


def test_the_host_that_a_proxy_names_counts() -> None:
    with site(USE_X_FORWARDED_HOST=True):
        answer = Client().post(
            "/_consent",
            "choice=reject",
            content_type="application/x-www-form-urlencoded",
            headers={"origin": "https://shop.test", "x-forwarded-host": "shop.test"},
        )
        assert answer.status_code == 303


def test_keys_of_django_are_turned_round() -> None:
    with site(SECRET_KEY="new", SECRET_KEY_FALLBACKS=["older", "oldest"]):
        assert read()[0].secret_keys == ["oldest", "older", "new"]
    old = Client()
    with site(SECRET_KEY="older"):
        grant(old)
    for keys, allowed in (
        ({"SECRET_KEY": "older"}, True),
        ({"SECRET_KEY": "new", "SECRET_KEY_FALLBACKS": ["older"]}, True),
        ({"SECRET_KEY": "new"}, False),
    ):
        with site(**keys):
            client = Client()  # another process, the same browser
            client.cookies = old.cookies
            assert client.get("/data").json() == {"analytics": allowed}


def test_a_site_without_a_key() -> None:
    with site(SECRET_KEY=""):
        assert ids() == ["E003"]


def test_the_environment_and_the_folder(
    monkeypatch: pytest.MonkeyPatch, policy_file: Path, tmp_path: Path
) -> None:
    with override_settings(CONSENTGUARD={}, BASE_DIR=tmp_path, MIDDLEWARE=[GUARD]):
        assert read()[0].policy == policy_file
        assert ids() == []
        monkeypatch.setenv("CONSENTGUARD_POLICY", "other.toml")
        monkeypatch.setenv("CONSENTGUARD_SECRET_KEYS", "a,b")
        assert read()[0].policy == "other.toml"
        assert read()[0].secret_keys == ["a", "b"]


def test_one_guard_for_the_process_and_none_from_other_settings() -> None:
    with site():
        first = guard()
        assert guard() is first
        assert ConsentMiddleware(lambda request: None).guard is first
    with site(place=Here("US", "US-CA")):
        assert guard() is not first


def test_a_locator_by_its_path() -> None:
    with site(more={"GEO": "tests.conftest.Here"}):
        assert isinstance(guard().geo, Here)


def run(*said: str) -> str:
    out = StringIO()
    call_command("consent", *said, stdout=out, stderr=out)
    return out.getvalue()


@pytest.fixture
def _settings(policy_file: Path) -> Iterator[None]:
    with site(more={"POLICY": policy_file, "LEDGER": "sqlite:///x.db"}):
        yield


@pytest.mark.usefixtures("_settings")
def test_the_command_knows_the_policy_of_the_settings() -> None:
    assert run("check").startswith("Test: version")
    found = json.loads(run("explain", "--country", "DE", "--json"))
    assert found["country"] == "DE"
    assert json.loads(run("classify", "_ga", "--json"))[0]["purpose"] == "analytics"
    assert "CONSENTGUARD_POLICY" not in os.environ


@pytest.mark.usefixtures("_settings")
def test_the_command_exits_with_the_code_of_the_command(policy_file: Path) -> None:
    policy_file.write_text("schema = 1\n[sight]\n")
    with pytest.raises(CommandError, match="exit code 2") as caught:
        run("check")
    assert caught.value.returncode == 2
    with pytest.raises(SystemExit) as exited:
        ManagementUtility(["manage.py", "consent", "check"]).execute()
    assert exited.value.code == 2


@pytest.mark.usefixtures("_settings")
def test_the_command_alone_says_which_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exited:
        ManagementUtility(["manage.py", "consent"]).execute()
    assert exited.value.code == 2
    assert "explain" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        ManagementUtility(["manage.py", "consent", "explain", "--help"]).execute()
    assert "usage: manage.py consent explain" in capsys.readouterr().out


def test_the_command_lists_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        call_command("consent", "--help")
    assert "explain" in capsys.readouterr().out


def test_a_policy_that_is_no_file() -> None:
    with site(more={"POLICY": a_policy()}):
        assert ids() == []
        with pytest.raises(CommandError, match="no file"):
            run("explain", "--country", "DE")
