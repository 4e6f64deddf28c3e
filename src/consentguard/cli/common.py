"""What several commands ask for in the same way: a policy file, a place, a page of JSON."""

from __future__ import annotations

import argparse
import datetime
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from consentguard.errors import ConfigError
from consentguard.geo.codes import place
from consentguard.model import Place, Policy
from consentguard.policy import load, parse

#: What holds without a policy file: all presets, the whole catalogue, no declared service.
BARE = 'schema = 1\n[site]\nname = "this site"\ncontact = "-"\n'

Commands = Any  # argparse gives its sub-parsers no public type


def add_json(parser: argparse.ArgumentParser) -> None:
    """``--json``."""
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")


def add_place(parser: argparse.ArgumentParser, *, required: bool = False) -> None:
    """``--country`` and ``--subdivision``."""
    parser.add_argument(
        "--country", required=required, default="", metavar="DE", help="ISO 3166-1 code"
    )
    parser.add_argument(
        "--subdivision", default="", metavar="CA", help="ISO 3166-2 code, with or without country"
    )


def place_of(args: argparse.Namespace) -> Place:
    """The place asked for; codes outside ISO 3166-1 (T1, EU, XX) are unknown, not errors."""
    said = args.country.strip() or args.subdivision.strip()
    country, _, sub = said.upper().partition("-")
    subdivision = (args.subdivision or sub).strip().upper().removeprefix(f"{country}-")
    return place(country, subdivision)


def add_date(parser: argparse.ArgumentParser) -> None:
    """``--on``."""
    parser.add_argument("--on", default="", metavar="DATE", help="as of that day: 2026-12-01")


def time_of(args: argparse.Namespace) -> float:
    """Seconds since 1970 at noon UTC of the day asked for; now without one."""
    if not args.on:
        return time.time()
    try:
        day = datetime.date.fromisoformat(args.on.strip())
    except ValueError:
        raise ConfigError(f"--on: {args.on[:40]!r} is no date like 2026-12-01") from None
    return datetime.datetime.combine(day, datetime.time(12), datetime.UTC).timestamp()


def policy_of(file: str | None) -> Policy:
    """The policy of a file, of the environment or of this folder; else a bare one."""
    name = file or os.environ.get("CONSENTGUARD_POLICY") or ""
    if not name and Path("consent.toml").is_file():
        name = "consent.toml"
    if name:
        return load(name)
    print("no consent.toml here: presets and catalogue as they are", file=sys.stderr)
    policy, problems = parse(BARE, "(no policy file)")
    if policy is None:
        raise ConfigError("\n".join(p.message for p in problems))
    return policy


def written_policy(file: str | None) -> Policy:
    """The policy of a file, of the environment or of this folder; there has to be one."""
    return load(file or os.environ.get("CONSENTGUARD_POLICY") or "consent.toml")


def dump(value: Any) -> None:
    """Print a value as JSON."""
    print(json.dumps(value, indent=2, ensure_ascii=False))
