"""What the site promised: one TOML file becomes an immutable Policy."""

from __future__ import annotations

from consentguard.policy.loader import examine as examine
from consentguard.policy.loader import load as load
from consentguard.policy.loader import parse as parse

__all__ = ["examine", "load", "parse"]
