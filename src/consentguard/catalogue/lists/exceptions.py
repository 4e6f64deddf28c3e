"""Exceptions of a filter list: what it lets through again, found without comparing all with all."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable


class Prefixes:
    """Literal beginnings of paths, none of which begins another one."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts: list[str] = []
        for text in sorted(texts):
            if not self._texts or not text.startswith(self._texts[-1]):
                self._texts.append(text)

    def touches(self, prefix: str) -> bool:
        """Whether some path may begin with ``prefix`` and with one of these."""
        at = bisect_left(self._texts, prefix)
        if at < len(self._texts) and self._texts[at].startswith(prefix):
            return True
        return at > 0 and prefix.startswith(self._texts[at - 1])


class Exceptions:
    """All exceptions of one list, as ``(host, beginning of the path)``; each covers subdomains."""

    def __init__(self, rules: Iterable[tuple[str, str]]) -> None:
        at: dict[str, list[str]] = {}
        below: dict[str, list[str]] = {}
        for host, prefix in rules:
            at.setdefault(host, []).append(prefix)
            for parent in _parents(host):
                below.setdefault(parent, []).append(prefix)
        self._at = {host: Prefixes(texts) for host, texts in at.items()}
        self._below = {host: Prefixes(texts) for host, texts in below.items()}

    def spare(self, host: str, prefix: str) -> bool:
        """Whether part of what lies on ``host`` under ``prefix`` is let through."""
        if host in self._below and self._below[host].touches(prefix):
            return True
        return any(
            name in self._at and self._at[name].touches(prefix) for name in (host, *_parents(host))
        )


def _parents(host: str) -> list[str]:
    labels = host.split(".")[-20:]  # a host of more labels is nobody's tracker
    return [".".join(labels[n:]) for n in range(1, len(labels))]
