"""What is known of one service, in words and as data: who, where, which cookies, for how long.

The rule of this layer: what nobody has stated is left out, never guessed. Lifetimes are the longest
that anybody states; where the site promises less, less.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from typing import Any

from consentguard.locales import Texts
from consentguard.model import Service
from consentguard.pages.markup import Html, escape, fill, join, link
from consentguard.pages.places import territory

#: What makes a transfer lawful, as policy files say it, and what has a text.
_SAFEGUARDS = frozenset(("dpf", "scc", "bcr", "adequacy", "consent"))


def cookies(service: Service, texts: Texts) -> Iterator[tuple[str, str]]:
    """Each cookie's name or pattern with its lifetime in words."""
    for name in service.cookies:
        days = _days(service, name)
        if days is None:
            yield name, texts["preferences.unknown"]
        elif days == 0:
            yield name, texts["cookie.session"]
        elif name in service.lifetimes:
            yield name, texts.language.period(days)
        else:
            yield name, texts.get("cookie.most", period=texts.language.period(days))


def _days(service: Service, name: str) -> int | None:
    """How long a cookie lives at most; what the site allows the service is an upper bound."""
    most = service.max_cookie_days or inf
    days = min(service.lifetimes.get(name, inf), most)
    return None if days == inf else int(days)


def vendor(service: Service, controller: str) -> str:
    """The legal entity behind it: for what the site runs itself, the site's own."""
    return service.vendor or ("" if service.third_party else controller)


def safeguards(service: Service, texts: Texts) -> str:
    """What makes a transfer to its country lawful, by the visitor's region (GDPR, art. 46)."""
    said = (
        (
            territory(region, texts.language),
            texts[f"safeguard.{what}"] if what in _SAFEGUARDS else what,
        )
        for region, what in service.safeguard.items()
    )
    return "; ".join(f"{where}: {what}" for where, what in said)


def facts(service: Service, texts: Texts, controller: str, *, short: bool = False) -> Html:
    """All of it as a list of terms; a ``short`` one has the cookies in a line, else see `table`."""
    name = vendor(service, controller)
    party = texts["service.third" if service.third_party else "service.first"]
    policy = texts.get("service.policy", vendor=name or service.name)
    rows: tuple[tuple[str, object], ...] = (
        ("vendor", name),
        ("party", "" if short else party),
        ("country", territory(service.country, texts.language) if service.country else ""),
        ("safeguard", safeguards(service, texts)),
        ("cookies", _line(service, texts) if short else ""),
        ("storage", codes(service.storage)),
        ("read", link(service.policy_url, policy) if service.policy_url else ""),
    )
    terms = join(
        fill("<dt>{term}</dt><dd>{value}</dd>", term=texts[f"service.{key}"], value=value)
        for key, value in rows
        if value
    )
    return fill('<dl class="cg-facts">{terms}</dl>', terms=terms)


def _line(service: Service, texts: Texts) -> Html:
    """Its cookies and their lifetimes, one after another."""
    return join(
        (
            fill("<span>{name} ({life})</span>", name=codes((name,)), life=life)
            for name, life in cookies(service, texts)
        ),
        " ",
    )


def codes(names: tuple[str, ...]) -> Html:
    """Names that run from left to right in any language."""
    return join((fill('<code dir="ltr">{name}</code>', name=name) for name in names), " ")


def table(service: Service, texts: Texts) -> Html:
    """Its cookies; nothing where it has none."""
    rows = join(
        fill("<tr><td>{name}</td><td>{life}</td></tr>", name=codes((name,)), life=escape(life))
        for name, life in cookies(service, texts)
    )
    if not rows:
        return Html("")
    return fill(
        "<table><thead><tr>"
        '<th scope="col">{cookie}</th><th scope="col">{lifetime}</th></tr></thead>'
        "<tbody>{rows}</tbody></table>",
        cookie=texts["cookie.name"],
        lifetime=texts["cookie.lifetime"],
        rows=rows,
    )


def data(service: Service, texts: Texts, controller: str) -> dict[str, Any]:
    """The same for programs. ``days`` is 0 for a session and None where nobody says."""
    return {
        "id": service.id,
        "name": service.name,
        "description": texts.service_description(service.id),
        "vendor": vendor(service, controller),
        "country": service.country,
        "third_party": service.third_party,
        "sells_or_shares": service.sells_or_shares,
        "safeguard": dict(service.safeguard),
        "policy_url": service.policy_url,
        "cookies": [{"name": name, "days": _days(service, name)} for name in service.cookies],
        "storage": list(service.storage),
    }
