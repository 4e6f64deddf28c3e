"""Flask: an extension, the question, a decorator, words for templates, ``flask consent``.

::

    consentguard = ConsentGuard()

    def create_app():
        app = Flask(__name__)
        app.config.from_prefixed_env()
        consentguard.init_app(app)
        return app

The rule of this room: what Flask makes stands inside of the guard, what a site may configure is in
``app.config``, and no answer is given that differs from what the WSGI shell would give.
"""

from __future__ import annotations

from consentguard.adapters.flask.extension import ConsentGuard as ConsentGuard
from consentguard.adapters.flask.questions import cache_mode as cache_mode
from consentguard.adapters.flask.questions import consent_allows as consent_allows
from consentguard.adapters.flask.questions import consent_declaration as consent_declaration
from consentguard.adapters.flask.questions import consent_settings_link as consent_settings_link
from consentguard.adapters.flask.questions import consent_settings_url as consent_settings_url
from consentguard.adapters.flask.questions import current_consent as current_consent
from consentguard.adapters.flask.questions import requires_consent as requires_consent

__all__ = [
    "ConsentGuard",
    "cache_mode",
    "consent_allows",
    "consent_declaration",
    "consent_settings_link",
    "consent_settings_url",
    "current_consent",
    "requires_consent",
]
