"""The app: its checks, template tags and command; it has no models."""

from __future__ import annotations

from django.apps import AppConfig
from django.core import checks


class ConsentGuardConfig(AppConfig):
    """``consentguard.adapters.django`` in ``INSTALLED_APPS``."""

    name = "consentguard.adapters.django"
    label = "consentguard"
    verbose_name = "Consent"

    def ready(self) -> None:
        """Register the checks."""
        from consentguard.adapters.django.checks import check  # noqa: PLC0415 - apps come first

        checks.register(check, checks.Tags.security)
