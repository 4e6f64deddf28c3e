"""The generator of the bundled database, on data small enough to see through."""

from __future__ import annotations

import importlib.util
from ipaddress import ip_address
from pathlib import Path
from types import ModuleType

import geoip2.database
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.geo.mmdb import Database

TOOL = Path(__file__).parents[2] / "tools" / "geo.py"


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("geo_tool", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


tool = load()


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("US", "DE", "DE"),
        ("DE", "US", "DE"),
        ("PR", "GP", "GP"),
        ("AU", "FR", "FR"),
        ("US", "AU", "AU"),
        ("KR", "BR", "BR"),
        # equally strict: the source that is right more often is asked first
        ("FR", "DE", "FR"),
        ("US", "PR", "US"),
        (None, "US", "US"),
        ("DE", None, "DE"),
        (None, None, None),
    ],
)
def test_the_stricter_rules_win(
    first: str | None, second: str | None, expected: str | None
) -> None:
    assert tool.stricter(first, second) == expected


def test_pseudo_countries_are_dropped() -> None:
    assert [tool.real(code) for code in ("DE", "EU", "AP", "XX", "ZZ", "A1", "", None)] == [
        "DE",
        *[None] * 7,
    ]


def test_merging() -> None:
    one = [(0, 9, "US"), (20, 29, "FR")]
    two = [(5, 24, "DE"), (40, 49, "BR")]
    assert tool.merge(one, two) == [
        (0, 4, "US"),
        (5, 19, "DE"),
        (20, 29, "FR"),
        (40, 49, "BR"),
    ]


CODES = st.lists(st.sampled_from(["US", "DE", "FR", "AU", None]), min_size=1, max_size=40)


@given(CODES, CODES)
def test_merging_is_the_order_applied_to_every_address(
    one: list[str | None], two: list[str | None]
) -> None:
    def as_ranges(codes: list[str | None]) -> list[tuple[int, int, str]]:
        ranges: list[tuple[int, int, str]] = tool.joined(
            (n, n, code) for n, code in enumerate(codes)
        )
        return ranges

    size = max(len(one), len(two))
    one += [None] * (size - len(one))
    two += [None] * (size - len(two))
    expected = as_ranges([tool.stricter(a, b) for a, b in zip(one, two, strict=True)])
    assert tool.merge(as_ranges(one), as_ranges(two)) == expected


RANGES = [
    (0x01000000, 0x010000FF, "AU"),
    (0x01000100, 0x010003FF, "CN"),
    (0xD9000000, 0xD91FFFFF, "DE"),
    (0x20010638 << 96, (0x20010639 << 96) - 1, "DE"),
    (0x20010638 << 96 | 1 << 100, (0x20010638 << 96 | 1 << 100) + 5, "FR"),
]


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "new" / "country.mmdb"
    tool.write(path, RANGES[:4], "both")
    assert tool.ranges(path) == RANGES[:4]
    assert Database(path).lookup(ip_address("1.0.2.1")).country == "CN"
    with geoip2.database.Reader(path) as reader:
        assert reader.country("217.0.0.1").country.iso_code == "DE"
        assert reader.country("2001:638::1").country.iso_code == "DE"


def test_nonsense_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="overlap"):
        tool.write(tmp_path / "a.mmdb", RANGES, "both")
    with pytest.raises(ValueError, match="nothing to write"):
        tool.write(tmp_path / "a.mmdb", [], "both")


def test_the_bundled_file_is_current(capsys: pytest.CaptureFixture[str]) -> None:
    assert tool.main(["--check"]) == 0
    assert "country.mmdb: sources: " in capsys.readouterr().out


def test_check_tells_old_changed_and_missing_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "country.mmdb"
    check = ["--check", "--out", str(path)]
    assert tool.main(check) == 1
    assert "missing" in capsys.readouterr().out
    for sources in ("both", "iptocc"):
        tool.write(path, RANGES[:4], sources)
        assert tool.main(check) == 0
    whole = path.read_bytes()
    path.unlink()
    path.write_bytes(whole.replace(b"BDE", b"BUS"))
    assert tool.main(check) == 1
    path.write_bytes(whole)
    monkeypatch.setattr(tool, "IPTOCC", "9.9.9")
    capsys.readouterr()
    assert tool.main(check) == 1
    assert "iptocc 9.9.9" in capsys.readouterr().out
    monkeypatch.undo()
    monkeypatch.setitem(tool.STRICTNESS, "CH", 1)
    assert tool.main(check) == 1


def test_another_version_of_a_source_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tool, "version", lambda _: "0.0.1")
    with pytest.raises(SystemExit, match=r"needs iptocc==.*; installed is 0\.0\.1"):
        tool.build(tmp_path / "country.mmdb", "iptocc")


def test_agreement_of_sources() -> None:
    one = [(0, 3, "US"), (4, 7, "DE")]
    two = [(0, 2, "US"), (3, 3, "DE"), (4, 4, "FR"), (5, 9, "DE")]
    assert "8 IPv4 addresses: same country 75.00%" in tool.agreement(one, two)
    assert "equal strictness 12.50%" in tool.agreement(one, two)
