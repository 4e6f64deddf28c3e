"""A picture of the document that a run writes: ``python -m benchmarks.plot [RESULTS.json]``.

At the left the time that a page takes by its size, everybody ÷ zlib 6 of that page; at the right
how many requests a server answers. Nothing is in the picture that is not in the document.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from . import svg
from .figures import (
    GZIP,
    OURS,
    PAGE,
    PURE,
    RIVALS,
    SIZES,
    TWIN,
    bare_rate,
    beside_at,
    rate_of,
)

Values = Mapping[tuple[str, str], float]

_WIDTH, _HEIGHT = 860, 408
#: The area of the lines, and of the bars, in pixels.
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 388, 76, 344
_BARS, _BARS_END = 572, 800
_STEP = 44
_TITLE = "What consent enforced by the server costs"
_FOOT = (
    "A first visit: trackers gated, banner put in, tags like those seen before. By hand: the whole "
    "page parsed, tracker tags made inert, written again."
)


class Series(NamedTuple):
    """One of those who are compared."""

    label: str
    name: str
    scanner: str
    colour: str


def series(values: Values) -> list[Series]:
    """Those who were measured; others were timed beside the C scanner if there was one."""
    twin = any(scanner == TWIN for scanner, _ in values)
    ours = [
        Series(f"{OURS}, C", OURS, TWIN, "first"),
        Series(f"{OURS}, {PURE}", OURS, PURE, "second"),
    ]
    colours = ("other1", "other2", "other3")
    others = [
        Series(f"{rival} by hand", rival, TWIN if twin else PURE, colour)
        for rival, colour in zip(RIVALS, colours, strict=True)
    ]
    return ours + others


def drawn(document: Mapping[str, Any]) -> str:
    """The picture, as SVG."""
    values = {(found["scanner"], found["figure"]): found["value"] for found in document["figures"]}
    compared = series(values)
    lines = {
        one: [
            (size, values[key])
            for size in SIZES
            if (key := (one.scanner, beside_at(size, one.name))) in values
        ]
        for one in compared
    }
    rates = list(_rates(values, compared))
    about = "; ".join(
        f"{one.label}: " + ", ".join(f"{size} KB {y:.2f}" for size, y in points)
        for one, points in lines.items()
        if points
    )
    about = f"Time ÷ zlib level 6. {about}. Requests per second: " + ", ".join(
        f"{label} {rate:,.0f}" for label, _, rate in rates
    )
    parts = [*_by_size({k: v for k, v in lines.items() if v}), *_bars(rates, values)]
    parts.append(svg.text(20, _HEIGHT - 14, _FOOT, "soft"))
    return svg.document(_WIDTH, _HEIGHT, _TITLE, about, parts)


def _by_size(lines: Mapping[Series, Sequence[tuple[int, float]]]) -> Iterator[str]:
    yield svg.text(20, 30, "Rewriting a page, by its size", "title ink")
    yield svg.text(20, 50, "time ÷ zlib level 6 of the same page; lower is better", "soft")
    found = [y for points in lines.values() for _, y in points] + [1.0]
    low = math.floor(math.log10(min(found)))
    high = math.ceil(math.log10(max(found)))

    def at(size: float, y: float) -> tuple[float, float]:
        across = math.log(size / SIZES[0]) / math.log(SIZES[-1] / SIZES[0])
        up = (math.log10(y) - low) / max(1, high - low)
        return _LEFT + across * (_RIGHT - _LEFT), _BOTTOM - up * (_BOTTOM - _TOP)

    for power in range(low, high + 1):
        y = at(SIZES[0], 10.0**power)[1]
        yield svg.line([(_LEFT, y), (_RIGHT, y)], "grid")
        yield svg.text(_LEFT - 8, y + 4, f"{10.0**power:g}", "soft", "end")
    for size in SIZES:
        x = at(size, 1)[0]
        label = f"{size} KB" if size < 1000 else "1 MB"
        yield svg.text(x, _BOTTOM + 20, label, "soft", "middle")
    one = at(SIZES[0], 1)[1]
    yield svg.line([(_LEFT, one), (_RIGHT, one)], "base", 1.5, "4 4")
    ends = [(one, "zlib 6, to compare", "base")]
    for compared, points in lines.items():
        placed = [at(size, y) for size, y in points]
        yield svg.line(placed, compared.colour, 2.5 if compared.name == OURS else 1.5)
        yield from (svg.dot(x, y, compared.colour) for x, y in placed)
        ends.append((placed[-1][1], compared.label, compared.colour))
    for y, label, colour in _apart(ends):
        kind = f"{colour} strong" if label.startswith(OURS) else colour
        yield svg.text(_RIGHT + 10, y + 4, label, kind)


def _apart(ends: list[tuple[float, str, str]]) -> Iterator[tuple[float, str, str]]:
    """The labels from the top down, each at least a line below the last."""
    last = -math.inf
    for y, label, colour in sorted(ends):
        last = max(y, last + 16)
        yield last, label, colour


def _rates(values: Values, compared: list[Series]) -> Iterator[tuple[str, str, float]]:
    """Label, colour and requests per second; all beside the bare app of the first scanner."""
    first = next((one.scanner for one in compared if _bare(values, one.scanner)), "")
    gzip = Series(GZIP, GZIP, compared[-1].scanner, "base")
    for one in (*compared, gzip):
        left = values.get((one.scanner, rate_of(PAGE, one.name)))
        if left is not None:
            yield one.label, one.colour, left * _bare(values, first)


def _bare(values: Values, scanner: str) -> float:
    return values.get((scanner, bare_rate(PAGE)), 0.0)


def _bars(rates: list[tuple[str, str, float]], values: Values) -> Iterator[str]:
    if not rates:
        return
    bare = max(_bare(values, scanner) for scanner in (TWIN, PURE))
    yield svg.text(_BARS, 30, "uvicorn, a page of 100 KB", "title ink")
    yield svg.text(_BARS, 50, "requests per second of a processor; higher is better", "soft")
    most = max(rate for *_, rate in rates)
    for number, (label, colour, rate) in enumerate(sorted(rates, key=lambda one: -one[2])):
        y = _TOP + 4 + number * _STEP
        width = rate / most * (_BARS_END - _BARS)
        strong = " strong" if label.startswith(OURS) else ""
        yield svg.text(_BARS, y, label, f"ink{strong}")
        yield svg.bar(_BARS, y + 6, width, 14, colour)
        yield svg.text(_BARS + width + 6, y + 17, f"{rate:,.0f}", f"ink{strong}")
    yield svg.text(_BARS, _BOTTOM + 20, f"the app alone: {bare:,.0f}", "soft")


def main() -> int:
    """Draw the document that is named, or the last one, beside it."""
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("results.json")
    target = source.with_suffix(".svg")
    target.write_text(drawn(json.loads(source.read_text("utf-8"))), "utf-8")
    print(f"written: {target}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
