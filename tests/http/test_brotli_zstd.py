from __future__ import annotations

import gc
import weakref

import brotli
import pytest
import zstandard
from tests.http.coding import WORDS, cut, through, unzstded, zstded

from consentguard.errors import UnreadableBody
from consentguard.http.brotli_zstd import Brotli, Zstd
from consentguard.http.codec import FREE, PIECE


def test_frames_leave_as_one() -> None:
    skipped = bytes.fromhex("502a4d1803000000aabbcc")
    data = zstded(b"one ") + skipped + zstandard.ZstdCompressor().compress(b"two")
    for size in (1, 5, 1000):
        got, sent = through(Zstd(), cut(data, size))
        assert b"".join(got) == b"one two"
        assert unzstded(b"".join(sent)) == b"one two"


def test_a_window_larger_than_the_standard_allows_is_refused() -> None:
    for log, allowed in ((23, True), (24, False)):
        parameters = zstandard.ZstdCompressionParameters.from_level(1, window_log=log)
        stream = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
        data = stream.compress(WORDS) + stream.flush()
        if allowed:
            assert b"".join(through(Zstd(), [data])[0]) == WORDS
        else:
            with pytest.raises(UnreadableBody, match="too much memory"):
                through(Zstd(), [data])


def test_our_windows_are_small() -> None:
    _, sent = through(Zstd(), [zstded(WORDS)])
    assert zstandard.get_frame_parameters(b"".join(sent)).window_size <= 256 * 1024


def test_a_bomb_that_its_header_announces_is_refused_at_once() -> None:
    data = zstandard.ZstdCompressor().compress(bytes(FREE + 1))
    got: list[bytes] = []
    with pytest.raises(UnreadableBody, match="says that it is"):
        Zstd().decode(data[:100], got.append)
    assert not got
    # One that is as large, and of which enough has still to come.
    Zstd(whole=FREE // 50).decode(data[:100], got.append)
    assert got


@pytest.mark.parametrize("codec", [Brotli, Zstd])
@pytest.mark.parametrize("data", [b"<!doctype html>", b"\x1f\x8b\x08" + bytes(30), b"\xff" * 40])
def test_wrong_bytes_are_refused(codec: type[Brotli | Zstd], data: bytes) -> None:
    with pytest.raises(UnreadableBody):
        through(codec(), [data])


@pytest.mark.parametrize("pack", [brotli.compress, zstded])
def test_garbage_behind_the_end_is_refused(pack: type[bytes]) -> None:
    codec = Brotli() if pack is brotli.compress else Zstd()
    with pytest.raises(UnreadableBody):
        through(codec, [pack(b"body"), b"garbage and more of it"])


def test_nothing_is_left_behind() -> None:
    """A response that is given up holds no circle of references."""
    gc.disable()
    try:
        codec = Zstd()
        codec.decode(zstded(WORDS), codec.encode)
        seen = weakref.ref(codec)
        del codec
        assert seen() is None
    finally:
        gc.enable()


def test_pieces_are_small() -> None:
    for codec, data in ((Brotli(), brotli.compress(bytes(2**22))), (Zstd(), zstded(bytes(2**22)))):
        got, _ = through(codec, [data])
        assert max(map(len, got)) <= PIECE
        assert sum(map(len, got)) == 2**22
