from __future__ import annotations

import gzip
import io
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.http.coding import WORDS, cut, deflated, inflated, through

from consentguard.errors import UnreadableBody
from consentguard.http.deflate import Deflate, Gzip


def member(header: bytes, body: bytes) -> bytes:
    """A gzip member with a header of one's own."""
    tail = zlib.crc32(body).to_bytes(4, "little") + len(body).to_bytes(4, "little")
    return header + deflated(body) + tail


def headed(flags: int, *fields: bytes) -> bytes:
    """A gzip header: MTIME 7, XFL 2, OS 3, and what the flags announce."""
    return b"\x1f\x8b\x08" + bytes((flags,)) + b"\x07\0\0\0\x02\x03" + b"".join(fields)


EXTRA = b"\x03\0abc"
HEADERS = {
    "plain": headed(0),
    "text": headed(1),
    "extra": headed(4, EXTRA),
    "name": headed(8, b"name.html\0"),
    "comment": headed(16, b"said \xff\0"),
    "all": headed(29, EXTRA, b"n\0", b"c\0"),
    "nothing in them": headed(28, b"\0\0", b"\0", b"\0"),
}
checked = headed(30, EXTRA, b"n\0", b"c\0")
HEADERS["checksum"] = checked + (zlib.crc32(checked) & 0xFFFF).to_bytes(2, "little")


@pytest.mark.parametrize("header", HEADERS.values(), ids=list(HEADERS))
@pytest.mark.parametrize("size", [1, 3, 10**6])
def test_the_header_is_carried_over(header: bytes, size: int) -> None:
    _, sent = through(Gzip(), cut(member(header, WORDS), size))
    body = b"".join(sent)
    assert body.startswith(header)
    assert gzip.decompress(body) == WORDS


@given(st.integers(0, 100))
def test_the_padding_of_django_stays(size: int) -> None:
    """It compresses so, with a name of random length."""
    file = io.BytesIO()
    with gzip.GzipFile("a" * size, "wb", 6, file, mtime=0) as stream:
        stream.write(WORDS[:100])
    data = file.getvalue()
    _, sent = through(Gzip(), [data])
    assert b"".join(sent)[: 10 + size] == data[: 10 + size]


def test_members_leave_as_one() -> None:
    first, second = member(HEADERS["name"], b"one "), member(HEADERS["extra"], b"two")
    for size in (1, 5, 1000):
        got, sent = through(Gzip(), cut(first + second + gzip.compress(b""), size))
        assert b"".join(got) == b"one two"
        body = b"".join(sent)
        assert body.startswith(HEADERS["name"])
        stream = zlib.decompressobj(31)
        assert stream.decompress(body) == b"one two"
        assert stream.eof
        assert not stream.unused_data


@pytest.mark.parametrize("behind", [b"\0", b"\0" * 512, b"\x1f", b"\x1fx", b"garbage" * 100])
@pytest.mark.parametrize("size", [1, 10**6])
def test_what_follows_is_ignored(behind: bytes, size: int) -> None:
    got, _ = through(Gzip(), cut(gzip.compress(b"body") + behind, size))
    assert b"".join(got) == b"body"
    for pack in (zlib.compress, deflated):
        got, _ = through(Deflate(), cut(pack(b"body") + behind, size))
        assert b"".join(got) == b"body"


@pytest.mark.parametrize(
    "data",
    [
        b"<!doctype html>",
        headed(0) + b"no deflate",
        headed(32),
        member(headed(0), b"x")[:-1] + b"\1",
        gzip.compress(b"one", mtime=0) + headed(32),
        headed(8, b"n" * 9000),
        b"\x1f\x8b\x07" + bytes(20),
    ],
)
@pytest.mark.parametrize("size", [1, 10**6])
def test_wrong_bytes_are_refused(data: bytes, size: int) -> None:
    with pytest.raises(UnreadableBody):
        through(Gzip(), cut(data, size))


def test_deflate_stays_in_its_format() -> None:
    _, wrapped = through(Deflate(), [zlib.compress(WORDS)])
    _, raw = through(Deflate(), [deflated(WORDS)])
    assert zlib.decompress(b"".join(wrapped)) == WORDS
    assert zlib.decompress(b"".join(raw), -15) == WORDS
    assert inflated(b"".join(raw)) == WORDS


def test_a_dictionary_that_nobody_has_is_refused() -> None:
    stream = zlib.compressobj(zdict=b"words")
    with pytest.raises(UnreadableBody):
        through(Deflate(), [stream.compress(b"words") + stream.flush()])
