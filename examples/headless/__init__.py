"""A site with a banner of its own, made of ``/_consent/config``."""
