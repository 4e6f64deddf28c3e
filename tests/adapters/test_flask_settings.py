"""What ``app.config`` may say, and when."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from tests.conftest import SITE, Here, a_policy

from consentguard.adapters.flask import ConsentGuard, current_consent
from consentguard.adapters.flask.settings import Settings
from consentguard.environment import UNSET
from consentguard.errors import ConfigError, KeyMissing, PolicyError
from consentguard.testing import grant

ROOT = Path(__file__).parent


def settings(**config: Any) -> Settings:
    config.setdefault("CONSENTGUARD_SECRET_KEYS", "key")
    return Settings.of(config, ROOT)


def an_app(**config: Any) -> Flask:
    app = Flask("site")
    app.config.update(
        SECRET_KEY="key", CONSENTGUARD_POLICY=a_policy(), CONSENTGUARD_LEDGER=None, **config
    )
    app.add_url_rule("/", "home", lambda: " ".join(current_consent.granted))
    return app


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("POLICY", "SECRET_KEYS", "LEDGER"):
        monkeypatch.delenv(f"CONSENTGUARD_{name}", raising=False)


def test_what_is_not_said() -> None:
    found = settings()
    assert found == Settings(Path("consent.toml"), ("key",), None, UNSET, ())


def test_what_is_said() -> None:
    found = settings(
        CONSENTGUARD_POLICY="policies/consent.toml",
        CONSENTGUARD_SECRET_KEYS=["old", b"new"],
        CONSENTGUARD_SITE_ID="shop",
        CONSENTGUARD_LEDGER="sqlite://",
        CONSENTGUARD_COOKIES={"b", "a"},
        JWT_ACCESS_COOKIE_NAME="token",
        CSRF_COOKIE_NAME=None,
    )
    path = Path("policies/consent.toml")
    assert found == Settings(path, ("old", b"new"), "shop", "sqlite://", ("a", "b", "token"))
    assert settings(CONSENTGUARD_COOKIES="tab").cookies == ("tab",)
    assert settings(CONSENTGUARD_LEDGER=None).ledger is None


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("CONSENTGUARD_POLCY", "did you mean 'CONSENTGUARD_POLICY'"),
        ("CONSENTGUARD_SECRET_KEY", "did you mean 'CONSENTGUARD_SECRET_KEYS'"),
        ("CONSENTGUARD_GEO", r"ConsentGuard\(geo=…\)"),
        ("CONSENTGUARD_DEBUG", "known: CONSENTGUARD_POLICY, "),
        ("CONSENTGUARD", "known: CONSENTGUARD_POLICY, "),
    ],
)
def test_a_misspelt_key_is_refused(key: str, hint: str) -> None:
    with pytest.raises(ConfigError, match=rf"config\['{key}'\] is no setting; .*{hint}"):
        settings(**{key: "x"})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("POLICY", 1),
        ("POLICY", ""),
        ("SECRET_KEYS", 7),
        ("SECRET_KEYS", {"new": "key"}),
        ("SECRET_KEYS", ["key", None]),
        ("SITE_ID", 7),
        ("SITE_ID", ""),
        ("LEDGER", ""),
        ("LEDGER", False),
        ("LEDGER", ["sqlite://"]),
        ("COOKIES", 7),
        ("COOKIES", [b"tab"]),
    ],
)
def test_an_impossible_value_is_refused(key: str, value: object) -> None:
    with pytest.raises(ConfigError, match=rf"config\['CONSENTGUARD_{key}'\] is .*; it has to be"):
        settings(**{f"CONSENTGUARD_{key}": value})


@pytest.mark.parametrize("key", ["CONSENTGUARD_SECRET_KEYS", "CONSENTGUARD_LEDGER"])
def test_a_secret_is_never_shown(key: str) -> None:
    with pytest.raises(ConfigError, match="of type list") as caught:
        settings(**{key: ["postgresql://shop:hush@db", 7]})
    assert "hush" not in str(caught.value)


def test_the_app_s_keys_are_the_next_best(monkeypatch: pytest.MonkeyPatch) -> None:
    app = {"SECRET_KEY": "now", "SECRET_KEY_FALLBACKS": ["last year", "long ago"]}
    assert Settings.of(app, ROOT).secret_keys == ("long ago", "last year", "now")
    assert settings(**app).secret_keys == ("key",)
    monkeypatch.setenv("CONSENTGUARD_SECRET_KEYS", "a,b")
    assert Settings.of(app, ROOT).secret_keys == ()  # the guard reads them


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"SECRET_KEY": None, "SECRET_KEY_FALLBACKS": ["old"]},
        {"SECRET_KEY": ""},
        {"SECRET_KEY": "key", "CONSENTGUARD_SECRET_KEYS": []},
        {"SECRET_KEY": "key", "CONSENTGUARD_SECRET_KEYS": ["old", ""]},
    ],
)
def test_no_key_is_a_mistake(config: dict[str, Any]) -> None:
    with pytest.raises(KeyMissing) as caught:
        Settings.of(config, ROOT)
    assert "before init_app" in caught.value.__notes__[0]


def test_a_policy_stands_in_the_working_folder_or_beside_the_app(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, beside = tmp_path / "here", tmp_path / "site"
    for folder in (here, beside):
        folder.mkdir()
        (folder / "consent.toml").write_text(SITE)
    monkeypatch.chdir(here)
    config = {"SECRET_KEY": "key"}
    assert Settings.of(config, beside).policy == Path("consent.toml")
    (here / "consent.toml").unlink()
    assert Settings.of(config, beside).policy == beside / "consent.toml"
    monkeypatch.setenv("CONSENTGUARD_POLICY", "other.toml")
    assert Settings.of(config, beside).policy == Path("other.toml")


def test_mistakes_show_at_start(tmp_path: Path) -> None:
    app = an_app(CONSENTGUARD_LEGDER="sqlite://")
    with pytest.raises(ConfigError, match="CONSENTGUARD_LEDGER"):
        ConsentGuard(app)
    broken = tmp_path / "consent.toml"
    broken.write_text(SITE + "[regins]\n")
    app = an_app()
    app.config["CONSENTGUARD_POLICY"] = str(broken)
    with pytest.raises(PolicyError, match="regins"):
        ConsentGuard(app)
    app.config["CONSENTGUARD_POLICY"] = str(tmp_path / "missing.toml")
    with pytest.raises(ConfigError, match=r"missing\.toml"):
        ConsentGuard(app)
    assert "consentguard" not in app.extensions


def test_a_rotated_key_still_reads_what_the_old_one_signed() -> None:
    app = an_app()
    ConsentGuard(app, geo=Here("DE"))
    client = app.test_client()
    grant(client, "analytics")
    app.config.update(SECRET_KEY="new", SECRET_KEY_FALLBACKS=["key"])
    assert "analytics" in client.get("/").text
    app.config.update(SECRET_KEY_FALLBACKS=[])
    assert "analytics" not in client.get("/").text


def test_what_is_configured_after_init_app_counts() -> None:
    app = an_app(SECRET_KEY_FALLBACKS=[])
    extension = ConsentGuard(app, geo=Here("DE"))
    first = app.extensions["consentguard"]._guard  # to ask for it would be the first request
    app.config["SECRET_KEY_FALLBACKS"].append("old")  # the very same list
    app.test_client().get("/")
    assert extension.guard is not first
    second = extension.guard
    app.config["UNRELATED"] = 1
    app.test_client().get("/")
    assert extension.guard is second
    app.config["CONSENTGUARD_SITE_ID"] = "other"
    assert extension.guard.setup.site_id == "other"
    app.config["CONSENTGUARD_POLICY"] = a_policy('[enforcement]\nconsent_path = "/choices"\n')
    assert app.test_client().get("/choices").status_code == 200


def test_a_late_mistake_raises_until_somebody_was_served() -> None:
    app = an_app(TESTING=True)
    ConsentGuard(app, geo=Here("DE"))
    app.config["CONSENTGUARD_LEGDER"] = "sqlite://"
    for _ in range(2):
        with pytest.raises(ConfigError, match="CONSENTGUARD_LEDGER"):
            app.test_client().get("/")
    del app.config["CONSENTGUARD_LEGDER"]
    assert app.test_client().get("/").status_code == 200


def test_a_mistake_later_on_is_logged_once_and_serves_on(caplog: pytest.LogCaptureFixture) -> None:
    app = an_app(TESTING=True)
    extension = ConsentGuard(app, geo=Here("DE"))
    client = app.test_client()
    client.get("/")
    guard = extension.guard
    app.config["CONSENTGUARD_POLICY"] = "nowhere.toml"
    for _ in range(3):
        assert client.get("/").status_code == 200
    assert extension.guard is guard
    errors = [r for r in caplog.records if r.levelno == logging.ERROR]
    assert len(errors) == 1
    assert "what held before" in errors[0].getMessage()


def test_the_prefixed_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "consent.toml").write_text(SITE)
    monkeypatch.setenv("FLASK_CONSENTGUARD_POLICY", str(tmp_path / "consent.toml"))
    monkeypatch.setenv("FLASK_CONSENTGUARD_SECRET_KEYS", '["old", "new"]')
    monkeypatch.setenv("FLASK_CONSENTGUARD_LEDGER", "null")
    app = Flask("site")
    app.config.from_prefixed_env()
    ConsentGuard(app)
    found = app.extensions["consentguard"].settings
    assert found.secret_keys == ("old", "new")
    assert found.ledger is None
