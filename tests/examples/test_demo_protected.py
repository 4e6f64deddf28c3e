from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from examples.demo.app import build
from tests.examples.test_demo_app import PAGES

ORIGIN = "http://127.0.0.1:8000"
KEY = "a key for these tests only, and long enough"
TRACKERS = (
    "www.googletagmanager.com",
    "www.google-analytics.com",
    "connect.facebook.net",
    "www.facebook.com",
    "static.hotjar.com",
    "www.youtube.com",
    "accounts.google.com",
)
KNOWN = {"_ga", "_fbp", "_gcl_au"}
COOKIES = KNOWN | {"exm_variant"}


class Live(HTMLParser):
    """Everything in a page that a browser would fetch or run from a tracker."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.script = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.script = tag == "script" and values.get("type") != "text/plain"
        for name in ("src", "href"):
            host = urlsplit(values.get(name) or "").hostname
            if tag != "a" and host in TRACKERS:
                self.found.append(f"<{tag} {name}={values[name]}>")

    def handle_endtag(self, tag: str) -> None:
        self.script = self.script and tag != "script"

    def handle_data(self, data: str) -> None:
        if self.script:
            self.found += [word for word in ("gtag(", "fbq(", "hotjar") if word in data]


def client(ledger: Path, *, protected: bool, country: str = "DE") -> httpx.AsyncClient:
    app = build(protected=protected, secret_keys=[KEY], ledger=f"sqlite:///{ledger}")
    app.state.beat = app.state.pause = 0
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app, raise_app_exceptions=False, client=("127.0.0.1", 4711)),
        base_url=ORIGIN,
        headers={"X-Demo-Country": country, "Accept": "text/html", "Accept-Language": "en"},
    )


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / "consent.db"


@pytest.fixture
async def site(ledger: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with client(ledger, protected=True) as open_client:
        yield open_client


@pytest.fixture
async def careless(ledger: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with client(ledger, protected=False) as open_client:
        yield open_client


async def choose(site: httpx.AsyncClient, choice: str) -> httpx.Response:
    return await site.post("/_consent", data={"choice": choice}, headers={"Origin": ORIGIN})


def text(response: httpx.Response) -> str:
    return response.content.decode(response.charset_encoding or "utf-8")


@pytest.mark.parametrize("path", PAGES)
async def test_a_first_visit_runs_nothing(site: httpx.AsyncClient, path: str) -> None:
    response = await site.get(path)
    assert Live(text(response)).found == []
    assert 'id="cg-banner"' in text(response)
    assert not COOKIES & set(response.cookies)
    assert "hotjar" not in response.headers.get("link", "")


async def test_the_careless_site_runs_everything(careless: httpx.AsyncClient) -> None:
    """The check above sees what there is to see."""
    found = " ".join(Live(text(await careless.get("/artist/nora-lindqvist"))).found)
    for host in (*TRACKERS[:4], "www.youtube.com", "gtag(", "fbq(", "hotjar"):
        assert host in found


@pytest.mark.parametrize("path", PAGES)
async def test_accepted_pages_are_the_sites_own_bytes(
    site: httpx.AsyncClient, careless: httpx.AsyncClient, path: str
) -> None:
    answer = await choose(site, "accept")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "consent" in answer.cookies
    ours, theirs = (await site.get(path)).content, (await careless.get(path)).content
    cut = theirs.index(b"</body>")
    assert ours.startswith(theirs[:cut])
    assert ours.endswith(theirs[cut:])
    added = ours[cut : len(ours) - len(theirs) + cut]
    assert b'data-cg="reopen"' in added
    assert b"cg-banner" not in added.replace(b"#cg-banner", b"")


async def test_accepting_lets_the_cookies_through(site: httpx.AsyncClient) -> None:
    """But for the one that nobody declared and nothing knows: nobody can have agreed to it."""
    await choose(site, "accept")
    assert COOKIES & set((await site.get("/")).cookies) == KNOWN


async def test_a_grant_is_in_the_ledger_when_its_cookie_arrives(
    site: httpx.AsyncClient, ledger: Path
) -> None:
    answer = await choose(site, "accept")
    assert "consent" in answer.cookies
    with closing(sqlite3.connect(ledger)) as database:
        rows = database.execute("SELECT kind, region, person FROM consent_record").fetchall()
    assert rows == [("accept", "de-tdddg", "unknown")]


@pytest.mark.parametrize("how", ["reject", "withdraw"])
async def test_a_no_after_a_yes_expires_what_is_there(site: httpx.AsyncClient, how: str) -> None:
    await choose(site, "accept")
    await site.get("/")
    assert set(site.cookies) >= KNOWN
    if how == "reject":
        await choose(site, "reject")
    else:
        await site.post("/_consent/withdraw", headers={"Origin": ORIGIN})
    assert not COOKIES & set(site.cookies)
    page = await site.get("/")
    assert Live(text(page)).found == []
    assert not COOKIES & set(site.cookies)
    assert 'id="cg-banner"' not in text(page)


async def test_another_site_cannot_choose(site: httpx.AsyncClient) -> None:
    answer = await site.post(
        "/_consent", data={"choice": "accept"}, headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 403
    assert "consent" not in site.cookies


@pytest.mark.parametrize("path", ["/api/artists", "/live", "/download/press-kit.txt"])
async def test_what_is_no_page_passes_untouched(
    site: httpx.AsyncClient, careless: httpx.AsyncClient, path: str
) -> None:
    ours, theirs = await site.get(path), await careless.get(path)
    assert ours.content == theirs.content
    assert ours.headers["content-type"] == theirs.headers["content-type"]


async def test_a_download_can_be_resumed(site: httpx.AsyncClient) -> None:
    headers = {"Range": "bytes=0-12", "Accept": "*/*"}
    part = await site.get("/download/press-kit.txt", headers=headers)
    assert (part.status_code, part.content) == (206, b"EXAMPLE MUSIC")


async def test_the_archive_keeps_its_charset(site: httpx.AsyncClient) -> None:
    page = await site.get("/moscow")
    assert page.headers["content-type"] == "text/html; charset=windows-1251"
    assert "Вечер в Москве" in page.content.decode("windows-1251")


async def test_global_privacy_control_in_california(ledger: Path) -> None:
    async with client(ledger, protected=True, country="US-CA") as californian:
        plain = Live(text(await californian.get("/"))).found
        page = await californian.get("/", headers={"Sec-GPC": "1"})
    found = " ".join(Live(text(page)).found)
    assert "connect.facebook.net" in " ".join(plain)
    assert "googletagmanager" in found
    assert "facebook" not in found
    assert "_ga" in page.cookies
    assert not {"_fbp", "_gcl_au"} & set(page.cookies)


async def test_signing_in_works_before_any_choice(site: httpx.AsyncClient) -> None:
    await site.post("/login", data={"name": "Ada", "password": "music"})
    page = await site.get("/account")
    assert "Hello, Ada" in text(page)
    assert Live(text(page)).found == []


async def test_the_demo_says_which_rules_hold(site: httpx.AsyncClient) -> None:
    page = (await site.get("/demo/rules", headers={"X-Demo-Country": "JP"})).text
    assert "jp-tba" in page
    assert "Sources: " in page
