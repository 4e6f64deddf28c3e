"""The languages that there are, and those of a site: how far each can be trusted."""

from __future__ import annotations

import argparse
from typing import Any

from consentguard.cli.common import add_json, dump, policy_of
from consentguard.locales import Texts, available, load
from consentguard.model import Policy
from consentguard.policy.lock import differences
from consentguard.policy.wording import own_words, spoken


def options(parser: argparse.ArgumentParser) -> None:
    """What ``consentguard texts`` takes without a command."""
    parser.add_argument("--policy", metavar="FILE", help="default: consent.toml")
    parser.add_argument("--all", action="store_true", help="all languages, not the site's alone")
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print them."""
    policy = policy_of(args.policy)
    texts = {tag: load(tag) for tag in available()} if args.all else spoken(policy)
    facts = [_facts(policy, tag, each) for tag, each in texts.items()]
    if args.json:
        dump(facts)
        return 0
    width = max(len(fact["name"]) for fact in facts)
    for fact in facts:
        said = f"{fact['language']:8} {fact['name']:{width}}  {fact['confidence']:6}"
        more = f"reviewed: {fact['reviewed'] or 'by nobody yet'}"
        own = f", {fact['own']} of the site's own" if fact["own"] else ""
        print(f"{said}  {fact['texts']} texts{own}, {more}{_state(fact)}")
    return 0


def _state(fact: dict[str, Any]) -> str:
    if fact["approved"] is None:
        return ""
    return ", locked" if fact["approved"] else f", {fact['changed']} changed since they were locked"


def _facts(policy: Policy, tag: str, texts: Texts) -> dict[str, Any]:
    changed = (
        None
        if policy.approved is None
        else sum(1 for _ in differences(policy.approved, {tag: texts}))
    )
    return {
        "language": tag,
        "name": texts.language.name,
        "direction": texts.dir,
        "texts": len(texts),
        "own": len(own_words(policy, tag)),
        "confidence": texts.confidence,
        "reviewed": texts.reviewed,
        "approved": None if changed is None else changed == 0,
        "changed": changed,
    }
