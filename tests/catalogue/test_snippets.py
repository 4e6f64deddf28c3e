from __future__ import annotations

import tracemalloc

import pytest

from consentguard.catalogue.snippets import _PIECE, SnippetIndex
from consentguard.model import Service


def service(id: str, *snippets: str) -> Service:
    return Service(id, id.upper(), ("analytics",), snippets=snippets)


INDEX = SnippetIndex(
    [
        service("ga", "gtag('config','G-", "gtag('config',"),
        service("ads", "gtag('config','AW-", "gtag('config',"),
        service("overlap", "ab.cd("),
        service("next", "cd(ef("),
    ]
)


def ids(script: bytes) -> list[str]:
    return [s.id for _, s in INDEX.find(script)]


@pytest.mark.parametrize(
    "script",
    [
        b"gtag('config','G-1')",
        b'gtag( "config" ,\n\t"G-1" );',
        b"gtag(`config`, `G-1`)",
        b"x();gtag\r\n(\f'config',\v'G-1')",
    ],
)
def test_spacing_and_quotes_do_not_matter(script: bytes) -> None:
    assert ids(script) == ["ga"]


def test_at_one_place_the_longest_counts() -> None:
    assert ids(b"gtag('config', id)") == ["ga", "ads"]
    assert ids(b"gtag('config','AW-1')") == ["ads"]


def test_all_places_count_and_may_overlap() -> None:
    assert ids(b"gtag('config','G-1');gtag('config','AW-1')") == ["ga", "ads"]
    assert ids(b"ab.cd(ef(1))") == ["overlap", "next"]


def test_a_sites_own_literal_wins_at_its_place() -> None:
    index = SnippetIndex([service("theirs", "load('x-1")], own=[service("mine", "load('x")])
    assert [s.id for _, s in index.find(b"load('x-1')")] == ["mine"]


def test_a_single_word_of_the_catalogue_is_a_whole_word() -> None:
    index = SnippetIndex([service("theirs", "_hjSettings")], own=[service("mine", "acme_")])
    for script in (b"var _hjSettings={}", b"h._hjSettings = {}", b"window['_hjSettings']"):
        assert [s.id for _, s in index.find(script)] == ["theirs"]
    assert index.find(b"my_hjSettings={}") == []
    assert [s.id for _, s in index.find(b"new acme_player()")] == ["mine"]


def test_the_last_word_of_a_literal_may_go_on() -> None:
    index = SnippetIndex([service("meta", "fbq('track")])
    assert index.find(b'fbq("trackCustom", "x")')
    assert not index.find(b'xfbq("track")')


def test_nothing_is_found_in_nothing() -> None:
    assert ids(b"") == []
    assert SnippetIndex([]).find(b"gtag('config','G-1')") == []


def test_an_empty_literal_is_refused() -> None:
    with pytest.raises(ValueError, match="service 'bad'"):
        SnippetIndex([service("bad", " \n")])


@pytest.mark.parametrize("size", [_PIECE - 12, _PIECE, _PIECE + 12, 3 * _PIECE - 7])
def test_a_script_is_read_in_pieces_cut_between_words(size: int) -> None:
    for filler in (b"x", b" ", b"ab;", b"$_"):
        script = (filler * size)[:size] + b";gtag('config','G-1')"
        assert ids(script) == ["ga"], filler


def test_a_long_script_takes_little_memory() -> None:
    line = b"function q%d(a,b){return window.dataLayer[a].push({key:b,now:Date.now()})}\n"
    script = b"".join(line % number for number in range(4_000))[: 256 * 1024]
    script = script[:-30] + b" gtag('config','G-1') "
    tracemalloc.start()
    assert INDEX.find(script)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 700_000
