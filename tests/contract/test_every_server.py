"""Every server gives a client the same bytes: those of the ASGI shell without any server.

Each of them runs as a process of its own and serves ``tests.contract.served``.
"""

from __future__ import annotations

import asyncio
import http.client
import re
import struct
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from socket import SO_LINGER, SOL_SOCKET, socket
from typing import Any

import pytest
from tests.contract import served
from tests.contract.servers import (
    NO_KEEP_ALIVE,
    SERVERS,
    Asked,
    Got,
    Server,
    got,
    head_of,
    running,
)

from consentguard.ledger.sql import SQLLedger

ORIGIN = {"origin": "http://shop.test"}
FORM = {**ORIGIN, "content-type": "application/x-www-form-urlencoded"}
FETCH = {**ORIGIN, "content-type": "application/json", "sec-fetch-site": "same-origin"}
TEXT = {"content-type": "text/plain"}

CASES = (
    Asked("/page"),
    Asked("/page", "HEAD"),
    Asked("/page", headers={"x-place": "US-TX"}),
    Asked("/page", headers={"x-place": "US-CA", "sec-gpc": "1"}),
    Asked("/page", headers={"x-place": "XX", "accept-language": "de"}),
    Asked("/page", headers={"cookie": "_ga=1; _fbp=2; sessionid=3"}),
    Asked("/page", headers={"if-none-match": '"v1"', "accept": "text/html"}),
    Asked("/page?q=%C3%A4%20b&next=//evil.test"),
    Asked("/stream"),
    Asked("/stream", "HEAD"),
    Asked("/written"),
    Asked("/json"),
    Asked("/clean"),
    Asked("/clean", headers={"cookie": "_ga=1"}),
    Asked("/events"),
    Asked("/moved"),
    Asked("/empty"),
    Asked("/same"),
    Asked("/nowhere"),
    Asked("/site.css"),
    Asked("/file.html"),
    Asked("/echo", headers={"cookie": "a=1; _ga=2; sessionid=3"}),
    Asked("/echo", "POST", TEXT, b"x" * 100_000),
    Asked("/_consent"),
    Asked("/_consent", "HEAD"),
    Asked("/_consent/state"),
    Asked("/_consent/nothing"),
    Asked("/_consent/withdraw"),
    Asked("/.well-known/gpc.json"),
    Asked("/_consent", "POST", FORM, b"choice=accept&next=/page"),
    Asked("/_consent", "POST", FETCH, b'{"choice":"reject"}'),
    Asked("/_consent", "POST", {**FETCH, "transfer-encoding": "chunked"}, b'{"choice":"reject"}'),
    Asked("/_consent", "POST", FETCH, b"{"),
    # It is not read to its end: what a server does then with the connection is its own business.
    Asked("/_consent", "POST", {**FORM, "connection": "close"}, b"choice=" + b"x" * 100_000),
    Asked("/_consent", "POST", {"origin": "https://evil.test"}, b"choice=accept"),
    Asked("/_consent/withdraw", "POST", {**FORM, "cookie": "_ga=1"}),
)
#: How long a page from a file will be is not known while it is read.
UNSIZED = ("/file.html",)
CSS = b"p { color: teal }\n" * 5000


def site_in(folder: Path) -> Path:
    """The files of the site."""
    (folder / "site.css").write_bytes(CSS)
    (folder / "file.html").write_bytes(served.PAGE)
    return folder


@pytest.fixture(scope="module")
def right(tmp_path_factory: pytest.TempPathFactory) -> list[Got]:
    """What the shell answers without a server, case by case."""
    folder = site_in(tmp_path_factory.mktemp("right"))
    shell = served.still(served.SHELLS["asgi"](), f"sqlite:///{folder}/ledger.db")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(served, "FOLDER", folder)
        return [asyncio.run(without_server(shell, case)) for case in CASES]


async def without_server(shell: Any, case: Asked) -> Got:
    """The shell's own answer to a case."""
    sent: list[Any] = []
    path, _, query = case.path.partition("?")
    scope = {
        "type": "http",
        "method": case.method,
        "path": path,
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in case.fields.items()],
        "client": ("127.0.0.1", 4711),
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": case.body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await shell(scope, receive, send)
    headers = [(name.decode(), value.decode()) for name, value in sent[0]["headers"]]
    body = b"".join(message["body"] for message in sent[1:])
    return got(sent[0]["status"], headers, b"" if case.method == "HEAD" else body)


@pytest.fixture(scope="module", params=SERVERS)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    folder = site_in(tmp_path_factory.mktemp("served"))
    with running(request.param, folder) as server:
        yield server


def without_length(answer: Got) -> Got:
    """The answer without its length."""
    headers = [header for header in answer.headers if header[0] != "content-length"]
    return Got(answer.status, headers, answer.body)


def test_the_cases_are_what_they_say(right: list[Got]) -> None:
    """A look at a few of them; their meaning is the contract's to test."""
    assert {answer.status for answer in right} == {200, 204, 302, 303, 304, 400, 403, 404, 405}
    first = right[0]
    assert b"data-cg-src='https://static.hotjar.com/" in first.body
    assert [c.partition("=")[0] for c in first.every("set-cookie")] == ["sessionid"]


