"""The fixed table: by which attributes of which elements a page makes a browser contact a host.

What is gated has its attribute renamed to ``data-cg-NAME``; nothing outside this table is renamed,
and what restores a page may rely on that. `a[href]` and the like are missing because a click is a
choice.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

#: Put before the name of a gated attribute.
PREFIX = b"data-cg-"
#: The application's own mark on what opens the settings. It is the only one that is let be.
OPENS = b"data-cg-open"
#: What an application's own ``data-cg-`` becomes, so that it cannot be taken for ours.
FOREIGN_PREFIX = b"data-app-cg-"
#: What a gated element has besides: its own attribute of that name is renamed.
#: HTML 4.12.1, "prepare the script element": text/plain is a data block and never runs.
#: A frame needs a name that no earlier page gave it: the back button restores what a frame of the
#: same name, or without one at the same place, showed before, whatever its ``src`` says now.
REPLACED: Mapping[bytes, tuple[bytes, str]] = MappingProxyType(
    {
        b"script": (b"type", "text/plain"),
        b"iframe": (b"name", "cg-gated"),
        b"frame": (b"name", "cg-gated"),
    }
)


class Kind(StrEnum):
    """What kind of request it would be."""

    SCRIPT = "script"
    FRAME = "frame"
    BEACON = "beacon"  #: sent on a click, nothing is shown
    IMAGE = "image"  #: tracking pixels are images
    STYLE = "style"
    FONT = "font"
    MEDIA = "media"
    OBJECT = "object"
    HINT = "hint"  #: preconnect, prefetch and the like: a contact without a use
    REFRESH = "refresh"
    FORM = "form"
    MANIFEST = "manifest"


class Shape(StrEnum):
    """How an attribute's value holds its URLs."""

    URL = "url"
    SRCSET = "srcset"
    LIST = "list"  #: separated by white space
    REFRESH = "refresh"  #: ``content`` of a meta refresh
    VALUES = "values"  #: separated by semicolons
    HINTS = "hints"  #: ``content`` of a meta for client hints: what the browser tells, and whom
    DOCUMENT = "document"  #: ``srcdoc``: a page of its own
    BASE = "base"  #: what every relative URL of the page is made absolute with


class Slot(NamedTuple):
    """One attribute that contacts somebody."""

    name: bytes
    kind: Kind
    shape: Shape = Shape.URL
    depends: bool = False  #: whether it contacts anybody, and how, is said by other attributes


_SRC_IMAGE = Slot(b"src", Kind.IMAGE)
_SRCSET = Slot(b"srcset", Kind.IMAGE, Shape.SRCSET)
_SRC_MEDIA = Slot(b"src", Kind.MEDIA)
_ACTION = Slot(b"formaction", Kind.FORM)
# Rendering section 15.3: `background` is mapped to a background image.
_BACKGROUND = (Slot(b"background", Kind.IMAGE),)
# Attribution Reporting, "Registering attribution sources": each URL gets a background request.
_ATTRIBUTION = Slot(b"attributionsrc", Kind.BEACON, Shape.LIST)
# HTML 4.2.3: it must come before all that takes a URL. Where it does not, a video, a form or what
# loads late is resolved by it all the same.
_BASE = (Slot(b"href", Kind.HINT, Shape.BASE),)
_PING = Slot(b"ping", Kind.BEACON, Shape.LIST)

#: HTML elements. `script`, `link` and `meta` depend on other attributes too: see below.
HTML: Mapping[bytes, tuple[Slot, ...]] = MappingProxyType(
    {
        b"script": (Slot(b"src", Kind.SCRIPT), _ATTRIBUTION),
        b"iframe": (Slot(b"src", Kind.FRAME), Slot(b"srcdoc", Kind.FRAME, Shape.DOCUMENT)),
        b"frame": (Slot(b"src", Kind.FRAME),),
        b"img": (_SRC_IMAGE, _SRCSET, _ATTRIBUTION),
        b"image": (_SRC_IMAGE, _SRCSET, _ATTRIBUTION),  # "change the token's tag name to img"
        b"source": (_SRC_MEDIA, _SRCSET),
        b"video": (_SRC_MEDIA, Slot(b"poster", Kind.IMAGE)),
        b"audio": (_SRC_MEDIA,),
        b"track": (_SRC_MEDIA,),
        b"object": (Slot(b"data", Kind.OBJECT),),
        b"embed": (Slot(b"src", Kind.OBJECT), Slot(b"code", Kind.OBJECT)),
        b"input": (Slot(b"src", Kind.IMAGE, depends=True), _ACTION),
        b"button": (_ACTION,),
        b"form": (Slot(b"action", Kind.FORM),),
        b"link": (
            Slot(b"href", Kind.HINT, depends=True),
            Slot(b"imagesrcset", Kind.IMAGE, Shape.SRCSET, depends=True),
        ),
        b"meta": (
            Slot(b"content", Kind.REFRESH, Shape.REFRESH, depends=True),
            Slot(b"content", Kind.HINT, Shape.HINTS, depends=True),
        ),
        b"base": _BASE,
        b"a": (_PING, _ATTRIBUTION),
        b"area": (_PING, _ATTRIBUTION),
        **dict.fromkeys(b"body table colgroup col thead tbody tfoot tr td th".split(), _BACKGROUND),
    }
)

