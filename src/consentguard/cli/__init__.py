"""The command line: one file a command. Exit codes: 0 fine, 1 warnings under --strict, 2 errors."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version

from consentguard.cli import check, classify, demo, explain, init, rewrite
from consentguard.errors import ConfigError
from consentguard.geo.mmdb import BUNDLED, Database

COMMANDS = (demo, init, check, explain, classify, rewrite)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code."""
    args = parser().parse_args(arguments)
    try:
        code: int = args.run(args)
        sys.stdout.flush()
    except ConfigError as exc:
        print(f"consentguard: {exc}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # The reader went away (| head): not our error, and nothing more can be written.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(
        prog="consentguard", description="Cookie and tracker consent that the server enforces."
    )
    top.add_argument("--version", action=_Version, nargs=0, help="show versions and exit")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.add(commands)
    return top


class _Version(argparse.Action):
    """``--version``: the package, and how old the bundled country database is."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        """Print and exit."""
        built = Database(BUNDLED).describe().built
        print(f"consentguard {version('consentguard-middleware')}, countries as of {built}")
        parser.exit()
