"""A few shapes of SVG 1.1, as text. Colours are classes: the viewer's light or dark decides."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

#: For each class the colour on white and on black, both with a contrast of 4.5 or more as text.
COLOURS = {
    "ground": ("#ffffff", "#0d1117"),
    "ink": ("#1f2328", "#e6edf3"),
    "soft": ("#59636e", "#9198a1"),
    "grid": ("#e4e8ec", "#262c34"),
    "first": ("#0969da", "#58a6ff"),
    "second": ("#1a7f37", "#3fb950"),
    "other1": ("#bc4c00", "#f0883e"),
    "other2": ("#8250df", "#bc8cff"),
    "other3": ("#bf3989", "#f778ba"),
    "base": ("#59636e", "#9198a1"),
}
_FONT = "-apple-system,BlinkMacSystemFont,'Segoe UI','Noto Sans',Helvetica,Arial,sans-serif"


def style() -> str:
    """The style sheet: one fill and one stroke for each colour."""

    def rules(which: int) -> str:
        return "".join(
            f".{name}{{fill:{pair[which]}}}.{name}-line{{stroke:{pair[which]}}}"
            for name, pair in COLOURS.items()
        )

    return (
        f"<style>text{{font-family:{_FONT};font-size:12px}}.title{{font-size:14px;font-weight:600}}"
        f".strong{{font-weight:600}}[class$=line]{{fill:none}}{rules(0)}"
        f"@media(prefers-color-scheme:dark){{{rules(1)}}}</style>"
    )


def document(width: int, height: int, title: str, about: str, parts: Iterable[str]) -> str:
    """A whole image with a name and a description for those who do not see it."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" aria-labelledby="title about">\n'
        f'<title id="title">{escape(title)}</title>\n<desc id="about">{escape(about)}</desc>\n'
        f"{style()}\n"
        f'<rect class="ground" width="{width}" height="{height}" rx="8"/>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def text(x: float, y: float, words: str, kind: str = "ink", anchor: str = "start") -> str:
    """Words on a line; ``kind`` are the classes."""
    at = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text class="{kind}" {at}>{escape(words)}</text>'


def line(
    points: Iterable[tuple[float, float]], colour: str, wide: float = 1, dash: str = ""
) -> str:
    """A line through these points."""
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<polyline class="{colour}-line" points="{path}" stroke-width="{wide:g}"{dashed}/>'


def dot(x: float, y: float, colour: str, radius: float = 3) -> str:
    """A point."""
    return f'<circle class="{colour}" cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}"/>'


def bar(x: float, y: float, width: float, height: float, colour: str) -> str:
    """A bar from the left."""
    return (
        f'<rect class="{colour}" x="{x:.1f}" y="{y:.1f}" width="{max(width, 1):.1f}" '
        f'height="{height:.1f}" rx="2"/>'
    )
