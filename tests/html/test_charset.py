from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.html.charset import (
    _CODECS,
    _OTHERS,
    DEFAULT,
    certain,
    codec,
    declared,
    found,
    readable,
    settled,
)

HTML = "text/html"
WIDE = "<?xml version='1.0'?>"


@pytest.mark.parametrize(
    ("content_type", "first", "expected"),
    [
        (HTML, b"<p>", "cp1252"),
        ("", b"", "cp1252"),
        ("text/html; charset=utf-8", b"", "utf-8"),
        ('text/html;Charset="UTF-8"', b"", "utf-8"),
        ("text/html; charset=windows-1251; x=y", b"", "cp1251"),
        ("text/html; charset=iso-8859-1", b"<meta charset=utf-8>", "cp1252"),
        ("text/html; charset=shift_jis", b"", "cp932"),
        ("text/html; charset=utf-16", b"", "utf-16-le"),
        ("text/html; charset=UTF-16BE", b"<\0", "utf-16-be"),
        ("text/html; charset=unicode", b"", "utf-16-le"),
        ("text/html; charset=utf-16", b"<\0!\0<p>", "utf-16-le"),
        ("text/html; charset=utf-16", b"<!doctype html>", None),
        ("text/html; charset=iso-2022-jp", b"\x1b$B", "iso2022_jp"),
        ("text/html; charset=csISO2022JP", b"<meta charset=utf-8>", "iso2022_jp"),
        ("text/html; charset=x-user-defined", b"", "latin-1"),
        # A mark beats the header.
        (HTML, b"\xef\xbb\xbf<p>", "utf-8"),
        (HTML, b"\xff\xfe<\0", "utf-16-le"),
        (HTML, b"\xfe\xff\0<", "utf-16-be"),
        ("text/html; charset=utf8", b"\xef\xbb\xbf<p>", "utf-8"),
        ("text/html; charset=koi8-r", b"\xef\xbb\xbf<p>", "utf-8"),
        ("text/html; charset=utf-16", b"\xef\xbb\xbf<p>", "utf-8"),
        ("text/html; charset=utf-8", b"\xff\xfe<\0", "utf-16-le"),
        ("text/html; charset=utf-16le", b"\xfe\xff\0<", "utf-16-be"),
        ("text/html; charset=iso-2022-jp", b"\xfe\xff\0<", "utf-16-be"),
        # A label that nobody knows is none.
        ("text/html; charset=utf-7", b"<meta charset=koi8-r>", "koi8-r"),
        ("text/html; charset=klingon", b"<p>", "cp1252"),
        ("text/html; charset=", b"<meta charset=gbk>", "gb18030"),
        ("text/html; charset='utf-16'", b"", "cp1252"),
        ("text/html; charset=utf16", b"", "cp1252"),
        ("text/html; charset=klingon; charset=utf-8", b"", "utf-8"),
        # Several are in doubt unless all are supersets of ASCII.
        ("text/html; charset=utf-8; charset=latin1", b"", "utf-8"),
        ("text/html; charset=utf-8; charset=iso-2022-jp", b"", None),
        ("text/html; charset=utf-8, text/html; charset=utf-16", b"", None),
        ("text/html; charset=utf-16be, text/html; charset=utf-16be", b"", "utf-16-be"),
        # A browser shows one U+FFFD.
        ("text/html; charset=iso-2022-kr", b"<p>", None),
        ("text/html; charset=hz-gb-2312", b"<p>", None),
        (HTML, b"<meta charset=iso-2022-cn>", None),
        # Declared in the page.
        (HTML, b"<meta charset=windows-1251>", "cp1251"),
        (HTML, b"<META a CharSet='EUC-KR'>", "cp949"),
        (HTML, b"<meta http-equiv=Content-Type content='text/html; charset=big5'>", "big5hkscs"),
        (HTML, b"<meta name=x content='text/html; charset=big5'>", "cp1252"),
        (HTML, b"<!-- <meta charset=utf-8> --><meta charset=gbk>", "gb18030"),
        (HTML, b"<!--><meta charset=gbk>", "gb18030"),
        (HTML, b"<!-- <meta charset=utf-8>", "cp1252"),
        (HTML, b"<p title='<meta charset=utf-8>'>", "cp1252"),
        (HTML, b"<meta charset=x>", "cp1252"),
        (HTML, b"<meta charset=x><meta charset=koi8-u>", "koi8-u"),
        (HTML, b"<meta charset=koi8-r><meta charset=koi8-u>", "koi8-r"),
        (HTML, b"<meta charset=utf-7><meta charset=utf-16>", "utf-8"),
        (HTML, b"<meta charset=x-user-defined>", "cp1252"),
        (HTML, b" " * 1024 + b"<meta charset=utf-8>", "cp1252"),
        (HTML, b"<?xml version='1.0' encoding='koi8-u'?>", "koi8-u"),
        (HTML, b"<?xml version='1.0' encoding='utf-16'?>", "utf-8"),
        (HTML, b"<?xml version='1.0' encoding='koi8-u'?><meta charset=koi8-r>", "koi8-r"),
        # ISO-2022-JP is one where nothing contradicts.
        (HTML, b"<meta charset=iso-2022-jp>\x1b$B", "iso2022_jp"),
        (HTML, b"<meta charset=iso-2022-jp><meta charset=utf-8>", None),
        (HTML, b"<meta charset=utf-8><meta charset=iso-2022-jp>", None),
        (HTML, b"<?xml version='1.0' encoding='iso-2022-jp'?><meta charset=big5>", None),
        # What no header names may be anything.
        (HTML, b"<\0p\0>\0", None),
        (HTML, WIDE.encode("utf-16-le"), None),
        (HTML, b"\x1b$B", None),
        (HTML, b"<meta charset=utf-8>\x1b(B", "utf-8"),  # terminals write it
        (HTML, b"<meta charset=utf-8>\x1b(I", None),
        (HTML, b"<p>\x1b(B", None),
        (HTML, b" " * 1100 + b"<meta charset=iso-2022-jp>\x1b(J", None),
        (HTML, b" " * 5000 + b"\x1b$@", None),
        (HTML, b"<meta charset=utf-8>\x1b[31m", "utf-8"),
        ("text/html; charset=utf-8", b"\0\x1b$B", "utf-8"),
    ],
)
def test_found(content_type: str, first: bytes, expected: str | None) -> None:
    assert found(content_type, first) == expected
    assert readable(content_type, first) == (None if expected in _OTHERS else expected)


