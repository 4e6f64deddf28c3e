"""Bodies in every charset and coding, through the shells: rewritten, or untouched and fenced."""

from __future__ import annotations

import asyncio
import gzip
import io
import logging
import tracemalloc
from dataclasses import dataclass

import brotli
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.contract.shapes import (
    BANNER,
    GATED,
    PAGE,
    TAG,
    Answer,
    Case,
    bodies,
    bytewise,
    cut,
    guarded,
    kind,
    messages_of,
    saying,
    start,
    through_asgi,
    through_wsgi,
    whole,
)
from tests.http.coding import CODINGS, deflated, zstded

from consentguard.http.csp import FENCE
from consentguard.http.message import Header

LETTERS = "アト表 <p>次室</p>"


@dataclass(frozen=True)
class Charset:
    """How a page says its charset, and the codec that it has."""

    content_type: bytes
    codec: str
    head: str = ""
    early: bool = False  #: only a first piece with the declaration in it says so


CHARSETS = (
    Charset(b"text/html; charset=utf-8", "utf-8"),
    Charset(b"text/html; charset=utf-7", "utf-8", "<meta charset=utf-8>"),
    Charset(b"text/html", "utf-8", "\ufeff"),
    Charset(b"text/html; charset=utf-16", "utf-16-le"),
    Charset(b"text/html; charset=utf-16be", "utf-16-be"),
    Charset(b"text/html", "utf-16-be", "\ufeff"),
    Charset(b"text/html; charset=utf-8", "utf-16-le", "\ufeff"),
    Charset(b"text/html; charset=shift_jis", "cp932"),
    Charset(b"text/html", "euc-jp", "<meta charset=euc-jp>"),
    Charset(b"text/html; charset=iso-2022-jp", "iso2022_jp"),
    Charset(b"text/html", "iso2022_jp", "<meta charset=iso-2022-jp>", early=True),
)
SAME = (b"", bytes, bytes)
ALL = {"identity": SAME, **CODINGS}
#: Read by browsers, or in doubt, or wrong.
TYPES = st.sampled_from(
    [one.content_type for one in CHARSETS]
    + [b"text/html; charset=iso-2022-kr", b"text/html; charset=utf-8; charset=utf-16"]
)
NAMES = st.sampled_from([b"", b"identity", b"gzip", b"x-gzip", b"deflate", b"br", b"zstd"])
ODD_NAMES = st.sampled_from([b"gzip, gzip", b"gzip, br", b"compress", b"aes128gcm", b"dcb"])


def encoded(name: bytes, charset: Charset) -> tuple[Header, ...]:
    """The headers of such a page, and one digest that cannot stay."""
    said = ((b"content-encoding", name),) if name else ()
    return (kind(charset.content_type), *said, (b"content-md5", b"x"), (b"etag", b'"v1"'))


def case_of(name: bytes, charset: Charset, body: bytes) -> Case:
    """A response with that body."""
    return Case("page", encoded(name, charset), body, "rewritten")


def check_headers(case: Case, answer: Answer) -> None:
    """Whatever is done to a body, its headers speak about the bytes that leave."""
    assert answer.every(b"content-encoding") == [
        v for k, v in case.headers if k == b"content-encoding"
    ]
    assert answer.every(b"content-type") == [case.headers[0][1]]
    assert answer.every(b"content-length") in ([], [b"%d" % len(answer.body)])
    if answer.fenced:
        assert answer.body == case.body
    else:
        assert answer.every(b"content-md5") == []
        assert all(tag.startswith(b'W/"v1.cg-') for tag in answer.every(b"etag"))


def text_of(answer: Answer, case: Case, charset: Charset, coding: str) -> str:
    """What a browser shows of it."""
    assert not answer.fenced
    check_headers(case, answer)
    text: bytes = ALL[coding][2](answer.body)
    return text.decode(charset.codec)


