"""``Content-Encoding``: which coding a body has, and what its first bytes decode to.

One coding that browsers know is decoded and encoded again. An unknown one, and one on top of
another, are not read: the page leaves fenced.
"""

from __future__ import annotations

from collections.abc import Iterable

from consentguard.errors import UnreadableBody

from .brotli_zstd import Brotli, Zstd
from .codec import Codec
from .deflate import Deflate, Gzip
from .message import Header, values

#: Enough of a page to know its charset by.
HEAD = 1024

#: RFC 9110, section 8.4.1.3: "recipients SHOULD consider x-gzip to be equivalent to gzip".
_CODECS: dict[bytes, type[Codec]] = {
    b"gzip": Gzip,
    b"x-gzip": Gzip,
    b"deflate": Deflate,
    b"br": Brotli,
    b"zstd": Zstd,
}


class _Enough(Exception):
    """No more has to be decoded."""


def named(headers: Iterable[Header]) -> bytes:
    """What ``Content-Encoding`` says, in lower case, all of such headers joined; ``b""`` is none.

    RFC 9110, section 12.5.3: "identity" means no encoding.
    """
    said = (
        one.strip().lower() for v in values(headers, b"content-encoding") for one in v.split(b",")
    )
    return b", ".join(one for one in said if one not in (b"", b"identity"))


def codec(name: bytes, length: bytes = b"", piece: int = 0) -> Codec | None:
    """What decodes and encodes a coding; None for one that is not known, and for several.

    ``length`` is the value of ``Content-Length``, if there is one.
    """
    kind = _CODECS.get(name)
    if kind is None:
        return None
    whole = int(length) if length.isdigit() and len(length) < 16 else 0
    return kind(piece, whole) if piece else kind(whole=whole)


def head(name: bytes, first: bytes, length: bytes = b"") -> bytes | None:
    """Up to 1024 bytes of what the first bytes of a body decode to; None where they do not.

    They are none where so few have come. Arguments as those of :func:`codec`.
    """
    decoder = codec(name, length, HEAD)
    if decoder is None:
        return None
    got = bytearray()

    def sink(piece: bytes) -> None:
        got.extend(piece)
        if len(got) >= HEAD:
            raise _Enough

    decoder.whole = max(decoder.whole, len(first))
    try:
        # A little at a time: a decoder works through all that it gets.
        for at in range(0, len(first), HEAD):
            decoder.decode(first[at : at + HEAD], sink)
    except _Enough:
        pass
    except UnreadableBody:
        return None
    return bytes(got[:HEAD])
