"""WhiteNoise inside of the guard: pages among its files are revalidated, for one decision each."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client as DjangoClient
from tests.adapters.django_site import GUARD, site
from tests.conftest import Here, a_policy
from werkzeug.test import Client
from whitenoise import WhiteNoise

from consentguard.testing import grant, refuse
from consentguard.wsgi import ConsentMiddleware

PIXEL = b"<img src='https://www.facebook.com/tr?id=1'>"
GATED = b"data-cg-src='https://www.facebook.com"
PAGE = b"<!doctype html><title>About</title><body>" + b"<p>one</p>" * 100 + PIXEL + b"</body>"
HTML = {"accept": "text/html"}
Ask = Callable[..., tuple[int, bytes, Any]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "about.html").write_bytes(PAGE)
    (tmp_path / "about.html.gz").write_bytes(gzip.compress(PAGE))
    (tmp_path / "app.css").write_bytes(b"p{}")
    for file in tmp_path.iterdir():
        os.utime(file, (1_700_000_000, 1_700_000_000))
    return tmp_path


@pytest.fixture(params=["wsgi", "django"])
def visitor(request: pytest.FixtureRequest, folder: Path) -> Iterator[tuple[Any, Ask]]:
    """A client, and what it is answered: status, body and headers."""

    def nothing(environ: Any, start_response: Any) -> list[bytes]:
        start_response("404 Not Found", [("Content-Type", "text/plain")])
        return [b"none"]

    def ask(path: str, **headers: str) -> tuple[int, bytes, Any]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer: Any = client.get(path, headers=named)
        body = b"".join(answer) if getattr(answer, "streaming", False) else _body(answer)
        answer.close()
        return answer.status_code, body, answer.headers

    client: Any
    if request.param == "wsgi":
        files = WhiteNoise(nothing, root=str(folder))
        guard: dict[str, Any] = {"policy": a_policy(), "secret_keys": ["k"], "ledger": None}
        client = Client(ConsentMiddleware(files, geo=Here("DE"), **guard))
        yield client, ask
    else:
        noise = "whitenoise.middleware.WhiteNoiseMiddleware"
        with site([GUARD, noise], WHITENOISE_ROOT=str(folder), WHITENOISE_AUTOREFRESH=False):
            client = DjangoClient()
            yield client, ask


def _body(answer: Any) -> bytes:
    body: bytes = answer.data if hasattr(answer, "data") else answer.content
    return body


def test_a_page_is_confirmed_until_the_visitor_decides_otherwise(
    visitor: tuple[Any, Ask],
) -> None:
    client, ask = visitor
    status, body, headers = ask("/about.html", **HTML)
    assert status == 200
    assert GATED in body
    assert headers["Cache-Control"] == "private, no-cache"
    assert "Last-Modified" not in headers
    first = headers["ETag"]
    assert ask("/about.html", **HTML, if_none_match=first)[:2] == (304, b"")
    grant(client)
    status, body, headers = ask("/about.html", **HTML, if_none_match=first)
    assert status == 200
    assert PIXEL in body
    second = headers["ETag"]
    status, body, headers = ask("/about.html", **HTML, if_none_match=f"{first}, {second}")
    assert (status, body, headers["ETag"]) == (304, b"", second)
    refuse(client)
    status, body, _ = ask("/about.html", **HTML, if_none_match=second)
    assert status == 200
    assert GATED in body


def test_no_date_confirms_a_page(visitor: tuple[Any, Ask]) -> None:
    """The file is old; what the browser has of it may be another decision's."""
    client, ask = visitor
    grant(client)
    ask("/about.html", **HTML)
    refuse(client)
    late = "Wed, 01 Jan 2031 00:00:00 GMT"
    status, body, _ = ask("/about.html", **HTML, if_modified_since=late)
    assert status == 200
    assert GATED in body


def test_a_compressed_page_is_gated_and_confirmed(visitor: tuple[Any, Ask]) -> None:
    _, ask = visitor
    status, body, headers = ask("/about.html", **HTML, accept_encoding="gzip")
    assert (status, headers["Content-Encoding"]) == (200, "gzip")
    assert GATED in gzip.decompress(body)
    asked = {**HTML, "accept_encoding": "gzip", "if_none_match": headers["ETag"]}
    assert ask("/about.html", **asked)[0] == 304


def test_other_files_keep_their_own_validators(visitor: tuple[Any, Ask]) -> None:
    client, ask = visitor
    grant(client)
    _, _, headers = ask("/app.css", accept="text/css")
    assert ".cg-" not in headers["ETag"]
    assert "private" not in headers["Cache-Control"]
    asked = {"accept": "text/css", "if_none_match": headers["ETag"]}
    assert ask("/app.css", **asked)[0] == 304
    assert ask("/app.css", accept="text/css", if_modified_since=headers["Last-Modified"])[0] == 304
