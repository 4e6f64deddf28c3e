"""Two parsers that others wrote, asked which elements with URLs a page has, and what ours says.

A browser has a tree, the scanner has tags. What a tree builder drops or moves is not compared:
each soup says what it leaves out and which section of the standard makes the difference.
"""

from __future__ import annotations

from collections.abc import Iterator

import turbohtml
from selectolax.lexbor import LexborHTMLParser

from consentguard.html.attributes import attributes, decode
from consentguard.html.engine import Scanner, Scanning
from consentguard.html.foreign import Space
from consentguard.html.spans import Span, What

#: Name, namespace, attributes in order of their names.
Element = tuple[str, Space, tuple[tuple[str, str], ...]]

_NAMES = """
script iframe img link object embed video audio source track input base style
"""
_FOREIGN_NAMES = "script image use feimage style"
_HTML = frozenset(_NAMES.split())
_FOREIGN = frozenset(_FOREIGN_NAMES.split())
#: What :func:`lexbor` tells of.
EVERYWHERE = frozenset(("script", "style", "img", "embed"))
_SPACES = {"html": Space.HTML, "svg": Space.SVG, "math": Space.MATH}


def _asked(element: Element) -> bool:
    name, space, values = element
    if name not in (_FOREIGN if space else _HTML):
        return False
    # The scanner may skip a `use` that stays in the page.
    return name != "use" or any(key.endswith("href") and value[:1] != "#" for key, value in values)


def _element(name: str, space: Space, values: dict[str, str]) -> Element:
    if space is Space.HTML and name == "image":
        name = "img"  # "change the token's tag name to img and reprocess it"
    return name, space, tuple(sorted((key.lower(), value) for key, value in values.items()))


def ours(page: str) -> dict[int, Element]:
    """What the scanner finds, by its offset in characters."""
    scanner = Scanner()
    spans = scanner.feed(page.encode())
    found = dict(_elements(scanner, spans))
    found.update(_elements(scanner, scanner.finish()))
    assert not scanner.overflow
    places = {len(page[:at].encode()): at for at in range(len(page))}
    return {places[at]: element for at, element in found.items() if _asked(element)}


def _elements(scanner: Scanning, spans: list[Span]) -> Iterator[tuple[int, Element]]:
    buffer = scanner.buffer
    for span in spans:
        if span.what in (What.TAG, What.SCRIPT):
            values: dict[str, str] = {}
            for one in attributes(buffer, span.start + 1 + len(span.name), span.end):
                value = decode(buffer[one.value_start : one.value_end])
                values.setdefault(one.name.decode().replace("\0", "\ufffd"), value)
            yield scanner.offset + span.start, _element(span.name.decode(), span.space, values)


def turbo(page: str, *, scripting: bool = False) -> dict[int, Element]:
    """What turbohtml builds, by the offset of its start tag."""
    document = turbohtml.parse(
        page, source_locations=True, scripting=scripting, allow_declarative_shadow_roots=False
    )
    found: dict[int, Element] = {}
    for node in document.iter_elements():
        place = node.source_location
        if place is None:  # nobody wrote it: html, head, a formatting element opened again
            continue
        values = {
            key: value if isinstance(value, str) else " ".join(value or ())
            for key, value in node.attrs.items()
        }
        element = _element(node.tag.lower(), _SPACES[node.namespace.value], values)
        if _asked(element):
            found[place.start_tag.start_offset] = element
    return found


def lexbor(page: str, *, scripting: bool = False) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
    """What lexbor builds, sorted: it tells neither places nor namespaces.

    Therefore it is asked only for names that mean the same in every namespace (13.2.6.5: `img` and
    `embed` always leave svg and math).
    """
    parser = LexborHTMLParser(page, scripting=scripting)
    found = []
    roots = [parser.root, *parser.template_fragments()]
    for root in roots:
        for node in root.traverse() if root is not None else ():
            name = (node.tag or "").lower()
            if name in EVERYWHERE:
                values = {key: value or "" for key, value in node.attributes.items()}
                found.append((name, _element(name, Space.SVG, values)[2]))
    return sorted(found)
