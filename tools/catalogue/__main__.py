"""The command: build the data set, compile it, check it, or print its figures."""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path

from consentguard.errors import ConfigError

from . import c15t, compiled, generate, open_cookie_database, rules, tarteaucitron, third_party_web
from .packages import C15T, OPEN_COOKIE_DATABASE, PACKAGES, TARTEAUCITRON, THIRD_PARTY_WEB, fetch
from .report import report

DATA = Path(__file__).parents[2] / "src/consentguard/catalogue/data"
AGAIN = "run python -m tools.catalogue"


def header(lines: Sequence[str]) -> str:
    """The first line of ``generated.tsv``, by which ``--check`` knows it."""
    content = hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
    sources = ", ".join(package.spec for package in PACKAGES)
    return f"# sources: {sources}; rules {rules.digest()}; content {content}"


def build(data: Path) -> None:
    """Writes ``generated.tsv`` from the pinned packages."""
    facts = [
        *third_party_web.read(fetch(THIRD_PARTY_WEB)),
        *c15t.read(fetch(C15T)),
        *tarteaucitron.read(fetch(TARTEAUCITRON)),
        *open_cookie_database.read(fetch(OPEN_COOKIE_DATABASE)),
    ]
    lines = generate.lines(facts)
    (data / "generated.tsv").write_text("\n".join([header(lines), *lines]) + "\n", "utf-8")
    print(f"{data / 'generated.tsv'}: {len(lines)} services of {len(facts)} facts", flush=True)


def compile_all(data: Path) -> None:
    """Writes ``catalogue.tsv`` from the TOML files and ``generated.tsv``."""
    text = compiled.text(data)
    (data / "catalogue.tsv").write_text(text, "utf-8")
    print(f"{data / 'catalogue.tsv'}: {len(text.splitlines())} lines, {len(text.encode())} bytes")


def check(data: Path) -> int:
    """0 when both files are what the pins, the rules and the TOML files give, else 1 and why.

    Reads no network: that the generated lines are what the packages say is what their digest in
    the first line stands for.
    """
    first, *lines = (data / "generated.tsv").read_text("utf-8").splitlines()
    if first != header(lines):
        print(f"generated.tsv says {first!r}\nexpected is   {header(lines)!r}: {AGAIN}")
        return 1
    if (data / "catalogue.tsv").read_text("utf-8") != compiled.text(data):
        print(f"catalogue.tsv is older than a file that it is compiled from: {AGAIN} --compile")
        return 1
    print(f"{data}: {first[2:]}")
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="tools.catalogue", description=__doc__)
    parser.add_argument("--compile", action="store_true", help="only catalogue.tsv; needs no npm")
    parser.add_argument("--check", action="store_true", help="exit 1 unless both files are current")
    parser.add_argument("--report", action="store_true", help="how right it is; needs npm")
    parser.add_argument("--data", type=Path, default=DATA, metavar="FOLDER")
    options = parser.parse_args(arguments)
    try:
        if options.check:
            return check(options.data)
        if options.report:
            report()
            return 0
        if not options.compile:
            build(options.data)
        compile_all(options.data)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
