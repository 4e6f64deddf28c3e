"""What the catalogue is asked: URLs of hosts that it knows and of strangers, and cookie names.

Every second host is one that a pattern of the catalogue speaks of, its URLs begin with the path
that the pattern asks for, if any; the other hosts are made up.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator

from consentguard.model import Service

from .writer import Writer

_ENDS = (".js", ".png", ".css", "/", "")
_LABELS = ("www", "cdn", "static", "js.eu")
_DOMAINS = ("com", "net", "io", "de", "co.uk")
_SEED = 20


def urls(services: Iterable[Service], number: int, hosts: int) -> list[str]:
    """So many URLs of so many hosts, the same each time, in strings that nobody has looked at."""
    patterns = [text for service in services for text in service.hosts]
    writer, choose = Writer(_SEED), random.Random(_SEED).choice
    starts = list(_starts(patterns, hosts))
    found = []
    for count in range(number):
        start = starts[count % hosts]
        if "?" in start:
            found.append(f"https://{start}{writer.ident()}")
            continue
        query = f"?v={writer.ident()}&{writer.word()}={writer.word()}" if count % 4 < 2 else ""
        found.append(f"https://{start}{writer.path()}{choose(_ENDS)}{query}")
    return found


def cookies(services: Iterable[Service]) -> list[str]:
    """A name that each cookie pattern of the services claims."""
    return [text.replace("*", "a1") for service in services for text in service.cookies]


def _starts(patterns: list[str], number: int) -> Iterator[str]:
    """Hosts, and what follows them in the patterns that speak of them, in turns with strangers."""
    writer, choose = Writer(_SEED), random.Random(_SEED).choice
    for count in range(number):
        stranger = f"{choose(_LABELS)}.{writer.word()}{count}.{choose(_DOMAINS)}"
        if count % 2 == 0:
            yield stranger
            continue
        host, slash, rest = choose(patterns).partition("[")[0].partition("/")
        # A copy of a tracker is on anybody's host.
        host = stranger if host in {"*", "self"} else host
        yield f"{host}{slash}{rest}".replace("*", writer.ident(20))
