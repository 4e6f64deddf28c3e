"""What stands in for arguments that were left out."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.conftest import SITE, a_policy

from consentguard.environment import UNSET, check_has, keys_of, ledger_of, policy_of
from consentguard.errors import ConfigError, KeyMissing
from consentguard.ledger.deferred import Deferred


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("POLICY", "SECRET_KEYS", "LEDGER"):
        monkeypatch.delenv(f"CONSENTGUARD_{name}", raising=False)
    monkeypatch.chdir(tmp_path)


def url(ledger: object) -> str:
    assert isinstance(ledger, Deferred)
    return ledger.url


def test_the_policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = a_policy()
    assert policy_of(policy) is policy
    with pytest.raises(ConfigError, match=r"consent\.toml"):
        policy_of(None)
    Path("consent.toml").write_text(SITE)
    assert policy_of(None).site.name == "Test"
    other = tmp_path / "other.toml"
    other.write_text(SITE.replace('"Test"', '"Other"'))
    monkeypatch.setenv("CONSENTGUARD_POLICY", str(other))
    assert policy_of(None).site.name == "Other"
    assert policy_of("consent.toml").site.name == "Test"
    assert policy_of(Path("consent.toml")).site.name == "Test"


def test_the_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    assert keys_of(None) == []
    monkeypatch.setenv("CONSENTGUARD_SECRET_KEYS", " old , new ,, ")
    assert keys_of(None) == ["old", "new"]
    assert keys_of("one") == ["one"]
    assert keys_of(b"a,b") == [b"a,b"]
    assert keys_of(("a", b"b")) == ["a", b"b"]
    assert keys_of("") == [""]  # an empty key is a mistake, not a wish for the environment's


@pytest.mark.parametrize(
    ("keys", "told"),
    [(["k" * 15], True), (["k" * 16, b"short"], True), (["k" * 16], False), ([], False)],
)
def test_a_short_key_is_told(
    keys: list[str | bytes], caplog: pytest.LogCaptureFixture, *, told: bool
) -> None:
    assert keys_of(keys) == keys
    assert ("fewer than 16 characters" in caplog.text) is told


def test_a_key_that_is_none_is_missing() -> None:
    with pytest.raises(KeyMissing):
        keys_of([None])  # type: ignore[list-item]


def test_what_an_argument_lacks_is_told_at_start() -> None:
    check_has("locate", geo=None)
    with pytest.raises(ConfigError, match=r"geo has to be something with locate\(\); it is of "):
        check_has("locate", geo="DE")


def test_the_ledger(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    policy = a_policy()
    assert url(ledger_of(UNSET, policy)) == "sqlite:///consent.db"
    assert "a container loses it" in caplog.text
    caplog.clear()
    stored = a_policy('[ledger]\nstore = "sqlite:////var/lib/x.db"\n')
    assert url(ledger_of(UNSET, stored)) == "sqlite:////var/lib/x.db"
    monkeypatch.setenv("CONSENTGUARD_LEDGER", "sqlite:///env.db")
    assert url(ledger_of(UNSET, stored)) == "sqlite:///env.db"
    assert url(ledger_of("sqlite:///arg.db", stored)) == "sqlite:///arg.db"
    own = Deferred("sqlite:///own.db")
    assert ledger_of(own, stored) is own
    assert caplog.text == ""
    assert ledger_of(None, stored) is None
    assert "nothing proves them" in caplog.text
    assert not list(Path.cwd().iterdir())  # nothing is opened yet


@pytest.mark.parametrize("bad", ["", "consent.db", "mysql://h/x"])
def test_a_ledger_of_another_kind_is_refused_at_start(
    bad: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConfigError):
        ledger_of(bad, a_policy())
    if bad:
        monkeypatch.setenv("CONSENTGUARD_LEDGER", bad)
        with pytest.raises(ConfigError):
            ledger_of(UNSET, a_policy())


def test_a_ledger_that_will_not_open_is_told_at_start(caplog: pytest.LogCaptureFixture) -> None:
    assert url(ledger_of("sqlite:///nowhere/x.db", a_policy())) == "sqlite:///nowhere/x.db"
    assert "nobody can agree to anything: there is no folder nowhere" in caplog.text
