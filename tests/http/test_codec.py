from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from itertools import pairwise

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from tests.http.coding import CODINGS, WORDS, Both, cut, deflated, through, zstded

from consentguard.errors import UnreadableBody
from consentguard.http.codec import FREE, PIECE, RATIO, Codec
from consentguard.http.codings import codec

EVERY = pytest.mark.parametrize("coding", CODINGS.values(), ids=list(CODINGS))


def made(name: bytes, length: bytes = b"") -> Codec:
    found = codec(name, length)
    assert found is not None
    return found


@EVERY
@pytest.mark.parametrize("size", [1, 7, 1000, 10**6])
def test_what_is_decoded_is_encoded_again(coding: Both, size: int) -> None:
    name, encode, decode = coding
    got, sent = through(made(name), cut(encode(WORDS), size))
    assert b"".join(got) == WORDS
    assert max(map(len, got)) <= PIECE
    assert decode(b"".join(sent)) == WORDS


@EVERY
@given(st.binary(max_size=300), st.lists(st.integers(0, 320), max_size=6))
def test_whatever_the_body_and_the_pieces(coding: Both, body: bytes, marks: list[int]) -> None:
    name, encode, decode = coding
    data = encode(body)
    edges = [0, *sorted(min(mark, len(data)) for mark in marks), len(data)]
    pieces = [data[a:b] for a, b in pairwise(edges)]
    got, sent = through(made(name), pieces)
    assert b"".join(got) == body
    assert decode(b"".join(sent)) == body


@EVERY
def test_an_empty_body_stays_one(coding: Both) -> None:
    assert through(made(coding[0]), [b"", b""]) == ([], [b""] * 3)


@EVERY
def test_a_stream_that_is_cut_is_noticed(coding: Both) -> None:
    name, encode, _ = coding
    data = encode(WORDS[:2000])
    for end in (1, 2, 10, len(data) // 2, len(data) - 1):
        with pytest.raises(UnreadableBody, match="ends too early"):
            through(made(name), [data[:end]])


@EVERY
@given(st.binary(max_size=200), st.booleans())
def test_no_bytes_raise_anything_else(coding: Both, noise: bytes, behind: bool) -> None:
    name, encode, _ = coding
    data = encode(WORDS[:300])
    spoilt = data[: len(data) // 2] + noise if behind else noise
    with suppress(UnreadableBody):
        through(made(name), [spoilt])


def _flushing(name: bytes) -> Callable[[bytes], bytes]:
    """An app's encoder that flushes behind each message."""
    if name == b"br":
        br = brotli.Compressor(quality=4)
        return lambda data: bytes(br.process(data) + br.flush())
    if name == b"zstd":
        zstd = zstandard.ZstdCompressor().compressobj()
        return lambda data: zstd.compress(data) + zstd.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
    stream = zlib.compressobj(6, zlib.DEFLATED, 31 if name == b"gzip" else 15)
    return lambda data: stream.compress(data) + stream.flush(zlib.Z_SYNC_FLUSH)


@EVERY
def test_a_message_leaves_at_once(coding: Both) -> None:
    """The app flushed it, so what it holds may be shown before the next one."""
    name, _, _ = coding
    pack = _flushing(name)
    ours, theirs = made(name), made(name)
    for number in range(20):
        message = b"<p>message %d of somebody</p>" % number
        plain: list[bytes] = []
        ours.decode(pack(message), plain.append)
        out = b"".join([ours.encode(b"".join(plain)), ours.settle()])
        seen: list[bytes] = []
        theirs.decode(out, seen.append)
        assert b"".join(seen) == message


@EVERY
def test_single_bytes_do_not_multiply(coding: Both) -> None:
    name, encode, _ = coding
    data = encode(WORDS)
    _, whole = through(made(name), [data])
    _, single = through(made(name), cut(data, 1))
    assert len(b"".join(single)) <= 3 * len(b"".join(whole))


@lru_cache(maxsize=1)
def bombs() -> dict[bytes, bytes]:
    """A gigabyte each, but for the one that cannot be put together."""
    zeros = bytes(1 << 24)
    stream = brotli.Compressor(quality=1)
    return {
        b"gzip": gzip.compress(zeros, 9) * 64,
        b"deflate": deflated(bytes(1 << 26)),
        b"br": b"".join(stream.process(zeros) for _ in range(64)) + stream.finish(),
        b"zstd": zstded(zeros) * 64,
    }


@pytest.mark.parametrize("name", [b"gzip", b"deflate", b"br", b"zstd"])
@pytest.mark.parametrize("size", [50, 10**9])
def test_a_bomb_is_stopped_in_little_memory(name: bytes, size: int) -> None:
    pieces = cut(bombs()[name], size)
    codec = made(name)

    def decode() -> None:
        for piece in pieces:
            codec.decode(piece, sink)

    given_, largest = 0, 0

    def sink(piece: bytes) -> None:
        nonlocal given_, largest
        given_, largest = given_ + len(piece), max(largest, len(piece))

    tracemalloc.start()
    try:
        with pytest.raises(UnreadableBody, match="bomb"):
            decode()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert given_ <= max(FREE, RATIO * codec.taken)
    assert largest <= PIECE
    assert peak < 1024 * 1024


@pytest.mark.parametrize("coding", [CODINGS["gzip"], CODINGS["zstd"]], ids=["gzip", "zstd"])
def test_a_large_page_is_no_bomb(coding: Both) -> None:
    name, encode, _ = coding
    data, stream, pieces = encode(WORDS), made(name), 0

    def sink(piece: bytes) -> None:
        nonlocal pieces
        pieces += 1

    for _ in range(180):
        stream.decode(data, sink)
    stream.end(sink)
    assert stream.given == 180 * len(WORDS) > FREE
    assert pieces >= stream.given // PIECE
