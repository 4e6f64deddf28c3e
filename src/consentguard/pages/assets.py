"""The banner's style sheet and script: hashed into their URLs, compressed when first asked for."""

from __future__ import annotations

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import brotli

from consentguard.http.message import Header, Request, Response
from consentguard.model import BannerSettings
from consentguard.policy.theme import styled

_TYPES = {"css": b"text/css; charset=utf-8", "js": b"text/javascript; charset=utf-8"}
_COMMENT = re.compile(r"/\*.*?\*/|^\s*//[^\n]*$", re.DOTALL | re.MULTILINE)
_INDENT = re.compile(r"^\s+", re.MULTILINE)
#: What a browser fetches, and what it is joined from: a page loads one sheet and one script.
_FILES = {
    "banner.css": ("banner.css",),
    "banner.js": ("banner.js", "ungate.js"),
    "shared.js": ("banner.js", "ungate.js", "shared.js"),
    "consent-mode.js": ("banner.js", "ungate.js", "consent-mode.js"),
    "page.css": ("page.css",),
    "embed.css": ("embed.css",),
    "embed.js": ("embed.js",),
}
_FOREVER = b"public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: its hashed name and its bytes."""

    name: str
    kind: bytes
    data: bytes


class Assets:
    """The static files, read once, in the theme that a site wants."""

    def __init__(self, banner: BannerSettings | None = None) -> None:
        found = files("consentguard.static")
        sources = {source for joined in _FILES.values() for source in joined}
        texts = {name: found.joinpath(name).read_text("ascii") for name in sources}
        for name in ("banner.css", "embed.css"):
            texts[name] = styled(texts[name], banner or BannerSettings())
        packs = {name: packed(text).encode() for name, text in texts.items()}
        assets = [_asset(b"".join(packs[s] for s in parts), name) for name, parts in _FILES.items()]
        self._by_name = {asset.name: asset for asset in assets}
        names = [asset.name for asset in assets]
        self.css, self.js, self.shared, self.consent_mode, self.page = names[:5]
        self.embed_css, self.embed_js = names[5:]
        self.digest = hashlib.sha256("".join(self._by_name).encode()).hexdigest()[:12]

    def respond(self, name: str, request: Request) -> Response | None:
        """The file of that hashed name, br or gzip as the browser accepts, or None."""
        asset = self._by_name.get(name)
        if asset is None:
            return None
        coding = _coding(request.text(b"accept-encoding"))
        body = _coded(asset.data, coding)
        headers: list[Header] = [
            (b"content-type", asset.kind),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", _FOREVER),
            (b"vary", b"Accept-Encoding"),
            (b"x-content-type-options", b"nosniff"),
        ]
        if coding:
            headers.append((b"content-encoding", coding))
        return Response(200, tuple(headers), body)


def packed(text: str) -> str:
    """A script or style sheet of ours without its comments and indentation, a fifth of its size.

    Only for texts in which no string and no template looks like a comment or spans lines.
    """
    return _INDENT.sub("", _COMMENT.sub("", text))


def _asset(data: bytes, name: str) -> Asset:
    stem, _, ending = name.rpartition(".")
    digest = hashlib.sha256(data).hexdigest()[:12]
    return Asset(f"{stem}.{digest}.{ending}", _TYPES[ending], data)


@lru_cache(maxsize=64)  # the best that there is takes some milliseconds, once
def _coded(data: bytes, coding: bytes) -> bytes:
    if coding == b"br":
        return bytes(brotli.compress(data, quality=11))
    return gzip.compress(data, 9, mtime=0) if coding else data


def _coding(accept: str) -> bytes:
    """The best coding that the browser names and does not refuse (RFC 9110, section 12.5.3)."""
    weights = {}
    for item in accept[:500].lower().split(","):
        name, _, parameter = item.strip().partition(";")
        refused = parameter.replace(" ", "").rstrip("0").rstrip(".") in ("q=", "q=0")
        weights[name.strip()] = not refused
    return next((c for c in (b"br", b"gzip") if weights.get(c.decode())), b"")
