"""What can go wrong, as one tree.

::

    ConsentGuardError            whatever this package raises
    ├── ConfigError              the site's own files or arguments; at start, never in a request
    │   ├── PolicyError          the policy file; carries every Problem found, sorted by line
    │   ├── KeyMissing           no secret key, or an empty one
    │   └── GeoError             a GeoIP database that is missing, unreadable or of an unknown shape
    ├── UnknownPurpose           code asked about a purpose that the policy does not have
    ├── LedgerError              a record could not be stored or read
    ├── UnreadableBody           an app's page that browsers may read otherwise than we do
    └── BadRequest               a request to one of our own URLs; carries the status to answer with
        └── CrossSite            it came from another site
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class ConsentGuardError(Exception):
    """Base of everything that this package raises on purpose."""


class ConfigError(ConsentGuardError):
    """The site must change a file or an argument before it can start."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One finding in a policy file; ``line`` and ``col`` count from 1, ``E…`` are errors."""

    line: int
    col: int
    code: str
    key: str
    message: str
    help: str = ""
    source: str = ""

    @property
    def is_error(self) -> bool:
        """True for ``E…`` codes: the policy cannot be used."""
        return self.code.startswith("E")

    def text(self, file: str) -> str:
        """The finding as a person reads it: place, code, message, the line, and what to do."""
        head = f"{file}:{self.line}:{self.col}: {self.code} {self.message}"
        if not self.source:
            return f"{head}\n       | {self.help}" if self.help else head
        caret = " " * (self.col - 1) + "^"
        return f"{head}\n{self.line:6} | {self.source}\n       | {caret} {self.help}".rstrip()


class PolicyError(ConfigError):
    """The policy file cannot be used. ``problems`` holds every error, sorted by line."""

    def __init__(self, file: str, problems: Sequence[Problem]) -> None:
        self.file = file
        self.problems = tuple(sorted(problems))
        super().__init__(
            "\n".join(p.text(file) for p in self.problems) + f"\n{len(self.problems)} error(s)"
        )


class KeyMissing(ConfigError):
    """No usable secret key was given."""

    def __init__(self) -> None:
        super().__init__(
            "consentguard needs a secret key to sign the consent cookie. Make one with "
            "`python -c 'import secrets; print(secrets.token_urlsafe(32))'` and pass it as "
            "secret_keys=[...] or in CONSENTGUARD_SECRET_KEYS (comma-separated, oldest first)."
        )


class GeoError(ConfigError):
    """A GeoIP database cannot be used. ``path`` names the file."""

    def __init__(self, path: str, why: str) -> None:
        self.path = path
        super().__init__(f"GeoIP database {path}: {why}")


class UnknownPurpose(ConsentGuardError, LookupError):
    """A purpose that neither the standard list nor the policy file knows."""

    def __init__(self, purpose: str, known: Sequence[str]) -> None:
        self.purpose = purpose
        super().__init__(f"unknown purpose {purpose!r}; known: {', '.join(known)}")


class LedgerError(ConsentGuardError):
    """The ledger could not store or read a record."""


class UnreadableBody(ConsentGuardError, ValueError):
    """A page that browsers may read otherwise than we do: the text says why."""


class BadRequest(ConsentGuardError):
    """A request to one of our URLs that we refuse, with ``status`` and ``reason``."""

    def __init__(self, reason: str, status: int = 400) -> None:
        self.reason = reason
        self.status = status
        super().__init__(reason)


class CrossSite(BadRequest):
    """A state change that another site asked for."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, 403)
