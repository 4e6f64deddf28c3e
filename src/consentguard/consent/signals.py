"""Signals: what a browser says by itself. They only tighten; their absence is never a grant."""

from __future__ import annotations

from collections.abc import Sequence

from consentguard.model import Signals

FIELD = b"sec-gpc"  #: without this header there is no signal
NONE = Signals()


def read(headers: Sequence[tuple[bytes, bytes]]) -> Signals:
    """The signals in request headers (lower-case names).

    W3C Global Privacy Control, "The Sec-GPC Header Field": only the value ``1`` counts, any other
    is ignored. Where a proxy made several fields of it, one ``1`` is enough: a signal tightens.
    """
    return Signals(gpc=any(k == FIELD and v.strip(b" \t") == b"1" for k, v in headers))
