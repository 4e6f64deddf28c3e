"""What views require consent for: what is no purpose is told before anybody asks for it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, TypeVar

from consentguard.errors import ConfigError, UnknownPurpose

View = TypeVar("View")

_NAME = "consent_purposes"


def marked(view: View, purpose: str) -> View:
    """The view, which says what it requires, beside what it required before."""
    setattr(view, _NAME, (*getattr(view, _NAME, ()), purpose))
    return view


def check_purposes(views: Iterable[tuple[str, Any]], known: Collection[str]) -> None:
    """Raise :class:`ConfigError` for a view, with its name, that requires an unknown purpose."""
    for name, view in views:
        for purpose in getattr(view, _NAME, ()):
            if purpose not in known:
                unknown = UnknownPurpose(purpose, tuple(known))
                raise ConfigError(f"{name} requires consent for what is no purpose: {unknown}")
