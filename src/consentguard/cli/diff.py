"""``consentguard diff``: what a change of the policy file means, and who is asked again.

Exit codes as those of diff(1): 0 nothing changed, 1 something did, 2 a file cannot be used.
"""

from __future__ import annotations

import argparse
import textwrap
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from consentguard.cli.changes import Asked, Change, asked, changes, lost
from consentguard.cli.common import Commands, add_json, dump
from consentguard.model import Policy
from consentguard.policy import load

WIDTH = 80

_WHO = {
    "granted": (
        "Asked again, of those who had allowed it",
        "Where the rule is opt-out, it is off for them until they choose again.",
    ),
    "chosen": (
        "Asked for the first time",
        "Those who refused everything have refused it too.",
    ),
    "off": (
        "Off for those who had allowed it",
        "Nobody is asked: it waits for a click of its own.",
    ),
}


def add(commands: Commands) -> None:
    """The command's arguments."""
    parser = commands.add_parser(
        "diff", help="say what a policy change means for visitors", description=__doc__
    )
    parser.add_argument("old", metavar="OLD", help="the policy file that is in force")
    parser.add_argument("new", metavar="NEW", help="the one that shall be")
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print what changed."""
    old, new, now = load(args.old), load(args.new), time.time()
    found, purposes = changes(old, new, now), asked(old, new, now)
    if args.json:
        dump(_json(old, new, found, purposes))
    else:
        print("\n".join(_text(old, new, found, purposes)))
    return 1 if found or purposes else 0


def _json(
    old: Policy, new: Policy, found: Sequence[Change], purposes: Sequence[Asked]
) -> dict[str, Any]:
    why = lost(old, new)
    return {
        "old": old.file,
        "new": new.file,
        "everybody": bool(why) or _controller(old, new),
        "refusals_kept": not why,
        "lost": why,
        "asked": [asdict(one) for one in purposes],
        "changes": [asdict(one) for one in found],
    }


def _text(
    old: Policy, new: Policy, found: Sequence[Change], purposes: Sequence[Asked]
) -> Iterator[str]:
    if not found and not purposes:
        yield "Nothing changed for anybody. Nobody is asked again."
        return
    yield from _question(old, new, purposes)
    for area in ("purposes", "services", "regions", "settings"):
        here = [change for change in found if change.area == area]
        if here:
            yield f"\n{area.capitalize()}"
        for change in here:
            yield _item(change.text + (f" ({change.effect})" if change.effect else ""))
    loosened = sum(change.effect == "looser" for change in found)
    if loosened:
        yield ""
        makes = "change makes" if loosened == 1 else "changes make"
        yield _wrapped(f"{loosened} {makes} the site less strict.")


def _question(old: Policy, new: Policy, purposes: Sequence[Asked]) -> Iterator[str]:
    why = lost(old, new)
    if why:
        yield _wrapped(f"Everybody is asked again. {why}")
        return
    if _controller(old, new):
        yield _wrapped("Everybody who allowed something is asked again: the controller changed.")
        yield _item(f"was: {old.site.controller}")
        yield _item(f"is: {new.site.controller}")
    elif not purposes:
        yield "Nobody is asked again."
    else:
        for who, (title, note) in _WHO.items():
            here = [one for one in purposes if one.who == who]
            if here:
                yield title
                yield from (_item(f"{one.purpose}: {'; '.join(one.why)}") for one in here)
                yield _wrapped(note, "  ")
    yield "Refusals are kept."


def _controller(old: Policy, new: Policy) -> bool:
    return old.site.controller != new.site.controller


def _item(text: str) -> str:
    return _wrapped(text, "  - ", "    ")


def _wrapped(text: str, first: str = "", rest: str | None = None) -> str:
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=first if rest is None else rest,
        break_on_hyphens=False,
        break_long_words=False,
    )
