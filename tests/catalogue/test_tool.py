"""The generator as a command, and the rules it applies, on lists small enough to see through."""

from __future__ import annotations

import shutil
import tarfile
from pathlib import Path

import pytest
from tools.catalogue import __main__ as tool
from tools.catalogue import compiled, generate, rules
from tools.catalogue.facts import Cookie, Hosts, slug
from tools.catalogue.packages import PACKAGES, unpacked
from tools.catalogue.report import judged

from consentguard.catalogue import Catalogue
from consentguard.catalogue.dataset import Entry, parse
from consentguard.catalogue.shelf import Shelf
from consentguard.errors import ConfigError


def entries(*facts: Hosts | Cookie) -> dict[str, Entry]:
    return {entry.id: entry for entry in parse("\n".join(generate.lines(facts)))}


def cookie(name: str, *domains: str, platform: str = "Acme", purpose: str = "analytics") -> Cookie:
    return Cookie(platform, platform, (purpose,), name, "list", domains, 30, "https://a.test/")


def hosts(name: str, purpose: str, *patterns: str, source: str = "one") -> Hosts:
    return Hosts(name, name, purpose, patterns, source)


def test_both_files_are_current() -> None:
    assert tool.main(["--check"]) == 0


def copied(folder: Path) -> Path:
    for file in tool.DATA.iterdir():
        shutil.copy(file, folder)
    return folder


def test_an_edited_vendor_file_makes_the_compiled_one_stale(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = copied(tmp_path)
    with (data / "matomo.toml").open("a", encoding="utf-8") as file:
        file.write('[services.zz]\nname = "Z"\npurposes = ["analytics"]\nhosts = ["zz.test"]\n')
    assert tool.main(["--check", "--data", str(data)]) == 1
    assert "catalogue.tsv is older" in capsys.readouterr().out
    assert tool.main(["--compile", "--data", str(data)]) == 0
    assert tool.main(["--check", "--data", str(data)]) == 0
    assert "zz\town\tanalytics\tZ" in (data / "catalogue.tsv").read_text("utf-8")


def test_an_edited_generated_line_is_seen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = copied(tmp_path)
    file = data / "generated.tsv"
    file.write_text(file.read_text("utf-8").replace("advertising", "necessary", 1), "utf-8")
    assert tool.main(["--check", "--data", str(data)]) == 1
    assert "generated.tsv says" in capsys.readouterr().out


def test_other_pins_or_rules_make_the_generated_lines_stale() -> None:
    first = (tool.DATA / "generated.tsv").read_text("utf-8").split("\n", 1)[0]
    assert all(package.spec in first for package in PACKAGES)
    assert f"rules {rules.digest()}" in first


@pytest.mark.parametrize("text", ["[services", '[services.a]\nname = "A"\n'])
def test_a_malformed_vendor_file_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    (tmp_path / "generated.tsv").write_text("#\n", "utf-8")
    (tmp_path / "bad.toml").write_text(text, "utf-8")
    assert tool.main(["--compile", "--data", str(tmp_path)]) == 1
    assert capsys.readouterr().err.startswith("bad.toml")


def test_two_files_that_claim_one_cookie_are_named(tmp_path: Path) -> None:
    (tmp_path / "generated.tsv").write_text("#\n", "utf-8")
    for name in "ab":
        text = f'[services.{name}]\nname = "A"\npurposes = ["cdn"]\ncookies = ["_x"]\n'
        (tmp_path / f"{name}.toml").write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=r"cookie '_x' is claimed by a\.toml and by b\.toml"):
        compiled.text(tmp_path)


def test_wanted_files_of_an_archive(tmp_path: Path) -> None:
    (tmp_path / "list.json").write_text("[]", "utf-8")
    archive = tmp_path / "p.tgz"
    with tarfile.open(archive, "w:gz") as tar:
        for name in ("package/dist/list.json", "package/other.json"):
            tar.add(tmp_path / "list.json", name)
    assert unpacked(archive, r"dist/.*\.json") == {"dist/list.json": "[]"}
    with pytest.raises(SystemExit, match="no file"):
        unpacked(archive, "nothing")


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("openx.net", "openx"),
        ("OpenX", "openx"),
        ("33 Across", "v_33_across"),
        ("Google/Doubleclick Ads", "google_doubleclick_ads"),
        (" Tawk.to Chat ", "tawk_to_chat"),
    ],
)
def test_ids(name: str, id: str) -> None:
    assert slug(name) == id
    assert id.isidentifier()


