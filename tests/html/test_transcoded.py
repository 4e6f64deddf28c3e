from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.errors import UnreadableBody
from consentguard.html.charset import _CODECS, _OTHERS, escapes
from consentguard.html.coded import Codec
from consentguard.html.iso2022jp import Iso2022jp
from consentguard.html.masked import LEGACY, Legacy
from consentguard.html.transcoded import Undeclared, Utf16, transcoder

WIDE = ["utf-16-le", "utf-16-be"]


def through(codec: Codec, *pieces: bytes) -> tuple[bytes, bytes]:
    """What the rewriter sees, and what comes back of it."""
    seen: list[bytes] = []
    for piece in pieces:
        codec.decode(piece, seen.append)
    codec.end(seen.append)
    back = b"".join([*map(codec.encode, seen), codec.settle(), codec.close()])
    return b"".join(seen), back


def test_who_is_transcoded() -> None:
    for codec in _CODECS.values():
        found = type(transcoder(codec))
        if codec.startswith("utf-16"):
            assert found is Utf16
        elif codec == "iso2022_jp":
            assert found is Iso2022jp
        elif codec in LEGACY:
            assert found is Legacy
        else:
            assert transcoder(codec) is None
    assert {"utf-16-le", "utf-16-be", "iso2022_jp"} < _OTHERS


@pytest.mark.parametrize("codec", WIDE)
@given(st.text(), st.lists(st.integers(0, 60), max_size=4))
def test_the_rewriter_sees_utf8(codec: str, text: str, marks: list[int]) -> None:
    data = text.encode(codec)
    edges = [0, *sorted(min(mark, len(data)) for mark in marks), len(data)]
    pieces = [data[a:b] for a, b in pairwise(edges)]
    assert through(Utf16(codec), *pieces) == (text.encode(), data)


@pytest.mark.parametrize("codec", WIDE)
@given(
    st.lists(st.sampled_from([b"\xd8", b"\xdc", b"\0", b"<", b"\xff", b"\xfe"])), st.integers(0, 9)
)
def test_lone_surrogates_and_odd_bytes_come_back(codec: str, parts: list[bytes], at: int) -> None:
    data = b"".join(parts)
    assert through(Utf16(codec), data[:at], data[at:])[1] == data


@pytest.mark.parametrize("codec", WIDE)
def test_what_a_rewriter_holds_may_be_cut_anywhere(codec: str) -> None:
    wide, seen = Utf16(codec), list[bytes]()
    text = "<p>é漢\U0001f600\ud800</p>"
    data = text.encode(codec, "surrogatepass")
    wide.decode(data, seen.append)
    utf8 = b"".join(seen)
    assert b"".join(wide.encode(utf8[at : at + 1]) for at in range(len(utf8))) == data


@pytest.mark.parametrize("codec", WIDE)
def test_a_mark_is_a_character(codec: str) -> None:
    data = "\ufeff<p>".encode(codec)
    assert through(Utf16(codec), data) == (b"\xef\xbb\xbf<p>", data)


def test_what_is_not_declared_passes() -> None:
    data = b"<p>\x1b[1m\xff\0\x1b"
    assert through(Undeclared(escapes(b"")), data) == (data, data)
    assert through(Undeclared(escapes(b"")), *(data[at : at + 1] for at in range(len(data)))) == (
        data,
        data,
    )


@pytest.mark.parametrize("escape", [b"\x1b$B", b"\x1b(I", b"\x1b$(D", b"\x1b(B", b"\x1b(J"])
@pytest.mark.parametrize("at", range(6))
def test_but_not_an_escape(escape: bytes, at: int) -> None:
    data, codec, seen = b"<p>" + escape + b"more", Undeclared(escapes(b"<p>")), list[bytes]()
    codec.decode(data[:at], seen.append) if at <= 4 else None
    assert escape not in b"".join(seen)
    with pytest.raises(UnreadableBody, match="ISO-2022-JP"):
        codec.decode(data[at:] if at <= 4 else data, seen.append)
    assert b"".join(seen).rstrip(b"\x1b") == b"<p>"