def test_the_same_bytes(server: Server, right: list[Got]) -> None:
    wrong: list[tuple[Asked, Got, Got]] = []
    for case, want in zip(CASES, right, strict=True):
        if case.path == "/written" and server.name == "granian wsgi":
            continue  # it gives no write(): the next test
        found = server.ask(case)
        if case.path in UNSIZED:
            found, want = without_length(found), without_length(want)  # noqa: PLW2901
        if found != want:
            wrong.append((case, found, want))
    assert wrong == []


def test_bytes_that_a_server_cannot_take_are_an_error(server: Server) -> None:
    """granian's ``start_response`` gives no ``write()`` (PEP 3333 asks for one)."""
    answer = server.ask(Asked("/written"))
    assert answer.status == (500 if server.name == "granian wsgi" else 200)


def test_a_choice_is_a_row(server: Server) -> None:
    before = rows(server)
    for number in range(6):
        # A new connection each time, so that the workers of a prefork server take turns.
        server.connection.close()
        choice = b"choice=reject" if number % 2 else b"choice=accept"
        answer = server.ask(Asked("/_consent", "POST", FORM, choice))
        assert answer.status == 303
        (cookie,) = answer.every("set-cookie")
        assert cookie.startswith("consent=")
        page = server.ask(Asked("/page", headers={"cookie": cookie.partition(";")[0]}))
        assert (served.TRACKER in page.body) is (number % 2 == 0)
    after = rows(server)
    assert after - before == Counter(
        {("accept", "de-tdddg", "receipt"): 3, ("reject", "de-tdddg", ""): 3}
    )


def rows(server: Server) -> Counter[tuple[str, str, str]]:
    """What the server's ledger holds; a refusal may be stored after its answer."""
    ledger = SQLLedger(f"sqlite:///{server.folder}/ledger.db")
    with closing(ledger):
        return Counter((r["kind"], r["region"], r["receipt"]) for r in ledger.records())


def test_a_connection_is_kept(server: Server) -> None:
    """After each answer that has a length; waitress closes behind the others."""
    asked = [Asked("/page"), Asked("/json"), Asked("/_consent"), Asked("/echo", "POST", TEXT, b"a")]
    asked += [Asked("/_consent", "POST", FETCH, b"{"), Asked("/clean")]
    server.ask(asked[0])
    kept = server.connection.sock
    for one in asked:
        server.ask(one)
        assert (server.connection.sock is kept) or server.name in NO_KEEP_ALIVE


@pytest.mark.parametrize(
    ("path", "headers", "body", "status"),
    [("/echo", TEXT, b"y" * 5000, 200), ("/_consent", FORM, b"choice=reject", 303)],
)
def test_who_waits_for_a_100_is_told_to_go_on(
    server: Server, path: str, headers: dict[str, str], body: bytes, status: int
) -> None:
    """RFC 9110, section 10.1.1: the body is sent when the server wants it."""
    asked = Asked(path, "POST", {**headers, "expect": "100-continue", "connection": "close"}, body)
    with server.dial() as line:
        line.sendall(head_of(asked))
        assert re.match(rb"HTTP/1.1 100 ", line.recv(65536))
        line.sendall(body)
        answer = answer_on(line)
        assert answer.status == status
        assert answer.read().endswith(b"|" + body if path == "/echo" else b"")


def answer_on(line: socket) -> http.client.HTTPResponse:
    """An answer up to its body."""
    answer = http.client.HTTPResponse(line)
    answer.begin()
    return answer


def test_the_first_half_arrives_before_the_second_is_made(server: Server) -> None:
    """Nothing is held back that need not be; some servers wait for some bytes, we do not."""
    with server.dial() as line:
        line.sendall(head_of(Asked("/slow", headers={"connection": "close"})))
        answer = answer_on(line)
        heard = answer.read(2000)
        assert b"data-cg-src='https://static.hotjar.com/" in heard
        (server.folder / "seen").touch()
        assert answer.read().count(b"data-cg-src='https://static.hotjar.com/") == 1


def test_an_error_after_a_held_start_is_the_servers_to_answer(server: Server) -> None:
    assert server.ask(Asked("/early")).status == 500
    server.connection.close()
    assert server.ask(Asked("/json")).status == 200


def test_an_app_hears_that_its_client_has_gone(server: Server) -> None:
    for number in range(1, 3):
        with server.dial() as line:
            line.sendall(head_of(Asked("/endless")))
            answer = answer_on(line)
            assert b"data-cg-src" in answer.read(2000)
            # A reset, as from a browser that closes a tab in the middle.
            line.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
            answer.close()
        for _ in range(400):
            if notes(server) >= number:
                break
            time.sleep(0.05)
        assert notes(server) == number
    server.connection.close()
    assert server.ask(Asked("/page")).status == 200


def notes(server: Server) -> int:
    """How many clients an app has heard leaving."""
    file = server.folder / "gone"
    return file.stat().st_size if file.exists() else 0
