from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet
from tests.cli.conftest import Run
from tests.conftest import SITE

from consentguard.cli import main
from consentguard.geo.locate import OLD_DAYS
from consentguard.geo.mmdb import BUNDLED, Database


@pytest.fixture
def own(tmp_path: Path) -> str:
    """A policy file with a database of its own."""
    writer = MMDBWriter(6, "GeoLite2-City", ipv4_compatible=True)
    record = {"country": {"iso_code": "CA"}, "subdivisions": [{"iso_code": "QC"}]}
    writer.insert_network(IPSet(["132.208.0.0/16"]), record)
    writer.insert_network(IPSet(["142.150.0.0/16"]), {"country": {"iso_code": "CA"}})
    writer.to_db_file(str(tmp_path / "city.mmdb"))
    geo = f'[geo]\nprovider = "mmdb"\ndatabase = "{tmp_path / "city.mmdb"}"\n'
    (tmp_path / "own.toml").write_text(SITE + geo)
    return "own.toml"


def explained(run: Run, *arguments: str) -> dict[str, Any]:
    code, out, _ = run("explain", *arguments, "--json")
    assert code == 0
    found: dict[str, Any] = json.loads(out)
    return found


def test_from_an_address_to_a_preset(run: Run) -> None:
    code, out, _ = run("explain", "--ip", "80.67.169.12")
    assert code == 0
    first, second, third, *_ = out.splitlines()
    assert first == "80.67.169.12 → FR → region fr-cnil → preset fr-cnil"
    about = Database(BUNDLED).describe()
    assert second == f"  by the bundled database: {about.type} of {about.built}"
    assert third.startswith("FR: region fr-cnil")


def test_as_json_it_is_one_key_more(run: Run) -> None:
    found = explained(run, "--ip", "217.0.0.1")
    plain = explained(run, "--country", "DE")
    about = Database(BUNDLED).describe()
    assert found.pop("located") == {
        "asked": "217.0.0.1",
        "address": "217.0.0.1",
        "provider": "bundled",
        "database": about.type,
        "built": about.built,
        "file": str(BUNDLED),
        "notes": [],
    }
    assert found == plain


def test_the_database_of_the_policy(run: Run, own: str, tmp_path: Path) -> None:
    found = explained(run, own, "--ip", "132.208.1.1")
    assert (found["region"], found["subdivision"]) == ("ca-qc", "CA-QC")
    assert found["located"]["provider"] == "mmdb"
    assert found["located"]["database"] == "GeoLite2-City"
    assert found["located"]["file"] == str(tmp_path / "city.mmdb")
    _, out, _ = run("explain", own, "--ip", "132.208.1.1")
    assert out.startswith("132.208.1.1 → CA-QC → region ca-qc → preset ca-qc\n  by ")


@pytest.mark.parametrize(
    ("address", "looked_up", "words"),
    [
        ("2002:d900:1::1", "217.0.0.1", ["carries 217.0.0.1"]),
        ("64:ff9b::217.0.0.1", "217.0.0.1", ["carries 217.0.0.1"]),
        ("[::ffff:217.0.0.1]:443", "217.0.0.1", []),
        ("10.0.0.1", "10.0.0.1", ["private or reserved"]),
        ("2002:a00:1::1", "10.0.0.1", ["carries 10.0.0.1", "private or reserved"]),
        ("128.32.1.1", "128.32.1.1", ["no subdivision is known"]),
    ],
)
def test_what_is_to_be_known_about_it(
    run: Run, address: str, looked_up: str, words: list[str]
) -> None:
    found = explained(run, "--ip", address)["located"]
    assert found["address"] == looked_up
    assert len(found["notes"]) == len(words)
    assert all(word in note for word, note in zip(words, found["notes"], strict=True))


def test_a_site_that_asks_its_cdn(run: Run, tmp_path: Path) -> None:
    geo = '[geo]\nprovider = "cloudflare"\ntrusted_proxies = 1\n'
    (tmp_path / "p.toml").write_text(SITE + geo)
    found = explained(run, "p.toml", "--ip", "217.0.0.1")
    assert (found["country"], found["located"]["provider"]) == ("DE", "bundled")
    (note,) = found["located"]["notes"]
    assert "CF-IPCountry and CF-Region-Code" in note


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--ip", "256.1.1.1"], "'256.1.1.1' is no address"),
        (["--ip", "example.org"], "is no address"),
        (["--ip", "10.0.0.0/8"], "is no address"),
        (["--ip", "217.0.0.1", "--country", "DE"], "leave --country and --subdivision out"),
    ],
)
def test_what_cannot_be_asked(run: Run, arguments: list[str], words: str) -> None:
    code, out, err = run("explain", *arguments)
    assert (code, out) == (2, "")
    assert words in err


def test_a_database_that_is_not_there(run: Run, own: str, tmp_path: Path) -> None:
    (tmp_path / "city.mmdb").unlink()
    code, _, err = run("explain", own, "--ip", "217.0.0.1")
    assert code == 2
    assert "there is no such file" in err


def test_the_version_says_how_old_countries_are(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    built = Database(BUNDLED).describe()
    for days, words in ((1, built.built), (OLD_DAYS + 1, "more than 400 days old")):
        monkeypatch.setattr("time.time", lambda days=days: built.epoch + days * 86_400)
        with pytest.raises(SystemExit):
            main(["--version"])
        assert capsys.readouterr().out.strip().endswith(words)
