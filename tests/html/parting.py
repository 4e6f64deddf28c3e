"""Pages that two readers take for different ones: what holds of each, whatever parts them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from hypothesis import strategies as st
from tests.html.test_forerunner import GATE, Judge, gated

from consentguard.html.rewriter import Rewriter, rewrite

#: What of the denied host a parser loads of a page.
Loaded = Callable[[bytes], list[str]]


def pages(with_at: Iterable[bytes], put: bytes) -> list[bytes]:
    """The pages with that for each ``@``."""
    return [page.replace(b"@", put) for page in with_at]


def check(page: bytes, loaded: Loaded) -> None:
    """Raise AssertionError unless it is gated, in pieces too, and left alone where all is allowed.

    A parser may see nothing of what it keeps in a template.
    """
    assert loaded(page) or b"template" in page
    out = gated(page)
    assert loaded(out) == []
    assert rewrite(page, Judge(None, None))[0] == page
    one = Rewriter(Judge(GATE, GATE))
    parts = [one.feed(page[at : at + 1]) for at in range(len(page))]
    assert b"".join((*parts, one.finish())) == out


def words(text: str) -> list[bytes]:
    """Tokens with a blank between them; a bar stands for a blank in one."""
    return [word.replace("|", " ").encode() for word in text.split()]


def soup(tokens: list[bytes]) -> st.SearchStrategy[bytes]:
    """Pages of these tokens in any order."""
    return st.lists(st.sampled_from(tokens), min_size=2, max_size=20).map(b"".join)
