from __future__ import annotations

import io
import json
import sys
import threading
from collections.abc import Callable
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from consentguard.catalogue import bundled
from consentguard.catalogue.lists.store import VARIABLE
from consentguard.cli import main

LIST = """[Adblock Plus 2.0]
! Title: Easy Invented
! Version: 202611010101
! Licence: https://lists.example/licence.html
||new-tracker.test^$third-party
||other-tracker.test/px.gif
##.banner
"""
TDS = {"trackers": {"new-tracker.test": {"default": "block", "owner": {"displayName": "New"}}}}

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Runs ``consentguard …`` as a process of its own would: exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(VARIABLE, str(tmp_path / "lists"))
    (tmp_path / "list.txt").write_text(LIST)

    def command(*arguments: str) -> tuple[int, str, str]:
        for name in ("shelf", "lists", "digest"):
            monkeypatch.setattr(bundled, name, cache(getattr(bundled, name).__wrapped__))
        code = main(arguments)
        out = capsys.readouterr()
        return code, out.out, out.err

    return command


def update(run: Run, source: str, *more: str) -> dict[str, Any]:
    code, out, err = run("catalogue", "update", "--from", source, "--json", *more)
    assert (code, err) == (0, "")
    found: dict[str, Any] = json.loads(out)
    return found


def test_update_says_what_it_took(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("catalogue", "update", "--from", "list.txt")
    file = tmp_path / "lists" / "easy-invented.tsv"
    assert code == 0
    assert file.is_file()
    lines = out.splitlines()
    assert lines[0] == (
        f"easy-invented: Easy Invented 202611010101, from {tmp_path.resolve() / 'list.txt'}"
    )
    assert lines[1] == f"      2 host patterns of 2 services, in {file}"
    assert lines[2] == "      1 left out: hides elements"
    assert "licence of its own (https://lists.example/licence.html)" in out
    assert "your site's decision" in out
    found = update(run, "list.txt", "--name", "mine")
    assert (found["name"], found["entries"]) == ("mine", 2)
    assert found["left_out"] == {"hides elements": 1}


def test_what_is_stored_counts(run: Run, tmp_path: Path) -> None:
    url = "https://cdn.new-tracker.test/t.js"
    assert json.loads(run("classify", "--json", url)[1])[0]["purpose"] == "unknown"
    update(run, "list.txt")
    (answer,) = json.loads(run("classify", "--json", url)[1])
    assert (answer["purpose"], answer["service"]) == (
        *("analytics", "easy-invented:new-tracker_test"),
    )
    assert answer["why"] == "host *.new-tracker.test, list easy-invented"
    stats = json.loads(run("catalogue", "stats", "--json")[1])
    assert stats["sources"]["easy-invented"] == 2
    (found,) = json.loads(run("catalogue", "search", "new-tracker", "--json")[1])
    assert found["sources"] == ["easy-invented"]
    assert "easy-invented:new-tracker_test" in run("catalogue", "search", "NEW-tracker")[1]
    code, out, _ = run("catalogue", "lists")
    assert code == 0
    assert "easy-invented: easyprivacy, 2 host patterns, 0 days old" in out
    assert f"{tmp_path / 'lists'}: 1 stored" in out
    (one,) = json.loads(run("catalogue", "lists", "--json")[1])["lists"]
    assert (one["name"], one["entries"], one["age_days"]) == ("easy-invented", 2, 0)
    assert one["licence"] == "https://lists.example/licence.html"
    assert run("catalogue", "remove", "easy-invented")[0] == 0
    assert json.loads(run("catalogue", "lists", "--json")[1])["lists"] == []
    assert json.loads(run("catalogue", "stats", "--json")[1])["digest"] != stats["digest"]


def test_from_a_server(run: Run, tmp_path: Path) -> None:
    (tmp_path / "tds.json").write_text(json.dumps(TDS))
    handler = partial(Quiet, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as served:
        thread = threading.Thread(target=served.serve_forever, args=(0.01,))
        thread.start()
        host = f"127.0.0.1:{served.server_port}"
        found = update(run, f"http://{host}/tds.json")
        missing = run("catalogue", "update", "--from", f"http://{host}/none.json")
        served.shutdown()
        thread.join()
    assert (found["name"], found["format"]) == ("duckduckgo", "duckduckgo")
    assert found["source"] == f"http://{host}/tds.json"
    assert missing[0] == 2
    assert "answered 404" in missing[2]
    assert len(json.loads(run("catalogue", "lists", "--json")[1])["lists"]) == 1


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None: ...


def test_from_standard_input(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(TDS).encode())))
    assert update(run, "-", "--format", "duckduckgo")["source"] == "standard input"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--from", "none.txt"], "none.txt: No such file"),
        (["--from", "."], "Is a directory"),
        (["--from", "bad\0name"], "Give a file"),
        (["--from", "broken.json"], "broken.json:1:14: broken JSON"),
        (["--from", "page.html"], "none of easyprivacy"),
        (["--from", "list.txt", "--format", "ghostery"], "is a JSON object"),
        (["--from", "list.txt", "--name", "own"], "give another --name"),
        (["--from", "list.txt", "--name", "third-party-web"], "give another --name"),
        (["--from", "list.txt", "--name", "../x"], "begins with a letter"),
        (["--from", "http://lists.example/x"], "fetched by https"),
    ],
)
def test_bad_input_changes_nothing(
    run: Run, tmp_path: Path, arguments: list[str], said: str
) -> None:
    update(run, "list.txt")
    (tmp_path / "broken.json").write_text('{"trackers": ?}')
    (tmp_path / "page.html").write_text("<!doctype html>")
    before = (tmp_path / "lists" / "easy-invented.tsv").read_bytes()
    code, out, err = run("catalogue", "update", *arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert err.startswith("consentguard: ")
    assert (tmp_path / "lists" / "easy-invented.tsv").read_bytes() == before
    assert len(list((tmp_path / "lists").iterdir())) == 1


def test_a_damaged_list_is_shown(run: Run, tmp_path: Path) -> None:
    update(run, "list.txt")
    (tmp_path / "lists" / "easy-invented.tsv").write_text("x")
    assert "easy-invented: damaged, not in use" in run("catalogue", "lists")[1]
    (one,) = json.loads(run("catalogue", "lists", "--json")[1])["lists"]
    assert one == {"name": "easy-invented", "damaged": True}
    assert update(run, "list.txt")["entries"] == 2
    assert run("catalogue", "remove", "none")[0] == 2


def test_progress_is_for_terminals(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler = partial(Quiet, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as served:
        thread = threading.Thread(target=served.serve_forever, args=(0.01,))
        thread.start()
        monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
        url = f"http://127.0.0.1:{served.server_port}/list.txt"
        code, _, err = run("catalogue", "update", "--from", url)
        served.shutdown()
        thread.join()
    assert (code, err) == (0, "\r   0.0 of 0.0 MB\n")


@pytest.mark.parametrize("command", ["update", "lists", "remove"])
def test_help_names_the_variable(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as done:
        main(["catalogue", command, "--help"])
    assert done.value.code == 0
    said = " ".join(capsys.readouterr().out.split())
    assert VARIABLE in said
    assert "another user" in said
