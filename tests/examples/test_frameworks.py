"""The bookshop in every framework, through the same checks."""

from __future__ import annotations

import contextlib
import importlib
import io
import logging
import re
import shutil
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any
from wsgiref.validate import validator

import httpx
import pytest
from examples.frameworks import books
from examples.frameworks.shops import SHOPS
from starlette.testclient import TestClient

from consentguard.catalogue import Catalogue
from consentguard.http.message import Header
from consentguard.ledger.sql import SQLLedger
from consentguard.model import Place
from consentguard.testing import grant, refuse

URL = "http://127.0.0.1:8000"
BANNER = b'<div id="cg-banner"'
REOPEN = b'<a data-cg="reopen"'
TRACKERS = (
    b"https://www.googletagmanager.com/gtag/js?id=G-EXAMPLE001",
    b"https://connect.facebook.net/en_US/fbevents.js",
    b"https://www.facebook.com/tr?id=2002002002&amp;noscript=1",
)
#: The cookies that a shop sets by itself, where it is not only the session.
NECESSARY = {"litestar": {books.SESSION, books.CSRF}}
#: What kind of page a framework makes of a path that it does not know, for a browser.
UNKNOWN = {
    "asgi": "text/html",
    "bottle": "text/html",
    "falcon-asgi": "application/json",
    "falcon-wsgi": "application/json",
    "litestar": "application/json",
    "pyramid": "text/html",
    "quart": "text/html",
    "wsgi": "text/html",
}
GPC = {"sec-gpc": "1"}


class Anywhere:
    """A locator that believes the header ``X-Place``."""

    def locate(self, peer: str | None, headers: Sequence[Header]) -> Place:
        """``US-CA`` is both country and subdivision; Germany where nothing is said."""
        code = next((v.decode() for k, v in headers if k == b"x-place"), "DE")
        country, _, sub = code.partition("-")
        return Place(country, code if sub else "")


@dataclass(frozen=True)
class Site:
    """A guarded shop, and a browser."""

    name: str
    client: Any
    ledger: SQLLedger
    known: int  #: rows of other tests

    def rows(self) -> list[dict[str, Any]]:
        """What the ledger has got since."""
        return self.ledger.records()[self.known :]

    def get(self, path: str, place: str = "DE", **more: str) -> Any:
        """A navigation of the browser, from there."""
        headers = {"accept": "text/html,*/*;q=0.8", "accept-language": "en", "x-place": place}
        return self.client.get(path, headers={**headers, **more})

    @property
    def necessary(self) -> set[str]:
        """The cookies that are set without a choice."""
        return NECESSARY.get(self.name, {books.SESSION})


