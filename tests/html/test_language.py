"""What a page says of its language, and when a rewriter tells it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.html.judging import AllowAll

from consentguard.html.language import language
from consentguard.html.rewriter import Rewriter


def told(*pieces: bytes) -> list[str]:
    """What is told of a page, and that the page is what it was."""
    heard: list[str] = []

    def insert(bases: object) -> bytes:
        heard.append("inserted")
        return b""

    rewriter = Rewriter(AllowAll(), insert=insert, spoken=heard.append)
    out = b"".join(map(rewriter.feed, pieces)) + rewriter.finish()
    assert out == b"".join(pieces)
    return heard


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        (b"<html>", ""),
        (b'<html lang="ar" dir="rtl">', "ar"),
        (b"<HTML class=no-js LANG=pt-BR>", "pt-BR"),
        (b"<html lang=' de '>", "de"),
        (b'<html lang="fr" lang="de">', "fr"),
        (b'<html lang="">', ""),
        (b'<html xml:lang="de" data-lang="fr">', ""),
        (b'<html lang="&#102;r">', "fr"),
        (b"<html lang=" + b"x" * 5000 + b">", "x" * 40),
    ],
)
def test_the_attribute(tag: bytes, expected: str) -> None:
    assert language(tag, "utf-8") == expected


@given(st.binary(), st.sampled_from(["utf-8", "cp1251", "shift_jis"]))
def test_no_tag_breaks_it(rest: bytes, encoding: str) -> None:
    assert len(language(b"<html " + rest, encoding)) <= 40


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (b'<!doctype html><html lang="de"><body>x</body></html>', ["de"]),
        (b'<html lang="de"><html lang="fr"><body>x</body>', ["de"]),
        (b'<html><html lang="fr"><body>x</body>', ["fr"]),
        (b'<!--<html lang="de">--><html lang="fr"><body>x</body>', ["fr"]),
        (b'<body><script>"<html lang=de>"</script></body>', []),
        (b"<body><template><html lang=de></template></body>", []),
        (b"<body><svg><html lang=de></svg></body>", []),
    ],
)
def test_the_first_one_of_the_page_counts(page: bytes, expected: list[str]) -> None:
    assert told(page) == [*expected, "inserted"]


@pytest.mark.parametrize("at", range(1, 30, 4))
def test_it_is_told_wherever_the_page_is_cut(at: int) -> None:
    page = b'<!doctype html><html lang="ar" dir=rtl><body>x</body>'
    assert told(page[:at], page[at:]) == ["ar", "inserted"]
