"""Django: an app, one middleware that is sync and async, and what views and templates ask.

::

    INSTALLED_APPS = ["consentguard.adapters.django", …]
    MIDDLEWARE = ["consentguard.adapters.django.middleware.ConsentMiddleware", …]
    CONSENTGUARD = {"POLICY": BASE_DIR / "consent.toml"}

Order: GZip, ConditionalGet, Consent, cache, Session. ``manage.py check`` says what is wrong.
"""

from __future__ import annotations

from consentguard.adapters.django.asked import ConsentRequest as ConsentRequest
from consentguard.adapters.django.asked import RequestConsent as RequestConsent
from consentguard.adapters.django.asked import consent as consent
from consentguard.adapters.django.conf import guard as guard
from consentguard.adapters.django.decorators import RequiresConsentMixin as RequiresConsentMixin
from consentguard.adapters.django.decorators import cache_mode as cache_mode
from consentguard.adapters.django.decorators import requires_consent as requires_consent
from consentguard.adapters.django.signals import choice_made as choice_made

__all__ = [
    "ConsentRequest",
    "RequestConsent",
    "RequiresConsentMixin",
    "cache_mode",
    "choice_made",
    "consent",
    "guard",
    "requires_consent",
]
