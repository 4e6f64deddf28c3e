"""``consentguard texts export``: the texts of a site for counsel and translators."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from consentguard.cli.common import Commands, policy_of
from consentguard.cli.texts import sheets
from consentguard.cli.texts.rows import rows
from consentguard.errors import ConfigError

_FORMATS = {"html": sheets.to_html, "csv": sheets.to_csv, "xliff": sheets.to_xliff}


def add(commands: Commands) -> None:
    """The command's arguments."""
    parser = commands.add_parser(
        "export", help="write the texts for whoever approves them", description=__doc__
    )
    parser.add_argument("--policy", metavar="FILE", help="default: consent.toml")
    parser.add_argument("--format", choices=sorted(_FORMATS), default="html", help="default: html")
    parser.add_argument(
        "--language", action="append", default=[], metavar="TAG", help="of the site's; repeatable"
    )
    parser.add_argument(
        "--all", action="store_true", help="every service that has a text, not the site's alone"
    )
    parser.add_argument("--out", metavar="FILE", help="default: standard output")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write them."""
    policy = policy_of(args.policy)
    found = list(rows(policy, args.language, every=args.all))
    text = _FORMATS[args.format](found, policy.site.name)
    if not args.out:
        sys.stdout.write(text)
        return 0
    try:
        Path(args.out).write_text(text, "utf-8", newline="")
    except OSError as exc:
        raise ConfigError(f"{args.out}: {exc.strerror or exc}") from exc
    languages = dict.fromkeys(row.language for row in found)
    print(f"{len(found)} texts in {', '.join(languages)} written to {args.out}", file=sys.stderr)
    return 0
