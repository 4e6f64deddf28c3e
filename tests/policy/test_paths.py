from __future__ import annotations

import pytest
from tests.conftest import GuardMaker

from consentguard.policy.paths import longest


@pytest.mark.parametrize(
    ("path", "prefixes", "length"),
    [
        ("/news", ("/news",), 6),
        ("/news/", ("/news",), 6),
        ("/news/1", ("/news/",), 6),
        ("/newspaper", ("/news",), 0),
        ("/", ("/news",), 0),
        ("/anything", ("/",), 1),
        ("/news/local/1", ("/news", "/news/local", "/other"), 12),
        ("/news", (), 0),
    ],
)
def test_prefixes_are_whole_segments_and_the_longest_counts(
    path: str, prefixes: tuple[str, ...], length: int
) -> None:
    assert longest(path, prefixes) == length


@pytest.mark.parametrize(
    ("path", "mode"),
    [
        ("/", "private"),
        ("/news", "shared"),
        ("/news/1", "shared"),
        ("/news/mine", "private"),
        ("/news/mine/open/1", "shared"),
        ("/both", "private"),
    ],
)
def test_the_most_exact_rule_says_who_may_keep_a_page(
    make_guard: GuardMaker, path: str, mode: str
) -> None:
    setup = make_guard(
        '[enforcement]\nshared_paths = ["/news", "/news/mine/open", "/both"]\n'
        'private_paths = ["/news/mine", "/both"]\n'
    ).setup
    assert setup.cache_mode(path) == mode
