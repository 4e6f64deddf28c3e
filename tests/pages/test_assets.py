"""Static files under hashed names, compressed as the browser accepts."""

from __future__ import annotations

import gzip
import re
from collections import defaultdict
from importlib.resources import files

import brotli
import pytest

from consentguard.html.table import HTML, SVG
from consentguard.http.message import Request, Response
from consentguard.model import BannerSettings
from consentguard.pages.assets import Assets, packed

ASSETS = Assets()
UNGATE = files("consentguard.static").joinpath("ungate.js").read_text("ascii")


def get(name: str, accept: str | None = None) -> Response | None:
    headers = [] if accept is None else [(b"accept-encoding", accept.encode("latin-1"))]
    return ASSETS.respond(name, Request("GET", "http", "/", "", b"", headers))


def coding(accept: str | None) -> str:
    response = get(ASSETS.js, accept)
    assert response is not None
    return dict(response.headers).get(b"content-encoding", b"").decode()


SCRIPT = ("banner.js", "ungate.js")


@pytest.mark.parametrize(
    ("name", "joined", "type_"),
    [
        (ASSETS.css, ("banner.css",), "text/css"),
        (ASSETS.js, SCRIPT, "text/javascript"),
        (ASSETS.shared, (*SCRIPT, "shared.js"), "text/javascript"),
        (ASSETS.consent_mode, (*SCRIPT, "consent-mode.js"), "text/javascript"),
    ],
)
def test_the_bytes_are_the_sources_in_every_coding(
    name: str, joined: tuple[str, ...], type_: str
) -> None:
    static = files("consentguard.static")
    sources = [packed(static.joinpath(file).read_text("ascii")) for file in joined]
    source = "".join(sources).encode()
    assert re.fullmatch(r"[a-z-]+\.[0-9a-f]{12}\.(css|js)", name)
    for accept, unpack in (("br", brotli.decompress), ("gzip", gzip.decompress), ("", bytes)):
        response = get(name, accept)
        assert response is not None
        headers = dict(response.headers)
        assert unpack(response.body) == source
        assert headers[b"cache-control"] == b"public, max-age=31536000, immutable"
        assert headers[b"content-type"] == f"{type_}; charset=utf-8".encode()
        assert headers[b"content-length"] == str(len(response.body)).encode()
        assert headers[b"vary"] == b"Accept-Encoding"
        assert headers[b"x-content-type-options"] == b"nosniff"


@pytest.mark.parametrize("name", ["banner.css", "banner.js", "ungate.js", "shared.js"])
def test_nothing_but_comments_and_indentation_is_left_out(name: str) -> None:
    source = files("consentguard.static").joinpath(name).read_text("ascii")
    plain = re.sub(r"/\*[^*]*\*/" if name.endswith("css") else r"(?m)^ *//.*", "", source)
    quoted = plain.replace("[\"'`]", "")  # in an expression of ungate.js
    assert all(line.count("`") % 2 == 0 for line in quoted.splitlines())  # no text spans lines
    kept = [line.strip() for line in plain.splitlines() if line.strip()]
    assert packed(source).splitlines() == kept


def test_colours_are_in_the_style_sheet_and_in_its_name() -> None:
    own = Assets(BannerSettings(colours={"accent": "#700"}))
    assert own.css != ASSETS.css
    assert own.digest != ASSETS.digest
    assert own.js == ASSETS.js
    response = own.respond(own.css, Request("GET", "http", "/", "", b"", []))
    assert response is not None
    assert response.body.count(b"--cg-accent: #700;") == 2


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, ""),
        ("", ""),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("GZIP;q=0.5, BR;q=0.1", "br"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0.000, gzip ; q=1.0", "gzip"),
        ("br; q=0.0 , gzip;q=0", ""),
        ("br;q=0.10", "br"),
        ("br;q=0.01", "br"),
        ("identity", ""),
        ("*", ""),
        ("zstd, deflate", ""),
        ("xbr, gzipped", ""),
        (",;,;q=", ""),
        ("\xff;" * 10_000, ""),
    ],
)
def test_the_coding_is_one_that_the_browser_takes(accept: str | None, expected: str) -> None:
    assert coding(accept) == expected


@pytest.mark.parametrize("name", ["", "banner.js", "banner.000000000000.js", "../model.py", "\x00"])
def test_other_names_are_not_there(name: str) -> None:
    assert get(name) is None


def test_the_digest_follows_the_files() -> None:
    assert Assets().digest == ASSETS.digest
    assert len({ASSETS.css, ASSETS.js, ASSETS.shared, ASSETS.consent_mode}) == 4


def test_ungate_holds_the_servers_table() -> None:
    """All of it but for a meta refresh; the parser turns an `image` of HTML into an `img`."""
    text = re.search(r"const TABLE = \{(.*?)\};", UNGATE, re.DOTALL)
    assert text is not None
    ours: dict[str, set[str]] = defaultdict(set)
    for name, elements in re.findall(r'^\s*"?([a-z:]+)"?: "([^"]+)",$', text[1], re.MULTILINE):
        for element in elements.split():
            ours[element].add(name)
    theirs = {e.decode(): {s.name.decode() for s in slots} for e, slots in HTML.items()}
    theirs |= {f"svg:{e.decode()}": {s.name.decode() for s in slots} for e, slots in SVG.items()}
    assert theirs.pop("meta") == {"content"}
    assert theirs.pop("image") == theirs["img"]
    assert ours == theirs


def test_ungate_is_small_and_evaluates_nothing() -> None:
    assert len(brotli.compress(packed(UNGATE).encode(), quality=11)) <= 2 * 1024
    assert not re.search(r"innerHTML|outerHTML|eval\b|Function\(|document\.write|cookie", UNGATE)
    assert not re.search(r"window\.|globalThis|self\.", UNGATE)
