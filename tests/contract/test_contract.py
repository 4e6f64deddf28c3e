"""One table of cases, run through every framework: what a visitor gets is the same everywhere."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

import brotli
import pytest
import zstandard
from tests.contract.apps import HARNESSES
from tests.contract.cases import CASES, Case
from tests.contract.harness import Answer, answered
from tests.contract.site import PAGES, TRACKERS

FIRST = next(iter(HARNESSES))
DECODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.decompress,
    "deflate": zlib.decompress,
    "br": brotli.decompress,
    "zstd": lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data),
}


def test_the_table_is_a_contract() -> None:
    assert len(CASES) >= 150
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names)
    assert {case.path for case in CASES} >= set(PAGES)


def named(answer: Answer) -> tuple[set[str], set[str]]:
    """Names of the cookies that are set, and of those that are expired."""
    headers = answer.every("set-cookie")
    gone = {h.partition("=")[0] for h in headers if "max-age=0" in h.lower() or "1970" in h}
    return {h.partition("=")[0] for h in headers} - gone, gone


def read(answer: Answer) -> bytes:
    """The body as a browser reads it."""
    for coding in answer.every("content-encoding"):
        if answer.body and coding in DECODERS:
            return DECODERS[coding](answer.body)
    return answer.body


def checked(case: Case, answer: Answer) -> None:
    """Raise AssertionError unless the answer is what the table says."""
    assert answer.status == case.status
    body = read(answer)
    for part in case.has:
        assert part in body
    for part in case.lacks:
        assert part not in body
    if case.body is not None:
        assert body == case.body
    put, gone = named(answer)
    if case.sets is not None:
        assert put == case.sets
    assert case.expires <= gone
    for field, value in case.header.items():
        assert answer.every(field) == ([] if value is None else [value])
    assert len(answer.rows) == len(case.rows)
    for row, expected in zip(answer.rows, case.rows, strict=True):
        assert expected.items() <= row.items()
    if case.method != "HEAD":
        assert answer.every("content-length") in ([], [str(len(answer.body))])


@pytest.mark.parametrize("name", HARNESSES)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_contract(case: Case, name: str) -> None:
    """What the table says, and the same everywhere.

    Status, every header, every byte and every row; signed cookies included.
    """
    answer, first = answered(name, case), answered(FIRST, case)
    checked(case, answer)
    assert answer.status == first.status
    assert answer.fields == first.fields
    assert answer.body == first.body
    assert answer.rows == first.rows


@pytest.mark.parametrize("name", HARNESSES)
@pytest.mark.parametrize("path", ["/", "/stream", "/bytewise"])
def test_accepting_gives_the_page_byte_for_byte(path: str, name: str) -> None:
    body = answered(name, Case("accepted", path, after=("accept",))).body
    start = body.index(b'<link rel="stylesheet" href="/_consent/')
    assert body[:start] + body[body.index(b"</body>") :] == TRACKERS
