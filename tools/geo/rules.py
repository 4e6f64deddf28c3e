"""What the sources' words are worth, decided from the sources alone, never from the judge.

* A network's country is where its operator is registered. That of a French carrier says where its
  customers are; that of a Dutch branch of a worldwide content network does not. So the networks of
  a country count only if most of what they announce is in that country by geo-whois,
  :func:`at_home`.
* A block whose holder keeps it for others elsewhere is nowhere, :data:`HELD_FOR_OTHERS`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from . import order
from .ranges import Range, joined, overlaid, without

#: The share of a country's networks that must be at home. Anything from 0.80 to 0.88 keeps the
#: same ones out: of the large countries the Netherlands, Ireland, Singapore, Hong Kong, Lithuania,
#: Romania, Panama and Cyprus.
HOME = 0.8
#: 44.128.0.0/10 is amateur radio's, outside the United States; its holder is in California.
HELD_FOR_OTHERS: Sequence[Range] = ((0x2C800000, 0x2CBFFFFF, "US"),)


def home_shares(networks: Sequence[Range], whois: Sequence[Range]) -> dict[str, float]:
    """For every country, the share of its networks' addresses that geo-whois sees there too."""
    every: Counter[str] = Counter()
    home: Counter[str] = Counter()
    for first, last, (announced, there) in overlaid(networks, whois):
        if announced:
            every[announced] += last - first + 1
            home[announced] += (last - first + 1) * (announced == there)
    return {country: home[country] / count for country, count in every.items()}


def at_home(networks: Sequence[Range], whois: Sequence[Range]) -> list[Range]:
    """The networks of those countries whose networks are at home."""
    shares = home_shares(networks, whois)
    return [one for one in networks if shares[one[2]] >= HOME]


def merged(*sources: Sequence[Range]) -> list[Range]:
    """Several sources as one, the most exact one first: the stricter regime wins."""
    known = [without(source, HELD_FOR_OTHERS) for source in sources]
    return joined((first, last, order.stricter(said)) for first, last, said in overlaid(*known))


def ipv4(
    whois: Sequence[Range], registries: Sequence[Range], networks: Sequence[Range]
) -> list[Range]:
    """IPv4 as the bundled file has it."""
    return merged(whois, registries, at_home(networks, whois))
