"""The demo in every framework, as a process of its own: the same site, kept lawful the same way."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest
from examples.demo.app import FRAMEWORKS
from tests.examples import test_demo_app
from tests.examples.test_demo_protected import COOKIES, KNOWN, Live

from consentguard.cli import demo as command

PAGES = (*test_demo_app.PAGES, "/demo/rules")


#: The demo, its streams without pauses.
HASTY = """
import sys
from examples.demo import serve
build = serve.build
def hasty(*args, **kwargs):
    app = build(*args, **kwargs)
    serve.pace_of(app).pause = 0
    return app
serve.build = hasty
serve.run(0, "--unprotected" not in sys.argv, framework=sys.argv[1])
"""


@contextmanager
def running(framework: str, folder: Path, *more: str) -> Iterator[httpx.Client]:
    """The demo, and a German who visits it."""
    command = [sys.executable, "-c", HASTY, framework, *more]
    environment = {**os.environ, "TMPDIR": str(folder), "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    with process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().split()[-1]
            headers = {"X-Demo-Country": "DE", "Accept": "text/html", "Accept-Language": "en"}
            headers["Connection"] = "close"  # an error that nobody caught ends it in some servers
            with httpx.Client(base_url=url, headers=headers, trust_env=False, timeout=30) as client:
                yield client
        finally:
            process.terminate()
            process.wait(20)
    assert not list(folder.iterdir())


@pytest.fixture(scope="module", params=FRAMEWORKS)
def framework(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def process(framework: str, folder: Path) -> Iterator[httpx.Client]:
    with running(framework, folder) as client:
        yield client


@pytest.fixture
def site(process: httpx.Client) -> Iterator[httpx.Client]:
    process.cookies.clear()
    yield process
    process.cookies.clear()


@pytest.fixture(scope="module")
def careless(framework: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with running(framework, tmp_path_factory.mktemp("careless"), "--unprotected") as client:
        yield client


def choose(site: httpx.Client, choice: str) -> httpx.Response:
    origin = str(site.base_url).rstrip("/")
    return site.post("/_consent", data={"choice": choice}, headers={"Origin": origin})


def rows(folder: Path) -> list[tuple[str, str]]:
    (file,) = folder.glob("*/consent.db")
    with closing(sqlite3.connect(file)) as database:
        return database.execute("SELECT kind, region FROM consent_record ORDER BY seq").fetchall()


def text(response: httpx.Response) -> str:
    return response.content.decode(response.charset_encoding or "utf-8")


def test_the_command_knows_every_framework() -> None:
    assert command.FRAMEWORKS == FRAMEWORKS


@pytest.mark.parametrize("path", PAGES)
def test_a_first_visit_runs_nothing(site: httpx.Client, path: str) -> None:
    page = site.get(path)
    assert Live(text(page)).found == []
    assert 'id="cg-banner"' in text(page)
    assert not COOKIES & set(page.cookies)
    assert "hotjar" not in page.headers.get("link", "")


@pytest.mark.parametrize("path", PAGES[:-1])
def test_accepted_pages_are_the_sites_own_bytes(
    site: httpx.Client, careless: httpx.Client, path: str
) -> None:
    assert choose(site, "accept").status_code == 303
    ours, theirs = site.get(path), careless.get(path)
    assert ours.status_code == theirs.status_code
    cut = theirs.content.index(b"</body>")
    assert ours.content.startswith(theirs.content[:cut])
    assert ours.content.endswith(theirs.content[cut:])


def test_the_careless_site_sets_everything(careless: httpx.Client) -> None:
    """What the tests above look for is there."""
    page = careless.get("/")
    assert set(page.cookies) >= COOKIES
    assert "connect.facebook.net" in " ".join(Live(page.text).found)


def test_choices_are_kept_and_proved(site: httpx.Client, folder: Path) -> None:
    before = len(rows(folder))
    choose(site, "accept")
    site.get("/")
    assert COOKIES & set(site.cookies) == KNOWN
    choose(site, "reject")
    assert not COOKIES & set(site.cookies)
    assert 'id="cg-banner"' not in site.get("/").text
    assert rows(folder)[before:] == [("accept", "de-tdddg"), ("reject", "de-tdddg")]


def test_global_privacy_control_in_california(site: httpx.Client) -> None:
    found = " ".join(
        Live(site.get("/", headers={"X-Demo-Country": "US-CA", "Sec-GPC": "1"}).text).found
    )
    assert "googletagmanager" in found
    assert "facebook" not in found


def test_signing_in_works_before_any_choice(site: httpx.Client) -> None:
    assert site.get("/account").headers["location"] == "/login"
    assert site.post("/login", data={"name": "Ada", "password": "jazz"}).status_code == 401
    sent = site.post("/login", data={"name": "<Ada>", "password": "music"})
    assert (sent.status_code, sent.headers["location"]) == (303, "/account")
    assert "Hello, &lt;Ada&gt;" in site.get("/account").text
    site.post("/logout")
    assert site.get("/account").status_code == 303


def test_the_picker_keeps_a_country(site: httpx.Client) -> None:
    sent = site.post("/demo/country", data={"country": "BR", "next": "/login"})
    assert (sent.status_code, sent.headers["location"]) == (303, "/login")
    assert '<option value="BR" selected>' in site.get("/login").text


def test_what_is_no_page_passes(site: httpx.Client, careless: httpx.Client) -> None:
    for path in ("/api/artists", "/download/press-kit.txt", "/assets/site.css", "/assets/radio.js"):
        ours, theirs = site.get(path), careless.get(path)
        assert ours.status_code == 200
        assert ours.content == theirs.content
        assert ours.headers["content-type"] == theirs.headers["content-type"]
    kit = site.get("/download/press-kit.txt").headers["content-disposition"]
    assert kit.startswith("attachment")
    assert "example-music-press-kit.txt" in kit


def test_the_radio_sends_its_first_event_at_once(site: httpx.Client) -> None:
    with site.stream("GET", "/live") as events:
        assert events.headers["content-type"].startswith("text/event-stream")
        assert next(events.iter_text()).startswith("retry: 3000")


@pytest.mark.parametrize("path", ["/", "/login", "/nowhere"])
def test_every_framework_shows_the_same(
    path: str, site: httpx.Client, tmp_path: Path, starlette: dict[str, str]
) -> None:
    assert normal(site, path) == starlette[path]


@pytest.fixture(scope="module")
def starlette(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    with running("starlette", tmp_path_factory.mktemp("first")) as client:
        return {path: normal(client, path) for path in ("/", "/login", "/nowhere")}


def normal(client: httpx.Client, path: str) -> str:
    """A page without what differs from process to process: nothing but the port."""
    return re.sub(r"127\.0\.0\.1:\d+", "HOST", client.get(path).text)