@pytest.mark.parametrize("charset", CHARSETS, ids=str)
@pytest.mark.parametrize("coding", ALL)
def test_every_charset_in_every_coding(charset: Charset, coding: str) -> None:
    name, encode, _ = ALL[coding]
    page = charset.head + PAGE.decode().replace("one", LETTERS)
    case = case_of(name, charset, encode(page.encode(charset.codec)))
    answers = [through_asgi(case, whole(case.body)), through_wsgi(case, whole(case.body))]
    if not charset.early:
        half = cut(case.body, [len(case.body) // 2])
        answers += [through_asgi(case, bytewise(case.body)), through_wsgi(case, half, "generator")]
    for answer in answers:
        text = text_of(answer, case, charset, coding)
        assert text.startswith(page[: page.index("<script")])
        assert GATED.decode() in text
        assert TAG.decode() not in text
        assert text.count(BANNER.decode()) == 1


@settings(max_examples=60)
@given(
    charset=st.sampled_from(CHARSETS),
    coding=st.sampled_from([*ALL]),
    parts=st.lists(
        st.sampled_from([TAG.decode(), "<p>", "表ア", "x" * 300, "'", "&lt;"]), max_size=6
    ),
    places=st.lists(st.integers(0, 400), max_size=5),
)
def test_any_body_in_any_pieces(
    charset: Charset, coding: str, parts: list[str], places: list[int]
) -> None:
    """A fragment, so that nothing is put in: what is gated and nothing else differs."""
    name, encode, _ = ALL[coding]
    fragment = charset.head + "".join(parts)
    want = text_of_fragment(fragment)
    case = case_of(name, charset, encode(fragment.encode(charset.codec)))
    pieces = [whole(case.body)]
    if not charset.early:
        inside = [min(place, len(case.body)) for place in places]
        pieces += [bytewise(case.body), cut(case.body, inside)]
    for some in pieces:
        assert text_of(through_asgi(case, some), case, charset, coding) == want


def text_of_fragment(fragment: str) -> str:
    """The same in UTF-8, of which other tests say that it is right."""
    utf8 = kind(b"text/html; charset=utf-8")
    plain = Case("fragment", (utf8,), fragment.encode(), "rewritten")
    return through_asgi(plain, whole(plain.body)).body.decode()


@settings(max_examples=150)
@given(
    content_type=TYPES,
    name=NAMES | ODD_NAMES,
    right=st.sampled_from([*ALL]),
    head=st.sampled_from([b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\x1b$B", b"<\0", PAGE]),
    noise=st.binary(max_size=60),
    behind=st.binary(max_size=20),
    lost=st.integers(0, 30),
    places=st.lists(st.integers(0, 90), max_size=4),
)
def test_whatever_comes_is_fenced_or_readable(
    content_type: bytes,
    name: bytes,
    right: str,
    head: bytes,
    noise: bytes,
    behind: bytes,
    lost: int,
    places: list[int],
) -> None:
    """Wrong labels, cut streams, garbage, bytes that are no text: no raw tracker ever leaves."""
    body = ALL[right][1](head + noise)
    body = body[: len(body) - lost] + behind
    case = case_of(name, Charset(content_type, ""), body)
    inside = sorted(min(place, len(body)) for place in places)
    for pieces in (whole(body), bytewise(body), cut(body, inside)):
        answer = through_asgi(case, pieces)
        check_headers(case, answer)
        if not answer.fenced:
            text = read(name, answer.body)
            if content_type.endswith(b"utf-16"):
                text = text.decode("utf-16-le", "ignore").encode("utf-8", "ignore")
            assert TAG not in text


def read(name: bytes, body: bytes) -> bytes:
    """What a browser reads; whatever was done to the body, it is a whole stream."""
    known = {b"gzip": "gzip", b"x-gzip": "gzip", b"deflate": "zlib", b"br": "br", b"zstd": "zstd"}
    coding = known.get(name)
    return body if coding is None or not body else CODINGS[coding][2](body)


CODED = pytest.mark.parametrize("coding", CODINGS)
UTF8 = CHARSETS[0]
LONG = PAGE.replace(b"<p>two", b"".join(b"<p>%d</p>" % (n * 7919) for n in range(30_000)) + TAG)


@CODED
def test_a_stream_that_breaks_later_ends_behind_the_last_token(
    coding: str, caplog: pytest.LogCaptureFixture
) -> None:
    name, encode, decode = CODINGS[coding]
    data = encode(LONG)
    shell = guarded(None)
    for broken in (data[: len(data) // 2], data[: len(data) // 2] + b"\xff" * 40):
        pieces = cut(broken, [len(data) // 4])
        shell.app = saying(start(list(encoded(name, UTF8))), *bodies(pieces))
        first, *rest = asyncio.run(messages_of(shell))
        text = decode(b"".join(m["body"] for m in rest))
        assert FENCE not in first["headers"]
        assert GATED in text
        assert TAG not in text
        assert BANNER not in text
        assert text.rpartition(b">")[0].rpartition(b"<")[2].strip(b"/p0123456789") == b""
    assert caplog.text.count("ended early") == 1
    assert sum(n for (what, _), n in shell.guard.tally.counts.items() if what == "cut") == 2


@CODED
def test_a_stream_that_is_cut_in_its_only_piece_is_fenced(coding: str) -> None:
    name, encode, _ = CODINGS[coding]
    data = encode(LONG)
    case = case_of(name, UTF8, data[: len(data) // 2])
    answer = through_asgi(case, whole(case.body))
    assert answer.fenced
    check_headers(case, answer)


@pytest.mark.parametrize("coding", ALL)
@pytest.mark.parametrize("name", [b"gzip", b"br", b"zstd"])
def test_a_wrong_label_is_fenced_and_told_of(
    name: bytes, coding: str, caplog: pytest.LogCaptureFixture
) -> None:
    case = case_of(name, UTF8, ALL[coding][1](LONG))
    if coding == name.decode():
        return
    shell = guarded(None)
    shell.app = saying(start(list(case.headers)), *bodies(cut(case.body, [600])))
    first, *rest = asyncio.run(messages_of(shell))
    assert FENCE in first["headers"]
    assert b"".join(m["body"] for m in rest) == case.body
    assert "leaves fenced" in caplog.text
    assert [what for what, _ in shell.guard.tally.counts] == ["fenced"]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("name", [b"gzip, gzip", b"gzip, br", b"compress"])
def test_what_is_not_decoded_is_fenced(name: bytes, method: str) -> None:
    body = gzip.compress(gzip.compress(PAGE)) if method == "GET" else b""
    case = Case("page", encoded(name, UTF8), body, "fenced", method=method)
    answer = through_asgi(case, whole(body))
    assert answer.fenced is (method == "GET")
    check_headers(case, answer)


@pytest.mark.parametrize("status", [204, 206, 304])
def test_other_statuses(status: int) -> None:
    body = gzip.compress(PAGE)[5:] if status == 206 else b""
    case = Case("part", encoded(b"gzip", UTF8), body, "fenced", status=status)
    answer = through_asgi(case, whole(body))
    assert answer.fenced is (status == 206)
    assert answer.body == body


@CODED
def test_an_empty_page_stays_empty(coding: str) -> None:
    answer = through_asgi(case_of(CODINGS[coding][0], UTF8, b""), [b""])
    assert (answer.body, answer.fenced) == (b"", False)
    assert answer.every(b"content-length") == [b"0"]


def test_django_hides_the_length_as_before() -> None:
    """The padding against BREACH is a file name of random length."""
    file = io.BytesIO()
    with gzip.GzipFile("a" * 77, "wb", 6, file, mtime=0) as stream:
        stream.write(PAGE)
    case = case_of(b"gzip", UTF8, file.getvalue())
    for pieces in (whole(case.body), bytewise(case.body)):
        assert through_asgi(case, pieces).body[:88] == case.body[:88]


@CODED
def test_bytes_without_a_type_are_sniffed_behind_their_coding(coding: str) -> None:
    name, encode, decode = CODINGS[coding]
    case = Case("no type", ((b"content-encoding", name),), encode(PAGE), "rewritten")
    answer = through_asgi(case, whole(case.body))
    assert GATED in decode(answer.body)
    # A byte is too little to tell, and JSON is no page.
    assert through_asgi(case, bytewise(case.body)).fenced
    data = Case("no type", case.headers, encode(b'{"json": 1}'), "passes")
    assert through_asgi(data, whole(data.body)).headers == list(data.headers)


@pytest.mark.parametrize("size", [0, 100])
def test_a_bomb_ends_in_little_memory(size: int) -> None:
    """A gigabyte: in one piece it leaves as it came and fenced, in pieces it is ended."""
    zeros = bytes(1 << 24)
    stream = brotli.Compressor(quality=1)
    brotlied = [stream.process(b"<p>"), *(stream.process(zeros) for _ in range(64))]
    for name, body in (
        (b"br", b"".join([*brotlied, stream.finish()])),
        (b"gzip", (gzip.compress(b"<p>") + gzip.compress(zeros) * 64)),
        (b"deflate", deflated(b"<p>" + zeros * 2)),
        (b"zstd", zstded(b"<p>") + zstded(zeros) * 64),
    ):
        case = case_of(name, UTF8, body)
        pieces = cut(body, [*range(size, len(body), size)]) if size else whole(body)
        tracemalloc.start()
        answer = through_asgi(case, pieces)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert answer.fenced is (not size)
        assert len(answer.body) <= len(body)
        assert peak < 4 * 1024 * 1024 + 3 * len(body)


@pytest.mark.parametrize("mode", ["observe", "off"])
def test_nothing_is_changed_where_nothing_is_enforced(mode: str) -> None:
    case = case_of(b"gzip", UTF8, gzip.compress(PAGE))
    messages = [start(list(case.headers)), *bodies(cut(case.body, [30]))]
    shell = guarded(saying(*messages), f'[enforcement]\nmode = "{mode}"\n')
    first, *rest = asyncio.run(messages_of(shell))
    assert first["headers"] == list(case.headers)
    assert b"".join(m["body"] for m in rest) == case.body
    assert bool(shell.guard.tally.counts) is (mode == "observe")


def test_a_late_escape_ends_a_page_without_a_charset(caplog: pytest.LogCaptureFixture) -> None:
    shell = guarded(None)
    pieces = [b"<!doctype html><p>", b"<i>more</i>\x1b$B<!--\x1b(B" + TAG]
    shell.app = saying(start([kind(b"text/html")]), *bodies(pieces))
    with caplog.at_level(logging.WARNING):
        _, *rest = asyncio.run(messages_of(shell))
    out = b"".join(m["body"] for m in rest)
    assert out.endswith(b"<i>more</i>")
    assert "escape of ISO-2022-JP" in caplog.text
