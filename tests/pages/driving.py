"""Real guards, and requests to our own URLs as browsers send them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import urlencode

from tests.conftest import NOW, Here, Kept, a_policy

from consentguard.errors import LedgerError
from consentguard.guard import ConsentGuard
from consentguard.http.cookies import SetCookie
from consentguard.http.message import Header, Request, Response
from consentguard.model import ConsentRecord
from consentguard.pages.outcome import Outcome

HTTPS = """
schema = 1
[site]
name = "Test"
url = "https://www.site.test"
controller = "Test Ltd"
contact = "privacy@site.test"
policy_url = "/privacy"
"""
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


class Store(Kept):
    """A ledger in memory that can be down."""

    def __init__(self) -> None:
        super().__init__()
        self.down = False

    def append(self, record: ConsentRecord) -> None:
        self.up()
        super().append(record)

    def find(self, site: str, receipt: str) -> list[ConsentRecord]:
        self.up()
        return super().find(site, receipt)

    def erase(self, site: str, receipt: str, free: Collection[str]) -> None:
        self.up()
        super().erase(site, receipt, free)

    def up(self) -> None:
        if self.down:
            raise LedgerError("down")


@dataclass
class Site:
    """A guard, its ledger, and one browser that keeps our cookie."""

    guard: ConsentGuard
    store: Store
    scheme: str = "http"
    root: str = ""
    host: str = "www.site.test"
    cookies: dict[str, str] = field(default_factory=dict)

    def request(
        self, method: str, path: str, query: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Request:
        sent = {"host": self.host, "accept-language": "en", **(headers or {})}
        if self.cookies and "cookie" not in sent:
            sent["cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        named = [(k.encode(), v.encode("latin-1")) for k, v in sent.items()]
        return Request(method, self.scheme, path, self.root, query, named, "127.0.0.1")

    def outcome(self, request: Request, body: bytes = b"") -> Outcome:
        exchange = self.guard.exchange(request)
        assert exchange.own
        return exchange.answer(body)

    def send(self, request: Request, body: bytes = b"") -> Response:
        """What a shell sends back, with the record stored first; the browser keeps our cookie."""
        response = self.guard.settle(self.guard.exchange(request), body)
        for value in all_of(response, b"set-cookie"):
            cookie = SetCookie.parse(value)
            if cookie.deletes(NOW):
                self.cookies.pop(cookie.name.decode(), None)
            else:
                self.cookies[cookie.name.decode()] = cookie.value.decode()
        return response

    def get(self, path: str, query: bytes = b"", **headers: str) -> Response:
        return self.send(self.request("GET", path, query, dashed(headers)))

    def form(self, fields: Any, path: str = "/_consent", **headers: str) -> Response:
        sent = {"content-type": FORM, "sec-fetch-site": "same-origin", **dashed(headers)}
        body = fields if isinstance(fields, bytes) else urlencode(fields).encode()
        return self.send(self.request("POST", path, headers=sent), body)

    def json(self, data: Any, path: str = "/_consent", **headers: str) -> Response:
        sent = {"content-type": JSON, "sec-fetch-site": "same-origin", **dashed(headers)}
        body = data if isinstance(data, bytes) else json.dumps(data).encode()
        return self.send(self.request("POST", path, headers=sent), body)

    def state(self, **headers: str) -> dict[str, Any]:
        response = self.send(self.request("GET", "/_consent/state", b"", dashed(headers)))
        assert response.status == 200
        return dict(json.loads(response.body))


def dashed(headers: Mapping[str, str]) -> dict[str, str]:
    return {k.replace("_", "-"): v for k, v in headers.items()}


def all_of(response: Response, name: bytes) -> list[bytes]:
    return [v for k, v in response.headers if k == name]


def first(response: Response, name: bytes) -> bytes:
    (value,) = all_of(response, name)
    return value


def a_site(
    more: str = "", place: Here | None = None, *, https: bool = False, **kwargs: Any
) -> Site:
    """A site in Germany over http, unless said otherwise; ``more`` goes below ``[site]``."""
    store, numbers = Store(), count(1)
    policy = a_policy(more, HTTPS if https else HTTPS.replace("https://www.site", "http://site"))
    guard = ConsentGuard(
        policy,
        ["key"],
        geo=place or Here(),
        ledger=kwargs.pop("ledger", store),
        clock=lambda: NOW,
        random=lambda: f"receipt-{next(numbers)}",
    )
    return Site(guard, store, scheme="https" if https else "http", **kwargs)


def headers_are_clean(headers: tuple[Header, ...]) -> bool:
    """No byte that ends or splits a header, names included."""
    return all(
        all(32 <= byte < 127 for byte in value) and name == name.lower() and name.isascii()
        for name, value in headers
    )
