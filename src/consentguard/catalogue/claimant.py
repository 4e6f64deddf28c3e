"""Who claims a cookie, a host or a script: a service, or one line of the data set."""

from __future__ import annotations

from typing import Protocol


class Claimant(Protocol):
    """What the indexes ask of a :class:`~consentguard.model.Service`, and nothing more."""

    @property
    def id(self) -> str:
        """The service's id: several claimants may be one service."""

    @property
    def name(self) -> str:
        """The service's name as people read it."""

    @property
    def hosts(self) -> tuple[str, ...]:
        """Host patterns."""

    @property
    def cookies(self) -> tuple[str, ...]:
        """Cookie names and patterns."""

    @property
    def cookie_domains(self) -> tuple[str, ...]:
        """The hosts on which alone the cookie names count; empty: everywhere."""

    @property
    def first_party_cookies(self) -> bool:
        """Whether the cookie names count on the site's own host only."""

    @property
    def snippets(self) -> tuple[str, ...]:
        """Texts by which an inline script is known."""
