from __future__ import annotations

import codecs
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Run
from tests.conftest import SITE

from consentguard.cli import main

PAGE = (
    b"<!doctype html><html><head>"
    b'<script src="https://www.googletagmanager.com/gtag/js?id=G-1"></script></head>'
    b'<body><img src="/own.png"><iframe src="https://www.youtube.com/embed/x"></iframe>'
    b"</body></html>"
)


@pytest.mark.parametrize(
    "command", ["demo", "init", "check", "explain", "classify", "rewrite", "catalogue"]
)
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as done:
        main([command, "--help"])
    assert done.value.code == 0
    assert f"consentguard {command}" in capsys.readouterr().out


def test_wrong_arguments_exit_with_2() -> None:
    with pytest.raises(SystemExit) as done:
        main(["explain", "--choice", "maybe"])
    assert done.value.code == 2


def test_init_writes_a_policy_that_passes_check(run: Run) -> None:
    code, out, _ = run("init")
    assert code == 0
    assert "consentguard check" in out
    assert run("check", "--strict")[0] == 0


def test_init_never_overwrites(run: Run, tmp_path: Path) -> None:
    (tmp_path / "consent.toml").write_text("mine")
    code, _, err = run("init")
    assert code == 2
    assert "--force" in err
    assert (tmp_path / "consent.toml").read_text() == "mine"
    assert run("init", "--force")[0] == 0
    code, _, err = run("init", "no/such/folder/x.toml")
    assert code == 2
    assert "no/such/folder" in err


def test_check_has_three_exit_codes(run: Run, tmp_path: Path) -> None:
    policy = tmp_path / "p.toml"
    policy.write_text(SITE)
    assert run("check", "p.toml", "--strict")[0] == 0
    policy.write_text(SITE.replace('controller = "Test Ltd"\n', ""))
    assert run("check", "p.toml")[0] == 0
    assert run("check", "p.toml", "--strict")[0] == 1
    policy.write_text(SITE + "[sevices.x]\n")
    code, out, _ = run("check", "p.toml")
    assert code == 2
    assert "p.toml:9:2: E101 unknown key 'sevices'" in out
    assert "did you mean 'services'?" in out
    assert "1 error(s), 0 warning(s)" in out


