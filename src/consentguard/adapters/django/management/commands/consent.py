"""``manage.py consent COMMAND``: the package's own command line, with the policy of the settings.

Django's own options (``--settings``) go before the command.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from consentguard.adapters.django.conf import read
from consentguard.cli import configured
from consentguard.errors import ConfigError


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
        """Run the command; exit with its code, or raise where somebody called this from Python."""
        out, err = options.get("stdout") or sys.stdout, options.get("stderr") or sys.stderr
        said = [*map(str, args), *options.get("arguments", ())]
        if not said:
            raise CommandError(f"Which command?\n{_commands()}", returncode=2)
        found, _ = read()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                code = configured.run(said, found.policy, "manage.py consent")
            except ConfigError as exc:
                raise CommandError(str(exc)) from None
        if code and getattr(self, "_called_from_command_line", False):
            sys.exit(code)
        if code:
            raise CommandError(f"consent {said[0]}: exit code {code}", returncode=code)


def _commands() -> str:
    """What there is, one a line."""
    return "\n".join(f"  {name:10} {about}" for name, about in configured.commands().items())
