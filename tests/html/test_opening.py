from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.html.judging import MARK, AllowAll, BadHosts

from consentguard.errors import UnreadableBody
from consentguard.html.coded import Page
from consentguard.html.judge import Judge
from consentguard.html.opening import Opening, opened
from consentguard.html.rewriter import Rewriter

UTF8 = "text/html; charset=utf-8"
BEFORE = "<!doctype html><html><title>表é</title><img alt='表' src=//bad/x><p>表"
AFTER = BEFORE.replace("<img", f"<img{MARK.decode()}").replace(" src=", " data-cg-src=")


def made(
    content_type: str, first: bytes, judge: Judge, insert: str = ""
) -> tuple[Page | None, list[str]]:
    """The page, and what the site is told."""
    told: list[str] = []

    def rewriter(encoding: str, inserted: str) -> Rewriter:
        charset = "utf-8" if inserted == "utf-8" else "ascii"
        put = insert.encode(charset, "xmlcharrefreplace")
        return Rewriter(judge, insert=put, encoding=encoding)

    return opened(content_type, first, rewriter, told.append), told


def sent(content_type: str, *pieces: bytes, insert: str = "") -> bytes:
    """What leaves for these pieces, of which the first is known when the headers are."""
    page, told = made(content_type, pieces[0], BadHosts(), insert)
    assert page is not None
    out = b"".join([*map(page.feed, pieces), page.finish()])
    assert not told
    assert not page.truncated
    assert [one.url for one in page.gated] == (
        ["//bad/x"] if b"b\0a" in out or b"bad" in out else []
    )
    assert page.uninspected == 0
    return out


CASES = [
    (UTF8, "utf-8", ""),
    ("text/html", "utf-8", "\ufeff"),
    ("text/html; charset=koi8-r", "utf-8", "\ufeff"),
    ("text/html", "utf-8", "<meta charset=utf-8>"),
    ("text/html; charset=utf-16", "utf-16-le", ""),
    ("text/html; charset=utf-16be", "utf-16-be", ""),
    ("text/html", "utf-16-le", "\ufeff"),
    (UTF8, "utf-16-be", "\ufeff"),
    ("text/html; charset=shift_jis", "cp932", ""),
    ("text/html", "cp932", "<meta charset=shift_jis>"),
    ("text/html; charset=gbk", "gb18030", ""),
    ("text/html; charset=big5", "big5hkscs", ""),
    ("text/html; charset=euc-jp", "euc-jp", ""),
    ("text/html; charset=iso-2022-jp", "iso2022_jp", ""),
    ("text/html", "iso2022_jp", "<meta charset=iso-2022-jp>"),
]


@pytest.mark.parametrize(("content_type", "codec", "head"), CASES)
def test_every_charset(content_type: str, codec: str, head: str) -> None:
    before = (head + BEFORE).replace("é", "ア").encode(codec)
    after = (head + AFTER).replace("é", "ア").encode(codec)
    assert sent(content_type, before) == after
    page, _ = made(content_type, before, BadHosts())
    assert page is not None
    assert page.whole(before) == after
    for size in (1, 3, 50):
        pieces = [before[at : at + size] for at in range(0, len(before), size)]
        if codec != "iso2022_jp" or "=" in content_type or size == 50:
            assert sent(content_type, *pieces) == after


@pytest.mark.parametrize(("content_type", "codec", "head"), CASES)
def test_what_is_put_in_is_in_the_charset(content_type: str, codec: str, head: str) -> None:
    out = sent(
        content_type, (head + BEFORE).replace("é", "ア").encode(codec), insert="„Zustimmung“"
    )
    unicode = codec.startswith("utf")
    assert out.decode(codec).endswith("„Zustimmung“" if unicode else "&#8222;Zustimmung&#8220;")


@pytest.mark.parametrize(("content_type", "codec", "head"), CASES)
@given(body=st.binary(max_size=80), at=st.integers(0, 90))
def test_what_is_allowed_comes_back(
    content_type: str, codec: str, head: str, body: bytes, at: int
) -> None:
    """Bytes that are not touched are not changed, whatever they are; in doubt they do not begin."""
    assume(b"data-cg-" not in body.replace(b"\0", b"").lower())  # the app's own are renamed
    data = head.encode(codec) + b"".join([body])
    page, _ = made(content_type, data, AllowAll())
    if page is None:
        return
    try:
        assert page.whole(data) == data
    except UnreadableBody:
        return
    page, _ = made(content_type, data[:at], AllowAll())
    if page is not None:
        out = page.feed(data[:at]) + page.feed(data[at:]) + page.finish()
        assert out == data or (page.truncated and data.startswith(out))


def test_a_style_sheet_ends_its_strings_where_a_browser_does() -> None:
    """The second byte of that letter is a backslash."""
    page = "<style>p{content:'表';background:url(//bad/x)}</style>"
    for codec, label in (("cp932", "shift_jis"), ("gb18030", "gbk"), ("big5hkscs", "big5")):
        letter = {"gb18030": "誠", "big5hkscs": "功"}.get(codec, "表")
        data = page.replace("表", letter).encode(codec)
        opening, _ = made(f"text/html; charset={label}", data, BadHosts())
        assert opening is not None
        assert b"//bad" not in opening.whole(data)
        assert [one.url for one in opening.gated] == ["//bad/x"]


def test_kanji_hide_no_tag() -> None:
    """The bytes of these two are ``<!`` and ``--``."""
    data = b"<p>\x1b$B<!--\x1b(B" + BEFORE.replace("é", "").encode("iso2022_jp")
    assert b"data-cg-src" in sent("text/html; charset=iso-2022-jp", data)


@pytest.mark.parametrize(
    ("content_type", "first"),
    [
        ("text/html; charset=iso-2022-kr", b"<p>"),
        ("text/html", b"<\0p\0"),
        ("text/html", b"<p>\x1b$B"),
        ("text/html; charset=utf-8; charset=utf-16", b"<p>"),
    ],
)
def test_doubt_is_none(content_type: str, first: bytes) -> None:
    assert made(content_type, first, BadHosts())[0] is None


def test_an_escape_that_comes_late_ends_the_page() -> None:
    page, told = made("text/html", b"<p>text", BadHosts())
    assert page is not None
    assert page.feed(b"<p>text") == b"<p>text"
    assert page.feed(b"<b>more</b><a \x1b$B<img src=//bad/x>") == b"<b>more</b>"
    assert page.feed(b"more") + page.finish() == b""
    assert page.truncated
    assert len(told) == 1
    assert "ISO-2022-JP" in told[0]


def test_a_doubt_that_comes_late_ends_the_page_before_it_has_begun() -> None:
    page, told = made("text/html", b"<", BadHosts())
    assert isinstance(page, Opening)
    assert page.feed(b"<") == b""
    assert (page.gated, page.uninspected, page.truncated) == ([], 0, False)
    assert page.feed(b"\0?\0x\0m\0l\0") == b""
    assert page.feed(b"<img>") + page.whole(b"<img>") + page.finish() == b""
    assert page.truncated
    assert told == ["its charset is in doubt"]


def test_a_doubt_that_comes_at_once_is_raised() -> None:
    page, told = made("text/html", b"", BadHosts())
    assert page is not None
    with pytest.raises(UnreadableBody):
        page.whole(b"<\0p\0")
    assert not told


@pytest.mark.parametrize("first", [b"", b"\xef", b"\xff", b"\xef\xbb"])
def test_a_mark_is_waited_for(first: bytes) -> None:
    page, _ = made(UTF8, first, BadHosts())
    assert page is not None
    assert page.feed(first) == b""
    assert page.finish() == first
