"""Possessive repeats of groups, in a Python that matches them wrongly too."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from hashlib import sha256

import pytest
from benchmarks.pages import of_every_kind
from hypothesis import given
from hypothesis import strategies as st
from tests.html.judging import BadHosts

from consentguard.html.rewriter import rewrite
from consentguard.possessive import atomic, compiled


@pytest.mark.parametrize(
    ("pattern", "same"),
    [
        ("(?:ab?c)*+", "(?>(?:ab?c)*)"),
        ("x(?:a(?:b)?+|c)++y", "x(?>(?:a(?>(?:b)?)|c)+)y"),
        ("(a){1,3}+(?P<b>b){2}+", "(?>(a){1,3})(?>(?P<b>b){2})"),
        (r"(?:\)|\(|[)(]*+|[]*+)]|[^]()]++)*+", r"(?>(?:\)|\(|[)(]*+|[]*+)]|[^]()]++)*)"),
        (r"(?=a)(b)+(c)*?(d)+\+[^)*+]++", r"(?=a)(b)+(c)*?(d)+\+[^)*+]++"),
    ],
)
def test_a_repeat_becomes_an_atomic_group(pattern: str, same: str) -> None:
    assert atomic(pattern) == same
    assert atomic(same) == same
    re.compile(same)


PATTERNS = [
    "(?:ab?c)*+",
    "(?:a(?!b)|c?b)++",
    "(?:a(?:b*+c)?+|b)*+c",
    "(?:a|(b)c){1,2}+",
]


@given(st.text("abc", max_size=12))
def test_both_say_the_same(text: str) -> None:
    for pattern in PATTERNS:
        ours, theirs = re.compile(atomic(pattern)).match(text), compiled(pattern).match(text)
        assert (ours and ours.span()) == (theirs and theirs.span())
    assert compiled(b"(?:ab?c)*+a").fullmatch(b"aca")


#: Imports all of the package, and rewrites, in a Python with the fault; prints the expressions that
#: are left to it, and what became of the pages.
_FAULTY = """
import importlib, json, pkgutil, re
compile, seen = re.compile, []

class Fault:
    def fullmatch(self, text):
        return None

def noted(pattern, flags=0):
    seen.append(pattern)
    return Fault() if pattern == "(?:ab?c)*+a" else compile(pattern, flags)

re.compile = noted
import consentguard
from consentguard.possessive import BROKEN, atomic
assert BROKEN
for module in pkgutil.walk_packages(consentguard.__path__, "consentguard."):
    if not any(name in module.name for name in ("__main__", "adapters", "_scanner")):
        importlib.import_module(module.name)
from tests.test_possessive import digests
text = [p.decode("latin-1") if type(p) is bytes else p for p in seen if type(p) in (bytes, str)]
left = [p for p in text if atomic(p) != p and p != "(?:ab?c)*+a"]
print(json.dumps([left, digests()]))
"""


def digests() -> list[str]:
    """Of pages of every kind, gated."""
    pages = (rewrite(page, BadHosts())[0] for page in of_every_kind(20))
    return [sha256(page).hexdigest() for page in pages]


def test_nothing_is_left_to_a_python_with_the_fault() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _FAULTY],
        capture_output=True,
        check=False,
        env={
            **os.environ,
            "CONSENTGUARD_PURE_PYTHON": "1",
            "PYTHONPATH": os.pathsep.join(sys.path),
        },
        text=True,
    )
    assert done.returncode == 0, done.stderr
    left, pages = json.loads(done.stdout)
    assert left == []
    assert pages == digests()
