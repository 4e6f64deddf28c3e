from __future__ import annotations

from collections import Counter

import pytest
from tests.html.judging import BadHosts

from consentguard.html import Gate, rewrite
from consentguard.html.verdicts import IDLE, Denied, Edit, Memory, Shelf, Verdict, Verdicts


def test_what_is_kept_is_bounded() -> None:
    verdicts = Verdicts()
    most = 0
    for number in range(20_000):
        verdicts.keep(b"%05d" % number + b"x" * 500, IDLE)
        most = max(most, len(verdicts))
    assert most * 800 <= 1024 * 1024
    (everywhere,) = verdicts.on("http://h/").kept
    assert everywhere.get(b"19999" + b"x" * 500) is IDLE


@pytest.mark.parametrize(
    "large",
    [
        Verdict((Edit(0, 0, b"x" * 20_000),)),
        Verdict(denied=(Denied(Gate("p", "s"), "x" * 20_000),)),
        Verdict(counted=(("html", "x"),) * 65),
        Verdict(tuple(Edit(n, n, b"") for n in range(100))),
    ],
)
def test_large_verdicts_are_not_kept(large: Verdict) -> None:
    verdicts = Verdicts()
    verdicts.keep(b"<p>", large)
    (everywhere,) = verdicts.on("http://h/").kept
    assert everywhere.get(b"<p>") is None


def test_a_hostile_page_does_not_fill_the_memory() -> None:
    class Remembering(BadHosts):
        memory = Memory(None, shelf := dict[str, Verdicts](), "http://h/")

    page = b"".join(b"<img src=//bad/%d srcset='%s'>" % (n, b"//bad," * 500) for n in range(2000))
    rewrite(page, Remembering())
    (verdicts,) = Remembering.shelf.values()
    assert len(verdicts) < 400


def test_what_is_muted_is_neither_counted_nor_noted() -> None:
    counts: Counter[tuple[str, str]] = Counter()
    memory = Memory(counts.update)

    def judge() -> Verdict:
        memory.note("html", "a")
        memory.muted = True
        memory.note("html", "b")
        memory.again([("html", "c")])
        memory.muted = False
        memory.again([("html", "d")])
        return IDLE

    assert memory.noting(judge) == (IDLE, [("html", "a"), ("html", "d")])
    assert sorted(counts) == [("html", "a"), ("html", "d")]


def test_what_is_counted_in_a_document_is_counted_for_the_document_too() -> None:
    memory = Memory(lambda *_: None)
    noted: list[tuple[str, str]] = []

    def inner() -> Verdict:
        memory.note("passed", "img image")
        return IDLE

    def outer() -> Verdict:
        noted.extend(memory.noting(inner)[1])
        memory.note("html", "a")
        return IDLE

    assert memory.noting(outer)[1] == [*noted, ("html", "a")]
    assert noted == [("passed", "img image")]


def test_notes_are_bounded() -> None:
    memory = Memory(lambda *_: None)

    def judge() -> Verdict:
        for _ in range(1000):
            memory.note("passed", "img image")
        return IDLE

    assert len(memory.noting(judge)[1]) < 100


def test_a_shelf_has_one_place_a_codec() -> None:
    shelf: Shelf = {}
    one, other = Memory(None, shelf), Memory(None, shelf)
    assert one.verdicts("utf-8") is other.verdicts("utf-8")
    assert one.verdicts("utf-8") is not one.verdicts("cp1252")
    assert Memory().verdicts("utf-8") is None
