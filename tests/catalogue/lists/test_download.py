from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from consentguard.catalogue.lists import download
from consentguard.catalogue.lists.download import check, fetch, shown
from consentguard.catalogue.lists.errors import ListError

BODY = b"||a.test^\n" * 20_000


class Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/gone":
            self.send_error(404)
            return
        if self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/to/"))
            self.end_headers()
            return
        body = gzip.compress(BODY, mtime=0) if self.path == "/packed" else BODY
        self.send_response(200)
        if self.path != "/unsaid":
            self.send_header("Content-Length", str(len(body) + 10 * (self.path == "/short")))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as served:
        thread = threading.Thread(target=served.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{served.server_port}"
        served.shutdown()
        thread.join()


def quiet(size: int, total: int) -> None: ...


def test_a_body_and_its_progress(server: str) -> None:
    told: list[tuple[int, int]] = []
    assert fetch(f"{server}/list", lambda size, total: told.append((size, total))) == BODY
    assert told[-1] == (len(BODY), len(BODY))
    assert len(told) > 1
    assert fetch(f"{server}/packed", quiet) == gzip.compress(BODY, mtime=0)
    assert fetch(f"{server}/unsaid", lambda size, total: told.append((size, total))) == BODY
    assert told[-1] == (len(BODY), 0)
    assert fetch(f"{server}/to//list", quiet) == BODY


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/gone", "answered 404"),
        ("/short", "ended after|cannot be fetched"),
        ("/to/http://elsewhere.test/list", "lists are fetched by https"),
        ("/to/file:///etc/hosts", "not allowed"),
    ],
)
def test_what_fails(server: str, path: str, said: str) -> None:
    with pytest.raises(ListError, match=said):
        fetch(f"{server}{path}", quiet)


def test_a_body_is_bounded(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "MAX_BYTES", 100_000)
    with pytest.raises(ListError, match="longer than"):
        fetch(f"{server}/list", quiet)


def test_nobody_answers() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as served:
        port = served.server_port
    with pytest.raises(ListError, match=r"cannot be fetched .*give the file"):
        fetch(f"http://127.0.0.1:{port}/", quiet)


@pytest.mark.parametrize(
    "url",
    [
        "http://lists.example/x",
        "ftp://lists.example/x",
        "file:///etc/passwd",
        "https://",
        "https:///x",
        "http://127.0.0.1.example/",
        "https://[::1/x",
    ],
)
def test_addresses_that_are_not_fetched(url: str) -> None:
    with pytest.raises(ListError):
        check(url)


def test_addresses_that_are(server: str) -> None:
    for url in ("https://lists.example/x", "http://localhost:1/", "http://[::1]/x", server):
        check(url)


def test_passwords_are_not_shown() -> None:
    assert shown("https://me:secret@a.test:8/x?y") == "https://a.test:8/x?y"
    assert shown("https://[::1/x") == "(an unreadable address)"
    for url in ("http://me:secret@a.test/", "https://me:secret@a.test/"):
        with pytest.raises(ListError) as caught:
            check(url)
        assert "secret" not in str(caught.value)
