from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from examples.demo import artists, geo, serve
from examples.demo.app import build
from hypothesis import given
from hypothesis import strategies as st

from consentguard.model import Place

PAGES = (
    "/",
    "/artist/nora-lindqvist",
    "/login",
    "/now-playing",
    "/stream",
    "/moscow",
    "/privacy",
    "/nowhere",
    "/boom",
)


@pytest.fixture
async def site() -> AsyncIterator[httpx.AsyncClient]:
    """The site as its makers left it."""
    app = build(protected=False)
    app.state.beat = app.state.pause = 0
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        yield client


@pytest.mark.parametrize("path", PAGES)
async def test_two_visits_give_the_same_bytes(site: httpx.AsyncClient, path: str) -> None:
    first, second = await site.get(path), await site.get(path)
    assert first.content == second.content
    assert first.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_names_the_real_trackers(site: httpx.AsyncClient, path: str) -> None:
    page = (await site.get(path)).content
    for needle in (
        b'src="https://www.googletagmanager.com/gtag/js?id=G-',
        b"gtag('config', 'G-",
        b"https://connect.facebook.net/en_US/fbevents.js",
        b'<noscript><img height="1" width="1" alt="" style="display:none" '
        b'src="https://www.facebook.com/tr?',
        b"https://static.hotjar.com/c/hotjar-",
        b'rel="preconnect" href="https://www.google-analytics.com"',
        b'rel="preload" as="script"',
        b"https://fonts.googleapis.com/css2",
    ):
        assert needle in page
    assert b"data-c" not in page.replace(b"data-client_id", b"")
    assert b"text/plain" not in page


async def test_the_home_page_sets_what_marketing_asked_for(site: httpx.AsyncClient) -> None:
    response = await site.get("/")
    names = [c.partition("=")[0] for c in response.headers.get_list("set-cookie")]
    assert sorted(names) == ["_fbp", "_ga", "_gcl_au", "exm_variant", "session"]
    assert "rel=preconnect" in response.headers["link"]


async def test_the_embed_and_the_login_button(site: httpx.AsyncClient) -> None:
    assert b'src="https://www.youtube.com/embed/' in (await site.get("/artist/otavio-reis")).content
    login = (await site.get("/login")).content
    assert b'src="https://accounts.google.com/gsi/client"' in login
    assert b'type="password"' in login


async def test_signing_in_and_out(site: httpx.AsyncClient) -> None:
    assert (await site.get("/account")).headers["location"] == "/login"
    wrong = await site.post("/login", data={"name": "Ada", "password": "jazz"})
    assert wrong.status_code == 401
    assert b'role="alert"' in wrong.content
    right = await site.post("/login", data={"name": "<Ada>", "password": "music"})
    assert right.headers["location"] == "/account"
    assert b"Hello, &lt;Ada&gt;" in (await site.get("/account")).content
    await site.post("/logout")
    assert (await site.get("/account")).status_code == 303


async def test_the_api(site: httpx.AsyncClient) -> None:
    found = (await site.get("/api/artists")).json()["artists"]
    assert [artist["slug"] for artist in found] == [artist.slug for artist in artists.ARTISTS]


async def test_the_radio_is_an_event_stream(site: httpx.AsyncClient) -> None:
    response = await site.get("/live")
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.text.count("event: track\n") == len(artists.programme()) == 15
    assert '"title": "Maré"' in response.text


async def test_the_download_keeps_ranges(site: httpx.AsyncClient) -> None:
    whole = await site.get("/download/press-kit.txt")
    assert whole.headers["content-disposition"].startswith("attachment")
    part = await site.get("/download/press-kit.txt", headers={"Range": "bytes=0-12"})
    assert (part.status_code, part.content) == (206, b"EXAMPLE MUSIC")
    assert part.content == whole.content[:13]


async def test_the_diary_comes_in_pieces() -> None:
    app = build(protected=False)
    app.state.pause = 0
    pieces = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: object) -> None:
        if isinstance(message, dict) and message["type"] == "http.response.body":
            pieces.append(message["body"])

    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": "GET",
        "path": "/stream",
        "query_string": b"",
        "headers": [],
    }
    await app(scope, receive, send)
    assert len([piece for piece in pieces if piece]) > 3
    assert b"".join(pieces).rstrip().endswith(b"</html>")