#: ``http-equiv`` of a meta whose content has that kind. Client Hints Infrastructure, section 2.2.1.
PRAGMAS = {
    Kind.REFRESH: frozenset(("refresh",)),
    Kind.HINT: frozenset(("accept-ch", "delegate-ch")),
}

#: Attributes that contact somebody beside what the element is for, which goes on without them.
BESIDE = frozenset((_ATTRIBUTION.name,))

_HREFS = (b"href", b"xlink:href")
#: Elements of svg.
SVG: Mapping[bytes, tuple[Slot, ...]] = MappingProxyType(
    {
        b"script": tuple(Slot(name, Kind.SCRIPT) for name in _HREFS),
        b"a": (_PING,),
        **{
            element: tuple(Slot(name, Kind.IMAGE) for name in _HREFS)
            for element in (b"image", b"use", b"feimage")
        },
    }
)
#: What svg's `set` and `animate` put in place of another element's `href` (SMIL Animation, 3.2).
ANIMATED: Mapping[bytes, tuple[Slot, ...]] = MappingProxyType(
    dict.fromkeys(
        (b"set", b"animate"),
        (
            *(Slot(name, Kind.IMAGE, depends=True) for name in (b"to", b"from", b"by")),
            Slot(b"values", Kind.IMAGE, Shape.VALUES, depends=True),
        ),
    )
)
#: The attributes that these say it of.
HREFS = frozenset(("href", "xlink:href"))
#: Attributes of svg that hold CSS, in which a URL may be (SVG 2, section 6.6).
PAINTS = tuple(
    b"clip-path cursor fill filter marker marker-start marker-mid marker-end mask stroke".split()
)
#: HTML's that Chromium's preload scanner takes for svg's while it is in one.
FORERUN_HTML: Mapping[bytes, tuple[Slot, ...]] = MappingProxyType(
    {
        element: (*HTML[element], *(Slot(name, Kind.HINT) for name in _HREFS))
        for element in (b"script", b"image")
    }
)
#: What is none in svg and math, and what preload scanners fetch there: some know no namespaces, and
#: to Chromium's any `</svg>` or `</math>` ends either.
FORERUN: Mapping[bytes, tuple[Slot, ...]] = MappingProxyType(
    {
        b"script": (*SVG[b"script"], Slot(b"src", Kind.HINT)),
        b"image": (
            *SVG[b"image"],
            *(one._replace(kind=Kind.HINT) for one in (_SRC_IMAGE, _SRCSET)),
        ),
        **{element: HTML[element] for element in (b"base", b"link", b"video", b"input", b"source")},
    }
)

_RELATIONS = (
    ("stylesheet", Kind.STYLE),
    ("modulepreload", Kind.SCRIPT),
    ("manifest", Kind.MANIFEST),
    ("icon", Kind.IMAGE),
    ("apple-touch-icon", Kind.IMAGE),
    ("apple-touch-icon-precomposed", Kind.IMAGE),
    ("apple-touch-startup-image", Kind.IMAGE),
    ("mask-icon", Kind.IMAGE),
    ("prefetch", Kind.HINT),
    ("preconnect", Kind.HINT),
    ("dns-prefetch", Kind.HINT),
    ("prerender", Kind.HINT),
    ("next", Kind.HINT),  # Firefox prefetches it
    ("compression-dictionary", Kind.HINT),
)
# Fetch section 2.2.5, the potential destinations that `as` may name.
_DESTINATIONS = {
    "script": Kind.SCRIPT,
    "worker": Kind.SCRIPT,
    "sharedworker": Kind.SCRIPT,
    "style": Kind.STYLE,
    "font": Kind.FONT,
    "image": Kind.IMAGE,
    "audio": Kind.MEDIA,
    "video": Kind.MEDIA,
    "track": Kind.MEDIA,
    "embed": Kind.OBJECT,
    "object": Kind.OBJECT,
}


def foreign(name: bytes) -> bool:
    """True for an attribute of the application's own, in lower case, that looks like ours."""
    return name.startswith(PREFIX) and name != OPENS


def link_kind(rel: str, destination: str) -> Kind | None:
    """What a `<link>` fetches, from its ``rel`` and ``as``; None where nothing is contacted."""
    relations = frozenset(rel.lower().split())
    for relation, kind in _RELATIONS[:2]:
        if relation in relations:
            return kind
    if "preload" in relations:
        return _DESTINATIONS.get(destination.strip().lower(), Kind.HINT)
    return next((kind for relation, kind in _RELATIONS[2:] if relation in relations), None)
