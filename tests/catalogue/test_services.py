from __future__ import annotations

from pathlib import Path

import pytest

from consentguard.catalogue.services import load, read
from consentguard.errors import ConfigError
from consentguard.model import Service

VENDOR = '[vendor]\nname = "V"\ncountry = "DE"\npolicy_url = "https://v.example/"\n'
ADS = '[services.ads]\nname = "Ads"\npurposes = ["advertising"]\n'


def test_a_service_inherits_from_its_vendor() -> None:
    (service,) = read(VENDOR + ADS + 'cookies = ["_a"]\nlifetimes._a = 9\ncountry = "FR"', "v.toml")
    assert service == Service(
        "ads",
        "Ads",
        ("advertising",),
        cookies=("_a",),
        vendor="V",
        country="FR",
        policy_url="https://v.example/",
        sells_or_shares=True,
        lifetimes={"_a": 9},
        source="own",
    )


@pytest.mark.parametrize(
    ("purpose", "shares"),
    [("advertising", True), ("social", True), ("analytics", False), ("login", False)],
)
def test_advertising_and_social_share_unless_they_say_no(purpose: str, shares: bool) -> None:
    table = f'[services.s]\nname = "S"\npurposes = ["{purpose}"]\n'
    assert read(table, "v.toml")[0].sells_or_shares is shares
    assert read(table + "sells_or_shares = false\n", "v.toml")[0].sells_or_shares is False


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[services", "v.toml: "),
        ("x = 1", "only the tables"),
        ('[vendor]\nnane = "V"', "unknown key 'nane' in [vendor]"),
        ("[services]\nads = 1", "[services.ads] is not a table"),
        (ADS + 'cookie = ["_a"]', "[services.ads]: unknown key 'cookie'"),
        (ADS + 'cookies = "_a"', "cookies must be a list"),
        (ADS + "cookies = [1]", "cookies holds something that is not a string"),
        (ADS + "max_cookie_days = true", "max_cookie_days must be a int"),
        (ADS + "declared = true", "unknown key 'declared'"),
        (ADS + "source = 'x'", "unknown key 'source'"),
        (ADS + 'cookies = ["ab*"]', "'ab*' is anybody's name: it needs cookie_domains"),
        (ADS + "lifetimes._a = 9", "names '_a', which is no cookie of it"),
        (ADS + 'cookies = ["_a"]\nlifetimes._a = -1', "whole days, 0 for a session"),
        ('[services.s]\nname = "S"\npurposes = ["ads"]', "unknown purpose 'ads'"),
        ('[services.s]\npurposes = ["login"]', "needs a name"),
        ('[services.s]\nname = "S"', "at least one purpose"),
    ],
)
def test_a_malformed_file_is_an_error_that_names_it(text: str, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(text, "v.toml")
    assert str(caught.value).startswith("v.toml")
    assert says in str(caught.value)


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, "utf-8")
    return folder


def test_files_are_read_in_order(tmp_path: Path) -> None:
    folder = write(tmp_path, b=ADS, a=ADS.replace("ads", "first"))
    assert [service.id for service in load(folder)] == ["first", "ads"]


def test_two_claims_of_one_id_name_both_files(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"service 'ads' is claimed by a\.toml and by b\.toml"):
        load(write(tmp_path, a=ADS, b=ADS))


def test_two_claims_of_one_cookie_name_both_files(tmp_path: Path) -> None:
    other = ADS.replace("ads", "other")
    folder = write(tmp_path, a=ADS + 'cookies = ["_a"]', b=other + 'cookies = ["_a"]')
    with pytest.raises(ConfigError, match=r"cookie '_a' is claimed by a\.toml and by b\.toml"):
        load(folder)


def test_one_name_on_different_hosts_is_no_conflict(tmp_path: Path) -> None:
    other = ADS.replace("ads", "other") + 'cookies = ["sid"]\ncookie_domains = ["v.example"]'
    assert len(load(write(tmp_path, a=ADS + 'cookies = ["sid"]', b=other))) == 2


@pytest.mark.parametrize(
    "data", [b"\xff", (ADS + 'hosts = ["*.com"]\n').encode(), (ADS + 'cookies = ["*"]\n').encode()]
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "broken.toml").write_bytes(data)
    with pytest.raises(ConfigError, match=r"^broken\.toml: "):
        load(tmp_path)
