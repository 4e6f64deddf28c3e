"""The signal of a choice."""

from __future__ import annotations

from django.dispatch import Signal

#: Sent after a choice has taken effect, with ``chosen``, a :class:`~consentguard.hooks.Chosen`.
choice_made = Signal()
