from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.html.charset import _CODECS, codec, readable

HTML = "text/html"


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
        (HTML, b"\xef\xbb\xbf<p>", "utf-8"),
        ("text/html; charset=utf8", b"\xef\xbb\xbf<p>", "utf-8"),
        ("text/html; charset=koi8-r", b"\xef\xbb\xbf<p>", None),
        (HTML, b"\xff\xfe<\0", None),
        (HTML, b"\xfe\xff\0<", None),
        ("text/html; charset=utf-16", b"", None),
        ("text/html; charset=utf-7", b"", None),
        ("text/html; charset=iso-2022-jp", b"", None),
        ("text/html; charset=klingon", b"", None),
        ("text/html; charset=", b"", None),
        ("text/html; charset=utf-8; charset=latin1", b"", None),
        (HTML, b"<meta charset=windows-1251>", "cp1251"),
        (HTML, b"<META a CharSet='EUC-KR'>", "cp949"),
        (HTML, b"<meta http-equiv=Content-Type content='text/html; charset=big5'>", "big5hkscs"),
        (HTML, b"<meta name=x content='text/html; charset=big5'>", "cp1252"),
        (HTML, b"<!-- <meta charset=utf-8> --><meta charset=gbk>", "gb18030"),
        (HTML, b"<!--><meta charset=gbk>", "gb18030"),
        (HTML, b"<!-- <meta charset=utf-8>", "cp1252"),
        (HTML, b"<p title='<meta charset=utf-8>'>", "cp1252"),
        (HTML, b"<meta charset=iso-2022-jp>", None),
        (HTML, b"<meta charset=x>", None),
        (HTML, b" " * 1024 + b"<meta charset=utf-8>", "cp1252"),
        (HTML, b"<?xml version='1.0' encoding='koi8-u'?>", "koi8-u"),
        (HTML, b"<\0p\0>\0", None),
        (HTML, b"\x1b$B", None),
    ],
)
def test_readable(content_type: str, first: bytes, expected: str | None) -> None:
    assert readable(content_type, first) == expected


def test_every_codec_is_an_ascii_superset() -> None:
    ascii_bytes = bytes(range(128))
    for name in set(_CODECS.values()):
        assert codecs.lookup(name)
        assert ascii_bytes.decode(name) == ascii_bytes.decode("ascii")


def test_labels_in_any_case() -> None:
    assert codec(" Latin1\n") == "cp1252"
    assert codec("replacement") is None


@given(st.text(max_size=60), st.binary(max_size=80))
def test_never_raises(content_type: str, first: bytes) -> None:
    readable("text/html; charset" + content_type, b"<meta " + first)
