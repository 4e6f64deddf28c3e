"""``consentguard texts``: what visitors read, who has reviewed it, and saying it otherwise.

Without a command it lists the languages. ``export`` writes the texts for whoever has to approve
them, ``import`` brings back what they changed as ``[texts.LANG]`` of the policy file, ``lock``
approves what is there: from then on a start refuses any text that is another.
"""

from __future__ import annotations

import argparse

from consentguard.cli.common import Commands
from consentguard.cli.texts import exporting, importing, listing, locking


def add(commands: Commands) -> None:
    """The command and those below it."""
    parser = commands.add_parser(
        "texts",
        help="the words that visitors read: list, export, import, lock",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    listing.options(parser)
    below = parser.add_subparsers(metavar="COMMAND")
    for command in (exporting, importing, locking):
        command.add(below)
