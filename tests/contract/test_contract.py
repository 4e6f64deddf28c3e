"""One table of cases, run through every shell: what a visitor gets is the same everywhere."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.contract.site import PAGES, PLAIN, SHELLS, TRACKERS

from consentguard.ledger.sql import SQLLedger
from consentguard.model import Policy
from consentguard.policy import parse

POLICY = """
schema = 1
[site]
name = "Contract"
url = "http://site.test"
controller = "Contract Ltd"
contact = "privacy@site.test"
policy_url = "/privacy"
[enforcement]
exclude_paths = ["/static"]
"""


def policy(more: str = "") -> Policy:
    found, problems = parse(POLICY + more)
    assert found, problems
    return found


@dataclass(frozen=True)
class Case:
    """A request, and what has to be true of the answer."""

    name: str
    path: str = "/"
    method: str = "GET"
    place: str = "DE"
    choice: str = ""  #: pressed before the request
    headers: dict[str, str] = field(default_factory=dict)
    cookies: str = ""
    status: int = 200
    has: tuple[bytes, ...] = ()
    lacks: tuple[bytes, ...] = ()
    body: bytes | None = None  #: exactly
    sets: frozenset[str] | None = None  #: names of all cookies that are set and not expired
    expires: frozenset[str] = frozenset()
    header: Mapping[str, str | None] = field(default_factory=dict)


REOPEN = b'<a data-cg="reopen"'
BANNER = b'<div id="cg-banner"'
GATED = (b"data-cg-src=", b'type="text/plain"', BANNER)
PRIVATE = {"cache-control": "private, no-cache"}
NECESSARY = frozenset({"sessionid"})
EVERYTHING = frozenset({"sessionid", "_ga", "_fbp"})

CASES = (
    Case(
        "German, first visit", has=GATED, lacks=(b' src="https://',), sets=NECESSARY, header=PRIVATE
    ),
    Case("German, streamed", "/stream", has=GATED, lacks=(b' src="https://',)),
    Case("no country", place="", has=GATED, sets=NECESSARY),
    Case("Tor", place="T1", has=GATED, sets=NECESSARY),
    Case("Brazil", place="BR", has=GATED, sets=NECESSARY),
    Case("outermost region", place="GP", has=GATED, sets=NECESSARY),
    Case(
        "accepted", choice="accept", has=(TRACKERS[:-14], REOPEN), lacks=(BANNER,), sets=EVERYTHING
    ),
    Case("accepted, streamed", "/stream", choice="accept", has=(TRACKERS[:-14],), lacks=(BANNER,)),
    Case(
        "rejected", choice="reject", has=(REOPEN, b"data-cg-src="), lacks=(BANNER,), sets=NECESSARY
    ),
    Case(
        "Texas by default",
        place="US-TX",
        has=(TRACKERS[:-14], b"Do Not Sell or Share"),
        lacks=(BANNER,),
        sets=EVERYTHING | {"zz_undeclared"},
    ),
    Case(
        "Texas, refused",
        place="US-TX",
        choice="reject",
        has=GATED[:2],
        sets=NECESSARY | {"zz_undeclared"},
    ),
    Case(
        "California with GPC",
        place="US-CA",
        headers={"sec-gpc": "1"},
        has=(
            b'data-cg-service="meta_pixel"',
            b'src="https://www.googletagmanager.com',
            b"honoured",
        ),
        sets=NECESSARY | {"_ga", "zz_undeclared"},
    ),
    Case("GPC of another value", place="US-CA", headers={"sec-gpc": "true"}, has=(TRACKERS[:-14],)),
    Case(
        "GPC after accept",
        choice="accept",
        headers={"sec-gpc": "1"},
        has=(b'data-cg-service="meta_pixel"',),
        sets=NECESSARY | {"_ga"},
    ),
    Case("a page without trackers", "/plain", has=(PLAIN[:-14], BANNER), header=PRIVATE),
    Case("a fragment gets no banner", "/fragment", has=(b"data-cg-src=",), lacks=(BANNER, REOPEN)),
    Case("an iframe gets no banner", headers={"sec-fetch-dest": "iframe"}, lacks=(BANNER, REOPEN)),
    Case("a fetch gets no banner", headers={"sec-fetch-dest": "empty"}, lacks=(BANNER, REOPEN)),
    Case(
        "JSON, a cookie dropped",
        "/json",
        body=b'{"a":1}',
        sets=frozenset(),
        header={"cache-control": "private, max-age=60", "vary": "Cookie"},
    ),
    Case(
        "JSON untouched",
        "/json-clean",
        body=b'{"a":1}',
        header={"cache-control": "public, max-age=60"},
    ),
    Case("a download keeps its bytes", "/download", body=TRACKERS),
    Case("an excluded path keeps its body", "/static/page.html", body=TRACKERS, sets=frozenset()),
    Case(
        "compressed by the app",
        "/gzip",
        has=GATED,
        lacks=(b' src="https://',),
        header={"content-encoding": "gzip", "content-security-policy": None},
    ),
    Case("UTF-16", "/utf16", body=b"\xff\xfe<\x00", header={"content-security-policy": None}),
    Case("Link and Refresh", "/links", header={"link": "</a.css>; rel=preload", "refresh": None}),
    Case("a redirect", "/moved", status=302, sets=frozenset(), header={"location": "/"}),
    Case("no content", "/empty", status=204, sets=frozenset()),
    Case("not found", "/nowhere", status=404, has=(BANNER,)),
    Case(
        "HEAD", method="HEAD", body=b"", sets=NECESSARY, header={"content-length": None, **PRIVATE}
    ),
    Case(
        "hidden from the app", "/echo", cookies="a=1; _ga=x; sessionid=2", body=b"a=1; sessionid=2"
    ),
    Case(
        "hidden, swept and private",
        "/json-clean",
        cookies="_ga=x",
        expires=frozenset({"_ga"}),
        header={"vary": "Cookie"},
    ),
    Case("not hidden after accept", "/echo", cookies="_ga=x", choice="accept", has=(b"_ga=x",)),
    Case(
        "tampered consent",
        place="US-TX",
        cookies="consent=x.y",
        has=GATED[:2],
        sets=NECESSARY | {"zz_undeclared"},
    ),
    Case(
        "a validator of a page that is not ours",
        headers={"accept": "text/html", "if-none-match": '"v1"'},
        has=GATED,
    ),
    Case(
        "our preferences page",
        "/_consent",
        has=(b'<form method="post"',),
        header={"cache-control": "no-store"},
    ),
    Case(
        "our state",
        "/_consent/state",
        has=(b'"region":"de-tdddg"',),
        header={"cache-control": "no-store"},
    ),
    Case("our unknown page", "/_consent/nothing", status=404),
    Case("gpc.json", "/.well-known/gpc.json", has=(b'"gpc": true',)),
    Case("wrong method", "/_consent/withdraw", status=405, header={"allow": "POST"}),
    Case("POST without an origin", "/_consent", method="POST", status=403),
    Case(
        "POST from elsewhere",
        "/_consent",
        method="POST",
        headers={"origin": "https://evil.test"},
        status=403,
        sets=frozenset(),
    ),
)


class Threaded(httpx.AsyncBaseTransport):
    """A WSGI app for an asynchronous client."""

    def __init__(self, app: Any) -> None:
        self._inner = httpx.WSGITransport(app=app)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        whole = httpx.Request(
            request.method, request.url, headers=request.headers, content=await request.aread()
        )
        answer = self._inner.handle_request(whole)
        content = b"".join(answer.iter_raw())
        answer.close()
        return httpx.Response(answer.status_code, headers=answer.headers, stream=Raw(content))


class Raw(httpx.AsyncByteStream):
    """Bytes as they came, so that the client decodes them."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._content


