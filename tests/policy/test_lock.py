"""Texts that somebody has approved, and no others."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.conftest import SITE

from consentguard.errors import ConfigError
from consentguard.guard import ConsentGuard
from consentguard.locales import load
from consentguard.policy import load as load_policy
from consentguard.policy import lock
from consentguard.policy.wording import spoken

OWN = "[texts.de]\n'button.accept' = 'Alles annehmen'\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "consent.toml"
    path.write_text(SITE + "languages = ['en', 'de']\n" + OWN, "utf-8")
    return path


def approve(file: Path) -> None:
    policy = load_policy(file)
    text = lock.written(policy.site.name, "2026-11-22", spoken(policy))
    lock.path_of(file).write_text(text, "utf-8")


def start(file: Path) -> ConsentGuard:
    return ConsentGuard(load_policy(file), ["key"], ledger=None)


def test_nothing_is_held_where_nothing_is_locked(file: Path) -> None:
    assert load_policy(file).approved is None
    assert start(file).setup.texts["de"]["button.accept"] == "Alles annehmen"


def test_what_is_approved_starts(file: Path) -> None:
    approve(file)
    assert start(file).setup.texts["de"]["button.accept"] == "Alles annehmen"


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ("Alles annehmen", "Ja!", "de: button.accept"),
        (OWN, "", "de: button.accept"),
        ("'de'", "'de', 'fr'", "fr: "),
        ("'button.accept'", "'banner.title' = 'Kekse'\n'button.accept'", "de: banner.title"),
    ],
)
def test_a_start_refuses_what_nobody_approved(
    file: Path, before: str, after: str, named: str
) -> None:
    approve(file)
    file.write_text(file.read_text("utf-8").replace(before, after), "utf-8")
    with pytest.raises(ConfigError, match=f"nobody has approved: {named}.*texts lock"):
        start(file)


def test_a_text_that_is_new_in_the_package_is_refused_too(file: Path) -> None:
    approve(file)
    path = lock.path_of(file)
    path.write_text(re.sub(r'"banner.title" = .*\n', "", path.read_text("utf-8")), "utf-8")
    with pytest.raises(ConfigError, match=r"de: banner.title|en: banner.title"):
        start(file)


@pytest.mark.parametrize("text", ["[de", "de = 1\n", "\xff"])
def test_a_lock_that_cannot_be_read_is_not_taken_for_none(file: Path, text: str) -> None:
    lock.path_of(file).write_bytes(text.encode("latin-1"))
    with pytest.raises(ConfigError, match="writes it anew"):
        load_policy(file)


def test_the_name_of_the_site_ends_no_line(file: Path) -> None:
    text = lock.written("A\nsite", "2026-11-22", {"en": load("en")})
    assert "for A site, by hash, on 2026-11-22" in text


def test_it_stands_beside_the_policy_file() -> None:
    assert lock.path_of("/srv/consent.toml") == Path("/srv/consent.lock")
    assert lock.read("/no/such/consent.toml") is None


def test_differences_are_told_by_language_and_key() -> None:
    english = {"en": load("en")}
    approved = {"en": dict.fromkeys(load("en"), "0")}
    assert len(list(lock.differences(approved, english))) == len(load("en"))
    assert next(lock.differences({}, english))[0] == "en"
