"""``python -m examples.demo [PORT] [--unprotected]`` from a checkout that is not installed."""

from __future__ import annotations

import argparse

from .serve import run


def main() -> None:
    """Read the two options and serve until interrupted."""
    parser = argparse.ArgumentParser(prog="demo", description="Example Music, a careless site.")
    parser.add_argument("port", nargs="?", type=int, default=8000)
    parser.add_argument("--unprotected", action="store_true", help="the same site without us")
    options = parser.parse_args()
    run(options.port, protected=not options.unprotected)


if __name__ == "__main__":
    main()
