"""Asks a guarded app as a server would: one request in, status, headers, body and ledger rows out.

Clock and receipt ids stand still, so that what two frameworks answer can be compared byte by byte,
signed cookies included.
"""

from __future__ import annotations

import asyncio
import io
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import unquote_to_bytes

from tests.conftest import NOW, a_policy
from tests.contract.apps import HARNESSES
from tests.contract.cases import DAY, FORM, POLICIES, Case

from consentguard.guard import ConsentGuard
from consentguard.http.environ import bytes_of
from consentguard.http.message import Header, values
from consentguard.ledger.sql import SQLLedger

RECEIPT = "a-receipt-id-of-22-ch."
Row = dict[str, Any]


@dataclass(frozen=True)
class Sent:
    """A request on the wire; ``root`` is where the app is mounted."""

    target: str = "/"
    method: str = "GET"
    headers: tuple[Header, ...] = ()
    body: bytes = b""
    root: str = ""
    scheme: str = "http"

    @property
    def path(self) -> bytes:
        """Decoded, without the query."""
        return unquote_to_bytes(self.target.partition("?")[0])

    @property
    def query(self) -> str:
        """What follows the question mark."""
        return self.target.partition("?")[2]


@dataclass(frozen=True)
class Answer:
    """What the client gets, with header names in lower case, and what the ledger got."""

    status: int
    headers: tuple[Header, ...]
    body: bytes
    rows: tuple[Row, ...] = ()

    def every(self, name: str) -> list[str]:
        """Every value of a header."""
        return [value.decode("latin-1") for value in values(self.headers, name.encode())]

    @property
    def fields(self) -> dict[bytes, Sequence[bytes]]:
        """The values of each header, in their order.

        Headers of one name are one list, but for Set-Cookie (RFC 9110, section 5.3): Django's
        responses have one of each. Between names there is no order.
        """
        return {
            name: found if name == b"set-cookie" else [b", ".join(found)]
            for name in dict(self.headers)
            if (found := values(self.headers, name))
        }


def through_asgi(app: Any, sent: Sent) -> Answer:
    """The answer of an ASGI app to a request whose body comes in two pieces."""
    said: list[Any] = []
    half = len(sent.body) // 2
    waiting = [
        {"type": "http.request", "body": sent.body[:half], "more_body": True},
        {"type": "http.request", "body": sent.body[half:], "more_body": False},
    ]

    async def receive() -> Any:
        if not waiting:
            await asyncio.Event().wait()  # the client stays
        return waiting.pop(0)

    async def send(message: Any) -> None:
        said.append(message)

    asyncio.run(app(_scope(sent), receive, send))
    start, *rest = said
    assert start["type"] == "http.response.start"
    assert [m.get("more_body", False) for m in rest] == [True] * (len(rest) - 1) + [False]
    return _answer(sent, start["status"], start["headers"], [m.get("body", b"") for m in rest])


def _scope(sent: Sent) -> dict[str, Any]:
    path = sent.root + sent.path.decode()
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": sent.method,
        "scheme": sent.scheme,
        "path": path,
        "raw_path": path.encode(),
        "root_path": sent.root,
        "query_string": sent.query.encode(),
        "headers": list(sent.headers),
        "client": ("127.0.0.1", 50000),
        "server": ("site.test", 80),
        "extensions": {},
        "state": {},
    }


def through_wsgi(app: Any, sent: Sent) -> Answer:
    """The answer of a WSGI app."""
    said: list[Any] = []
    out: list[bytes] = []

    def start_response(status: str, headers: Any, exc_info: Any = None) -> Any:
        said[:] = [int(status[:3]), bytes_of(headers)]
        return out.append

    pieces = app(_environ(sent), start_response)
    try:
        out.extend(pieces)
    finally:
        if hasattr(pieces, "close"):
            pieces.close()
    status, headers = said
    return _answer(sent, status, headers, out)


