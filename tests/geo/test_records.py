from __future__ import annotations

from typing import Any

import maxminddb.decoder
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.geo.conftest import head, written

from consentguard.geo.records import MOST, Damaged, Records, Wanted

TEXT = Wanted()
CODED = Wanted({"iso_code": TEXT, "names": Wanted({"en": TEXT})})
RECORD = Wanted({"country": CODED, "parts": Wanted(first=CODED), "flat": TEXT})


def read(value: bytes, at: int = 0) -> object:
    return Records(value).read(at, RECORD)


def test_what_is_wanted_and_no_more() -> None:
    record = {
        "city": {"names": {"en": "Somewhere", "de": "Irgendwo"}, "geoname_id": 5},
        "location": {"latitude": 1.5, "flags": [True, False, b"xx"]},
        "country": {"geoname_id": 7, "iso_code": "US", "names": {"de": "USA", "en": "States"}},
        "parts": [{"iso_code": "CA", "confidence": 90}, {"iso_code": "X"}],
        "flat": "x" * 300,
        "long": "y" * 70_000,
    }
    assert read(written(record)) == {
        "country": {"iso_code": "US", "names": {"en": "States"}},
        "parts": [{"iso_code": "CA"}],
        "flat": "x" * 300,
    }


@pytest.mark.parametrize("value", [5, 1.5, True, b"x", 2**100])
def test_what_is_neither_text_nor_table(value: object) -> None:
    assert read(written(value)) is None
    assert read(written({"country": value, "flat": "a"})) == {"country": None, "flat": "a"}


def test_texts_and_lists() -> None:
    assert read(written("DE")) == "DE"
    assert read(written(["DE"])) == []
    assert read(written({"parts": []})) == {"parts": []}
    assert read(written({"country": "Frankreich"})) == {"country": "Frankreich"}


def test_pointers_of_every_size() -> None:
    target = written({"iso_code": "FR"})
    for base, size, extra in ((0, 0, b""), (2048, 1, b""), (526336, 2, b""), (0, 3, b"")):
        raw = bytearray(base) + target + extra
        at = len(raw)
        control = 0b00100000 | size << 3
        pointer = bytes([control]) + (0).to_bytes(size + 1, "big")
        raw += head(7, 1) + written("country") + pointer
        assert Records(bytes(raw)).read(at, RECORD) == {"country": {"iso_code": "FR"}}


def test_keys_behind_pointers() -> None:
    raw = written("country") + head(7, 1) + b"\x20\x00" + written({"iso_code": "FR"})
    assert Records(raw).read(8, RECORD) == {"country": {"iso_code": "FR"}}


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x20",  # half a pointer
        b"\x20\x00",  # to itself
        b"\x20\xff",  # behind the end
        b"\x44abc",  # a text that is too short
        b"\x42\xff\xfe",  # not UTF-8
        head(7, 1),  # no key
        head(7, 1) + written(5) + written(5),  # a key that is a number
        head(7, 1) + written("country"),  # no value
        head(7, 1) + written("other") + b"\x00\x05",  # an unknown type
        head(7, 70_000_00),  # more than any record has
        head(7, 1) + written("other") + head(11, 2_000_000),
        head(7, 1) + written("other") + head(11, MOST) + head(11, MOST) * 20,
        b"\x5f",  # a size that is cut off
    ],
)
def test_damage_is_told(raw: bytes) -> None:
    with pytest.raises(Damaged):
        read(raw)


def test_a_text_nobody_wants_may_be_anything() -> None:
    raw = head(7, 2) + b"\x42\xff\xfe" + b"\x42\xff\xfe" + written("flat") + written("a")
    assert read(raw) == {"flat": "a"}


VALUES = st.recursive(
    st.one_of(st.booleans(), st.integers(0, 2**64 - 1), st.text(max_size=40), st.binary()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.sampled_from(["country", "iso_code", "names", "en", "parts", "flat", "other"]),
            inner,
            max_size=5,
        ),
    ),
    max_leaves=20,
)


@given(VALUES)
def test_another_reader_finds_the_same(value: Any) -> None:
    raw = written(value)
    whole, _ = maxminddb.decoder.Decoder(raw).decode(0)
    assert whole == value
    assert read(raw) == pruned(value, RECORD)


def pruned(value: Any, wanted: Wanted) -> object:
    match value:
        case str():
            return value
        case list():
            return [pruned(value[0], wanted.first)] if value and wanted.first else []
        case dict():
            keys = {key.decode(): inner for key, inner in wanted.keys.items()}
            return {k: pruned(v, keys[k]) for k, v in value.items() if k in keys}
        case _:
            return None


@given(st.binary(max_size=200), st.integers(0, 220))
def test_any_bytes_are_read_or_damaged(raw: bytes, at: int) -> None:
    try:
        read(raw, at)
    except Damaged:
        return
