"""``consentguard texts lock``: what is there now is approved, and nothing else."""

from __future__ import annotations

import argparse
import datetime

from consentguard.cli.common import Commands, add_json, dump, written_policy
from consentguard.errors import ConfigError
from consentguard.policy.lock import differences, path_of, written
from consentguard.policy.wording import spoken


def add(commands: Commands) -> None:
    """The command's arguments."""
    parser = commands.add_parser(
        "lock", help="approve the texts: a start refuses others", description=__doc__
    )
    parser.add_argument("--policy", metavar="FILE", help="default: consent.toml")
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit with 1 where texts have changed"
    )
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the file beside the policy file, or compare."""
    policy = written_policy(args.policy)
    texts = spoken(policy)
    changed = [
        {"language": language, "key": key, "text": texts[language][key]}
        for language, key in differences(policy.approved or {}, texts)
    ]
    path = path_of(policy.file)
    if not args.check:
        today = datetime.datetime.now(datetime.UTC).date().isoformat()
        try:
            path.write_text(written(policy.site.name, today, texts), "utf-8")
        except OSError as exc:
            raise ConfigError(f"{path}: {exc.strerror or exc}") from exc
    if args.json:
        dump({"file": str(path), "languages": list(texts), "changed": changed})
    else:
        for one in changed if policy.approved is not None or args.check else ():
            print(f"{one['language']}: {one['key']} = {one['text']}")
        done = "not approved" if args.check else f"locked in {path}"
        count = len(changed) if args.check else sum(map(len, texts.values()))
        print(f"{count} text(s) in {', '.join(texts)}: {done}")
    return 1 if args.check and changed else 0