async def test_the_archive_is_in_windows_1251(site: httpx.AsyncClient) -> None:
    response = await site.get("/moscow")
    assert response.headers["content-type"] == "text/html; charset=windows-1251"
    assert "Вечер в Москве" in response.content.decode("windows-1251")
    assert b'<meta charset="windows-1251">' in response.content
    assert b"Hafenstra&#223;e" in response.content


async def test_error_pages_wear_the_design(site: httpx.AsyncClient) -> None:
    for path, status in (("/nowhere", 404), ("/artist/nobody", 404), ("/boom", 500)):
        response = await site.get(path)
        assert response.status_code == status
        assert f"Error {status}" in response.text


async def test_the_picker_keeps_a_country(site: httpx.AsyncClient) -> None:
    sent = {"country": "US-CA", "next": "/login"}
    response = await site.post("/demo/country", data=sent)
    assert (response.status_code, response.headers["location"]) == (303, "/login")
    assert '<option value="US-CA" selected>' in (await site.get("/login")).text
    await site.post("/demo/country", data={"country": "", "next": "/"})
    assert geo.COOKIE not in site.cookies


@pytest.mark.parametrize("there", ["//evil.example", "/\\evil.example", "https://evil.example", ""])
async def test_the_picker_stays_on_the_site(site: httpx.AsyncClient, there: str) -> None:
    response = await site.post("/demo/country", data={"country": "XY", "next": there})
    assert response.headers["location"] == "/"
    assert geo.COOKIE not in site.cookies


async def test_the_header_does_not_change_the_page(site: httpx.AsyncClient) -> None:
    german = await site.get("/login", headers={"X-Demo-Country": "DE"})
    assert german.content == (await site.get("/login")).content


class Nowhere:
    """A stand-in for an address that no database knows."""

    def locate(self, peer: str | None, headers: object) -> Place:
        return Place("ZA")


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([], Place("ZA")),
        ([(b"x-demo-country", b"DE")], Place("DE")),
        ([(b"X-Demo-Country", b"us-ca")], Place("US", "US-CA")),
        ([(b"x-demo-country", b"XX")], Place()),
        ([(b"x-demo-country", b"nonsense")], Place("ZA")),
        ([(b"cookie", b"session=x; demo_country=CA-QC")], Place("CA", "CA-QC")),
        ([(b"cookie", b"demo_country=CA-QC"), (b"x-demo-country", b"BR")], Place("BR")),
    ],
)
def test_the_demo_believes_the_visitor(headers: list[tuple[bytes, bytes]], expected: Place) -> None:
    assert geo.DemoLocator(Nowhere()).locate("127.0.0.1", headers) == expected


@given(
    st.lists(st.tuples(st.sampled_from([b"cookie", b"x-demo-country"]), st.binary()), max_size=4)
)
def test_no_header_breaks_the_locator(headers: list[tuple[bytes, bytes]]) -> None:
    assert isinstance(geo.DemoLocator(Nowhere()).locate(None, headers), Place)


def test_a_taken_port_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SystemExit) as stop:
            serve.run(port, protected=False)
    assert stop.value.code == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert f"127.0.0.1:{port}" in said


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_the_process_serves_and_leaves_nothing_behind(tmp_path: Path, how: signal.Signals) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "examples.demo", "0"],
        env=os.environ | {"TMPDIR": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().split()[-1]
            assert "Example Music" in httpx.get(url, trust_env=False, timeout=30).text
            assert list(tmp_path.iterdir())
            process.send_signal(how)
            process.wait(20)
        finally:
            process.kill()
    assert process.returncode == 0
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("protected", [True, False])
def test_the_guide_names_the_twin(protected: bool) -> None:
    text = serve.guide("127.0.0.1", 8042, protected, Path("consent.db"))
    assert "{" not in text
    assert ("--unprotected" in text) is protected
    assert ("X-Demo-Country: US-CA" in text) is protected


async def test_the_picker_offers_every_place_with_rules_of_its_own(site: httpx.AsyncClient) -> None:
    page = (await site.get("/login")).text
    for code, name in (("JP", "Japan"), ("US-OK", "Oklahoma, US"), ("GF", "French Guiana")):
        assert f'<option value="{code}">{name}</option>' in page
    assert "unprotected" in (await site.get("/demo/rules")).text
