"""The picture shows what the document says, well-formed and for every eye."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from benchmarks.figures import (
    GZIP,
    OURS,
    PAGE,
    PURE,
    RIVALS,
    SIZES,
    TWIN,
    Figure,
    Row,
    bare_rate,
    beside_at,
    rate_of,
)
from benchmarks.plot import drawn, main
from benchmarks.report import document
from benchmarks.svg import COLOURS

SVG = "{http://www.w3.org/2000/svg}"


def measured(scanners: tuple[str, ...] = (TWIN, PURE), sizes: tuple[int, ...] = SIZES) -> Any:
    rows = []
    for scanner in scanners:
        for size in sizes:
            for place, name in enumerate((OURS, *RIVALS), 1):
                figure = Figure(beside_at(size, name), place * (1 + (scanner == PURE)) / size)
                rows.append(Row("", scanner, figure))
        rows.append(Row("", scanner, Figure(bare_rate(PAGE), 10_000)))
        for place, name in enumerate((OURS, GZIP, *RIVALS), 1):
            rows.append(Row("", scanner, Figure(rate_of(PAGE, name), 0.1 / place)))
    return document(rows, {})


def words(picture: str) -> list[str]:
    return ["".join(text.itertext()) for text in ElementTree.fromstring(picture).iter(f"{SVG}text")]


def test_everybody_is_in_the_picture_with_every_size() -> None:
    picture = drawn(measured())
    said = words(picture)
    for name in ("consentguard, C", "consentguard, pure Python", "lxml by hand", "GZipMiddleware"):
        assert name in said
    assert [word for word in said if word.endswith(("KB", "MB"))][:6] == [
        *(f"{size} KB" for size in SIZES[:-1]),
        "1 MB",
    ]
    assert "1,000" in said
    assert "the app alone: 10,000" in said
    tree = ElementTree.fromstring(picture)
    assert len(list(tree.iter(f"{SVG}circle"))) == 5 * len(SIZES)


def test_those_who_see_nothing_are_told_the_numbers() -> None:
    tree = ElementTree.fromstring(drawn(measured()))
    about = tree.findtext(f"{SVG}desc") or ""
    assert tree.get("role") == "img"
    assert "consentguard, C: 2 KB 0.50" in about
    assert "consentguard, C 1,000" in about


@pytest.mark.parametrize(
    ("scanners", "sizes"),
    [((PURE,), SIZES), ((TWIN, PURE), (10, 100)), ((), ()), ((TWIN,), (100,))],
)
def test_a_document_that_has_less_is_drawn_too(
    scanners: tuple[str, ...], sizes: tuple[int, ...]
) -> None:
    said = words(drawn(measured(scanners, sizes)))
    assert (f"{OURS}, {PURE}" in said) is (PURE in scanners)
    assert (f"{OURS}, {TWIN}" in said) is (TWIN in scanners)


def test_everything_stays_within_the_picture() -> None:
    tree = ElementTree.fromstring(drawn(measured()))
    width, height = float(tree.get("width") or 0), float(tree.get("height") or 0)
    for text in tree.iter(f"{SVG}text"):
        assert 0 <= float(text.get("x") or -1) < width
        assert 0 < float(text.get("y") or -1) < height


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("which", [0, 1], ids=["light", "dark"])
def test_every_colour_can_be_read(which: int) -> None:
    """WCAG 2.2, 1.4.3: text has a contrast of 4.5 at least."""
    ground = luminance(COLOURS["ground"][which])
    for name, pair in COLOURS.items():
        if name not in ("ground", "grid"):
            low, high = sorted((ground, luminance(pair[which])))
            assert (high + 0.05) / (low + 0.05) >= 4.5, name


def test_the_command_draws_beside_the_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "found.json"
    source.write_text(json.dumps(measured()), "utf-8")
    monkeypatch.setattr("sys.argv", ["plot", str(source)])
    assert main() == 0
    assert (tmp_path / "found.svg").read_text("utf-8") == drawn(measured())
