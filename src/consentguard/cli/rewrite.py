"""``consentguard rewrite``: what the middleware would do to a page; --banner injects too."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from consentguard.catalogue import Catalogue
from consentguard.cli.common import Commands, add_json, add_place, dump, place_of, policy_of
from consentguard.consent.choose import choose, store
from consentguard.consent.decide import decide
from consentguard.consent.decision import Decision
from consentguard.errors import BadRequest, ConfigError, UnreadableBody
from consentguard.html.charset import found
from consentguard.html.judge import Gated
from consentguard.html.opening import opened
from consentguard.html.rewriter import Rewriter
from consentguard.html.transcoded import transcoder
from consentguard.judge import Judge
from consentguard.locales import load as load_texts
from consentguard.model import Policy, Signals
from consentguard.pages import banner
from consentguard.pages.assets import Assets
from consentguard.pages.view import view
from consentguard.policy.regions import Regions
from consentguard.tally import Tally

_TYPE = "text/html"


def add(commands: Commands) -> None:
    """The command's arguments."""
    parser = commands.add_parser(
        "rewrite", help="gate an HTML file as the middleware would", description=__doc__
    )
    parser.add_argument("file", nargs="*", default=["-"], metavar="FILE", help="- reads stdin")
    parser.add_argument("--policy", metavar="FILE", help="a policy file")
    add_place(parser, required=True)
    parser.add_argument("--grant", default="", metavar="P,…", help="purposes that are allowed")
    parser.add_argument("--url", default="https://site.example/", help="address of the page")
    parser.add_argument("--out", metavar="DIR", help="write the pages there, under their names")
    parser.add_argument("--banner", action="store_true", help="inject the banner too")
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Rewrite each file."""
    if not urlsplit(args.url).hostname:
        raise ConfigError(f"--url {args.url!r}: give an absolute URL, like https://site.example/")
    policy = policy_of(args.policy)
    catalogue = Catalogue.bundled(own=policy.services.values())
    decision = _decision(args, policy, catalogue)
    insert = _banner(policy, decision) if args.banner else ""
    _distinct(args.file, args.out)
    reports = []
    for number, file in enumerate(args.file, 1):
        undeclared = policy.enforcement.undeclared_hosts
        judge = Judge(catalogue, decision, undeclared, args.url, Tally(), policy.site)
        data, report = rewritten(_read(file), judge, insert)
        reports.append({"file": file, **report})
        if args.out:
            _write(Path(args.out), file, data)
            if sys.stderr.isatty():
                print(f"\r{number}/{len(args.file)} {file[:60]:<60}", end="", file=sys.stderr)
        elif not args.json:
            sys.stdout.buffer.write(data)
    if args.json:
        dump(reports)
    return 0


def rewritten(data: bytes, judge: Judge, insert: str = "") -> tuple[bytes, dict[str, Any]]:
    """A page as it would leave, and its charset and gated elements."""

    def rewriting(encoding: str, inserted: str) -> Rewriter:
        codec = "utf-8" if inserted == "utf-8" else "ascii"
        return Rewriter(judge, insert=insert.encode(codec, "xmlcharrefreplace"), encoding=encoding)

    charset = found(_TYPE, data)
    try:
        page = opened(_TYPE, data, rewriting, _ended)
        out = page.whole(data) if page else None
    except UnreadableBody:
        out = None
    if page is None or charset is None or out is None:
        print("its charset is in doubt: the middleware would fence it", file=sys.stderr)
        return data, {"charset": None, "gated": []}
    gated = [
        {
            "element": g.element,
            "url": g.url,
            "purpose": g.purpose,
            "service": g.service,
            "offset": at,
        }
        for g, at in zip(page.gated, _places(page.gated, charset, data), strict=True)
    ]
    return out, {"charset": charset, "gated": gated}


def _ended(why: str) -> None:
    print(f"the page would end early: {why}", file=sys.stderr)


def _places(gated: list[Gated], charset: str, data: bytes) -> list[int]:
    """Where in the file the tags stand: those of a page that is decoded first are found again."""
    codec = transcoder(charset)
    if codec is None:
        return [one.offset for one in gated]
    decoded: list[bytes] = []
    codec.decode(data, decoded.append)
    text = b"".join(decoded)
    places, at, done = [], 0, 0
    for one in gated:  # in order
        at += len(codec.encode(text[done : one.offset]))
        done = one.offset
        places.append(at)
    return places


def _decision(args: argparse.Namespace, policy: Policy, catalogue: Catalogue) -> Decision:
    now = time.time()
    region = Regions.of(policy).find(place_of(args), now)
    stored = None
    if args.grant:
        granted = {purpose.strip(): True for purpose in args.grant.split(",") if purpose.strip()}
        try:
            choice = choose(policy, region, "save", granted, {})
        except BadRequest as exc:
            raise ConfigError(
                f"--grant: {exc.reason}; known: {', '.join(policy.purposes)}"
            ) from exc
        stored = store(policy, region, choice, None, now, "example")
    return decide(policy, region, stored, Signals(), now, catalogue.services)


def _banner(policy: Policy, decision: Decision) -> str:
    texts = load_texts("en")
    prefix = policy.enforcement.consent_path
    return banner.render(view(policy, Assets(policy.banner), decision, texts, prefix, "/"))


def _distinct(files: list[str], out: str | None) -> None:
    names = [Path(file).name for file in files]
    twice = next((n for n in names if out and names.count(n) > 1), None)
    if twice:
        raise ConfigError(f"two files are called {twice!r}, and --out would keep only one")


def _read(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except OSError as exc:
        raise ConfigError(f"{file}: {exc.strerror}") from exc


def _write(folder: Path, file: str, data: bytes) -> None:
    target = folder / ("stdin.html" if file == "-" else Path(file).name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if target.exists() and file != "-" and target.samefile(file):
            raise ConfigError(f"--out {folder}: would overwrite {file}")
        target.write_bytes(data)
    except OSError as exc:
        raise ConfigError(f"{target}: {exc.strerror}") from exc
