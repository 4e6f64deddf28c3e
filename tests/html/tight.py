"""Both scanners with bounds so small that short pages meet them: ``python -m tests.html.tight``.

A program of its own, because the scanner in C reads the bounds when it is imported.
"""

from __future__ import annotations

import random
import sys
from importlib import import_module

from consentguard.html import contents, counting, names, openelements, scanner, stream

PAGES = 4000


def tighten(script: int, token: int, memory: int, depth: int) -> None:
    """Set the bounds, in bytes and elements."""
    bounds = {"SCRIPT_LIMIT": script, "TOKEN_LIMIT": token, "MEMORY": memory, "DEPTH_LIMIT": depth}
    for module in (contents, counting, names, openelements, scanner, stream):
        for name, bound in bounds.items():
            if hasattr(module, name):
                setattr(module, name, bound)


def main() -> None:
    """Compare both on made-up pages; the arguments are the bounds."""
    script, token, memory, depth = map(int, sys.argv[1:])
    # The package chooses a scanner when it is imported: the C one is read again, with these bounds.
    sys.modules.pop("consentguard.html._scanner", None)
    tighten(script, token, memory, depth)
    twin = import_module("consentguard.html._scanner")
    from tests.html.test_twins import CRUMBS, pieces, trace

    rng, met = random.Random(script), 0
    for _ in range(PAGES):
        crumbs = rng.sample(CRUMBS, rng.randint(3, 40)) if rng.random() < 0.6 else CRUMBS
        page = "".join(rng.choices(crumbs, k=rng.randint(1, 120))).encode()
        cuts = sorted(rng.choices(range(len(page) + 1), k=rng.choice((0, 0, 1, 3, 9))))
        told = trace(twin.Scanner(), pieces(page, cuts))
        if told != trace(scanner.Scanner(), pieces(page, cuts)):
            sys.exit(f"C and Python differ: {pieces(page, cuts)!r}")
        met += one_overflows(told)
    print(f"{PAGES} pages, {met} past a bound")


def one_overflows(told: list[object]) -> bool:
    """Whether a page went past a bound."""
    last = told[-1]
    assert isinstance(last, tuple)
    return bool(last[4])


if __name__ == "__main__":
    main()
