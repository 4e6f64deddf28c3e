"""``consentguard check``: everything that is wrong with a policy file, in one run."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import textwrap
from pathlib import Path

from consentguard.cli.common import Commands, add_json, dump
from consentguard.consent.capacity import lost
from consentguard.errors import ConfigError, GeoError, Problem
from consentguard.geo.mmdb import Database
from consentguard.locales import available
from consentguard.model import Policy
from consentguard.policy import examine
from consentguard.policy.lint import lint
from consentguard.policy.lock import hold
from consentguard.policy.positions import Positions, source_line
from consentguard.policy.wording import spoken


def add(commands: Commands) -> None:
    """The command's arguments."""
    parser = commands.add_parser("check", help="check a policy file", description=__doc__)
    parser.add_argument("file", nargs="?", metavar="FILE", help="default: consent.toml")
    parser.add_argument("--strict", action="store_true", help="exit with 1 for warnings")
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print every problem, sorted by line."""
    file = args.file or os.environ.get("CONSENTGUARD_POLICY") or "consent.toml"
    try:
        policy, found = examine(file)
    except ConfigError as exc:
        if not args.json:
            raise
        policy, found = None, (Problem(1, 1, "E002", "", str(exc)),)
    problems = sorted([*found, *_advice(file, policy)])
    errors = sum(p.is_error for p in problems)
    if args.json:
        dump({"file": file, "ok": not errors, "problems": [_json(file, p) for p in problems]})
    else:
        for problem in problems:
            print(_fitted(problem.text(file)))
        if policy is not None:
            print(_fitted(_summary(policy)))
        print(f"{errors} error(s), {len(problems) - errors} warning(s)")
    if errors:
        return 2
    return 1 if problems and args.strict else 0


def _advice(file: str, policy: Policy | None) -> list[Problem]:
    """What is no error and still not good; a file with errors has other things to mend first."""
    if policy is None:
        return []
    text = Path(file).read_text("utf-8-sig")
    return [
        *lint(policy, text, available(), lost(policy)),
        *_machine(policy, text),
        *_unapproved(policy, text),
    ]


def _unapproved(policy: Policy, text: str) -> list[Problem]:
    """Texts that a start would refuse."""
    try:
        hold(policy.approved, spoken(policy))
    except ConfigError as exc:
        line, col = Positions(text).at(("texts",))
        message, _, help = str(exc).partition(". ")
        return [Problem(line, col, "E501", "texts", message, help, source_line(text, line))]
    return []


def _fitted(text: str) -> str:
    """Sentences folded to a terminal's width, helps below their caret; elsewhere as they are."""
    if not sys.stdout.isatty():
        return text
    width = shutil.get_terminal_size().columns
    lines = text.split("\n")
    # The file's own line stands as it is, or the caret below it would point elsewhere.
    own = 1 if len(lines) == 3 else None
    return "\n".join(
        line if number == own else _folded(line, width) for number, line in enumerate(lines)
    )


def _folded(line: str, width: int) -> str:
    bar, caret, _ = line.partition("^ ")
    rest = bar[:8] + " " * (len(bar) - 6) if caret else "    "
    if len(rest) >= width // 2:
        return line
    return textwrap.fill(line, width, subsequent_indent=rest, break_on_hyphens=False)


def _machine(policy: Policy, text: str) -> list[Problem]:
    """What the file names and this machine lacks: the server may have it, so it is a warning."""
    if policy.geo.provider != "mmdb":
        return []
    message = f"GeoIP database {policy.geo.database!r} is not on this machine"
    if Path(policy.geo.database).is_file():
        try:
            Database(policy.geo.database)
            return []
        except GeoError as error:
            message = str(error)
    line, col = Positions(text).at(("geo", "database"))
    help = "a server without a sound one does not start"
    return [Problem(line, col, "W601", "geo.database", message, help, source_line(text, line))]


def _json(file: str, problem: Problem) -> dict[str, object]:
    return {
        "file": file,
        "line": problem.line,
        "col": problem.col,
        "code": problem.code,
        "key": problem.key,
        "message": problem.message,
        "help": problem.help,
    }


def _summary(policy: Policy) -> str:
    own = [region.id for region in policy.regions.values() if region.id != region.preset]
    regions = f"{len(policy.regions)} regions" + (f", its own: {', '.join(own)}" if own else "")
    return (
        f"{policy.site.name}: version {policy.version}, {len(policy.services)} declared "
        f"service(s), {len(policy.purposes)} purposes, {regions}"
    )