def test_check_as_json(run: Run, tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(SITE + '[services.x]\npurposes = ["marketing"]\n')
    code, out, _ = run("check", "p.toml", "--json")
    problem = json.loads(out)["problems"][0]
    assert code == 2
    assert set(problem) == {"file", "line", "col", "code", "key", "message", "help"}
    assert (problem["line"], problem["code"]) == (10, "E202")
    assert problem["help"] == "did you mean 'advertising'?"


def test_check_of_a_missing_file_names_it(run: Run) -> None:
    code, _, err = run("check", "nowhere.toml")
    assert code == 2
    assert "nowhere.toml" in err


def test_a_missing_database_is_a_warning(run: Run, tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(SITE + '[geo]\nprovider="mmdb"\ndatabase="/no/such.mmdb"\n')
    code, out, _ = run("check", "p.toml", "--strict")
    assert code == 1
    assert "/no/such.mmdb" in out


def explained(run: Run, *arguments: str) -> dict[str, Any]:
    code, out, _ = run("explain", *arguments, "--json")
    assert code == 0
    found: dict[str, Any] = json.loads(out)
    return found


def test_explain_has_the_documented_shape(run: Run) -> None:
    found = explained(run, "--country", "DE")
    assert set(found) == {
        "region",
        "preset",
        "country",
        "subdivision",
        "signals",
        "purposes",
        "banner",
        "lifetime",
    }
    assert found["region"] == "de-tdddg"
    assert found["country"] == "DE"
    assert found["subdivision"] is None
    assert found["signals"] == {"gpc": False}
    assert found["banner"] == {"show": True, "variant": "opt-in"}
    assert found["lifetime"] == {"grant_months": 6, "refuse_months": 6, "tracker_days": 395}
    analytics = found["purposes"]["analytics"]
    assert set(analytics) == {"model", "allowed", "reason", "source"}
    assert (analytics["model"], analytics["allowed"]) == ("opt-in", False)


@pytest.mark.parametrize(
    ("arguments", "region"),
    [
        (["--country", "FR"], "fr-cnil"),
        (["--country", "gp"], "fr-cnil"),
        (["--country", "BR"], "br-lgpd"),
        (["--country", "US", "--subdivision", "CA"], "us-ca"),
        (["--country", "US", "--subdivision", "US-CA"], "us-ca"),
        (["--country", "US-CA"], "us-ca"),
        (["--country", "US"], "us-ca"),
        (["--country", "US", "--subdivision", "TX"], "us-gpc"),
        (["--country", "PR"], "us-states"),
        (["--country", "JP"], "jp-tba"),
        (["--country", "T1"], "opt-in-strict"),
        (["--country", "EU"], "opt-in-strict"),
        (["--country", "XX"], "opt-in-strict"),
        (["--country", "ZZ"], "opt-in-strict"),
        ([], "opt-in-strict"),
    ],
)
def test_explain_finds_the_region(run: Run, arguments: list[str], region: str) -> None:
    assert explained(run, *arguments)["region"] == region


def test_explain_choices_and_signals(run: Run) -> None:
    accepted = explained(run, "--country", "DE", "--choice", "accept")
    assert accepted["purposes"]["login"] == {
        "model": "on-click",
        "allowed": True,
        "reason": "granted",
        "source": "the visitor's choice",
    }
    assert accepted["banner"]["show"] is False
    assert accepted["purposes"]["email_marketing"]["allowed"] is False
    rejected = explained(run, "--country", "US-CA", "--choice", "reject")
    assert {p for p, r in rejected["purposes"].items() if r["allowed"]} == {
        "necessary",
        "cdn",
        "consent-management",
    }
    signalled = explained(run, "--country", "US-CA", "--gpc", "--choice", "accept")
    assert signalled["signals"] == {"gpc": True}
    assert signalled["purposes"]["advertising"]["reason"] == "signal"
    assert signalled["purposes"]["analytics"]["allowed"] is True


def test_explain_as_text(run: Run) -> None:
    code, out, _ = run("explain", "--country", "US-CA")
    assert code == 0
    assert "CCPA" in out
    assert "opt-out-default" in out


def test_classify(run: Run, tmp_path: Path) -> None:
    (tmp_path / "s.js").write_text("fbq( 'init' , '1');")
    inputs = [
        "_ga",
        "https://connect.facebook.net/en_US/fbevents.js",
        "//cdn.unknown.test/x.js",
        "sessionid",
    ]
    code, out, _ = run("classify", *inputs, "--snippet", "s.js", "--json")
    assert code == 0
    answers = json.loads(out)
    assert all(
        set(a) == {"input", "kind", "purpose", "purposes", "service", "vendor", "why"}
        for a in answers
    )
    assert [(a["kind"], a["purpose"], a["service"]) for a in answers] == [
        ("cookie", "analytics", "ga4"),
        ("url", "advertising", "meta_pixel"),
        ("url", "unknown", None),
        ("cookie", "necessary", answers[3]["service"]),
        ("snippet", "advertising", "meta_pixel"),
    ]
    code, out, _ = run("classify", "_ga")
    assert "ga4" in out


def test_classify_with_a_policy_and_a_host(run: Run, tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(
        SITE + '[services.mine]\npurposes=["functional"]\ncookies=["zz_*"]\nhosts=["self/m/*"]\n'
    )
    arguments = ["--policy", "p.toml", "--host", "shop.test", "--json"]
    code, out, _ = run(
        "classify", "zz_1", "https://shop.test/m/a", "https://shop.test/x", *arguments
    )
    assert code == 0
    assert [a["purpose"] for a in json.loads(out)] == ["functional", "functional", "unknown"]


def test_classify_without_input(run: Run) -> None:
    assert run("classify")[0] == 2
    assert run("classify", "--snippet", "nowhere.js")[0] == 2


def test_rewrite_prints_the_page(
    tmp_path: Path, capfdbinary: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.html").write_bytes(PAGE)
    code = main(["rewrite", "a.html", "--country", "DE"])
    out = capfdbinary.readouterr().out
    assert code == 0
    assert b'data-cg-src="https://www.googletagmanager.com/gtag/js?id=G-1"' in out
    assert b'src="/own.png"' in out
    assert b"cg-banner" not in out
    main(["rewrite", "a.html", "--country", "DE", "--banner"])
    assert b'id="cg-banner"' in capfdbinary.readouterr().out
    main(["rewrite", "a.html", "--country", "US-TX"])
    assert capfdbinary.readouterr().out == PAGE


def test_rewrite_lists_what_it_gated(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(PAGE)
    (tmp_path / "b.html").write_bytes(b"<p>nothing")
    code, out, _ = run("rewrite", "a.html", "b.html", "--country", "DE", "--json", "--out", "o")
    assert code == 0
    first, second = json.loads(out)
    assert set(first) == {"file", "charset", "gated"}
    assert first["gated"][0] == {
        "element": "script",
        "url": "https://www.googletagmanager.com/gtag/js?id=G-1",
        "purpose": "analytics",
        "service": "ga4",
        "offset": PAGE.index(b"<script"),
    }
    assert [g["service"] for g in first["gated"]] == ["ga4", "youtube"]
    assert second["gated"] == []
    assert (tmp_path / "o" / "b.html").read_bytes() == b"<p>nothing"
    assert b"data-cg-src" in (tmp_path / "o" / "a.html").read_bytes()


def test_rewrite_with_grants(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(PAGE)
    _, out, _ = run("rewrite", "a.html", "--country", "DE", "--grant", "analytics", "--json")
    assert [g["service"] for g in json.loads(out)[0]["gated"]] == ["youtube"]
    code, _, err = run("rewrite", "a.html", "--country", "DE", "--grant", "analitics")
    assert code == 2
    assert "analitics" in err


def test_rewrite_refuses_to_lose_anything(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(PAGE)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.html").write_bytes(PAGE)
    assert run("rewrite", "a.html", "--country", "DE", "--out", ".")[0] == 2
    assert run("rewrite", "a.html", "sub/a.html", "--country", "DE", "--out", "o")[0] == 2
    assert run("rewrite", "nowhere.html", "--country", "DE")[0] == 2
    assert run("rewrite", "a.html", "--country", "DE", "--url", "site.example")[0] == 2
    assert (tmp_path / "a.html").read_bytes() == PAGE


def test_a_closed_pipe_is_no_error() -> None:
    script = f"{sys.executable} -m consentguard classify _ga _gid --json | true"
    done = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr


def test_rewrite_reads_standard_input() -> None:
    command = [sys.executable, "-m", "consentguard", "rewrite", "--country", "DE"]
    done = subprocess.run(command, input=PAGE, capture_output=True, check=True)
    assert b"data-cg-src" in done.stdout


def test_the_demo_needs_a_sensible_port(run: Run) -> None:
    code, _, err = run("demo", "--port", "99999")
    assert code == 2
    assert "65535" in err


def test_check_of_a_missing_file_is_json_too(run: Run) -> None:
    code, out, _ = run("check", "nowhere.toml", "--json")
    assert code == 2
    assert json.loads(out)["problems"][0]["code"] == "E002"


@pytest.mark.parametrize(
    ("codec", "charset"),
    [("utf-16", "utf-16-le"), ("shift_jis", "cp932"), ("iso-2022-jp", "iso2022_jp")],
)
def test_rewrite_tells_places_in_the_file_whatever_its_charset(
    codec: str, charset: str, run: Run
) -> None:
    tag = '<script src="https://www.google-analytics.com/analytics.js"></script>'
    page = f"<meta charset={codec}><p>\u65e5\u672c{tag}\u8a9e{tag}".encode(codec)
    Path("a.html").write_bytes(page)
    _, out, _ = run("rewrite", "a.html", "--country", "DE", "--json", "--out", "o")
    [report] = json.loads(out)
    assert report["charset"] == charset
    begin = "<script".encode(codec).removeprefix(codecs.BOM_UTF16)
    offsets = [found.start() for found in re.finditer(re.escape(begin), page)]
    assert [one["offset"] for one in report["gated"]] == offsets
    assert "data-cg-src" in Path("o/a.html").read_bytes().decode(codec)


def test_rewrite_leaves_a_charset_in_doubt_alone(run: Run) -> None:
    Path("a.html").write_bytes(page := b"<p>\0\0")
    code, out, err = run("rewrite", "a.html", "--country", "DE", "--json", "--out", "o")
    assert (code, json.loads(out)[0]["charset"]) == (0, None)
    assert "fence" in err
    assert Path("o/a.html").read_bytes() == page


def test_catalogue_stats(run: Run) -> None:
    code, out, _ = run("catalogue", "stats", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["services"] > 2500
    assert found["vendors"] > 1000
    assert found["cookies"] > 2000
    assert sum(found["purposes"].values()) >= found["services"]
    assert {"own", "third-party-web"} <= set(found["sources"])
    _, out, _ = run("catalogue", "stats")
    assert f"{found['services']} services" in out
    assert "advertising" in out


def test_catalogue_search(run: Run) -> None:
    code, out, _ = run("catalogue", "search", "FBEVENTS", "--json")
    found = json.loads(out)
    assert code == 0
    assert [one["id"] for one in found] == ["meta_pixel"]
    assert found[0]["purposes"] == ["advertising"]
    assert found[0]["sells_or_shares"] is True
    _, out, _ = run("catalogue", "search", "google-analytics")
    assert "ga4: Google Analytics, Google: analytics" in out
    code, out, _ = run("catalogue", "search", "no such thing")
    assert (code, out) == (1, "no service has 'no such thing' in it\n")
    assert run("catalogue", "search", " ")[0] == 2
    with pytest.raises(SystemExit):
        run("catalogue")
