"""``python -m tools.locales``: what the languages take from Unicode CLDR, and the reviewers' page.

With ``--check`` nothing is written: exit code 1 says that a file is older than its sources.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tools.locales.cldr import languages
from tools.locales.page import page

ROOT = Path(__file__).parents[2]
FILES = ROOT / "src/consentguard/locales"
NOTES = ROOT / "tools/locales/notes"
PAGE = ROOT / "docs/languages.md"


def outputs() -> Iterator[tuple[Path, str]]:
    """Each generated file and what belongs into it; the page last, it reads the others."""
    tags = sorted(file.stem for file in FILES.glob("*.toml"))
    for name, text in languages(tags).items():
        yield FILES / "cldr" / f"{name}.json", text
    yield PAGE, page(tags, NOTES)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write them, or compare."""
    parser = argparse.ArgumentParser(prog="python -m tools.locales", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare")
    check = parser.parse_args(arguments).check
    stale = 0
    for file, text in outputs():
        if file.is_file() and file.read_text("utf-8") == text:
            continue
        if check:
            stale += 1
            print(f"{file.relative_to(ROOT)} is stale: run python -m tools.locales")
            continue
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, "utf-8")
        print(f"wrote {file.relative_to(ROOT)}")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
