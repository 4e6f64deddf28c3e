"""The standard's own validator on both sides of the WSGI shell, for every shape of response.

``wsgiref.validate`` watches what the app and the shell say to each other and what the shell and the
server do: types, order, environ, ``write``, ``close``.
"""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any
from wsgiref.validate import validator

import pytest
from tests.contract.shapes import WSGI_SHELL, Case, bytewise, environ, whole
from tests.contract.test_shapes import CASES


def valid(case: Case) -> bool:
    """Whether the validator lets an app say that: a type where there is a body, and only there."""
    typed = any(name == b"content-type" for name, _ in case.headers)
    return case.wsgi and typed is (case.status not in (204, 304))


VALID = [case for case in CASES if valid(case)]


class Noted:
    """An iterable that counts how often it is closed."""

    def __init__(self, pieces: list[bytes]) -> None:
        self.pieces = pieces
        self.closed = 0

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.pieces)

    def close(self) -> None:
        """Count it."""
        self.closed += 1


def app_of(case: Case, how: str, body: Noted) -> Any:
    """An app that answers with a case, one way or another."""
    status = f"{case.status} {HTTPStatus(case.status).phrase}"
    headers = [(k.decode("latin-1"), v.decode("latin-1")) for k, v in case.headers]

    def late(start_response: Any) -> Iterator[bytes]:
        start_response(status, headers)
        yield from body

    def app(environ: Any, start_response: Any) -> Any:
        if how == "late":
            return late(start_response)
        write = start_response(status, headers)
        if how == "write":
            for piece in body:
                write(piece)
            return []
        return list(body) if how == "list" else body

    return app


def answer_of(app: Any, case: Case) -> tuple[int, bytes]:
    """What a server makes of it: status and body; it closes what it was given."""
    started: list[int] = []
    out: list[bytes] = []

    def start_response(status: str, headers: Any, exc_info: Any = None) -> Any:
        started.append(int(status[:3]))
        return out.append

    WSGI_SHELL.app = validator(app)
    given = {**environ(case.path, case.method), "SCRIPT_NAME": "", "QUERY_STRING": ""}
    body: Any = validator(WSGI_SHELL)(given, start_response)
    try:
        out.extend(body)
    finally:
        body.close()
    return started[-1], b"".join(out)


@pytest.mark.parametrize("how", ["list", "iterable", "late", "write"])
@pytest.mark.parametrize("case", VALID, ids=lambda case: case.id)
def test_the_validator_is_content(case: Case, how: str) -> None:
    for pieces in (whole(case.body), bytewise(case.body)):
        body = Noted(pieces)
        status, _ = answer_of(app_of(case, how, body), case)
        assert status == case.status
        assert body.closed == (how == "iterable")


def test_hardly_a_case_is_left_out() -> None:
    left = {case.row for case in CASES if case not in VALID}
    assert left == {"no type", "no content", "transfer coding"}


@pytest.mark.parametrize("how", ["list", "iterable", "late"])
@pytest.mark.parametrize("read", [0, 1, 2, 100])
def test_a_body_is_closed_once_wherever_its_reader_stops(how: str, read: int) -> None:
    case = VALID[0]
    body = Noted(bytewise(case.body))
    WSGI_SHELL.app = app_of(case, how, body)
    found: Any = WSGI_SHELL(environ(), lambda *_: lambda data: None)
    pieces = iter(found)
    for _ in range(read):
        next(pieces, b"")
    found.close()
    assert body.closed == (how == "iterable")
