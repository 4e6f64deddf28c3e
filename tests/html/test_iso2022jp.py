from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.errors import UnreadableBody
from consentguard.html.iso2022jp import Iso2022jp

A, J, I, K, OLD = b"\x1b(B", b"\x1b(J", b"\x1b(I", b"\x1b$B", b"\x1b$@"  # noqa: E741


def shown(*pieces: bytes) -> str:
    """What the rewriter sees, one ``?`` for a run that is not ASCII; the bytes come back of it."""
    codec, out = Iso2022jp(), list[bytes]()
    for piece in pieces:
        codec.decode(piece, out.append)
    codec.end(out.append)
    back = b"".join([*map(codec.encode, out), codec.settle(), codec.close()])
    assert back == b"".join(pieces)
    return re.sub(r"[^\0-\x7f]+", "?", b"".join(out).decode())


@pytest.mark.parametrize(
    ("data", "seen"),
    [
        (b"<p>x</p>", "<p>x</p>"),
        (b"<p>" + K + b"<!F|" + A + b"<b>", "<p>?<b>"),
        (b"<p>" + OLD + b"F|" + J + b"<b>", "<p>?<b>"),
        (b"<p>" + I + b"12<b>" + A + b"<b>", "<p>?<b>"),
        (b"<p>" + K + b"F" + A + b"<b>", "<p>?<b>"),
        (b"<p>" + K + b"\x81F|" + A + b"<b>", "<p>?<b>"),
        (b"<p>" + K + J + b"\\~<b>" + K + A, "<p>?<b>?"),
        (b"a\x81<b>\xff\x0e<i>\x0f", "a?<b>?<i>?"),
        # An escape that is none is one U+FFFD, and what follows is read.
        (b"a\x1b<b>", "a?<b>"),
        (b"a\x1b[1m<b>", "a?[1m<b>"),
        (b"a\x1b.A<b>\x1b", "a?.A<b>?"),
        (b"a\x1b$", "a?$"),
        # So is the second of two.
        (b"<scr" + K + A + b"ipt>", "<scr?ipt>"),
        (K + K + b"F|" + A, "?"),
    ],
)
def test_what_is_ascii(data: bytes, seen: str) -> None:
    """As Chromium's decoder has it."""
    assert shown(data) == seen
    assert shown(*(data[at : at + 1] for at in range(len(data)))) == seen


@pytest.mark.parametrize(
    "data",
    [
        b"<scr" + A + b"ipt>",
        b"<scr" + J + b"ipt>",
        b"x" + K + A + J + b"x" + A,
        A + b"<p>",
        b"<p>" + K + b"F|\n<b>",
        b"<p>" + K + b"F| " + A,
        b"<p>" + I + b"1\r" + A,
        b"<p>" + K + b"F|",
        b"<p>" + I + b"1",
        b"\x1b$(DF|" + A,
        b"\x1b(H",
    ],
)
@pytest.mark.parametrize("size", [1, 100])
def test_doubts(data: bytes, size: int) -> None:
    with pytest.raises(UnreadableBody):
        shown(*(data[at : at + size] for at in range(0, len(data), size)))


def test_what_is_before_a_doubt_is_none() -> None:
    out: list[bytes] = []
    with pytest.raises(UnreadableBody):
        Iso2022jp().decode(b"<p>text" + A + b"more", out.append)
    assert b"".join(out) == b"<p>text"


@given(
    st.text(st.sampled_from("<a href='\\\"]>日本語のページ。、次\n"), max_size=40),
    st.integers(0, 200),
)
def test_real_pages(text: str, at: int) -> None:
    data = text.encode("iso2022_jp")
    assert shown(data[:at], data[at:]) == re.sub(r"[^\0-\x7f]+", "?", text)


@given(
    st.lists(st.sampled_from([A, J, I, K, b"\x1b", b"$", b"(", b"<b>", b"F|", b"\xa4"])),
    st.integers(0, 30),
)
def test_pieces_do_not_matter(parts: list[bytes], at: int) -> None:
    data = b"".join(parts)
    try:
        whole = shown(data)
    except UnreadableBody:
        with pytest.raises(UnreadableBody):
            shown(data[:at], data[at:])
    else:
        assert shown(data[:at], data[at:]) == whole
