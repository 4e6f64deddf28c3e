"""The vocabulary of the benchmarks: what a figure is, what it is called, what it may be at most.

A figure is a ratio wherever something does comparable work beside it, since the machine is never
alone. A budget is written down here and nowhere else; whoever misses it is told so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

#: The names of the two scanners, as :mod:`consentguard.html.engine` has them.
PURE, TWIN = "pure Python", "C"

ALONE = "rewriting alone ÷ zlib 6, median"
ALONE_HIGH = "rewriting alone ÷ zlib 6, 95th percentile"
MEDIAN = "rewriting ÷ zlib 6, median"
HIGH = "rewriting ÷ zlib 6, 95th percentile"
COLD = "tags never seen before ÷ zlib 6, median"
SCAN = "scanning ÷ bytes.count, median"
SCAN_SPEED = "scanning, MB/s, median"
JSON = "JSON: added ÷ SessionMiddleware's"
FLASK_JSON, DJANGO_JSON = "JSON, Flask: added, µs", "JSON, Django: added, µs"
FLASK_RATIO = "JSON, Flask: added ÷ SessionMiddleware's of Starlette"
DJANGO_RATIO = "JSON, Django: added ÷ SessionMiddleware's of Starlette"
DJANGO_RIVAL = "JSON, Django: added ÷ django-cookie-consent's"
FLASK_HTML = "HTML, Flask, 100 KB: added ÷ rewriting alone"
DJANGO_HTML = "HTML, Django, 100 KB: added ÷ rewriting alone"
CACHED = "HTML: what caches are told, added, µs"
HELD = "memory per open response, MB"
IMPORT = "import consentguard, ms"
BUILD = "building a guard, ms"
ASSETS = "banner JS + CSS, brotli, bytes"
DECISION_AGAIN = "decision for a visitor met before, µs"
DECISION_COLD = "decision for a visitor never met before, µs"
DECISION_NEW = "decision that nobody had before, µs"
COOKIE_WARM = "cookie asked again, µs"
URL_WARM = "URL asked again, µs"
URL_WARM_RATIO = "URL asked again ÷ parsed by ada-url"
URL_COLD = "URL never asked before, µs"
PARSED = "the same URL parsed by ada-url, µs"
URL_COLD_RATIO = "URL never asked before ÷ parsed by ada-url"
HOST_COLD = "URL of a host never asked before, µs"
LOAD = "loading the catalogue, ms"
RESIDENT = "the catalogue in memory, MB"
COMPILED = "the catalogue's file, bytes"
GEO_WARM = "address asked again, µs"
GEO_COLD = "IPv4 address never asked before, µs"
GEO_COLD_6 = "IPv6 address never asked before, µs"
GEO_READER = "the same IPv4 address, maxminddb's reader in C alone, µs"
GEO_OPEN = "opening the country database, ms"

#: What stands in front of the app: we, and what Starlette has.
OURS, GZIP, SESSION = "consentguard", "GZipMiddleware", "SessionMiddleware"
#: What GZipMiddleware does if nobody says otherwise.
DEFLATE = "zlib 9"
#: What the app answers under load.
PAGE, SMALL = "100 KB page", "JSON"
#: What rewrites by hand in :mod:`benchmarks.by_hand`, slowest first.
RIVALS = ("BeautifulSoup(lxml)", "lxml", "selectolax")
#: Page sizes in KB.
SIZES = (2, 10, 30, 100, 300, 1000)


def beside_at(kilobytes: int, name: str) -> str:
    """What the time that somebody takes for a page of that size is called."""
    return f"{kilobytes} KB page: {name} ÷ zlib 6"


def faster_at(kilobytes: int, rival: str) -> str:
    """What the lead over a rewriting by hand is called."""
    return f"{kilobytes} KB page: times faster than {rival}"


def rate_of(what: str, name: str) -> str:
    """What the rate of requests is called that is left of the bare app's."""
    return f"uvicorn, {what}: {name} ÷ bare"


def bare_rate(what: str) -> str:
    """What the rate of requests of the bare app is called."""
    return f"uvicorn, {what}: bare app, requests/s"


