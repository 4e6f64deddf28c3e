"""Chromium as judge of headers: whom it contacts for the sake of one, before and after consent.

The site answers over TLS, as reports and client hints want it, with a certificate made for these
tests; all else goes to a proxy that notes the host and refuses. Reports leave from the network
service, where nothing but a proxy sees them. Every row is sent twice: once with a host that waits
and once with one that never does, whose contact shows that it would have been seen by now.
Preconnect and dns-prefetch make no request that can be seen; icon, manifest, stylesheet and next
are for other browsers. Their gate is tried in tests/http.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
import uvicorn
from playwright.async_api import Browser, BrowserContext, Page, async_playwright
from tests.browser.conftest import FLAGS, executable
from tests.conftest import SITE, Here, a_policy

from consentguard.asgi import ConsentMiddleware

pytestmark = pytest.mark.asyncio(loop_scope="session")

PEM = Path(__file__).with_name("site.pem")
POLICY = """
[services.stats]
purposes = ["analytics"]
hosts = ["*.stats.test"]
[services.free]
purposes = ["necessary"]
hosts = ["*.free.test"]
"""
#: Makes a report of each sort: a picture that a policy forbids, and a request of an old kind.
PAGE = b"""<!doctype html><html><head><title>x</title></head><body><img src=/own.png><script>
const old = new XMLHttpRequest(); old.open("GET", "/own", false); old.send();</script></body>"""
NEL = '{"report_to":"nel","max_age":9999,"success_fraction":1.0,"failure_fraction":1.0}'
GROUP = '{"group":"NAME","max_age":9999,"endpoints":[{"url":"https://HOST/x"}]}'


class Row(NamedTuple):
    """Headers that contact ``HOST``; ``kept`` ones are kept for the site, not for the page."""

    headers: dict[str, str]
    kept: bool = False


ROWS = [
    Row({"link": "<https://HOST/x>; rel=preload; as=script"}),
    Row({"link": "<https://HOST/x>; rel=modulepreload"}),
    Row({"link": "<https://HOST/x>; rel=prefetch"}),
    Row({"link": "<https://HOST/x>; rel=compression-dictionary"}),
    Row({"link": '</own.png>; rel=preload; as=image; imagesrcset="https://HOST/x 1x"'}),
    Row({"link": '</own>; title=",", <https://HOST/x>; crossorigin; REL = "x Prefetch"'}),
    Row({"refresh": "0;url=https://HOST/x"}),
    Row({"refresh": "0, https://HOST/x"}),
    Row({"speculation-rules": '"https://HOST/x"'}),
    Row({"reporting-endpoints": 'default="https://HOST/x"'}),
    Row(
        {
            "reporting-endpoints": 'here="/own", csp="https://HOST/x"',
            "content-security-policy": "img-src 'none'; report-to csp",
        }
    ),
    Row({"content-security-policy": "img-src 'none'; report-uri https://HOST/x"}),
    Row({"content-security-policy": "x y, img-src 'none';REPORT-URI /own\thttps://HOST/x ;"}),
    Row({"content-security-policy-report-only": "img-src 'none'; report-uri //HOST/x"}),
    Row(
        {
            "report-to": GROUP.replace("NAME", "csp"),
            "content-security-policy": "img-src 'none'; report-to csp",
        },
        kept=True,
    ),
    Row({"report-to": GROUP.replace("NAME", "nel"), "nel": NEL}, kept=True),
]
NEL_ROW = len(ROWS) - 1
DEFAULT_ROW = next(n for n, row in enumerate(ROWS) if "reporting-endpoints" in row.headers)


def host(number: int, zone: str) -> str:
    return f"r{number}.{zone}.test"


def sent_by(number: int, zone: str) -> dict[str, str]:
    """The headers of a row, with the host of that zone."""
    target = host(number, zone)
    return {name: value.replace("HOST", target) for name, value in ROWS[number].headers.items()}


async def bare(scope: Any, receive: Any, send: Any) -> None:
    """The site: a page for each row, and one that asks for client hints."""
    if scope["type"] != "http":
        return
    _, zone, number = f"{scope['path']}//".split("/")[:3]
    headers = {"content-type": "text/html; charset=utf-8"}
    body, status = PAGE, 200
    if zone in ("stats", "free"):
        headers |= sent_by(int(number), zone)
    elif zone in ("quiet", "lost"):
        # Loads nothing else, and only what is lost is told.
        headers = sent_by(int(number), "stats") | {"content-type": "text/plain"}
        headers["nel"] = NEL.replace("1.0", "0.0", 1)
        body, status = b"x", 404 if zone == "lost" else 200
    elif zone == "hints":
        headers["accept-ch"] = "Sec-CH-UA-Model, DPR"
        sent = [name for name, _ in scope["headers"] if name in (b"sec-ch-ua-model", b"dpr")]
        body = b"<!doctype html><html><body><output>" + b" ".join(sorted(sent)) + b"</output>"
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})


@dataclass
class Chromium:
    """A browser before one site, and the hosts that it tried to reach beside it."""

    browser: Browser
    proxy: str
    url: str
    contacted: set[str] = field(default_factory=set)
    noted: asyncio.Event = field(default_factory=asyncio.Event)

    async def context(self, *cookies: Any) -> BrowserContext:
        proxy: Any = {"server": self.proxy, "bypass": "site.test"}
        context = await self.browser.new_context(proxy=proxy)
        await context.add_cookies(cookies)
        return context

    async def consent(self) -> list[Any]:
        """The cookies of a visitor who has allowed everything."""
        context = await self.context()
        page = await context.new_page()
        await page.goto(self.url)
        await press(page, "accept")
        cookies: list[Any] = await context.cookies()
        await context.close()
        return cookies

    async def open(self, zone: str, *cookies: Any) -> None:
        """A page of each row; of what is kept for a site there is one in each profile."""
        shared = await self.context(*cookies)
        contexts = [await self.context(*cookies) if row.kept else shared for row in ROWS]

        async def opened(number: int, context: BrowserContext) -> None:
            page = await context.new_page()
            await page.goto(f"{self.url}/{zone}/{number}")

        await asyncio.gather(*(opened(n, context) for n, context in enumerate(contexts)))

    def note(self, host: str) -> None:
        """Somebody was contacted."""
        self.contacted.add(host)
        self.noted.set()

    async def until(self, hosts: set[str]) -> None:
        """Wait until all of these were contacted."""
        try:
            async with asyncio.timeout(20):
                while hosts - self.contacted:
                    self.noted.clear()
                    await self.noted.wait()
        except TimeoutError:
            assert self.contacted >= hosts


async def press(page: Page, name: str) -> None:
    async with page.expect_navigation():
        await page.locator(f"[data-cg={name}]").first.click()


@pytest.fixture(scope="module")
def site() -> Iterator[dict[bool, str]]:
    """Where the site is: as its app wrote it, and behind the middleware."""
    policy = a_policy(POLICY, SITE.replace("http://localhost", "https://site.test"))
    guarded = ConsentMiddleware(bare, policy, ["key"], ledger=None, geo=Here("DE"))
    found: dict[bool, str] = {}
    running: list[tuple[uvicorn.Server, threading.Thread]] = []
    with (
        socket.create_server(("127.0.0.1", 0)) as one,
        socket.create_server(("127.0.0.1", 0)) as two,
    ):
        for app, listener in ((bare, one), (guarded, two)):
            config = uvicorn.Config(app, log_level="critical", ws="none", ssl_certfile=PEM)
            config.timeout_graceful_shutdown = 1
            server = uvicorn.Server(config)
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
            thread.start()
            running.append((server, thread))
            found[app is guarded] = f"https://site.test:{listener.getsockname()[1]}"
        yield found
        for server, thread in running:
            server.should_exit = True
            thread.join()


def key_hash() -> str:
    """The SHA-256 of the certificate's public key, by which Chromium is told to trust it."""
    der = ssl.PEM_cert_to_DER_cert(PEM.read_text("ascii").partition("-----BEGIN PRIVATE")[0])
    # SubjectPublicKeyInfo of a P-256 key: 91 bytes, which begin so (RFC 5480, section 2).
    start = der.index(bytes.fromhex("3059301306072a8648ce3d0201"))
    return base64.b64encode(hashlib.sha256(der[start : start + 91]).digest()).decode()


