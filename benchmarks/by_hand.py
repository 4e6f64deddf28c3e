"""The same job as a good developer writes it by hand, around three well-known parsers.

Each keeps a set of hosts that wait for consent and a few words by which inline snippets are known,
reads the whole body, makes scripts inert, renames the attribute that would load, and puts a banner
before the end of the body. Each does less than the real thing: no `srcset`, no CSS, no charset but
UTF-8, no stranger's host, no purposes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import lxml.html  # type: ignore[import-untyped]
from bs4 import BeautifulSoup
from selectolax.lexbor import LexborHTMLParser

from .figures import RIVALS

Rewrite = Callable[[bytes], bytes]

HOSTS = frozenset(
    (
        "google-analytics.com",
        "googletagmanager.com",
        "doubleclick.net",
        "googleadservices.com",
        "facebook.com",
        "facebook.net",
        "hotjar.com",
        "clarity.ms",
        "bat.bing.com",
        "linkedin.com",
        "licdn.com",
        "analytics.tiktok.com",
        "static.ads-twitter.com",
        "criteo.net",
        "criteo.com",
        "segment.com",
        "mixpanel.com",
        "fullstory.com",
        "amplitude.com",
        "youtube.com",
    )
)
SNIPPETS = ("gtag(", "fbq(", "_paq.push(", "hj(", "clarity(", "ttq.")
#: Elements that load something, and the attribute that says what.
LOADING = {
    "script": "src",
    "iframe": "src",
    "img": "src",
    "link": "href",
    "embed": "src",
    "object": "data",
    "source": "src",
    "video": "src",
    "audio": "src",
}
BANNER = (
    '<div id="banner" role="dialog" aria-label="Cookies"><form method="post" action="/consent">'
    "<p>We would like to use cookies for analytics and advertising.</p>"
    '<button name="choice" value="accept">Accept</button>'
    '<button name="choice" value="reject">Reject</button></form></div>'
)


def waits(url: str | None) -> bool:
    """True when the URL's host, or a domain above it, waits for consent."""
    if not url or "//" not in url:
        return False
    try:
        host = urlsplit(url.strip()).hostname or ""
    except ValueError:
        return True
    while host:
        if host in HOSTS:
            return True
        host = host.partition(".")[2]
    return False


def tracks(code: str | None) -> bool:
    """True when an inline script has a word of a tracker's snippet."""
    return code is not None and any(word in code for word in SNIPPETS)


def with_beautifulsoup(body: bytes) -> bytes:
    """BeautifulSoup over lxml's parser."""
    soup = BeautifulSoup(body.decode("utf-8", "replace"), "lxml")
    for tag in soup.find_all(list(LOADING)):
        name = LOADING[tag.name]
        url = tag.get(name)
        if isinstance(url, str) and waits(url):
            del tag[name]
            tag[f"data-{name}"] = url
        elif tag.name != "script" or url or not tracks(tag.string):
            continue
        if tag.name == "script":
            tag["type"] = "text/plain"
    return _with_banner(str(soup))


def with_lxml(body: bytes) -> bytes:
    """The parser of lxml alone."""
    parser = lxml.html.HTMLParser(encoding="utf-8")
    tree = lxml.html.document_fromstring(body, parser=parser)
    for tag in tree.iter(*LOADING):
        name = LOADING[tag.tag]
        url = tag.get(name)
        if waits(url):
            del tag.attrib[name]
            tag.set(f"data-{name}", url)
        elif tag.tag != "script" or url or not tracks(tag.text):
            continue
        if tag.tag == "script":
            tag.set("type", "text/plain")
    return _with_banner(lxml.html.tostring(tree, encoding="unicode", doctype="<!doctype html>"))


def with_selectolax(body: bytes) -> bytes:
    """The lexbor parser by way of selectolax."""
    tree = LexborHTMLParser(body)
    for tag in tree.css(",".join(LOADING)):
        kind = tag.tag or ""
        name = LOADING[kind]
        url = tag.attributes.get(name)
        if waits(url):
            del tag.attrs[name]
            tag.attrs[f"data-{name}"] = url or ""
        elif kind != "script" or url or not tracks(tag.text()):
            continue
        if kind == "script":
            tag.attrs["type"] = "text/plain"
    return _with_banner(tree.html or "")


def _with_banner(page: str) -> bytes:
    before, end, after = page.rpartition("</body>")
    return f"{before}{BANNER}{end}{after}".encode()


REWRITES: dict[str, Rewrite] = dict(
    zip(RIVALS, (with_beautifulsoup, with_lxml, with_selectolax), strict=True)
)


class ByHand:
    """ASGI middleware that holds a page until it is whole, rewrites it and sends it on."""

    def __init__(self, app: Any, rewrite: Rewrite) -> None:
        self.app = app
        self.rewrite = rewrite

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start: Any = None
        pieces: list[bytes] = []

        async def held(message: Any) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                if dict(message["headers"]).get(b"content-type", b"").startswith(b"text/html"):
                    start = message
                    return
            elif start is not None:
                pieces.append(message.get("body", b""))
                if not message.get("more_body"):
                    await self._send(start, b"".join(pieces), send)
                return
            await send(message)

        await self.app(scope, receive, held)

    async def _send(self, start: Any, body: bytes, send: Any) -> None:
        body = self.rewrite(body)
        headers = [pair for pair in start["headers"] if pair[0] != b"content-length"]
        headers.append((b"content-length", str(len(body)).encode()))
        await send({**start, "headers": headers})
        await send({"type": "http.response.body", "body": body})
