"""What the readers of the lists hand on: a fact about hosts, a fact about one cookie."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

#: What a browser can be told to contact: a name with a dot, in lower case.
HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)+")


@dataclass(frozen=True)
class Hosts:
    """A list says that these host patterns belong to ``name`` and serve ``purpose``."""

    name: str
    vendor: str
    purpose: str
    patterns: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class Cookie:
    """A list says that ``platform`` sets a cookie. ``name`` may end in ``*``.

    ``domains`` are the hosts that it is said to be set on, ``days`` its lifetime: 0 a session, None
    unknown.
    """

    platform: str
    vendor: str
    purposes: tuple[str, ...]
    name: str
    source: str
    domains: tuple[str, ...] = ()
    days: int | None = None
    policy_url: str = ""


def slug(name: str) -> str:
    """An id from a name: ``openx.net`` and ``OpenX`` give ``openx``."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(r"(?<=\w)\.(?:com|net|io|de|nl|me|ai|org|host)$", "", letters.strip().lower())
    words = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    # An id is a name in the policy file and in code, so it cannot begin with a digit.
    return f"v_{words}" if words[:1].isdigit() else words
