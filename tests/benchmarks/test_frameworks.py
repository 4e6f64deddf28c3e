"""The apps of Flask and Django answer as they should: guarded ones gate, bare ones do not."""

from __future__ import annotations

import subprocess
import sys

from benchmarks.figures import (
    BUDGETS,
    DJANGO_HTML,
    DJANGO_JSON,
    DJANGO_RIVAL,
    FLASK_HTML,
    FLASK_JSON,
)
from benchmarks.frameworks import flask_app, request

from benchmarks import pages

#: Django's settings are those of a process.
DJANGO = """
import math
import logging
logging.disable(logging.WARNING)
from benchmarks import frameworks as f
from benchmarks.figures import Effort
bare, ours = f.django_app(), f.django_app(f.GUARD)
print(f.request(bare, "/json")() == f.request(ours, "/json")() == b'{"a": 1}')
print(b"data-cg-src" in f.request(bare, "/page")(), b"data-cg-src" in f.request(ours, "/page")())
effort = Effort(1, 5, 3, False, (10,), 0.01, 1)
for figure in (*f.json_responses(effort), *f.html_responses(effort)):
    print(figure.name, math.isfinite(figure.value), sep="|")
"""


def test_flask_is_guarded_or_not() -> None:
    bare, ours = flask_app(), flask_app(guarded=True)
    assert request(bare, "/json")() == request(ours, "/json")() == b'{"a": 1}'
    assert request(bare, "/page")() == pages.page(100)
    assert b"data-cg-src" in request(ours, "/page")()


def test_every_figure_is_taken() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", DJANGO], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    same, gated, *figures = done.stdout.splitlines()
    assert (same, gated) == ("True", "False True")
    found = dict(line.split("|") for line in figures)
    assert set(found) >= {FLASK_JSON, DJANGO_JSON, FLASK_HTML, DJANGO_HTML}
    assert set(found.values()) == {"True"}


def test_they_have_budgets() -> None:
    names = {FLASK_JSON, DJANGO_JSON, DJANGO_RIVAL, FLASK_HTML, DJANGO_HTML}
    assert names <= set(BUDGETS)