def built(module: str, **options: Any) -> Any:
    """What the shop's file gives. Old frameworks import what Python and setuptools warn of."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found: Any = importlib.import_module(f"examples.frameworks.{module}")
    return found.build(**options)


@pytest.fixture(scope="module", params=SHOPS)
def shop(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Any, SQLLedger]]:
    """Its name, the application and its ledger."""
    ledger = SQLLedger(f"sqlite:///{tmp_path_factory.mktemp('shop')}/ledger.db")
    module = SHOPS[request.param].module
    app = built(module, secret_keys=["key"], ledger=ledger, geo=Anywhere())
    yield request.param, app, ledger
    ledger.close()


@pytest.fixture
def site(shop: tuple[str, Any, SQLLedger]) -> Iterator[Site]:
    logging.getLogger("quart.app").disabled = True  # it reports /boom at length
    name, app, ledger = shop
    client: Any
    if SHOPS[name].kind == "asgi":
        client = TestClient(app, base_url=URL, raise_server_exceptions=False)
    else:
        transport = httpx.WSGITransport(validator(app), False, wsgi_errors=io.StringIO())
        client = httpx.Client(transport=transport, base_url=URL)
    yield Site(name, client, ledger, len(ledger.records()))
    client.close()


def put(answer: Any) -> set[str]:
    """Names of the cookies that an answer sets, but for ours and those that it expires."""
    lines = [line for line in answer.headers.get_list("set-cookie") if "Max-Age=0" not in line]
    return {line.partition("=")[0] for line in lines} - {"consent"}


def running(body: bytes) -> tuple[bool, ...]:
    """Which of the trackers a browser would contact."""
    return tuple(b' src="' + url in body for url in TRACKERS)


NONE, ALL = (False, False, False), (True, True, True)


def test_a_first_visit_from_germany(site: Site) -> None:
    answer = site.get("/")
    assert answer.status_code == 200
    assert running(answer.content) == NONE
    assert all(url in answer.content for url in TRACKERS)
    assert BANNER in answer.content
    assert put(answer) == site.necessary
    assert answer.headers["cache-control"] == "private, no-cache"
    # Quart sends every body in pieces.
    assert int(answer.headers.get("content-length", len(answer.content))) == len(answer.content)


def test_accepting(site: Site) -> None:
    grant(site.client)
    answer = site.get("/")
    assert running(answer.content) == ALL
    assert BANNER not in answer.content
    assert REOPEN in answer.content
    top, _, end = books.HOME.encode().partition(b"</body>")
    assert answer.content.startswith(top)
    assert answer.content.endswith(b"</body>" + end)
    assert put(answer) == site.necessary | {"_ga", "_fbp"}
    assert [(row["kind"], row["region"]) for row in site.rows()] == [("accept", "de-tdddg")]


def test_rejecting(site: Site) -> None:
    refuse(site.client)
    answer = site.get("/")
    assert running(answer.content) == NONE
    assert BANNER not in answer.content
    assert put(answer) == site.necessary
    assert [row["kind"] for row in site.rows()] == ["reject"]


def test_one_purpose_and_no_other(site: Site) -> None:
    grant(site.client, "analytics")
    answer = site.get("/")
    assert running(answer.content) == (True, False, False)
    assert put(answer) == site.necessary | {"_ga"}


def test_a_californian_with_a_signal(site: Site) -> None:
    answer = site.get("/", "US-CA", **GPC)
    assert running(answer.content) == (True, False, False)
    assert put(answer) == site.necessary | {"_ga"}
    assert put(site.get("/", "US-CA")) >= {"_ga", "_fbp"}


def test_the_question_in_a_view(site: Site) -> None:
    asked = [site.get("/api/offers", place).json()["personal"] for place in ("DE", "US-TX", "")]
    assert asked == [False, True, False]
    grant(site.client, "analytics")
    answer = site.get("/api/offers")
    assert answer.json() == {"titles": [books.TITLES[0]], "personal": True}
    assert b"cg-" not in answer.content
    refuse(site.client)
    assert site.get("/api/offers", "US-TX").json()["personal"] is False


def test_a_page_in_pieces(site: Site) -> None:
    answer = site.get("/news")
    assert running(answer.content) == NONE
    assert BANNER in answer.content
    assert "content-length" not in answer.headers
    grant(site.client)
    top, _, end = b"".join(books.NEWS).partition(b"</body>")
    again = site.get("/news").content
    assert again.startswith(top)
    assert again.endswith(b"</body>" + end)


def test_our_own_pages(site: Site) -> None:
    page = site.get("/_consent")
    assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")
    assert b'<form method="post"' in page.content
    assert put(page) == set()
    state = site.get("/_consent/state").json()
    assert (state["region"], state["show_banner"]) == ("de-tdddg", True)
    assert site.get("/.well-known/gpc.json").json()["gpc"] is True
    origin = {"origin": URL, "x-place": "DE"}
    done = site.client.post(
        "/_consent",
        data={"choice": "accept", "next": "/news"},
        headers=origin,
        follow_redirects=False,
    )
    assert (done.status_code, done.headers["location"]) == (303, "/news")
    foreign = site.client.post(
        "/_consent", data={"choice": "accept"}, headers={"origin": "https://evil.example"}
    )
    assert foreign.status_code == 403


def test_a_withdrawal_clears_up(site: Site) -> None:
    grant(site.client)
    site.get("/")
    done = site.client.post(
        "/_consent/withdraw", headers={"origin": URL, "x-place": "DE"}, follow_redirects=False
    )
    gone = [line for line in done.headers.get_list("set-cookie") if "Max-Age=0" in line]
    assert {line.partition("=")[0] for line in gone} == {"_ga", "_fbp"}
    assert running(site.get("/").content) == NONE


def test_the_frameworks_own_page_of_an_unknown_path(site: Site) -> None:
    answer = site.get("/nowhere")
    assert answer.status_code == 404
    kind = answer.headers["content-type"].partition(";")[0]
    assert kind == UNKNOWN[site.name]
    assert (BANNER in answer.content) is (kind == "text/html")
    assert running(answer.content) == NONE


def test_the_page_of_an_error(site: Site) -> None:
    answer = site.get("/boom")
    assert answer.status_code == 500
    assert running(answer.content) == NONE
    assert all(url in answer.content for url in TRACKERS)
    assert BANNER in answer.content


@pytest.mark.parametrize("name", ["asgi", "wsgi"])
def test_a_shop_is_served_by_one_command(name: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    command = [sys.executable, "-m", "examples.frameworks", name, "--port", str(port)]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=DOCS.parents[1], stdout=log, stderr=log)
    try:
        for _ in range(300):
            with contextlib.suppress(httpx.TransportError):
                page = httpx.get(f"http://127.0.0.1:{port}/", timeout=30).content
                break
            assert process.poll() is None, (tmp_path / "log").read_text()
            time.sleep(0.1)
    finally:
        process.terminate()
        process.wait(timeout=20)
    assert running(page) == NONE
    assert BANNER in page


DOCS = Path(__file__).parents[2] / "docs/frameworks.md"
LINES = re.findall(r"^```python\n(.*?)^```$", DOCS.read_text("utf-8"), re.M | re.S)


@pytest.mark.parametrize("lines", LINES, ids=range(len(LINES)))
def test_the_lines_of_the_documentation_run(
    lines: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(books.POLICY, tmp_path)
    monkeypatch.chdir(tmp_path)
    module: Any = ModuleType("documented")  # frameworks look up where they are called from
    monkeypatch.setitem(sys.modules, module.__name__, module)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(lines, str(DOCS), "exec", dont_inherit=True), vars(module))
    app = module.app
    wsgi = "environ" in lines or "req.env" in lines
    client: Any
    if wsgi:
        client = httpx.Client(transport=httpx.WSGITransport(validator(app)), base_url=URL)
    else:
        client = TestClient(app, base_url=URL)
    assert client.get("/api").json() == {"counted": False}
    grant(client, "analytics")
    assert client.get("/api").json() == {"counted": True}
    client.close()


def test_every_shop_is_documented() -> None:
    assert len(LINES) == len(SHOPS)
    text = DOCS.read_text("utf-8")
    assert all(f"examples/frameworks/{shop.module}.py" in text for shop in SHOPS.values())


def test_the_names_are_necessary_because_they_were_told() -> None:
    catalogue = Catalogue.bundled()
    for name in (books.SESSION, books.CSRF):
        assert not catalogue.cookie(name, host="127.0.0.1").known


def test_every_shop_is_in_the_table() -> None:
    folder = Path(books.__file__).parent
    own = {"__init__", "__main__", "books", "shops"}
    assert {file.stem for file in folder.glob("*.py")} - own == {s.module for s in SHOPS.values()}