def test_every_codec_but_a_few_is_an_ascii_superset() -> None:
    ascii_bytes = bytes(range(128))
    for name in set(_CODECS.values()) - _OTHERS:
        assert codecs.lookup(name)
        assert ascii_bytes.decode(name) == ascii_bytes.decode("ascii")


def test_labels_in_any_case() -> None:
    assert codec(" Latin1\n") == "cp1252"
    assert codec("replacement") == "replacement"
    assert codec("utf-32") is codec("") is None


def test_declared_gives_all_in_order() -> None:
    head = b"<?xml version='1.0' encoding='big5'?>"
    head += b"<meta charset=x><meta charset=utf-16><meta charset=l1>"
    assert declared(head) == ["utf-8", "cp1252", "big5hkscs"]


@pytest.mark.parametrize(
    ("content_type", "first", "enough"),
    [
        ("text/html; charset=utf-8", b"", False),
        ("text/html; charset=utf-8", b"\xef", False),
        ("text/html; charset=utf-8", b"\xef\xbb", False),
        ("text/html; charset=utf-8", b"\xef<", True),
        ("text/html; charset=utf-8", b"\xff", False),
        ("text/html; charset=utf-8", b"<", True),
        ("text/html; charset=utf-8", b"\xff\xfe", True),
        (HTML, b"<", False),
        (HTML, b"<\0?\0x", False),
        (HTML, b"\0<\0", False),
        (HTML, b"<p", True),
        (HTML, b"\n", True),
        ("text/html; charset=utf-7", b"<", False),
        ("text/html; charset=utf-16", b"<?", False),
        ("text/html; charset=utf-16", b"<\0?", True),
        ("text/html; charset=utf-16", b"<p>" * 400, True),
    ],
)
def test_settled(content_type: str, first: bytes, enough: bool) -> None:
    assert settled(content_type, first) is enough


@given(
    st.sampled_from([HTML, "text/html; charset=utf-8", "text/html; charset=utf-16"]),
    st.lists(
        st.sampled_from([b"\xef", b"\xbb", b"\xbf", b"\xff", b"\xfe", b"<", b"\0", b"?", b"x"])
    ),
    st.binary(max_size=3),
)
def test_more_bytes_change_no_mark(content_type: str, first: list[bytes], more: bytes) -> None:
    """What is settled stays: but a page without a header may always turn out to be in doubt."""
    begin = b"".join(first)
    if settled(content_type, begin):
        assert found(content_type, begin + more) in (found(content_type, begin), None)


def test_only_a_header_or_a_mark_is_certain() -> None:
    assert certain("text/html; charset=utf-8", b"")
    assert certain(HTML, b"\xff\xfe")
    assert not certain(HTML, b"<meta charset=utf-8>")
    assert not certain("text/html; charset=utf-7", b"")


@given(st.text(max_size=60), st.binary(max_size=80))
def test_never_raises(content_type: str, first: bytes) -> None:
    found("text/html; charset" + content_type, b"<meta " + first)
    found(content_type, first)


@pytest.mark.parametrize("part", ["; charset", ";charset =", "; \t", 'charset="', ","])
def test_a_long_header_is_read_once(part: str) -> None:
    assert found(part * 30_000, b"<p>") == DEFAULT