BEAUTIFULSOUP = faster_at(100, "BeautifulSoup(lxml)")
LXML = faster_at(100, "lxml")


class Budget(NamedTuple):
    """What a figure may be at most or, as a floor, must be at least."""

    pure: float
    twin: float
    floor: bool = False

    def kept(self, value: float, scanner: str) -> bool:
        """True when the value is within it."""
        limit = self.limit(scanner)
        return value >= limit if self.floor else value <= limit

    def limit(self, scanner: str) -> float:
        """The number for that scanner."""
        return self.twin if scanner == TWIN else self.pure


BUDGETS = {
    ALONE: Budget(0.50, 0.12),
    ALONE_HIGH: Budget(0.85, 0.20),
    MEDIAN: Budget(0.50, 0.12),
    HIGH: Budget(0.85, 0.20),
    BEAUTIFULSOUP: Budget(30, 150, floor=True),
    LXML: Budget(2.2, 10, floor=True),
    "hostile input doubled, scanner, worst": Budget(2.3, 2.3),
    "hostile input, scanner, slowest, MB/s": Budget(4, 4, floor=True),
    "hostile input doubled, middleware, worst": Budget(2.3, 2.3),
    "hostile input, middleware, slowest, MB/s": Budget(4, 4, floor=True),
    JSON: Budget(0.8, 0.8),
    # 5 and 10 µs beside the 3.7 µs of SessionMiddleware: as for URLs below.
    FLASK_JSON: Budget(5, 5),
    FLASK_RATIO: Budget(1.35, 1.35),
    DJANGO_JSON: Budget(10, 10),
    DJANGO_RATIO: Budget(2.7, 2.7),
    DJANGO_RIVAL: Budget(0.1, 0.1),
    FLASK_HTML: Budget(1.15, 1.15),
    DJANGO_HTML: Budget(1.15, 1.15),
    CACHED: Budget(5, 5),
    HELD: Budget(2, 2),
    IMPORT: Budget(150, 150),
    BUILD: Budget(100, 100),
    ASSETS: Budget(8192, 8192),
    DECISION_AGAIN: Budget(1, 1),
    DECISION_COLD: Budget(10, 10),
    COOKIE_WARM: Budget(1, 1),
    # 0.2 µs, and 3 µs beside the 1.5 µs of ada-url: absolute on a quiet machine, ratios on any.
    URL_WARM: Budget(0.2, 0.2),
    URL_WARM_RATIO: Budget(0.13, 0.13),
    URL_COLD: Budget(4.5, 4.5),
    URL_COLD_RATIO: Budget(3, 3),
    LOAD: Budget(40, 40),
    RESIDENT: Budget(15, 15),
    COMPILED: Budget(400_000, 400_000),
    GEO_WARM: Budget(1, 1),
    GEO_COLD: Budget(10, 10),
    GEO_COLD_6: Budget(10, 10),
}


class Figure(NamedTuple):
    """One measured value; the note says what the number alone does not."""

    name: str
    value: float
    note: str = ""


class Effort(NamedTuple):
    """How long is measured: ``full`` for what is told to others, ``quick`` to look."""

    #: Times that jobs run in turns.
    rounds: int
    #: Every so manieth page of the corpus and family of hostile inputs.
    step: int
    #: So many kinds of pages at each size, and others beside us under load or not.
    kinds: int
    rivals: bool
    #: Sizes of pages in KB.
    sizes: tuple[int, ...]
    #: Seconds that a server is under load each time.
    load: float
    #: Megabytes that are streamed.
    stream: int


FULL = Effort(7, 1, 5, True, SIZES, 1.0, 64)
QUICK = Effort(2, 5, 3, False, (10, 100), 0.25, 8)


class Group(NamedTuple):
    """Figures that are measured, and shown, together."""

    title: str
    measure: Callable[[Effort], Iterator[Figure]]


class Row(NamedTuple):
    """A figure with its group's title and the scanner it was taken with, "" if it matters not."""

    title: str
    scanner: str
    figure: Figure
