"""The word on single services, from the boxes of a form that shows them under their purposes.

The rule of this layer: saved as it was shown, a form changes nothing; a box that somebody has left
alone follows its purpose; what somebody has ticked or unticked is their word on that very service.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from consentguard.model import Service


def words(
    services: Iterable[Service],
    ticked: Collection[str],
    shown: Mapping[str, bool],
    granted: Collection[str],
    before: Collection[str],
) -> dict[str, bool]:
    """Which services are treated otherwise than their purposes, in one form.

    ``services`` are those with a box, ``shown`` how the boxes came, ``ticked`` how they went;
    ``granted`` the purposes that are on from now on, ``before`` those that were on in the form.

    * ticked, its purposes off: a grant of that service alone;
    * unticked, its purposes on, and it or they were on before: a refusal of that service alone;
    * unticked, its purposes newly on: it goes with them, unless somebody picked others of them.
    """
    services = tuple(services)
    picked = {p for s in services if s.id in ticked and not shown.get(s.id) for p in s.purposes}
    said = {}
    for service in services:
        covered = all(p in granted for p in service.purposes)
        if service.id in ticked:
            if not covered:
                said[service.id] = True
            continue
        new = [p for p in service.purposes if p not in before]
        if covered and (shown.get(service.id) or not new or not picked.isdisjoint(new)):
            said[service.id] = False
    return said
