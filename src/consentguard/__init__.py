"""Cookie and tracker consent that the server enforces."""

from __future__ import annotations

from consentguard.consent.decision import Decision as Decision
from consentguard.errors import ConfigError as ConfigError
from consentguard.errors import ConsentGuardError as ConsentGuardError
from consentguard.errors import PolicyError as PolicyError
from consentguard.errors import UnknownPurpose as UnknownPurpose
from consentguard.guard import ConsentGuard as ConsentGuard
from consentguard.model import Policy as Policy
from consentguard.policy import load as load_policy

__all__ = [
    "ConfigError",
    "ConsentGuard",
    "ConsentGuardError",
    "Decision",
    "Policy",
    "PolicyError",
    "UnknownPurpose",
    "__version__",
    "load_policy",
]


def __getattr__(name: str) -> str:
    """``__version__``, looked up when it is asked for: the look-up costs more than the import."""
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415

        return version("consentguard-middleware")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
