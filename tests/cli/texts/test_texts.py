"""``consentguard texts``, as its users call it: there and back again."""

from __future__ import annotations

import csv
import io
import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.conftest import SITE

from consentguard.cli import main
from consentguard.cli.texts import sheets
from consentguard.cli.texts.rows import Row
from consentguard.errors import ConfigError
from consentguard.guard import ConsentGuard
from consentguard.locales import available, load

MORE = """languages = ["en", "de", "ar"]

[purposes.fonts]   # a comment that stays
name = { en = "Fonts", de = "Schriften", ar = "خطوط" }
[services.youtube]
purposes = ["media"]
hosts = ["*.youtube.com"]
"""
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    (tmp_path / "consent.toml").write_text(SITE + MORE, "utf-8")
    monkeypatch.chdir(tmp_path)

    def called(*arguments: str) -> tuple[int, str, str]:
        code = main(["texts", *arguments])
        return code, *capsys.readouterr()

    return called


def changed(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new)


def test_the_languages_of_the_site(run: Run) -> None:
    code, out, _ = run()
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == ["en", "de", "ar"]
    assert "reviewed: machine translation" in out
    assert "1 of the site's own" in out


def test_all_languages_as_json(run: Run) -> None:
    facts = json.loads(run("--all", "--json")[1])
    assert [fact["language"] for fact in facts] == list(available())
    assert {fact["direction"] for fact in facts} == {"ltr", "rtl"}
    assert {fact["confidence"] for fact in facts} <= {"high", "medium", "low"}


@pytest.mark.parametrize(("format", "name"), [("csv", "t.csv"), ("xliff", "t.xlf")])
def test_what_comes_back_unchanged_changes_nothing(run: Run, format: str, name: str) -> None:
    before = Path("consent.toml").read_bytes()
    assert run("export", "--format", format, "--out", name)[0] == 0
    code, out, _ = run("import", name)
    assert (code, out) == (0, "nothing differs\n")
    assert Path("consent.toml").read_bytes() == before


@pytest.mark.parametrize(("format", "name"), [("csv", "t.csv"), ("xliff", "t.xlf")])
def test_what_counsel_changed_stands_in_the_policy_file(run: Run, format: str, name: str) -> None:
    run("export", "--format", format, "--out", name)
    text = changed(Path(name).read_text("utf-8"), "Alle ablehnen", "Alles ablehnen")
    Path(name).write_text(text, "utf-8")
    assert "would change" in run("import", name, "--dry-run")[1]
    assert "[texts" not in Path("consent.toml").read_text("utf-8")

    code, out, _ = run("import", name)
    assert code == 0
    assert "de: button.reject = Alles ablehnen" in out
    written = Path("consent.toml").read_text("utf-8")
    assert written.startswith(SITE)
    assert "# a comment that stays" in written
    own = tomllib.loads(written)["texts"]
    assert own["de"]["button.reject"] == "Alles ablehnen"
    guard = ConsentGuard("consent.toml", ["key"], ledger=None)
    assert guard.setup.texts["de"]["button.reject"] == "Alles ablehnen"

    # And back to what the package says: nothing of the site's own is left.
    back = changed(Path(name).read_text("utf-8"), "Alles ablehnen", "Alle ablehnen")
    Path(name).write_text(back, "utf-8")
    run("import", name)
    assert "texts" not in tomllib.loads(Path("consent.toml").read_text("utf-8"))


def test_texts_written_as_tables_are_taken_out_too(run: Run) -> None:
    file = Path("consent.toml")
    file.write_text(SITE + MORE + "[texts.de]\nbutton.accept = 'Ja'\nbanner.title = 'Hallo'\n")
    run("export", "--format", "csv", "--language", "de", "--out", "t.csv")
    text = Path("t.csv").read_text("utf-8")
    Path("t.csv").write_text(re.sub(r",Ja\r?\n", ",Alle akzeptieren\n", text), "utf-8")
    assert "(as the package says it)" in run("import", "t.csv")[1]
    assert tomllib.loads(file.read_text())["texts"] == {"de": {"banner": {"title": "Hallo"}}}


