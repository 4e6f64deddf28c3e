"""From the text of an inline script to the services whose loader it holds.

White space is dropped and the three kinds of quotes are made one before literals are looked for,
so that formatting, minifying and quoting style do not matter. Comments inside a literal do.

Two steps, because an alternation of all literals reads 3 MB/s: the words of the script pick the few
literals that can be in it at all, and only these are searched for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from .claimant import Claimant

_SPACE = b" \t\n\r\f\v"
_QUOTES = bytes.maketrans(b'"`', b"''")
_WORD = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz$")
_WORDS = bytes(byte if byte in _WORD else 32 for byte in range(256))
_BORDER = re.compile(rb"[^\w$]")
_PIECE = 16_384  # bytes of a script whose words are in memory at one time

Claim = tuple[str, Claimant]
Search = Callable[[bytes, int], "re.Match[bytes] | None"]


class SnippetIndex:
    """The script literals of many services. Raises ValueError for an empty one.

    A literal that begins with a word begins there in the script too, and one of the catalogue that
    is a single word is that whole word; a site's own may be any text. At one place of a script the
    longest literal counts, and a site's own before the catalogue's: ``gtag('config','AW-`` is not
    also ``gtag('config',``.
    """

    def __init__(self, services: Iterable[Claimant], own: Iterable[Claimant] = ()) -> None:
        self._claims: dict[bytes, list[Claim]] = {}
        self._needs: dict[bytes, frozenset[bytes]] = {}
        order = [*self._add(own, own=True), *self._add(services, own=False)]
        self._rank = {literal: rank for rank, literal in enumerate(order)}
        self._by_word: dict[bytes, list[bytes]] = {}
        for literal in order:
            longest = max(self._needs[literal], key=len, default=b"")
            self._by_word.setdefault(longest, []).append(literal)
        self._words = frozenset(word for words in self._needs.values() for word in words)
        self._search = lru_cache(256)(_search)

    @property
    def literals(self) -> tuple[bytes, ...]:
        """Every literal, white space dropped and the quotes made one."""
        return tuple(self._claims)

    def find(self, script: bytes) -> list[Claim]:
        """Every service in the script with the literal that showed it, in order of appearance."""
        words = _present(self._words, script)
        likely = [
            literal
            for word in (*words, b"")
            for literal in self._by_word.get(word, ())
            if self._needs[literal] <= words
        ]
        text = _alike(script) if likely else b""
        present = [literal for literal in likely if literal in text]
        if not present:
            return []
        search = self._search(tuple(sorted(present, key=self._rank.__getitem__)))
        found: dict[bytes, None] = {}
        match = search(text, 0)
        while match:
            found[match[0]] = None
            # The next literal may overlap this one, so go on one byte after its start.
            match = search(text, match.start() + 1)
        return [claim for literal in found for claim in self._claims[literal]]

    def _add(self, services: Iterable[Claimant], *, own: bool) -> list[bytes]:
        """Takes up the literals that are not known yet; returns these, longest first."""
        new: dict[bytes, list[Claim]] = {}
        for service in services:
            for text in service.snippets:
                literal = _alike(text.encode())
                if not literal:
                    raise ValueError(f"service {service.id!r}: an empty snippet is in every script")
                if literal not in self._claims:
                    self._needs[literal] = _whole_words(text.encode(), alone=not own)
                    new.setdefault(literal, []).append((text, service))
        self._claims.update(new)
        return sorted(new, key=len, reverse=True)


def _present(words: frozenset[bytes], script: bytes) -> set[bytes]:
    """Those of ``words`` that stand in the script, which is read in pieces cut between words."""
    found: set[bytes] = set()
    start = 0
    while start < len(script):
        border = _BORDER.search(script, start + _PIECE)
        end = border.start() if border else len(script)
        found |= words.intersection(script[start:end].translate(_WORDS).split())
        start = end
    return found


def _alike(script: bytes) -> bytes:
    return script.translate(_QUOTES, _SPACE)


def _whole_words(text: bytes, *, alone: bool) -> frozenset[bytes]:
    """The words that stand whole wherever the literal stands: all but a last one, which may go on
    in the script, unless it is ``alone``."""
    words = text.translate(_WORDS).split()
    if words and text[-1] in _WORD and not (alone and len(words) == 1):
        words.pop()
    return frozenset(words)


def _search(literals: tuple[bytes, ...]) -> Search:
    return re.compile(b"|".join(map(re.escape, literals))).search
