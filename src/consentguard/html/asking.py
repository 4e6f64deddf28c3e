"""Asks the judge about a URL, wherever it stands and whatever stands in it.

A URL waits if it waits under any `<base href>` of the page. One that is its own content, ``data:``
and ``javascript:``, waits if anything in it does; what is nested too deep, or cannot be read, is
not trusted. Of several reasons for one thing to wait only the first is counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from .charset import PRESCAN, readable
from .css import CssUrl, find_urls
from .dataurls import Content, content
from .judge import Gate, Judge, merged
from .names import SCRIPT_LIMIT
from .table import Kind
from .verdicts import Denied, Memory

#: A srcdoc in a srcdoc in a srcdoc …, a sheet in a sheet …
DEPTH = 4

# What resolves alike on every page of a host: a path from the root, another host, another scheme.
_ROOTED = frozenset("/\\")
# The letters of the schemes whose URLs are their own content, and what a parser drops before them.
_CONTENT = frozenset(("d", "D", "j", "J", *map(chr, range(33))))
_LASTING = re.compile(r"https?:[/\\]{2}|(?!https?:)[a-z][a-z0-9+.\-]*:", re.IGNORECASE)
_FRAMES = frozenset((Kind.FRAME, Kind.OBJECT))
_DOCUMENTS = _FRAMES | {Kind.REFRESH, Kind.FORM}
# Where the code of a ``javascript:`` URL runs, in the page or in a frame of it.
_RUN = _FRAMES | {Kind.FORM}
# MIME types that hold no markup. Any other may be shown as a document.
_INERT = re.compile(
    r"image/(?!svg)|audio/|video/|font/|text/(?:plain|css|csv|javascript)\Z|application/(?:pdf|json)\Z"
)
_XML = re.compile(r".*(?:/|\+)xml\Z")
# XML is not read as HTML is. In a data: document only an absolute URL reaches a host, so one that
# has none, and no code, no references and nothing that cuts a word in two, loads nothing.
_XML_LOADS = re.compile(
    rb"[&\\\0]|<!|script|(?:data|wss?):|https?:(?!//www\.w3\.org/)|[\s/\"']on[a-z]+\s*=",
    re.IGNORECASE,
)

#: So many `<base>` elements count, more than any page has.
BASES = 8
#: Judges a document of these bytes, in this codec, below these bases.
Inner = Callable[[bytes, str, list[str]], Denied | None]


class Asking:
    """The questions of one page.

    ``bases`` are its `<base href>`s, and ``lost`` is true where there are more: then nobody knows
    where what is relative leads. ``lasting`` is false once an answer depends on the page's
    path, or was about a document, which may: until somebody resets it.
    """

    def __init__(self, judge: Judge, memory: Memory, encoding: str, inner: Inner) -> None:
        self.bases: list[str] = []
        self.lost = False
        self.lasting = True
        self._judge = judge
        self._memory = memory
        self._encoding = encoding
        self._inner = inner

    def urls(self, urls: Sequence[str], kind: Kind, element: str) -> Denied | None:
        """Judge the URLs of one attribute."""
        if len(urls) == 1:
            return self.url(urls[0], kind, element)
        return self._all(self.url(url, kind, element) for url in urls)

    def url(self, url: str, kind: Kind, element: str, depth: int = 0) -> Denied | None:
        """Judge one URL; an empty one loads nothing, whatever the page's bases are."""
        if not url:
            return None
        first = url[0]
        if first not in _ROOTED:
            if first in _CONTENT and (found := content(url)):
                return self._all(self._content(found, kind, element, depth), url)
            if self.lasting and not _LASTING.match(url):
                self.lasting = False
        if not self.bases:
            gate = self._judge.url(url, kind, element, None)
            return None if gate is None else Denied(gate, url)
        return self._all(self._based(url, kind, element))

    def base(self, url: str, element: str) -> Denied | None:
        """Judge a `<base href>` itself.

        HTML 4.2.3, "frozen base URL": the page's own URL makes it absolute, and no other base.
        """
        gate = None if content(url) else self._judge.url(url, Kind.HINT, element, None)
        return None if gate is None else Denied(gate, url)

    def below(self, base: str) -> None:
        """Note a `<base href>`: a browser takes none that is its own content."""
        if base in self.bases or content(base):
            return
        if len(self.bases) < BASES:
            self.bases.append(base)
        else:
            self.lost = True

    def styled(self, one: CssUrl, element: str, codec: str, depth: int = 0) -> Denied | None:
        """Judge what a sheet loads."""
        if one.url is None:
            return self.unread()
        return self.url(one.url.decode(codec, "replace"), one.kind, element, depth)

    def document(self, data: bytes, encoding: str, bases: list[str]) -> Denied | None:
        """Judge a document that stands in an attribute."""
        self.lasting = False
        return self._inner(data, encoding, bases)

    def snippet(self, script: bytes) -> Denied | None:
        """Judge the text of a script."""
        gate = self._judge.snippet(script) if script.strip() else None
        return None if gate is None else Denied(gate, "")

    @property
    def telling(self) -> frozenset[str]:
        """Attributes that tell what a script is for."""
        return self._memory.attributes

    def mark(self, names: frozenset[str]) -> None:
        """Tell which of these the script has that is asked about from now on."""
        self._memory.marks = names

    def passed(self, what: str) -> None:
        """Count what passes without having been looked at."""
        self._memory.note("passed", what)

    def unread(self) -> Denied | None:
        """Judge what could not be read."""
        gate = self._judge.unread()
        return None if gate is None else Denied(gate, "")

    def _all(self, answers: Iterable[Denied | None], url: str | None = None) -> Denied | None:
        """Everything that is denied, as one."""
        muted = self._memory.muted
        found: dict[Gate, str] = {}  # each with the first URL that it was for
        for one in answers:
            if one is not None:
                found.setdefault(one.gate, one.url)
                self._memory.muted = True
        self._memory.muted = muted
        if not found:
            return None
        return Denied(merged(found), next(iter(found.values())) if url is None else url)

    def _based(self, url: str, kind: Kind, element: str) -> Iterator[Denied | None]:
        if self.lost and not _LASTING.match(url):
            yield self.unread()
        for base in self.bases:
            gate = self._judge.url(url, kind, element, base)
            yield None if gate is None else Denied(gate, url)

    def _content(
        self, found: Content, kind: Kind, element: str, depth: int
    ) -> Iterator[Denied | None]:
        """What a browser reads in such a URL, if it stands where this kind of URL does."""
        if found.scheme == "javascript":
            if kind in _RUN:
                yield from self._code(found)
                # A string that it gives is shown as a page, below the bases of this one.
                yield self.document(found.body, "utf-8", self.bases)
        elif kind is Kind.SCRIPT:
            yield from self._code(found)
        elif kind is Kind.STYLE:
            yield from self._sheet(found, depth)
        elif kind in _DOCUMENTS and not _INERT.match(found.type):
            yield self._document(found)

    def _code(self, found: Content) -> Iterator[Denied | None]:
        yield self.snippet(found.body[:SCRIPT_LIMIT])
        if not found.whole:
            yield self.unread()

    def _sheet(self, found: Content, depth: int) -> Iterator[Denied | None]:
        codec = readable(found.parameters, found.body[:PRESCAN])
        if codec is None or depth >= DEPTH or not found.whole:
            yield self.unread()
            return
        for one in find_urls(found.body):
            yield self.styled(one, "style", codec, depth + 1)

    def _document(self, found: Content) -> Denied | None:
        codec = readable(found.parameters, found.body[:PRESCAN])
        if codec is None or not found.whole:
            return self.unread()
        if _XML.match(found.type):
            return self.unread() if _XML_LOADS.search(found.body) else None
        return self.document(found.body, codec, [])
