"""``consentguard texts import``: what others changed comes back as words of the site's own.

What reads as this package says it is left out, what differs stands in ``[texts.LANG]`` of the
policy file afterwards; all else in that file stays as it is, comments too.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from consentguard.cli.common import Commands, add_json, dump, written_policy
from consentguard.cli.texts import sheets
from consentguard.errors import ConfigError
from consentguard.locales import load
from consentguard.model import Policy
from consentguard.policy import parse
from consentguard.policy.wording import own_words, spoken, unusable

#: Language → key → what the site says, or None where it says what the package does.
Changes = dict[str, dict[str, str | None]]


def add(commands: Commands) -> None:
    """The command's arguments."""
    parser = commands.add_parser(
        "import", help="take over what others changed", description=__doc__
    )
    parser.add_argument("file", metavar="FILE", help="a CSV or XLIFF file of `texts export`")
    parser.add_argument("--policy", metavar="FILE", help="default: consent.toml")
    parser.add_argument("--dry-run", action="store_true", help="only say what would change")
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Compare, and write the policy file."""
    policy = written_policy(args.policy)
    try:
        text = Path(args.file).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as exc:
        raise ConfigError(f"{args.file}: {exc}") from exc
    try:
        found = changes(policy, sheets.read(text))
    except ConfigError as exc:
        raise ConfigError(f"{args.file}: {exc}") from exc
    if found and not args.dry_run:
        _write(policy, found)
    if args.json:
        dump(found)
        return 0
    for language, texts in found.items():
        for key, said in texts.items():
            print(f"{language}: {key} = {said or '(as the package says it)'}")
    count = sum(map(len, found.values()))
    done = "would change" if args.dry_run else f"changed in {policy.file}"
    print(f"{count} text(s) {done}" if count else "nothing differs")
    return 0


def changes(policy: Policy, found: Iterable[tuple[str, str, str]]) -> Changes:
    """What is to be said otherwise than now. Raises ConfigError for a text that cannot stand."""
    texts = spoken(policy)
    changed: Changes = {}
    for language, key, text in found:
        if language not in texts:
            raise ConfigError(f"the site has no texts in {language!r}; it has: {', '.join(texts)}")
        standard = load(language)
        if key not in standard and key in own_words(policy, language):
            if text != texts[language][key]:
                raise ConfigError(f"{key} ({language}) stands in [purposes]: change it there")
            continue
        if wrong := unusable(key, text, standard):
            raise ConfigError(f"{language}: {'. '.join(filter(None, wrong))}")
        if text != texts[language][key]:
            changed.setdefault(language, {})[key] = None if text == standard[key] else text
    return changed


def _write(policy: Policy, changed: Changes) -> None:
    path = Path(policy.file)
    try:
        document = tomlkit.parse(path.read_text("utf-8-sig"))
        every: dict[str, Any] = document.setdefault("texts", tomlkit.table(is_super_table=True))
        for language, texts in changed.items():
            table = every.setdefault(language, tomlkit.table())
            for key, said in texts.items():
                _drop(table, key)
                if said is not None:
                    table[key] = said
            if not table:
                del every[language]
        if not every:
            del document["texts"]
        text = tomlkit.dumps(document)
    except (OSError, TOMLKitError) as exc:
        raise ConfigError(f"{path}: {exc}") from exc
    if parse(text, policy.file)[0] is None:
        raise ConfigError(f"{path}: the texts do not fit in; nothing was changed")
    _replace(path, text)


def _drop(table: dict[str, Any], key: str) -> None:
    """Take a key out, written as one or as a table in a table."""
    table.pop(key, None)
    head, _, rest = key.partition(".")
    if rest and isinstance(table.get(head), dict):
        _drop(table[head], rest)
        if not table[head]:
            del table[head]


def _replace(path: Path, text: str) -> None:
    """The whole file or the old one: never half of it."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        Path(name).chmod(path.stat().st_mode & 0o777)
        Path(name).replace(path)
    except OSError as exc:
        raise ConfigError(f"{path}: {exc.strerror or exc}") from exc
