"""The WSGI shell, call by call (PEP 3333), watched by the standard's own validator."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode
from wsgiref.util import FileWrapper, setup_testing_defaults
from wsgiref.validate import validator

import pytest
from tests.conftest import Here, a_policy

from consentguard.wsgi import ConsentMiddleware

HTML = [("Content-Type", "text/html; charset=utf-8")]
PAGE = b"<!doctype html><body><script src='https://static.hotjar.com/c/hotjar-1.js'></script>"
GATED = b"<script data-cg-purpose"


def wrap(app: Any) -> ConsentMiddleware:
    return ConsentMiddleware(app, a_policy(), ["key"], ledger=None, geo=Here())


def call(app: Any, path: str = "/", **more: Any) -> tuple[str, list[tuple[str, str]], list[bytes]]:
    environ: dict[str, Any] = {"PATH_INFO": path, "HTTP_HOST": "site.test"}
    environ |= {"SCRIPT_NAME": "", "QUERY_STRING": ""}
    setup_testing_defaults(environ)
    environ.update(more)
    started: list[Any] = []

    pieces: list[bytes] = []

    def start_response(status: str, headers: Any, exc_info: Any = None) -> Any:
        started[:] = [status, headers]
        return pieces.append

    iterable: Any = validator(app)(environ, start_response)
    try:
        pieces.extend(iterable)
    finally:
        iterable.close()
    return started[0], started[1], pieces


def unwatched(app: Any) -> tuple[str, list[tuple[str, str]], bytes]:
    """What becomes of an app that the standard's validator would refuse."""
    environ: dict[str, Any] = {"HTTP_HOST": "site.test"}
    setup_testing_defaults(environ)
    started: list[Any] = []

    def start_response(status: str, headers: Any, exc_info: Any = None) -> Any:
        started.append((status, headers))

    body = b"".join(wrap(app)(environ, start_response))
    ((status, headers),) = started
    return status, headers, body


def test_a_list_is_a_whole_body() -> None:
    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [*HTML, ("Content-Length", "9")])
        return [PAGE[:40], PAGE[40:]]

    _, headers, pieces = call(wrap(app))
    assert GATED in pieces[0]
    assert [v for k, v in headers if k.lower() == "content-length"] == [str(len(pieces[0]))]


@pytest.mark.parametrize(("length", "pieces"), [(0, [PAGE]), (0, [b"", PAGE]), (9, [PAGE])])
def test_a_body_that_is_all_there_has_a_length(length: int, pieces: list[bytes]) -> None:
    """Frameworks give no list; whether a piece is all of it, its Content-Length tells."""

    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [*HTML, ("Content-Length", str(len(PAGE) + length))])
        return iter(pieces)

    _, headers, sent = call(wrap(app))
    lengths = [v for k, v in headers if k.lower() == "content-length"]
    assert lengths == ([] if length else [str(len(b"".join(sent)))])
    assert GATED in b"".join(sent)


def test_a_body_that_is_longer_than_it_says_is_whole() -> None:
    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [*HTML, ("Content-Length", "40")])
        return iter([PAGE[:40], PAGE[40:]])

    _, headers, sent = call(wrap(app))
    assert "content-length" not in [k.lower() for k, _ in headers]
    assert GATED in b"".join(sent)


def test_what_passes_leaves_with_the_apps_own_headers() -> None:
    given = [("Content-Type", "application/json"), ("X-Odd", "naïve")]

    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", given)
        return iter([b"{}"])

    started: list[Any] = []
    environ: dict[str, Any] = {}
    setup_testing_defaults(environ)

    def start_response(*args: Any) -> Any:
        started.extend(args)

    iterable = wrap(app)(environ, start_response)
    assert list(iterable) == [b"{}"]
    assert started == ["200 OK", given]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("X-A", "1\r\nSet-Cookie: _ga=1", [("X-A", "1  Set-Cookie: _ga=1")]),
        ("X-A", "\u2014", [("X-A", "?")]),
        ("x\ny", "1", []),
        ("Set-Cookie", "_ga=1", [("cache-control", "private"), ("vary", "Cookie, Sec-GPC")]),
        (
            "Content-Type",
            "text/html",
            [("cache-control", "private, no-cache"), ("vary", "Cookie, Sec-GPC")],
        ),
    ],
)
def test_what_does_not_pass_is_gated(name: str, value: str, said: Any) -> None:
    json, started = ("Content-Type", "application/json"), []

    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [json, (name, value)])
        return [b"{}"]

    environ: dict[str, Any] = {}
    setup_testing_defaults(environ)

    def start_response(status: str, headers: Any) -> Any:
        started.extend(headers)

    list(wrap(app)(environ, start_response))
    lengths = ("content-length", "2")
    kept = [json, (name, value)] if name == "Content-Type" else [json]
    assert [one for one in started if one != lengths] == kept + said


