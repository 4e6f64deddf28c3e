"""``consentguard catalogue update``, ``lists`` and ``remove``: lists that the operator may use.

EasyPrivacy, Disconnect, DuckDuckGo and Ghostery publish lists under licences that forbid us to ship
them. Whoever runs a site may decide to use them: they are taken from where their makers publish
them and kept outside of the package.
"""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from consentguard.catalogue import bundled
from consentguard.catalogue.dataset import parse
from consentguard.catalogue.lists import formats, store, writing
from consentguard.catalogue.lists.download import fetch, shown
from consentguard.catalogue.lists.errors import ListError
from consentguard.catalogue.lists.taken import Taken, identifier
from consentguard.cli.common import add_json, dump

_WHERE = (
    f"Lists are kept in the folder that {store.VARIABLE} names, else in this user's data folder. "
    f"The web server often runs as another user: set {store.VARIABLE} to one folder for both."
)


def add(parts: Any) -> None:
    """The three commands, below ``consentguard catalogue``."""
    update = parts.add_parser(
        "update", help="take a list that you may use", description=__doc__, epilog=_WHERE
    )
    update.add_argument(
        "--from",
        dest="source",
        required=True,
        metavar="FILE|URL",
        help="the list as its makers publish it, gzip or not; - is standard input",
    )
    update.add_argument(
        "--format", choices=formats.FORMATS, default="", help="default: told by the content"
    )
    update.add_argument("--name", default="", help="what to call it; default: as it calls itself")
    add_json(update)
    update.set_defaults(run=run_update)
    lists = parts.add_parser("lists", help="the lists that are stored", epilog=_WHERE)
    add_json(lists)
    lists.set_defaults(run=run_lists)
    remove = parts.add_parser("remove", help="delete a stored list", epilog=_WHERE)
    remove.add_argument("name", metavar="NAME")
    remove.set_defaults(run=run_remove)


def run_update(args: argparse.Namespace) -> int:
    """Take a list and store it; what is stored stays where anything fails."""
    source, data = _source(args.source)
    taken = formats.read(data, source, args.format)
    name = args.name or _name_of(taken)
    entries = parse(bundled.FILE.read_text("utf-8"))
    if name in {word for entry in entries for word in entry.source.split()}:
        raise ListError(f"{name!r} is a source of the package's own data: give another --name")
    file = writing.write(taken, name, source, datetime.now(UTC), store.folder())
    if args.json:
        dump({"name": name, "file": str(file), "source": source, **_numbers(taken)})
    else:
        _tell(taken, name, source, file)
    return 0


def _numbers(taken: Taken) -> dict[str, Any]:
    return {
        "format": taken.format,
        "title": taken.title,
        "version": taken.version,
        "licence": taken.licence,
        "entries": taken.entries,
        "services": len(taken.services),
        "left_out": dict(sorted(taken.left_out.items(), key=_often)),
    }


def _tell(taken: Taken, name: str, source: str, file: Path) -> None:
    said = " ".join(text for text in (taken.title, taken.version) if text)
    print(f"{name}: {said or taken.format}, from {source}")
    print(f"{taken.entries:>7} host patterns of {len(taken.services)} services, in {file}")
    for reason, number in sorted(taken.left_out.items(), key=_often):
        print(f"{number:>7} left out: {reason}")
    print(
        f"This list has a licence of its own ({taken.licence or 'none stated in the list'}); "
        "using it is your site's decision.\n"
        "Restart the site: lists are read when a process starts."
    )


def run_lists(args: argparse.Namespace) -> int:
    """Print what is stored."""
    where, now = store.folder(), datetime.now(UTC)
    found = [_described(file, origin, now) for file, origin in store.origins(where)]
    if args.json:
        dump({"folder": str(where or ""), "lists": found})
        return 0
    for one in found:
        if "entries" in one:
            print(
                f"{one['name']}: {one['format']}, {one['entries']} host patterns, "
                f"{one['age_days']} days old ({one['taken']}), from {one['source']}"
            )
        else:
            print(f"{one['name']}: damaged, not in use")
    print(f"{where or f'no folder, set {store.VARIABLE}'}: {len(found)} stored")
    return 0


def run_remove(args: argparse.Namespace) -> int:
    """Delete one."""
    print(f"deleted {writing.remove(args.name, store.folder())}; restart the site")
    return 0


def _source(source: str) -> tuple[str, bytes]:
    """What the source is called from now on, and its bytes."""
    if source == "-":
        return "standard input", sys.stdin.buffer.read(formats.MAX_BYTES + 1)
    if "://" in source:
        return shown(source), fetch(source, _progress())
    try:
        with Path(source).open("rb") as file:
            return str(Path(source).resolve()), file.read(formats.MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise ListError(f"{source}: {why}. Give a file, an https:// address or -") from None


def _progress() -> Any:
    if not sys.stderr.isatty():
        return lambda size, total: None

    def tell(size: int, total: int) -> None:
        of = f" of {total / 1e6:.1f}" if total else ""
        print(f"\r{size / 1e6:6.1f}{of} MB", end="", file=sys.stderr, flush=True)
        if size == total:
            print(file=sys.stderr)

    return tell


def _name_of(taken: Taken) -> str:
    title = identifier(taken.title).replace("_", "-") if taken.format == "easyprivacy" else ""
    return title if store.valid(title) else taken.format


def _often(item: tuple[str, int]) -> tuple[int, str]:
    return -item[1], item[0]


def _described(file: Path, origin: store.Origin | None, now: datetime) -> dict[str, Any]:
    if origin is None:
        return {"name": file.stem, "damaged": True}
    return {
        "name": origin.name,
        "format": origin.format,
        "source": origin.source,
        "taken": origin.taken,
        "age_days": origin.age(now),
        "title": origin.title,
        "version": origin.version,
        "licence": origin.licence,
        "entries": origin.entries,
        "services": origin.services,
    }
