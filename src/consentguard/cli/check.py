"""``consentguard check``: everything that is wrong with a policy file, in one run."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from consentguard.cli.common import Commands, add_json, dump
from consentguard.errors import ConfigError, Problem
from consentguard.model import Policy
from consentguard.policy import examine


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
    problems = [*found, *_machine(policy)]
    errors = sum(p.is_error for p in problems)
    if args.json:
        dump({"file": file, "ok": not errors, "problems": [_json(file, p) for p in problems]})
    else:
        for problem in problems:
            print(problem.text(file))
        if policy is not None:
            print(_summary(policy))
        print(f"{errors} error(s), {len(problems) - errors} warning(s)")
    if errors:
        return 2
    return 1 if problems and args.strict else 0


def _machine(policy: Policy | None) -> list[Problem]:
    """What the file names and this machine lacks: the server may have it, so it is a warning."""
    if policy is None or policy.geo.provider != "mmdb" or Path(policy.geo.database).is_file():
        return []
    text = f"GeoIP database {policy.geo.database!r} is not on this machine; start would refuse"
    return [Problem(1, 1, "W601", "geo.database", text)]


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
    declared = [s.id for s in policy.services.values()]
    regions = ", ".join(policy.regions)
    return (
        f"{policy.site.name}: version {policy.version}, {len(declared)} declared service(s), "
        f"{len(policy.purposes)} purposes, regions: {regions}"
    )
