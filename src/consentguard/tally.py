"""Counting what is held back, and telling the site once about each thing that it forgot."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterable

from consentguard.model import Service

log = logging.getLogger("consentguard")

MAX_NAMES = 1000  #: distinct names that are counted and told about: names may come from an attacker


class Tally:
    """Counters by ``(what, name)``; ``what`` is ``set-cookie``, ``html``, ``header`` …"""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()

    def add(self, what: str, name: str) -> bool:
        """Count one; True when this name is new."""
        key = (what, name[:200])
        known = self.counts.get(key)
        if known is not None:
            self.counts[key] = known + 1
            return False
        if len(self.counts) < MAX_NAMES:
            self.counts[key] = 1
            return True
        self.counts[what, "…"] += 1
        return False

    def count(self, names: Iterable[tuple[str, str]]) -> None:
        """Count several, most of them known."""
        counts = self.counts
        for name in names:
            known = counts.get(name)
            if known is None:
                self.add(*name)
            else:
                counts[name] = known + 1

    def dropped_cookie(self, name: str, service: Service | None) -> None:
        """A ``Set-Cookie`` was dropped; the first of a name that no policy declares logs the TOML.

        ``service`` is what claims it, if anything does.
        """
        if not self.add("set-cookie", name):
            return
        if service is None:
            log.warning(
                "Set-Cookie %s was dropped: no service declares it and the catalogue does not know "
                "it. If it is yours, add to the policy file:\n"
                '[services.SERVICE]\npurposes = ["necessary"]  # or what it is for\ncookies = [%s]',
                _quoted(name),
                _quoted(name),
            )
        elif service.declared:
            log.info("Set-Cookie %s waits for consent to %s", _quoted(name), service.id)
        else:
            log.warning(
                "Set-Cookie %s waits for consent to %s, which no service declares. To tell your "
                "visitors, add to the policy file:\n[services.%s]\npurposes = %s",
                _quoted(name),
                service.name,
                service.id,
                json.dumps(service.purposes),
            )

    def own_cookie(self, name: str) -> None:
        """A ``Set-Cookie`` was dropped that would have replaced what a visitor has chosen."""
        if self.add("set-cookie", name):
            log.warning(
                "Set-Cookie %s was dropped: the consent cookie has that name, and the app's would "
                "undo each visitor's choice. Rename the app's cookie",
                _quoted(name),
            )

    def unshared_cookie(self, name: str, path: str) -> None:
        """A ``Set-Cookie`` was dropped that not everybody may get: its page is for everybody."""
        if self.add("set-cookie", name):
            log.warning(
                "Set-Cookie %s was dropped: %s is a page that caches share, and not everybody has "
                "allowed it. Set it with an answer that is not shared, or make the page private",
                _quoted(name),
                _quoted(path),
            )

    def late(self, path: str) -> None:
        """What a visitor has allowed was asked when the response had begun, for everybody."""
        if self.add("late", path):
            log.error(
                "%s asked what is allowed when its response had begun, and a cache may keep that: "
                "the answer is no, as for everybody. Ask before the response begins (then it is "
                'private), or send it with "Cache-Control: private"',
                _quoted(path),
            )


def _quoted(name: str) -> str:
    """A name from a header, quoted and without control characters: it forges no log line."""
    return json.dumps(name[:100]).replace("\x7f", "\\u007f")
