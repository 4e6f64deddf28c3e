"""Template tags: ``{% load consentguard %}``."""
