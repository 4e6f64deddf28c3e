"""``consentguard schema``: the JSON Schema of a policy file, for editors.

Keep it beside the policy file, and make the policy's first line ``#:schema ./consent.schema.json``:
editors that know TOML schemas (taplo, Even Better TOML, tombi) then complete and explain each key.
"""

from __future__ import annotations

import argparse

from consentguard.cli.common import Commands, dump
from consentguard.policy.jsonschema import schema


def add(commands: Commands) -> None:
    """The command, which takes nothing."""
    parser = commands.add_parser(
        "schema",
        help="print the JSON Schema of a policy file",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print it."""
    dump(schema())
    return 0
