"""``consentguard demo``: a careless music site, kept lawful; or ``--unprotected``."""

from __future__ import annotations

import argparse
import importlib

from consentguard.cli.common import Commands
from consentguard.errors import ConfigError

FRAMEWORKS = ("starlette", "fastapi", "flask", "django")


def add(commands: Commands) -> None:
    """The command's arguments."""
    parser = commands.add_parser("demo", help="run the demo site", description=__doc__)
    parser.add_argument("--port", type=int, default=8000, metavar="N", help="default: 8000")
    parser.add_argument(
        "--framework", choices=FRAMEWORKS, default="starlette", help="default: starlette"
    )
    parser.add_argument(
        "--unprotected", action="store_true", help="the same site without consentguard"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Serve until interrupted."""
    if not 0 < args.port < 65536:
        raise ConfigError(f"--port {args.port}: a port is a number from 1 to 65535")
    try:
        # The demo is an application of ours, not a room of the house: nothing imports it by name.
        demo = importlib.import_module("consentguard.demo")
        demo.run(port=args.port, protected=not args.unprotected, framework=args.framework)
    except ModuleNotFoundError as exc:
        extras = "demo" if args.framework == "starlette" else f"demo,{args.framework}"
        raise ConfigError(
            f"the demo needs {exc.name!r}: pip install 'consentguard-middleware[{extras}]'"
        ) from exc
    return 0
