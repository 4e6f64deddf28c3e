from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.http.coding import CODINGS, WORDS, Both, zstded

from consentguard.http.codings import HEAD, codec, head, named
from consentguard.http.message import Header

NAME = b"content-encoding"


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        ([], b""),
        ([(NAME, b"")], b""),
        ([(NAME, b"identity")], b""),
        ([(NAME, b" GZip ")], b"gzip"),
        ([(NAME, b"identity, br")], b"br"),
        ([(b"Content-Encoding", b"zstd"), (NAME, b",")], b"zstd"),
        ([(NAME, b"gzip, gzip")], b"gzip, gzip"),
        ([(NAME, b"gzip"), (NAME, b"br")], b"gzip, br"),
        ([(NAME, b"dcb")], b"dcb"),
    ],
)
def test_named(headers: list[Header], name: bytes) -> None:
    assert named(headers) == name


@pytest.mark.parametrize("name", [b"", b"gzip, gzip", b"gzip, br", b"compress", b"dcz", b"none"])
def test_what_is_not_known_has_no_codec(name: bytes) -> None:
    assert codec(name) is None
    assert head(name, b"x" * 100) is None


def test_x_gzip_is_gzip() -> None:
    assert type(codec(b"x-gzip")) is type(codec(b"gzip"))


@pytest.mark.parametrize(
    ("length", "whole"), [(b"", 0), (b"70", 70), (b"-1", 0), (b"x", 0), (b"9" * 99, 0)]
)
def test_the_length_is_what_the_header_says(length: bytes, whole: int) -> None:
    found = codec(b"zstd", length)
    assert found is not None
    assert found.whole == whole


@pytest.mark.parametrize("coding", CODINGS.values(), ids=list(CODINGS))
def test_the_head_of_a_page(coding: Both) -> None:
    name, encode, _ = coding
    data = encode(WORDS)
    assert head(name, data) == WORDS[:HEAD]
    assert head(name, data[:1]) == head(name, b"") == b""
    assert head(name, encode(b"<p>")) == b"<p>"
    some = head(name, data[:500])
    assert some is not None
    assert WORDS.startswith(some)


@pytest.mark.parametrize("name", [b"gzip", b"br", b"zstd"])
def test_a_wrong_label_has_no_head(name: bytes) -> None:
    for right, encode, _ in CODINGS.values():
        if right != name:
            assert head(name, encode(WORDS)) is None
    assert head(name, WORDS) is None


def test_an_announced_bomb_has_no_head() -> None:
    from zstandard import ZstdCompressor

    data = ZstdCompressor().compress(bytes(2**25))
    assert head(b"zstd", data) is None
    assert head(b"zstd", data, b"9999999") == bytes(HEAD)
    assert head(b"zstd", zstded(bytes(2**25))) == bytes(HEAD)


@given(st.sampled_from([b"gzip", b"deflate", b"br", b"zstd"]), st.binary(max_size=100))
def test_a_head_is_never_an_error(name: bytes, first: bytes) -> None:
    found = head(name, first)
    assert found is None or len(found) <= HEAD


def test_nothing_is_loaded_before_it_is_needed() -> None:
    script = "import sys, consentguard.http.codings; assert 'zstandard' not in sys.modules"
    subprocess.run([sys.executable, "-c", script], check=True)