@pytest.fixture(params=SHELLS)
async def client(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[httpx.AsyncClient]:
    ledger = SQLLedger(f"sqlite:///{tmp_path}/ledger.db")
    app = SHELLS[request.param](policy(), ledger)
    transport = Threaded(app) if request.param == "wsgi" else httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://site.test") as client:
        yield client
    ledger.close()


async def press(client: httpx.AsyncClient, choice: str, place: str) -> str:
    """Press a button and give the consent cookie."""
    answer = await client.post(
        "/_consent",
        data={"choice": choice, "next": "/plain"},
        headers={"origin": "http://site.test", "x-place": place},
    )
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"] == "/plain"
    value = answer.cookies["consent"]
    client.cookies.clear()
    return f"consent={value}"


def cookies_in(answer: httpx.Response) -> tuple[set[str], set[str]]:
    """Names of the cookies that are set, and of those that are expired."""
    headers = answer.headers.get_list("set-cookie")
    gone = {h.partition("=")[0] for h in headers if "max-age=0" in h.lower()}
    return {h.partition("=")[0] for h in headers} - gone, gone


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_the_contract(client: httpx.AsyncClient, case: Case) -> None:
    headers = {"x-place": case.place, "accept": "*/*", "accept-language": "en", **case.headers}
    cookies = [await press(client, case.choice, case.place)] if case.choice else []
    cookies += [case.cookies] if case.cookies else []
    if cookies:
        headers["cookie"] = "; ".join(cookies)
    answer = await client.request(case.method, case.path, headers=headers)
    assert answer.status_code == case.status
    body = answer.content
    for part in case.has:
        assert part in body
    for part in case.lacks:
        assert part not in body
    if case.body is not None:
        assert body == case.body
    put, gone = cookies_in(answer)
    if case.sets is not None:
        assert put == case.sets
    assert case.expires <= gone
    for name, value in case.header.items():
        assert answer.headers.get(name) == value
    if (
        case.method == "GET"
        and "content-length" in answer.headers
        and "content-encoding" not in answer.headers
    ):
        assert int(answer.headers["content-length"]) == len(answer.content)


async def test_accepting_gives_the_page_byte_for_byte(client: httpx.AsyncClient) -> None:
    cookie = await press(client, "accept", "DE")
    for path in ("/", "/stream"):
        answer = await client.get(path, headers={"x-place": "DE", "cookie": cookie})
        start = answer.content.index(b'<link rel="stylesheet" href="/_consent/')
        end = answer.content.index(b"</body>")
        assert answer.content[:start] + answer.content[end:] == b"".join(PAGES[path].pieces)


async def test_a_page_of_one_decision_is_not_revalidated_into_another(
    client: httpx.AsyncClient,
) -> None:
    accepted = await press(client, "accept", "DE")
    rejected = await press(client, "reject", "DE")
    page = await client.get("/", headers={"x-place": "DE", "cookie": accepted})
    etag = page.headers["etag"]
    assert etag.startswith('W/"v1.cg-')
    again = {"x-place": "DE", "if-none-match": etag, "accept": "text/html"}
    same = await client.get("/", headers={**again, "cookie": accepted})
    assert (same.status_code, same.headers["etag"]) == (304, etag)
    other = await client.get("/", headers={**again, "cookie": rejected})
    assert other.status_code == 200
    assert b"data-cg-src=" in other.content


async def test_one_row_a_choice(client: httpx.AsyncClient, tmp_path: Path) -> None:
    await press(client, "accept", "DE")
    await press(client, "reject", "BR")
    rows = SQLLedger(f"sqlite:///{tmp_path}/ledger.db").records()
    assert [(r["kind"], r["region"], bool(r["receipt"])) for r in rows] == [
        ("accept", "de-tdddg", True),
        ("reject", "br-lgpd", False),
    ]
    assert "analytics" in rows[0]["granted"]
    assert rows[1]["granted"] == []


async def test_json_choices_answer_with_the_new_state(client: httpx.AsyncClient) -> None:
    answer = await client.post(
        "/_consent",
        json={"choice": "save", "purposes": {"analytics": True, "advertising": False}},
        headers={"sec-fetch-site": "same-origin", "origin": "null", "x-place": "DE"},
    )
    assert answer.status_code == 200
    state = json.loads(answer.content)
    assert "analytics" in state["granted"]
    assert state["denied"]["advertising"] == "refused"
    page = await client.get("/", headers={"x-place": "DE"})
    assert b'src="https://www.googletagmanager.com' in page.content
    assert b'data-cg-service="meta_pixel"' in page.content


async def test_withdrawing_expires_what_is_there(client: httpx.AsyncClient) -> None:
    accepted = await press(client, "accept", "DE")
    answer = await client.post(
        "/_consent/withdraw",
        headers={
            "origin": "http://site.test",
            "x-place": "DE",
            "cookie": f"{accepted}; _ga=1; _fbp=2; sessionid=3",
        },
    )
    assert answer.status_code == 303
    put, gone = cookies_in(answer)
    assert put == {"consent"}
    assert {"_ga", "_fbp"} <= gone
    assert "sessionid" not in gone
