"""``consentguard init``: write a commented policy file to start from."""

from __future__ import annotations

import argparse
from importlib.resources import files
from pathlib import Path

from consentguard.cli.common import Commands
from consentguard.errors import ConfigError


def add(commands: Commands) -> None:
    """The command's arguments."""
    parser = commands.add_parser("init", help="write a starter policy file", description=__doc__)
    parser.add_argument("file", nargs="?", default="consent.toml", metavar="FILE")
    parser.add_argument("--force", action="store_true", help="replace a file that is there")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the file; never over another one unless asked to."""
    text = files("consentguard.policy").joinpath("starter.toml").read_text("utf-8")
    path = Path(args.file)
    try:
        with path.open("w" if args.force else "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as exc:
        raise ConfigError(f"{path} is there already; --force replaces it") from exc
    except OSError as exc:
        raise ConfigError(f"{path}: {exc.strerror}") from exc
    print(f"wrote {path}. Fill in [site], then run: consentguard check {path}")
    return 0