def test_what_is_exported(run: Run) -> None:
    out = run("export", "--format", "csv")[1]
    rows = list(csv.DictReader(io.StringIO(out.removeprefix("\ufeff"))))
    found = {(row["language"], row["key"]): row for row in rows}
    assert found["de", "button.accept"]["english"] == "Accept all"
    # Plural forms that English does not have are made from its usual one.
    assert found["ar", "service.count.few"]["english"] == "{count} services"
    # Its own purposes and services, and no others.
    assert found["de", "purpose.fonts.name"]["text"] == "Schriften"
    assert {k for _, k in found if k.startswith("service-desc")} == {"service-description.youtube"}
    every = run("export", "--format", "csv", "--all", "--language", "en")[1]
    assert every.count("service-description.") > 150


def test_the_page_is_there_to_be_read(run: Run) -> None:
    out = run("export", "--language", "ar")[1]
    assert out.startswith("<!doctype html>")
    assert '<td lang="ar" dir="rtl">رفض الكل</td>' in out
    assert '<td lang="ar" dir="rtl" class="own">خطوط</td>' in out
    assert "Alle ablehnen" not in out
    Path("t.html").write_text(out, "utf-8")
    code, _, err = run("import", "t.html")
    assert code == 2
    assert "t.html" in err


def test_lock_and_what_it_says_then(run: Run) -> None:
    assert run("lock", "--check")[0] == 1
    assert "locked in consent.lock" in run("lock")[1]
    assert run("lock", "--check")[0] == 0
    assert "locked" in run()[1]
    file = Path("consent.toml")
    file.write_text(file.read_text("utf-8") + "[texts.de]\n'button.accept' = 'Ja'\n", "utf-8")
    code, out, _ = run("lock", "--check")
    assert (code, "de: button.accept = Ja" in out) == (1, True)
    assert "1 changed since they were locked" in run()[1]
    found = json.loads(run("lock", "--check", "--json")[1])
    assert found["changed"] == [{"language": "de", "key": "button.accept", "text": "Ja"}]
    assert main(["check", "consent.toml"]) == 2
    run("lock")
    assert main(["check", "consent.toml"]) == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("language,key\nde,button.accept\n", "line 1: no column text"),
        ("language,key,text\nde,button.accept\n", "line 2: too few columns"),
        ("language,key,text\nnl,button.accept,Ja\n", "no texts in 'nl'"),
        ("language,key,text\nde,button.acept,Ja\n", "did you mean 'button.accept'?"),
        ("language,key,text\nde,button.accept,\n", "'button.accept' is empty"),
        ("language,key,text\nde,button.accept,Ja {x}\n", "blank {x} that nothing fills"),
        ("language,key,text\nde,purpose.fonts.name,Neu\n", "stands in [purposes]"),
        ('language,key,text\nde,button.accept,"Ja\n', "line "),
        ("<xliff", "line 1, column"),
        ("<xliff/>", "neither CSV nor XLIFF 1.2"),
        ("<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", "entities are not read"),
    ],
)
def test_a_file_that_cannot_be_taken_over_changes_nothing(run: Run, text: str, said: str) -> None:
    before = Path("consent.toml").read_bytes()
    Path("t").write_text(text, "utf-8")
    code, _, err = run("import", "t")
    assert code == 2
    assert said in err
    assert err.startswith("consentguard: t: ")
    assert Path("consent.toml").read_bytes() == before


def test_spreadsheets_write_semicolons_where_a_comma_is_in_numbers(run: Run) -> None:
    Path("t.csv").write_text("language;key;text\nde;button.accept;Ja, gern\n", "utf-8-sig")
    assert "de: button.accept = Ja, gern" in run("import", "t.csv")[1]


def test_files_that_are_not_there(run: Run) -> None:
    assert run("import", "none.csv")[0] == 2
    assert run("export", "--out", "no/such/folder.csv")[0] == 2
    assert run("export", "--language", "nl")[0] == 2
    assert run("lock", "--policy", "none.toml")[0] == 2


def test_markup_and_odd_characters_go_there_and_back() -> None:
    odd = Row("de", "button.accept", "a", "Ja & <b> \"x\", 'y'; {z} خ")
    for written in (sheets.to_csv, sheets.to_xliff):
        assert list(sheets.read(written([odd], "S & <T>"))) == [("de", "button.accept", odd.text)]
    assert "<b>" not in sheets.to_html([odd], "S & <T>").replace("&lt;b&gt;", "")


def test_a_unit_without_a_target_is_left_alone() -> None:
    xliff = sheets.to_xliff([Row("de", "a", "b", "c")], "s")
    assert list(sheets.read(re.sub(r"<target.*</target>", "", xliff))) == []
    with pytest.raises(ConfigError):
        list(sheets.read("<xliff xmlns='urn:other'/>"))
    assert load("de").lang == "de"