@asynccontextmanager
async def launched(url: str) -> AsyncIterator[Chromium]:
    chromium: Chromium

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        target = (await reader.readline()).decode("latin-1").split(" ")[1:2]
        for one in target:
            found = urlsplit(one if "://" in one else f"//{one}").hostname
            chromium.note(found or "unreadable")
        writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    async with (
        await asyncio.start_server(refuse, "127.0.0.1", 0) as proxy,
        async_playwright() as playwright,
    ):
        flags = [
            *FLAGS,
            "--host-resolver-rules=MAP site.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            f"--ignore-certificate-errors-spki-list={key_hash()}",
            "--short-reporting-delay",
        ]
        browser = await playwright.chromium.launch(executable_path=executable(), args=flags)
        port = proxy.sockets[0].getsockname()[1]
        chromium = Chromium(browser, f"http://127.0.0.1:{port}", url)
        yield chromium
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def guarded(site: dict[bool, str]) -> AsyncIterator[Chromium]:
    async with launched(site[True]) as chromium:
        yield chromium


EVERY = range(len(ROWS))


async def test_without_us_every_row_contacts_its_host(site: dict[bool, str]) -> None:
    async with launched(site[False]) as chromium:
        await chromium.open("stats")
        await chromium.until({host(n, "stats") for n in EVERY})


async def test_before_consent_nobody_is_contacted(guarded: Chromium) -> None:
    await guarded.open("stats")
    await guarded.open("free")
    await guarded.until({host(n, "free") for n in EVERY})
    assert guarded.contacted == {host(n, "free") for n in EVERY}


async def test_after_consent_everybody_is(guarded: Chromium) -> None:
    await guarded.open("stats", *await guarded.consent())
    await guarded.until({host(n, "stats") for n in EVERY})


@pytest.mark.parametrize("withdrawn", [False, True])
async def test_a_browser_forgets_where_it_reported(guarded: Chromium, withdrawn: bool) -> None:
    context = await guarded.context(*await guarded.consent())
    page = await context.new_page()
    await page.goto(f"{guarded.url}/quiet/{NEL_ROW}")
    if withdrawn:
        await context.clear_cookies()
        await page.goto(f"{guarded.url}/quiet/{NEL_ROW}")
    await page.goto(f"{guarded.url}/lost/{NEL_ROW}")
    # Reports of one profile leave together: this one's tells that all have left.
    await page.goto(f"{guarded.url}/free/{DEFAULT_ROW}")
    await guarded.until({host(DEFAULT_ROW, "free")})
    assert (host(NEL_ROW, "stats") in guarded.contacted) is not withdrawn
    await context.close()


async def test_hints_that_make_a_fingerprint_wait(guarded: Chromium) -> None:
    context = await guarded.context()
    page = await context.new_page()

    async def sent() -> str | None:
        for _ in range(2):
            await page.goto(f"{guarded.url}/hints")
        return await page.locator("output").text_content()

    assert await sent() == "dpr"
    await press(page, "accept")
    assert await sent() == "dpr sec-ch-ua-model"
    await page.goto(f"{guarded.url}/_consent")
    await press(page, "reject")
    assert await sent() == "dpr"
    await context.close()
