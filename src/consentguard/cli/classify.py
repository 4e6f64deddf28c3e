"""``consentguard classify``: what a cookie, a URL or an inline script is, and why."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from consentguard.catalogue import Catalogue
from consentguard.cli.common import Commands, add_json, dump
from consentguard.errors import ConfigError
from consentguard.model import UNKNOWN, Match, Service
from consentguard.policy import load

#: From the purpose that is treated most strictly to the least; a site's own ones stand with ads.
STRICTEST = (
    "advertising",
    "social",
    "tag-manager",
    "personalisation",
    "email_tracking",
    "email_marketing",
    "analytics",
    "media",
    "login",
    "security",
    "functional",
    "consent-management",
    "cdn",
    "necessary",
)


def add(commands: Commands) -> None:
    """The command's arguments."""
    parser = commands.add_parser(
        "classify", help="say what a cookie or URL is", description=__doc__
    )
    parser.add_argument("input", nargs="*", metavar="NAME_OR_URL")
    parser.add_argument("--host", default="site.example", help="the site's own host")
    parser.add_argument("--policy", metavar="FILE", help="a policy file whose services count")
    parser.add_argument("--snippet", action="append", default=[], metavar="FILE")
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print one answer per input."""
    if not args.input and not args.snippet:
        raise ConfigError("give a cookie name, a URL or --snippet FILE")
    own = load(args.policy).services.values() if args.policy else ()
    catalogue = Catalogue.bundled(own=own)
    answers = [describe(text, *_look_up(catalogue, text, args.host)) for text in args.input]
    for file in args.snippet:
        answers.append(describe(file, "snippet", catalogue.snippet(_read(file))))
    if args.json:
        dump(answers)
        return 0
    for answer in answers:
        print(f"{answer['input']}: {answer['kind']}, {answer['purpose']}")
        if answer["service"]:
            print(f"  service {answer['service']}, vendor {answer['vendor'] or '-'}")
        print(f"  {answer['why']}")
    return 0


def _look_up(catalogue: Catalogue, text: str, host: str) -> tuple[str, Match | None]:
    if "://" in text or text.startswith("//"):
        return "url", catalogue.url(text, base=f"https://{host}/")
    return "cookie", catalogue.guess(text, host=host)


def describe(text: str, kind: str, match: Match | None) -> dict[str, Any]:
    """One answer as ``--json`` prints it."""
    if match is None:
        match = Match(kind, (), "the site's own, or nothing that a browser would fetch")
    purposes = sorted(match.purposes, key=_rank)
    service = min(match.services, key=_service_rank, default=None)
    return {
        "input": text,
        "kind": kind,
        "purpose": purposes[0] if purposes else UNKNOWN,
        "purposes": purposes,
        "service": service.id if service else None,
        "vendor": service.vendor if service else None,
        "why": match.why,
    }


def _rank(purpose: str) -> int:
    return STRICTEST.index(purpose) if purpose in STRICTEST else 0


def _service_rank(service: Service) -> int:
    return min(_rank(p) for p in service.purposes)


def _read(file: str) -> bytes:
    try:
        return Path(file).read_bytes()
    except OSError as exc:
        raise ConfigError(f"{file}: {exc.strerror}") from exc
