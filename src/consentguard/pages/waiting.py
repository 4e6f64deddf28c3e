"""The services that the things in a page wait for, each found once: its pages have the same few."""

from __future__ import annotations

from collections.abc import Mapping

from consentguard.html.judge import Gate
from consentguard.model import Service
from consentguard.pages.widgets import shows

MEMO = 1024  #: gates that are kept: some wait for several services, and pages may be made up


class Waiting:
    """Services by what waits for them."""

    def __init__(self, known: Mapping[str, Service]) -> None:
        self._known = known
        self._services: dict[Gate, tuple[Service, ...]] = {}
        self._widgets: dict[Gate, tuple[Service, ...]] = {}

    def services(self, gate: Gate) -> tuple[Service, ...]:
        """All that something waits for; none where one of them is unknown."""
        services = self._services.get(gate)
        if services is None:
            found = [self._known.get(id) for id in gate.services or (gate.service,)]
            services = tuple(service for service in found if service is not None)
            services = services if len(services) == len(found) else ()
            _keep(self._services, gate, services)
        return services

    def widgets(self, gate: Gate) -> tuple[Service, ...]:
        """The same for a script; none where one of them shows nothing that people can ask for."""
        widgets = self._widgets.get(gate)
        if widgets is None:
            services = self.services(gate)
            widgets = services if all(map(shows, services)) else ()
            _keep(self._widgets, gate, widgets)
        return widgets


def _keep(memo: dict[Gate, tuple[Service, ...]], gate: Gate, services: tuple[Service, ...]) -> None:
    if len(memo) >= MEMO:
        memo.clear()
    memo[gate] = services
