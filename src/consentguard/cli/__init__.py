"""The command line: one file a command. Exit codes: 0 fine, 1 warnings under --strict, 2 errors."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections.abc import Sequence
from importlib.metadata import version

from consentguard.cli import (
    catalogue,
    check,
    classify,
    demo,
    diff,
    explain,
    init,
    regions,
    rewrite,
    schema,
    texts,
)
from consentguard.errors import ConfigError
from consentguard.geo.locate import OLD_DAYS, is_old
from consentguard.geo.mmdb import BUNDLED, Database
from consentguard.html import engine

COMMANDS = (demo, init, check, schema, diff, explain, regions, classify, rewrite, texts, catalogue)


def main(arguments: Sequence[str] | None = None, called: str = "consentguard") -> int:
    """Run one command and give its exit code; ``called`` is what usage lines begin with."""
    args = parser(called).parse_args(arguments)
    try:
        code: int = args.run(args)
        sys.stdout.flush()
    except ConfigError as exc:
        print(f"{called}: {exc}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # The reader went away (| head): not our error, and nothing more can be written.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code


def parser(called: str = "consentguard") -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(
        prog=called, description="Cookie and tracker consent that the server enforces."
    )
    top.add_argument("--version", action=_Version, nargs=0, help="show versions and exit")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.add(commands)
    return top


class _Version(argparse.Action):
    """``--version``: the package, its scanner, the Python, and the age of the country database."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        """Print and exit."""
        scanner = f"{engine.NAME} ({engine.REASON})" if engine.REASON else engine.NAME
        countries = Database(BUNDLED)
        old = f", more than {OLD_DAYS} days old" if is_old(countries, time.time()) else ""
        print(
            f"consentguard {version('consentguard-middleware')}, scanner: {scanner}, "
            f"{platform.python_implementation()} {platform.python_version()}, "
            f"countries as of {countries.describe().built}{old}"
        )
        parser.exit()
