"""The app: its checks, template tags and command; it has no models."""

from __future__ import annotations

from django.apps import AppConfig
from django.core import checks
from django.core.signals import setting_changed


class ConsentGuardConfig(AppConfig):
    """``consentguard.adapters.django`` in ``INSTALLED_APPS``."""

    name = "consentguard.adapters.django"
    label = "consentguard"
    verbose_name = "Consent"

    def ready(self) -> None:
        """Register the checks; forget the guard when a test changes its settings."""
        from consentguard.adapters.django import conf  # noqa: PLC0415 - settings are there now
        from consentguard.adapters.django.checks import check  # noqa: PLC0415

        checks.register(check, checks.Tags.security)
        setting_changed.connect(conf.changed, dispatch_uid="consentguard")
