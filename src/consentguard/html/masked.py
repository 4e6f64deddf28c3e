"""Charsets in which an ASCII byte may be no ASCII character, without a loss of one byte.

Whatever is not plainly ASCII to a browser is shown to the rewriter as U+E000 and its byte, one for
one: it can be mistaken for no markup, and the way back needs no tables. Sections are those of the
Encoding standard.
"""

from __future__ import annotations

import codecs
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from functools import lru_cache

from consentguard.possessive import compiled

from .coded import Sink

_PIECE = 64 * 1024
_HIGH = re.compile(rb"[\x80-\xff]")
_MASKED = re.compile("[\ue000-\ue0ff]+")
#: Codec: lead bytes. In these a trail byte may be one of ASCII's from 0x40 on: never ``<``, ``>``
#: or a quote, but a backslash, which would hide the end of a string in a style sheet from us.
_LEADS = {
    "cp932": rb"\x81-\x9f\xe0-\xfc",
    "gb18030": rb"\x81-\xfe",
    "big5hkscs": rb"\x81-\xfe",
    "cp949": rb"\x81-\xfe",
}
LEGACY = frozenset(_LEADS)
# Characters of the Encoding standard's index that Python's codec does not have.
_BIG5 = bytes.fromhex(
    "877a877b877c877d877e8e698e6f8e7e8f578f698f6e906d907a9244944796449b769b789b7b9c429c539c629c68"
    "9c6b9c779d579d5a9f609f66a063a077fa5ffa66fb48fc4ffc6cfe52fe6f"
)


def mask(data: bytes) -> bytes:
    """These bytes as characters of the Private Use Area, in UTF-8."""
    wide = bytearray(b"\xe0") * (2 * len(data))
    wide[1::2] = data
    return wide.decode("utf-16-be").encode()


def unmask(text: str) -> bytes:
    """The bytes of a text that is ASCII and what :func:`mask` made; ValueError for any other."""
    return _MASKED.sub(_unmasked, text).encode("latin-1")


def _unmasked(found: re.Match[str]) -> str:
    return found[0].encode("utf-16-be")[1::2].decode("latin-1")


class Masked(ABC):
    """Masks what comes, and brings back what goes."""

    def __init__(self) -> None:
        self._held = b""
        self._back = codecs.getincrementaldecoder("utf-8")()

    def decode(self, data: bytes, sink: Sink) -> None:
        """Hand on what these bytes are to the rewriter, in UTF-8."""
        for at in range(0, len(data), _PIECE):
            self._pass(data[at : at + _PIECE], sink, last=False)

    def end(self, sink: Sink) -> None:
        """Hand on the rest."""
        self._pass(b"", sink, last=True)

    def encode(self, data: bytes) -> bytes:
        """The charset's bytes for what the rewriter gave."""
        return data if data.isascii() and not self._back.getstate()[0] else self._unmasked(data)

    def settle(self) -> bytes:
        """Nothing is held back."""
        return b""

    def close(self) -> bytes:
        """Nothing is left."""
        return b""

    def _unmasked(self, data: bytes) -> bytes:
        return unmask(self._back.decode(data))

    def _pass(self, data: bytes, sink: Sink, *, last: bool) -> None:
        self._held += data
        out: list[bytes] = []
        try:
            for piece in self._masked(last):
                out.append(piece)
        finally:  # what is before a doubt is none
            if out:
                sink(b"".join(out))

    @abstractmethod
    def _masked(self, last: bool) -> Iterator[bytes]:
        """What is decided of ``_held``, in UTF-8; the rest stays there, unless it is the last."""


class Legacy(Masked):
    """Shift_JIS, GBK and gb18030, Big5, EUC-KR, by their Python codecs."""

    def __init__(self, codec: str) -> None:
        super().__init__()
        self._runs, self._last_runs = _runs(codec)

    def _masked(self, last: bool) -> Iterator[bytes]:
        data, done = self._held, 0
        runs = self._last_runs if last else self._runs
        while high := _HIGH.search(data, done):
            yield data[done : high.start()]
            run = runs.match(data, high.start())
            if run is None:  # a character that may be cut
                self._held = data[high.start() :]
                return
            yield mask(run[0])
            done = run.end()
        self._held = b""
        yield data[done:]


@lru_cache(maxsize=len(_LEADS))
def _runs(codec: str) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """Runs of what is not ASCII, up to a character that may be cut, and to the end.

    In all of these (12.3, 11.1, 10.2, 13.1) a lead byte takes any byte above ASCII along, one of
    ASCII only with a character of the index: "if byte is an ASCII byte, restore byte to ioQueue".
    """
    four = rb"[\x81-\xfe][0-9][\x81-\xfe][0-9]|" if codec == "gb18030" else b""
    pairs = b"[%b][\x80-\xff]|%b|" % (_LEADS[codec], _pairs(codec))
    # What may become a character once more has come.
    cut = rb"(?![0-9]?\Z|[0-9][\x81-\xfe]\Z)" if four else rb"(?!\Z)"
    return tuple(
        compiled(b"(?:" + four + pairs + rb"[\x80-\xff]" + behind + b")++") for behind in (cut, b"")
    )  # type: ignore[return-value]


def _pairs(codec: str) -> bytes:
    """The pairs of a lead and an ASCII byte that are one character, as a pattern."""
    known = {_BIG5[at : at + 2] for at in range(0, len(_BIG5), 2)} if codec == "big5hkscs" else ()
    leads: dict[bytes, list[int]] = {}
    for lead in filter(re.compile(b"[%b]" % _LEADS[codec]).match, map(_byte, range(0x80, 0x100))):
        pairs = [lead + _byte(trail) for trail in range(0x40, 0x7F)]
        taken = [one for one in pairs if one in known or _is_one(one, codec)]
        leads.setdefault(b"".join(re.escape(one[1:]) for one in taken), []).append(lead[0])
    return b"|".join(
        b"[%b][%b]" % (re.escape(bytes(those)), trails) for trails, those in leads.items() if trails
    )


def _byte(number: int) -> bytes:
    return bytes((number,))


def _is_one(pair: bytes, codec: str) -> bool:
    try:
        return not pair.decode(codec).endswith(chr(pair[1]))
    except UnicodeDecodeError:
        return False