def _environ(sent: Sent) -> dict[str, Any]:
    named = {
        f"HTTP_{name.decode().upper().replace('-', '_')}": value.decode("latin-1")
        for name, value in sent.headers
    }
    kind = named.pop("HTTP_CONTENT_TYPE", "")
    length = named.pop("HTTP_CONTENT_LENGTH", "")
    found = {
        **named,
        "REQUEST_METHOD": sent.method,
        "SCRIPT_NAME": sent.root,
        "PATH_INFO": sent.path.decode("latin-1"),
        "QUERY_STRING": sent.query,
        "SERVER_NAME": "site.test",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": sent.scheme,
        "wsgi.input": io.BytesIO(sent.body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    return (
        found
        | ({"CONTENT_TYPE": kind} if kind else {})
        | ({"CONTENT_LENGTH": length} if length else {})
    )


def _answer(sent: Sent, status: int, headers: Sequence[Header], pieces: Sequence[bytes]) -> Answer:
    """What servers make of it."""
    bodiless = sent.method == "HEAD" or status in (204, 304)
    # RFC 9110, section 5.5: white space around a value is not part of it. Django writes some.
    low = tuple((bytes(name).lower(), bytes(value).strip(b" \t")) for name, value in headers)
    return Answer(status, low, b"" if bodiless else b"".join(pieces))


@contextmanager
def standing(days: float) -> Iterator[None]:
    """A clock that stands so many days from now, and no randomness, in guards that are made here.

    A parameter of the guard, but not of every adapter.
    """
    still = {"clock": lambda: NOW + days * DAY, "random": lambda: RECEIPT}
    with patch.dict(ConsentGuard.__init__.__kwdefaults__, still):
        yield


_FOLDER = tempfile.TemporaryDirectory(prefix="contract-")


class Site:
    """The site in one framework under one policy, with a ledger of its own."""

    def __init__(self, name: str, policy: str, days: float = 0) -> None:
        self._harness = HARNESSES[name]
        self._days = days
        self.pressed: dict[tuple[str, ...], str] = {}  #: choice, and where → its cookie
        file = Path(_FOLDER.name) / f"{name}-{policy}-{days}.db".replace(" ", "")
        self.ledger = SQLLedger(f"sqlite:///{file}")
        self._seen = 0  #: rows of the ledger
        site, more = POLICIES[policy]
        with self._harness.around(), standing(days):
            self.app = self._harness.build(a_policy(more, site), self.ledger)

    def ask(self, sent: Sent) -> Answer:
        """The answer, with the rows that it added to the ledger."""
        through = through_wsgi if self._harness.wsgi else through_asgi
        with self._harness.around(), standing(self._days):
            answer = through(self.app, sent)
        rows = self.ledger.records()[self._seen :]
        self._seen += len(rows)
        for row in rows:
            del row["seq"]
        return Answer(answer.status, answer.headers, answer.body, tuple(rows))


@cache
def site(name: str, policy: str, days: float = 0) -> Site:
    """One for all cases: a request leaves nothing behind but rows."""
    return Site(name, policy, days)


@cache
def answered(name: str, case: Case) -> Answer:
    """What a framework answers to a case."""
    cookies = [_pressed(name, case, choice) for choice in case.after]
    if "CONSENT" in case.cookies:
        cookies = [case.cookies.replace("CONSENT", cookies[0])]
    elif case.cookies:
        cookies.append(case.cookies)
    headers = {"host": case.host, "x-place": case.place, "accept": "*/*", "accept-language": "en"}
    headers |= case.headers
    if case.holds:
        held = {**headers, "cookie": _pressed(name, case, case.holds)}
        (headers["if-none-match"],) = _asked(name, case, case.path, held).every("etag")
    if cookies:
        headers["cookie"] = "; ".join(cookies)
    return _asked(name, case, case.path, headers, case.method, case.sends, case.later)


def _asked(
    name: str,
    case: Case,
    path: str,
    headers: Mapping[str, str],
    method: str = "GET",
    body: bytes = b"",
    days: float = 0,
) -> Answer:
    length = {} if method in ("GET", "HEAD") else {"content-length": str(len(body))}
    named = {**headers, **length}.items()
    pairs = tuple((k.encode(), v.encode("latin-1")) for k, v in named)
    sent = Sent(path, method, pairs, body, case.root, case.scheme)
    return site(name, case.policy, days).ask(sent)


def _pressed(name: str, case: Case, choice: str) -> str:
    """The consent cookie after a choice: ``accept``, ``save analytics media`` or ``reject``."""
    known = site(name, case.policy).pressed
    key = (choice, case.place, case.host, case.root, case.scheme)
    if key not in known:
        kind, *purposes = choice.split()
        body = "&".join([f"choice={kind}", *(f"purpose={p}" for p in purposes)])
        path = a_policy(*reversed(POLICIES[case.policy])).enforcement.consent_path
        headers = {
            "host": case.host,
            "x-place": case.place,
            "sec-fetch-site": "same-origin",
            "sec-fetch-user": "?1",
            "content-type": FORM,
        }
        answer = _asked(name, case, path, headers, "POST", body.encode())
        assert (answer.status, len(answer.rows)) == (303, 1), answer
        cookies = [c.partition(";")[0] for c in answer.every("set-cookie")]
        known[key] = next(c for c in cookies if "consent=" in c)
    return known[key]
