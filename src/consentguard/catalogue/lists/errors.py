"""What can go wrong with a list: one type, for whoever runs the command."""

from __future__ import annotations

from consentguard.errors import ConfigError


class ListError(ConfigError):
    """A list that cannot be had, read or stored; says what, where, and how to repair it."""
