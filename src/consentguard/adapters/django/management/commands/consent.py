"""``manage.py consent COMMAND``: the package's own command line, with the policy of the settings.

Django's own options (``--settings``) go before the command.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from consentguard.adapters.django.conf import read
from consentguard.cli import main, parser


class Command(BaseCommand):
    """Runs ``consentguard check``, ``explain``, ``classify`` … for this site."""

    help = "Check the policy, explain decisions: the commands of consentguard, for this site."
    # A policy with mistakes is what `check` is for.
    requires_system_checks: list[str] = []  # noqa: RUF012

    def add_arguments(self, parser: CommandParser) -> None:
        """Everything behind the options of Django is the command's."""
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.epilog = _commands()
        parser.add_argument("arguments", nargs=argparse.REMAINDER, metavar="COMMAND …")

    def handle(self, *args: str, **options: Any) -> None:
        """Run the command and exit with its code, unless it is 0."""
        out, err = options.get("stdout") or sys.stdout, options.get("stderr") or sys.stderr
        said = [*map(str, args), *options.get("arguments", ())]
        with (
            _environment(),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            code = main(said)
        if code:
            sys.exit(code)


@contextlib.contextmanager
def _environment() -> Iterator[None]:
    """What the commands find in the environment is what the settings say."""
    found, _ = read()
    said = {}
    if isinstance(found.policy, str | Path):
        said["CONSENTGUARD_POLICY"] = str(found.policy)
    if isinstance(found.ledger, str):
        said["CONSENTGUARD_LEDGER"] = found.ledger
    before = {name: os.environ.get(name) for name in said}
    os.environ.update(said)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _commands() -> str:
    """The commands as the package's own help lists them."""
    return parser().format_help().partition("commands:")[2].rstrip()
