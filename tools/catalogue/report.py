"""The figures that the data set is held to, from the packages themselves."""

from __future__ import annotations

from collections import Counter

from consentguard.catalogue import Catalogue
from consentguard.catalogue.patterns import HostPattern, Reach

from . import open_cookie_database as ocd
from . import third_party_web
from .packages import OPEN_COOKIE_DATABASE, THIRD_PARTY_WEB, fetch
from .rules import strictness

SITE = "www.site.example"
#: Files written by hand free what a list calls functional, for the site's own host.
FREED = frozenset({"necessary", "security", "login", "consent-management", "cdn"})
ADVERTISING = frozenset({"advertising", "social", "media"})
RIGHT = ("same", "freed by hand", "kin", "stricter")


def report() -> None:
    """Prints how much of the lists the catalogue knows, and how often it says the same."""
    catalogue = Catalogue.bundled()
    print(f"{len(catalogue.services)} services")
    purposes = Counter(s.purposes[0] for s in catalogue.services.values())
    print("  " + ", ".join(f"{name} {count}" for name, count in purposes.most_common()))
    _cookies(catalogue, ocd.rows(fetch(OPEN_COOKIE_DATABASE)))
    _hosts(catalogue, third_party_web.entities(fetch(THIRD_PARTY_WEB)))


def _cookies(catalogue: Catalogue, rows: list[ocd.Row]) -> None:
    verdicts: Counter[str] = Counter()
    for row in rows:
        host = row.domains[0] if row.domains else SITE
        match = catalogue.cookie(row.cookie.replace("*", "any"), host=host)
        verdict = judged(ocd.purpose_of(row), match.purposes)
        verdicts[verdict] += 1
        if verdict != "same":
            print(f"  {verdict}: {row.cookie} ({row.platform}, {row.category}): {match.why}")
    right = sum(verdicts[verdict] for verdict in RIGHT)
    print(
        f"Open Cookie Database: right {right / len(rows):.2%} of {len(rows)} rows; {dict(verdicts)}"
    )


def judged(expected: str, purposes: tuple[str, ...]) -> str:
    """How the catalogue's purposes compare with the one that the list's row maps to.

    ``freed by hand``: what the list calls functional or security, and a person found necessary.
    ``kin``: another kind of advertising, such as social instead of advertising. ``stricter``: a
    vendor that tracks drags its functional cookies along.
    """
    if not purposes:
        return "unknown"
    if expected in purposes:
        return "same"
    if expected in ("functional", "security") and FREED.issuperset(purposes):
        return "freed by hand"
    if expected in ADVERTISING and not ADVERTISING.isdisjoint(purposes):
        return "kin"
    return "stricter" if strictness(purposes) < strictness((expected,)) else "looser"


def _hosts(catalogue: Catalogue, entities: list[dict[str, object]]) -> None:
    for most in (100, 500):
        unknown = [str(e["name"]) for e in entities[:most] if not _known(catalogue, e["domains"])]
        print(f"third-party-web's top {most}: {most - len(unknown)} known; not {unknown}")


def _known(catalogue: Catalogue, domains: object) -> bool:
    """Whether some host of an entity is known as a whole."""
    assert isinstance(domains, list)
    for text in domains:
        pattern = HostPattern(text)
        host = f"www.{pattern.host}" if pattern.reach is Reach.BELOW else pattern.host
        match = catalogue.url(f"https://{host}/", base=f"https://{SITE}/")
        if match is not None and match.known:
            return True
    return False