def test_what_an_app_does_with_its_list_later_says_nothing() -> None:
    def app(environ: Any, start_response: Any) -> Any:
        headers = [("Content-Type", "application/json")]
        start_response("200 OK", headers)
        headers.append(("Set-Cookie", "_ga=1"))
        return [b"{}"]

    assert call(wrap(app))[1] == [("Content-Type", "application/json")]


def test_who_is_around_may_serve_a_request_again() -> None:
    """Their environ stays as it is: else it would look as if another guard had seen it."""
    seen = []

    def app(environ: Any, start_response: Any) -> Any:
        seen.append(environ["consentguard.exchange"])
        start_response("200 OK", HTML)
        return [PAGE]

    environ: dict[str, Any] = {"HTTP_HOST": "site.test"}
    setup_testing_defaults(environ)
    before = dict(environ)
    for _ in range(2):
        body = b"".join(wrap(app)(environ, lambda *a: lambda data: None))
        assert GATED in body
    assert environ == before
    assert len(set(map(id, seen))) == 2


def test_a_generator_streams_and_is_closed() -> None:
    closed = []

    def app(environ: Any, start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", HTML)
        try:
            yield b""
            yield PAGE[:60]
            yield PAGE[60:]
        finally:
            closed.append(True)

    _, headers, pieces = call(wrap(app))
    assert GATED in b"".join(pieces)
    assert "content-length" not in {k.lower() for k, _ in headers}
    assert closed == [True]


def test_it_is_closed_when_nobody_reads_it() -> None:
    class Body:
        closed = False

        def __iter__(self) -> Iterator[bytes]:
            yield PAGE

        def close(self) -> None:
            Body.closed = True

    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", HTML)
        return Body()

    environ: dict[str, Any] = {}
    setup_testing_defaults(environ)
    body: Any = wrap(app)(environ, lambda *a: lambda data: None)
    body.close()
    assert Body.closed


def test_write_is_gated_too() -> None:
    def app(environ: Any, start_response: Any) -> Any:
        write = start_response("200 OK", HTML)
        write(PAGE[:30])
        write(PAGE[30:])
        return [b"<p>rest"]

    _, _, pieces = call(wrap(app))
    whole = b"".join(pieces)
    assert GATED in whole
    assert whole.index(GATED) < whole.index(b"<p>rest")


def test_what_is_written_leaves_at_once() -> None:
    heard: list[bytes] = []

    def app(environ: Any, start_response: Any) -> Any:
        write = start_response("200 OK", HTML)
        write(b"<p>one")
        assert heard == [b"<p>one"]
        write(b"<script")
        assert heard == [b"<p>one"]
        return []

    environ: dict[str, Any] = {}
    setup_testing_defaults(environ)
    assert b"".join(wrap(app)(environ, lambda *a: heard.append)) == b"<script"


def test_a_piece_for_each_of_the_apps_once_it_has_started() -> None:
    """PEP 3333: middleware does not hold up the iteration, it gives an empty piece."""

    def app(environ: Any, start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", HTML)
        yield from (b"", b"<p>", b"<script", b">", b"</script>")

    assert call(wrap(app))[2] == [b"<p>", b"", b"", b"<script></script>", b""]


@pytest.mark.parametrize("pieces", [(), (b"",), (b"", PAGE), (PAGE[:30], PAGE[30:])])
def test_the_server_knows_status_and_headers_once_it_has_the_body(pieces: Any) -> None:
    """granian reads them before the first piece; a generator says them when it gives that."""
    told: list[str] = []

    def app(environ: Any, start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", HTML)
        yield from pieces

    def start_response(status: str, headers: Any) -> Any:
        told.extend((status, dict(headers)["cache-control"]))

    environ: dict[str, Any] = {}
    setup_testing_defaults(environ)
    body: Any = wrap(app)(environ, start_response)
    assert told == ["200 OK", "private, no-cache"]
    assert (GATED in b"".join(body)) is (PAGE[-9:] in b"".join(pieces))
    body.close()


def test_a_body_that_raises_at_once_is_closed() -> None:
    class Body:
        closed = 0

        def __iter__(self) -> Iterator[bytes]:
            raise ValueError("at once")

        def close(self) -> None:
            Body.closed += 1

    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", HTML)
        return Body()

    with pytest.raises(ValueError, match="at once"):
        call(wrap(app))
    assert Body.closed == 1


def test_what_is_written_is_not_lost_where_the_server_has_no_write() -> None:
    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", HTML)(PAGE)
        return []

    environ: dict[str, Any] = {}
    setup_testing_defaults(environ)
    with pytest.raises(RuntimeError, match="yield the body"):
        wrap(app)(environ, lambda *a: None)  # type: ignore[arg-type]


def test_an_empty_piece_before_the_start_loses_no_header() -> None:
    """An app may not do so, and some do."""

    def late(environ: Any, start_response: Any) -> Iterator[bytes]:
        yield b""
        start_response("200 OK", [*HTML, ("X-A", "b")])
        yield PAGE

    _, headers, body = unwatched(late)
    assert headers[:2] == [*HTML, ("X-A", "b")]
    assert GATED in body


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("200 OK\r\nSet-Cookie: _ga=1", "200 OK  Set-Cookie: _ga=1"),
        ("404\0x", "404 x"),
        ("200 \u0436\xe9", "200 ?\xe9"),
        ("fine", "fine"),
        ("", None),
    ],
)
def test_a_status_that_is_none_is_one_line_and_its_page_is_gated(
    status: str, said: str | None
) -> None:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response(status, HTML)
        return [PAGE]

    if said is None:
        with pytest.raises(RuntimeError, match="start_response"):
            unwatched(app)
        return
    given, _, body = unwatched(app)
    assert given == said
    assert GATED in body


def test_an_error_before_the_first_bytes_changes_the_answer() -> None:
    def app(environ: Any, start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", HTML)
        try:
            raise ValueError("early")
        except ValueError:
            start_response("500 Internal Server Error", HTML, sys.exc_info())
        yield b"<!doctype html><body>sorry"

    status, _, pieces = call(wrap(app))
    assert status.startswith("500")
    assert b"cg-banner" in b"".join(pieces)


def test_an_error_after_the_first_bytes_is_raised() -> None:
    def app(environ: Any, start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", HTML)
        yield PAGE
        try:
            raise ValueError("late")
        except ValueError:
            start_response("500 Internal Server Error", HTML, sys.exc_info())

    with pytest.raises(ValueError, match="late"):
        call(wrap(app))


def test_the_start_that_counts_is_the_last_one() -> None:
    def app(environ: Any, start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [*HTML, ("Set-Cookie", "sessionid=1"), ("X-First", "1")])
        yield b""
        try:
            raise ValueError("early")
        except ValueError:
            again = [("Content-Type", "text/plain"), ("Set-Cookie", "_ga=1")]
            start_response("503 Service Unavailable", again, sys.exc_info())
        yield PAGE

    status, headers, pieces = call(wrap(app))
    assert status == "503 Service Unavailable"
    assert {name.lower() for name, _ in headers} == {"content-type", "cache-control", "vary"}
    assert b"".join(pieces) == PAGE


def test_the_body_of_a_request_is_the_apps_alone() -> None:
    """Who reads it makes the server send 100 Continue (PEP 3333, "HTTP 1.1 Expect/Continue")."""

    class Untouched:
        def __getattr__(self, name: str) -> Any:
            if name in ("read", "readline", "readlines", "__iter__"):
                return self.read_by_us
            raise AttributeError(name)

        def read_by_us(self, *_: Any) -> Any:
            raise AssertionError("the body was read")

    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", HTML)
        return [PAGE]

    more = {"REQUEST_METHOD": "POST", "CONTENT_LENGTH": "9", "HTTP_EXPECT": "100-continue"}
    _, _, pieces = call(wrap(app), "/", **more, **{"wsgi.input": Untouched()})
    assert GATED in pieces[0]


@pytest.mark.parametrize("path", ["/", "/_consent", "/_consent/state"])
def test_head_has_the_headers_of_get_and_no_body(path: str) -> None:
    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", HTML)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [PAGE]

    told = []
    for method in ("GET", "HEAD"):
        status, headers, pieces = call(wrap(app), path, REQUEST_METHOD=method)
        told.append((status, [h for h in headers if h[0].lower() != "content-length"]))
    assert told[0] == told[1]
    assert b"".join(pieces) == b""


def test_a_file_is_handed_on_as_it_is() -> None:
    wrapper = FileWrapper(io.BytesIO(b"pdf"))

    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [("Content-Type", "application/pdf")])
        return wrapper

    environ: dict[str, Any] = {}
    setup_testing_defaults(environ)
    assert wrap(app)(environ, lambda *a: lambda data: None) is wrapper


def test_our_pages_answer() -> None:
    body = urlencode({"choice": "accept"}).encode()
    more = {
        "REQUEST_METHOD": "POST",
        "HTTP_ORIGIN": "http://site.test",
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }
    status, headers, _ = call(wrap(None), "/_consent", **more)
    assert status == "303 See Other"
    assert any(k == "set-cookie" and v.startswith("consent=") for k, v in headers)


@pytest.mark.parametrize("length", ["", "x", "-5", "99999999"])
def test_a_length_that_lies_is_a_bad_request(length: str) -> None:
    more = {
        "REQUEST_METHOD": "POST",
        "HTTP_ORIGIN": "http://site.test",
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "wsgi.input": io.BytesIO(b"x" * 20_000),
    }
    if length:
        more["CONTENT_LENGTH"] = length
    environ: dict[str, Any] = {"PATH_INFO": "/_consent", "HTTP_HOST": "site.test"}
    setup_testing_defaults(environ)
    environ.update(more)
    started: list[str] = []

    def start_response(status: str, headers: Any) -> Any:
        started.append(status)

    wrap(None)(environ, start_response)
    assert started[0].startswith("400")


def test_script_name_is_part_of_our_links() -> None:
    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", HTML)
        return [PAGE]

    _, _, pieces = call(wrap(app), SCRIPT_NAME="/shop")
    assert b'action="/shop/_consent"' in pieces[0]
