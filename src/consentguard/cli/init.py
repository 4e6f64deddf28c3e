"""``consentguard init``: write a commented policy file to start from."""

from __future__ import annotations

import argparse
import json
from importlib.resources import files
from pathlib import Path

from consentguard.cli.common import Commands
from consentguard.errors import ConfigError
from consentguard.policy.jsonschema import schema


def add(commands: Commands) -> None:
    """The command's arguments."""
    parser = commands.add_parser("init", help="write a starter policy file", description=__doc__)
    parser.add_argument("file", nargs="?", default="consent.toml", metavar="FILE")
    parser.add_argument("--force", action="store_true", help="replace a file that is there")
    parser.add_argument(
        "--schema",
        action="store_true",
        help="write a JSON Schema beside it too, so that your editor completes its keys",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the file; never over another one unless asked to."""
    text = files("consentguard.policy").joinpath("starter.toml").read_text("utf-8")
    path = Path(args.file)
    beside = path.with_suffix(".schema.json")
    if args.schema:
        # taplo, "The schema directive": a path is relative to the TOML file.
        text = f"#:schema ./{beside.name}\n{text}"
    _write(path, text, force=args.force)
    print(f"wrote {path}. Fill in [site], then run: consentguard check {path}")
    if args.schema:
        # It is made from this package, not by hand: nothing is lost when it is replaced.
        _write(beside, json.dumps(schema(), indent=2, ensure_ascii=False) + "\n", force=True)
        print(f"wrote {beside}, which tells your editor what each key means")
    return 0


def _write(path: Path, text: str, *, force: bool) -> None:
    try:
        with path.open("w" if force else "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as exc:
        raise ConfigError(f"{path} is there already; --force replaces it") from exc
    except OSError as exc:
        raise ConfigError(f"{path}: {exc.strerror}") from exc
