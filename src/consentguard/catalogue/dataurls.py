"""What a ``data:`` URL holds: a script that needs no host may still load one that does.

Optimisers of pages put inline scripts into ``<script src="data:text/javascript;base64,…">``.
"""

from __future__ import annotations

import re
from base64 import b64decode
from urllib.parse import unquote_to_bytes

#: Bytes of a script that are inspected, as of one that stands inline.
MAX_SCRIPT = 256 * 1024

_DROPPED = str.maketrans("", "", "\t\n\r")
_BLANK = bytes(range(33))


def payload(url: str) -> bytes | None:
    """The body of a ``data:`` URL, cut at 256 KB; None for any other URL and a broken one.

    Fetch standard, section 6, "data: URL processor"; tabs and line ends go before that (URL
    standard, section 4.4).
    """
    head, comma, body = url[: MAX_SCRIPT * 4].translate(_DROPPED).partition(",")
    head = head.strip(" \x00").lower()
    if not comma or not head.startswith("data:"):
        return None
    data = unquote_to_bytes(body)
    if re.search(r"; *base64 *\Z", head) is None:
        return data[:MAX_SCRIPT]
    # "Forgiving-base64 decode": white space does not count, padding may be missing.
    data = data.translate(None, _BLANK).rstrip(b"=")
    data = data[: len(data) - (len(data) % 4 == 1)]
    try:
        return b64decode(data + b"=" * (-len(data) % 4))[:MAX_SCRIPT]
    except ValueError:
        return None
