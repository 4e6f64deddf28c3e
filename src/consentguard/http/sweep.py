"""Expiring cookies that the visitor refused, HttpOnly ones too, in every variant they may have.

A request names a cookie and not its Domain, Path or partition, and a browser only deletes an exact
match (RFC 6265bis, section 5.7). So each present name is expired for the host alone and for each
parent domain, on each prefix of the request's path, with and without ``Partitioned``; those that
survive show up in a later request and are answered again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import ip_address
from itertools import product

from consentguard.http.cookies import set_cookie
from consentguard.http.message import Header, size

BUDGET = 3072  #: bytes of headers in one answer: proxies cut off at 4 to 8 KB
TRIES = 256  #: variants that are looked at for one answer, whatever the number of names
GOLDEN = (5**0.5 - 1) / 2
MAX_HOST = 253  #: characters of a host name (RFC 1035, section 2.3.4)


def expiries(
    names: Iterable[bytes],
    host: str,
    path: str,
    *,
    https: bool,
    turn: int = 0,
    budget: int = BUDGET,
) -> list[Header]:
    """``Set-Cookie`` headers of at most ``budget`` bytes that delete these cookies.

    Turn 0 starts with the likeliest variants of all names. Each other turn starts elsewhere, so
    that what did not fit today gets its turn in a later request; any number that moves on will do,
    such as the seconds of the clock.
    """
    unique = list(dict.fromkeys(names))
    every = list(variants(host, path, https=https))
    total = len(unique) * len(every)
    # Multiples of the golden section spread evenly, whatever the step from turn to turn.
    start = int(turn * GOLDEN % 1 * total)
    found: list[Header] = []
    for i in range(min(total, TRIES)):
        variant, which = divmod((start + i) % total, len(unique))
        header = _expiry(unique[which], *every[variant], https=https)
        # One that does not fit is passed over: a long name must not shield the others.
        if header is not None and size([header]) <= budget:
            budget -= size([header])
            found.append(header)
    return found


def variants(host: str, path: str, *, https: bool) -> Iterator[tuple[str, str, bool]]:
    """``(domain, path, partitioned)``, the usual ones first; ``""`` is the host alone."""
    domains = ["", *_domains(host)]
    usual = product(("/",), domains)
    rare = product([p for p in _prefixes(path) if p != "/"], domains)
    # Partitioned cookies are always Secure (CHIPS), so plain http has none.
    for prefix, domain in usual:
        yield domain, prefix, False
        if https:
            yield domain, prefix, True
    for prefix, domain in rare:
        yield domain, prefix, False
        if https:
            yield domain, prefix, True


def _expiry(
    name: bytes, domain: str, path: str, partitioned: bool, *, https: bool
) -> Header | None:
    try:
        text = name.decode("ascii")
        if text.lower().startswith("__host-") and (domain or path != "/"):
            return None
        # __Secure- and __Host- names are only accepted with Secure, for deletions too.
        secure = https or text.lower().startswith(("__secure-", "__host-"))
        # In a frame on another site browsers obey only None (RFC 6265bis, section 5.7), and
        # that only with Secure.
        same_site = "None" if secure else "Lax"
        return set_cookie(
            text,
            "",
            max_age=0,
            path=path,
            domain=domain,
            secure=secure,
            partitioned=partitioned,
            same_site=same_site,
        )
    except ValueError:
        return None  # a name or path that we could not send back safely


def _domains(host: str) -> list[str]:
    """The host and its parents, without the top level; none for addresses and single names.

    Of a deep name the host and the five shortest: trackers use the shortest that browsers allow.
    """
    if len(host) > MAX_HOST:
        return []
    try:
        ip_address(host)
    except ValueError:
        labels = host.strip(".").split(".")
        found = [".".join(labels[i:]) for i in range(len(labels) - 1)]
        return found if len(found) <= 6 else [found[0], *found[-5:]]
    return []


def _prefixes(path: str) -> list[str]:
    """``/a/b`` → ``/``, ``/a/b``, ``/a/b/``, ``/a``, ``/a/``; at most eight levels."""
    parts = [p for p in path.split("/") if p][:8]
    deep = ["/" + "/".join(parts[:n]) for n in range(len(parts), 0, -1)]
    return ["/", *(variant for p in deep for variant in (p, p + "/"))]
