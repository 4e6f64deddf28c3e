"""The banner's style sheet and the scripts: hashed into their URLs, compressed at start."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

import brotli

from consentguard.http.message import Header, Request, Response

_TYPES = {"css": b"text/css; charset=utf-8", "js": b"text/javascript; charset=utf-8"}
_FILES = ("banner.css", "banner.js", "ungate.js", "consent-mode.js", "shared.js")
_EMBED = ("embed.css", "embed.js")
_FOREVER = b"public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: its hashed name, and its bytes by content coding."""

    name: str
    kind: bytes
    bodies: Mapping[bytes, bytes]


class Assets:
    """The static files, read once."""

    def __init__(self) -> None:
        found = files("consentguard.static")
        assets = [_asset(found.joinpath(name).read_bytes(), name) for name in (*_FILES, *_EMBED)]
        self._by_name = {asset.name: asset for asset in assets}
        names = [asset.name for asset in assets]
        self.css, self.js, self.ungate, self.consent_mode, self.shared = names[: len(_FILES)]
        self.embed_css, self.embed_js = names[len(_FILES) :]
        self.digest = hashlib.sha256("".join(self._by_name).encode()).hexdigest()[:12]

    def respond(self, name: str, request: Request) -> Response | None:
        """The file of that hashed name, br or gzip as the browser accepts, or None."""
        asset = self._by_name.get(name)
        if asset is None:
            return None
        coding = _coding(request.text(b"accept-encoding"))
        body = asset.bodies[coding]
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


def _asset(data: bytes, name: str) -> Asset:
    stem, _, ending = name.rpartition(".")
    digest = hashlib.sha256(data).hexdigest()[:12]
    bodies = {
        b"": data,
        b"br": brotli.compress(data, quality=11),
        b"gzip": gzip.compress(data, 9, mtime=0),
    }
    return Asset(f"{stem}.{digest}.{ending}", _TYPES[ending], bodies)


def _coding(accept: str) -> bytes:
    """The best coding that the browser names and does not refuse (RFC 9110, section 12.5.3)."""
    weights = {}
    for item in accept[:500].lower().split(","):
        name, _, parameter = item.strip().partition(";")
        refused = parameter.replace(" ", "").rstrip("0").rstrip(".") in ("q=", "q=0")
        weights[name.strip()] = not refused
    return next((c for c in (b"br", b"gzip") if weights.get(c.decode())), b"")
