"""The context processor: ``consent`` and ``consent_allows`` in every template."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from consentguard.adapters.django.asked import consent as asked


class Allows:
    """``{% if consent_allows.analytics %}``: Django's templates cannot pass an argument."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    def __getitem__(self, purpose: str) -> bool:
        return asked(self._request).allows(purpose)


def consent(request: HttpRequest) -> dict[str, Any]:
    """What templates may ask; nothing where the middleware did not see the request."""
    found = getattr(request, "consent", None)
    return {} if found is None else {"consent": found, "consent_allows": Allows(request)}
