"""``python -m examples.demo [PORT] [--framework NAME] [--unprotected]``, from a checkout."""

from __future__ import annotations

import argparse

from .app import FRAMEWORKS
from .serve import run


def main() -> None:
    """Read the options and serve until interrupted."""
    parser = argparse.ArgumentParser(prog="demo", description="Example Music, a careless site.")
    parser.add_argument("port", nargs="?", type=int, default=8000)
    parser.add_argument("--unprotected", action="store_true", help="the same site without us")
    parser.add_argument("--framework", choices=FRAMEWORKS, default=FRAMEWORKS[0])
    options = parser.parse_args()
    run(options.port, protected=not options.unprotected, framework=options.framework)


if __name__ == "__main__":
    main()
