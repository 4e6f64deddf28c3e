from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.html.masked import LEGACY, Legacy, mask, unmask

#: A character of each whose second byte is a backslash.
BACKSLASHES = {"cp932": "表", "gb18030": "誠", "big5hkscs": "功"}
SOME = {"cp949": "한글", **BACKSLASHES}


def shown(codec: str, *pieces: bytes) -> str:
    """What the rewriter sees; the same bytes come back of it."""
    legacy, out = Legacy(codec), list[bytes]()
    for piece in pieces:
        legacy.decode(piece, out.append)
    legacy.end(out.append)
    back = b"".join([*map(legacy.encode, out), legacy.settle(), legacy.close()])
    assert back == b"".join(pieces)
    return b"".join(out).decode()


def ascii_of(text: str) -> str:
    """The ASCII of a text, one ``?`` for any run of the rest."""
    return re.sub(r"[^\0-\x7f]+", "?", text)


@given(st.binary())
def test_masks_come_off(data: bytes) -> None:
    assert unmask(mask(data).decode()) == data
    assert len(mask(data)) == 3 * len(data)
    assert not re.search(rb"[\0-\x7f]", mask(data))


@pytest.mark.parametrize("text", ["é", "\u0100", "\ue100", "\U0010e000"])
def test_other_text_has_no_bytes(text: str) -> None:
    if text == "é":  # a byte, but never one that a mask gave
        assert unmask(text) == b"\xe9"
    else:
        with pytest.raises(UnicodeEncodeError):
            unmask(text)


@pytest.mark.parametrize("codec", sorted(LEGACY))
@given(st.binary(max_size=60), st.integers(0, 60))
def test_every_byte_comes_back(codec: str, data: bytes, at: int) -> None:
    assert ascii_of(shown(codec, data[:at], data[at:])) == ascii_of(shown(codec, data))


@pytest.mark.parametrize("codec", sorted(LEGACY))
@given(st.data())
def test_the_ascii_is_that_of_the_text(codec: str, data: st.DataObject) -> None:
    letters = st.sampled_from([*"<a href='\\\"]>|~@表誠功한글あ", "\U00020000", "€", "ﾃ"])
    text = "".join(data.draw(st.lists(letters, max_size=20)))
    encoded = text.encode(codec, "ignore")
    assert ascii_of(shown(codec, encoded)) == ascii_of(encoded.decode(codec))


@pytest.mark.parametrize(("codec", "letter"), SOME.items())
def test_single_bytes(codec: str, letter: str) -> None:
    page = f"<p title='{letter}'>{letter}</p>".encode(codec)
    single = shown(codec, *(page[at : at + 1] for at in range(len(page))))
    assert ascii_of(single) == "<p title='?'>?</p>"
    assert single == shown(codec, page)


@pytest.mark.parametrize(
    ("codec", "data", "seen"),
    [
        # "If byte is an ASCII byte, restore byte to ioQueue": only a character takes it along.
        ("cp932", b"\x95\\<", "?<"),
        ("cp932", b"\x81<b>", "?<b>"),
        ("cp932", b"\x85\\<", "?\\<"),
        ("cp932", b"\xb1\\", "?\\"),
        ("cp932", b"\x80a\xa0a\xfda", "?a?a?a"),
        ("cp932", b"\x81\x81\\", "?\\"),
        ("gb18030", b"\x81\\<", "?<"),
        ("gb18030", b"\xff\\", "?\\"),
        ("gb18030", b"\x80\\", "?\\"),
        ("gb18030", b"\x810\x810a", "?a"),
        ("gb18030", b"\x810\x81<", "?0?<"),
        ("gb18030", b"\x810<", "?0<"),
        ("big5hkscs", b"\xa5\\<", "?<"),
        ("big5hkscs", b"\x81\\<", "?\\<"),
        ("big5hkscs", b"\x87z<", "?<"),
        ("cp949", b"\x81A<", "?<"),
        ("cp949", b"\x81\\<", "?\\<"),
        ("cp949", b"\xc7\xd1\xb1\xdb<", "?<"),
    ],
)
def test_what_a_lead_byte_takes_along(codec: str, data: bytes, seen: str) -> None:
    """As Chromium's decoders have it."""
    assert ascii_of(shown(codec, data)) == seen


@pytest.mark.parametrize("codec", sorted(LEGACY))
def test_markup_is_never_taken_along(codec: str) -> None:
    for lead in range(0x80, 0x100):
        for mark in b"<>\"'=/ \t\n\f\r!-&?":
            assert ascii_of(shown(codec, bytes((lead, mark)))) == "?" + chr(mark)


@pytest.mark.parametrize("codec", sorted(LEGACY))
@pytest.mark.parametrize("size", [64 * 1024 - 1, 64 * 1024, 64 * 1024 + 1])
def test_long_bodies(codec: str, size: int) -> None:
    page = SOME[codec].encode(codec) * size
    assert ascii_of(shown(codec, page)) == "?"
