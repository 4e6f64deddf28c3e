"""The visitor's copy of a record: signed, so that it proves itself wherever it is kept.

It holds what the ledger holds of one choice but for the identifier: who refuses has none, and what
stands in an address ends up in logs. The string is ``base64url(json).base64url(hmac-sha256)``; the
JSON is a list, versioned by its first item, of the record's fields in their order.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

from itsdangerous import BadData

from consentguard.consent.token import decoded, encoded, signer
from consentguard.model import ConsentRecord

VERSION = 1
MOST = 4096  #: characters of one: it stands in an address
_FIELDS = tuple(f.name for f in fields(ConsentRecord) if f.name != "receipt")


class Receipts:
    """Signs and reads receipts of one site. ``keys`` are oldest first; the newest signs."""

    def __init__(self, keys: Sequence[str | bytes], site_id: str) -> None:
        """Raise :class:`KeyMissing` when there is no key, or an empty one."""
        self._signer = signer(keys, "receipt", site_id)

    def write(self, record: ConsentRecord) -> str:
        """The receipt of a record, ``""`` where it would be too long for an address."""
        values = asdict(record)
        payload = [VERSION, *(values[name] for name in _FIELDS)]
        text = json.dumps(payload, separators=(",", ":")).encode()
        made = self._signer.sign(encoded(text).encode()).decode("ascii")
        return made if len(made) <= MOST else ""

    def read(self, value: str) -> ConsentRecord | None:
        """The record that this site signed; None for anything else."""
        if len(value) > MOST:
            return None
        try:
            version, *found = json.loads(decoded(self._signer.unsign(value.encode("ascii"))))
            named: dict[str, Any] = dict(zip(_FIELDS, found, strict=True))
            if version != VERSION:
                return None
            lists = {key: tuple(named[key]) for key in ("granted", "denied")}
            return ConsentRecord(**{**named, **lists, "receipt": ""})
        except (BadData, ValueError, TypeError):
            return None