def test_one_service_for_a_vendor_and_purpose() -> None:
    found = entries(
        hosts("Acme", "analytics", "*.acme.test"),
        cookie("_acme", "acme.test"),
        cookie("_acme_ad", purpose="advertising"),
        cookie("sid", "a.acme.test"),
    )
    assert set(found) == {"acme", "acme_advertising", "acme_analytics_host"}
    assert (found["acme"].hosts, found["acme"].cookies) == (("*.acme.test",), ("_acme",))
    assert found["acme"].days == {"_acme": 30}
    assert found["acme"].service().policy_url == "https://a.test/"
    assert found["acme_advertising"].service().sells_or_shares
    bound = found["acme_analytics_host"]
    assert (bound.cookies, bound.cookie_domains) == (("sid",), ("a.acme.test",))


@pytest.mark.parametrize("name", ["uid", "token", "lang", "sessionid", "_s*", "a", "x_*", "fr"])
def test_names_of_anybody_need_a_host(name: str) -> None:
    assert entries(cookie(name)) == {}
    (entry,) = entries(cookie(name, "acme.test")).values()
    assert entry.cookie_domains == ("acme.test",)
    # The hosts of the vendor will do.
    found = entries(hosts("Acme", "analytics", "*.acme.test"), cookie(name))
    assert found["acme_analytics_host"].cookie_domains == ("acme.test",)


def test_two_short_prefixes_are_known_well_enough() -> None:
    assert entries(cookie("mp_*"))["acme"].cookies == ("mp_*",)


def test_of_two_vendors_of_one_name_the_stricter_holds() -> None:
    found = entries(
        cookie("_both", purpose="functional"),
        cookie("_both", platform="Beta", purpose="advertising"),
    )
    assert set(found) == {"beta"}
    found = entries(
        cookie("_both", "acme.test", purpose="advertising"), cookie("_both", platform="B")
    )
    assert found["b"].cookie_domains == ()
    assert found["acme"].cookie_domains == ("acme.test",)


def test_a_later_list_adds_only_what_the_earlier_ones_lack() -> None:
    found = entries(
        hosts("Acme", "analytics", "*.acme.test"),
        hosts("Other", "advertising", "x.acme.test", "other.test", "*.t.test", source="two"),
    )
    assert found["other"].hosts == ("*.t.test", "other.test")


WRITTEN = """
[vendor]
name = "Acme"
[services.acme]
name = "Acme"
purposes = ["analytics"]
cookies = ["_acme*"]
hosts = ["*.acme.test", "cdn.test/acme.js"]
[services.site]
name = "Site"
purposes = ["necessary"]
cookies = ["lang"]
first_party_cookies = true
"""


def compiled_with(folder: Path, *facts: Hosts | Cookie) -> list[Entry]:
    (folder / "acme.toml").write_text(WRITTEN, "utf-8")
    (folder / "generated.tsv").write_text("\n".join(generate.lines(facts)), "utf-8")
    return [entry for entry in parse(compiled.text(folder)) if entry.source != "own"]


def test_what_is_written_by_hand_is_dropped_from_the_lists(tmp_path: Path) -> None:
    left = compiled_with(
        tmp_path,
        hosts("Acme", "analytics", "acme.test", "*.x.acme.test", "acme.example", "cdn.test"),
        cookie("_acme_1"),
        cookie("_new"),
    )
    (added,) = left
    assert added.id == "acme"
    assert (added.hosts, added.cookies) == (("acme.example", "cdn.test"), ("_new",))


def test_a_frameworks_name_does_not_drop_a_third_partys(tmp_path: Path) -> None:
    (left,) = compiled_with(tmp_path, cookie("lang", "l.test", platform="L"), cookie("_acme_2"))
    assert (left.cookies, left.cookie_domains) == (("lang",), ("l.test",))


def test_other_purposes_make_another_service(tmp_path: Path) -> None:
    (left,) = compiled_with(tmp_path, hosts("Acme", "advertising", "acme.example"))
    assert left.id == "acme_advertising"
    catalogue = Catalogue(Shelf.read(parse(compiled.text(tmp_path))))
    match = catalogue.url("https://acme.example/", base="https://site.test/")
    assert match is not None
    assert match.purposes == ("advertising",)


@pytest.mark.parametrize(
    ("expected", "purposes", "verdict"),
    [
        ("analytics", (), "unknown"),
        ("analytics", ("analytics",), "same"),
        ("functional", ("advertising", "functional"), "same"),
        ("functional", ("necessary",), "freed by hand"),
        ("functional", ("analytics",), "stricter"),
        ("social", ("advertising",), "kin"),
        ("security", ("necessary",), "freed by hand"),
        ("advertising", ("analytics",), "looser"),
        ("advertising", ("necessary",), "looser"),
    ],
)
def test_verdicts_of_the_report(expected: str, purposes: tuple[str, ...], verdict: str) -> None:
    assert judged(expected, purposes) == verdict
