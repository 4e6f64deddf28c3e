"""Headers that contact somebody, on any response: judged as tags are, and kept out of caches."""

from __future__ import annotations

import pytest
from tests.conftest import GuardMaker, Here, a_request

from consentguard.http.contacts import NAMES
from consentguard.http.message import Header
from consentguard.outbound import LOOKED_AT

JSON: Header = (b"content-type", b"application/json")
HTML: Header = (b"content-type", b"text/html; charset=utf-8")
CACHED: Header = (b"cache-control", b"public, max-age=60")
POLICY = """
[services.stats]
purposes = ["analytics"]
hosts = ["*.stats.test"]
"""
HEADERS: list[Header] = [
    (b"link", b"<https://a.stats.test/x.js>; rel=preload; as=script"),
    (b"refresh", b"5; url=https://a.stats.test/"),
    (b"speculation-rules", b'"https://a.stats.test/rules.json"'),
    (b"reporting-endpoints", b'default="https://a.stats.test/r"'),
    (b"content-security-policy-report-only", b"report-uri https://a.stats.test/r"),
    (b"attribution-reporting-register-source", b"{}"),
    (b"critical-ch", b"sec-ch-ua-model"),
    (b"expect-ct", b'report-uri="https://a.stats.test/r"'),
]
FORGOTTEN: list[Header] = [
    (
        b"report-to",
        b'{"group":"g","max_age":9,"endpoints":[{"url":"https://a.stats.test/r"}]}',
    ),
    (b"nel", b'{"report_to":"g","max_age":9}'),
    (b"accept-ch", b"sec-ch-ua-model"),
]


def test_every_name_is_looked_at() -> None:
    assert LOOKED_AT >= NAMES


@pytest.mark.parametrize("kind", [JSON, HTML])
def test_before_consent_all_of_them_wait(make_guard: GuardMaker, kind: Header) -> None:
    guard = make_guard(POLICY)
    exchange = guard.exchange(a_request())
    assert not exchange.passes([JSON, HEADERS[0]])
    sent = dict(exchange.reply(200, [kind, *HEADERS, *FORGOTTEN]).headers)
    assert sent.keys() & NAMES == {name for name, _ in FORGOTTEN}
    assert sent[b"report-to"] == b'{"group":"g","max_age":0,"endpoints":[]}'
    assert sent[b"nel"] == b'{"max_age":0}'
    assert sent[b"accept-ch"] == b""
    assert guard.tally.counts["header", "https://a.stats.test/r"] == 4


def test_where_nothing_waits_they_keep_their_bytes(make_guard: GuardMaker) -> None:
    guard = make_guard(POLICY, Here("US", "US-TX"))
    headers = [JSON, *HEADERS, *FORGOTTEN]
    sent = guard.exchange(a_request()).reply(200, headers).headers
    assert [header for header in sent if header in headers] == headers
    # A cache must not show this to a visitor from elsewhere.
    assert (b"cache-control", b"private") in sent


def test_a_signal_against_sale_stops_advertising_alone(make_guard: GuardMaker) -> None:
    guard = make_guard(POLICY, Here("US", "US-CA"))
    headers = [JSON, HEADERS[0], HEADERS[5], *FORGOTTEN]
    sent = guard.exchange(a_request(sec_gpc="1")).reply(200, headers).headers
    assert [header for header in headers if header not in sent] == [HEADERS[5]]


@pytest.mark.parametrize(
    ("header", "waits"),
    [
        ((b"link", b"<https://unknown.test/x>; rel=preload; as=image"), False),
        ((b"link", b"<https://unknown.test>; rel=preconnect"), False),
        ((b"link", b"<https://unknown.test/x>; rel=preload; as=script"), True),
        ((b"link", b"<https://unknown.test/x>; rel=modulepreload"), True),
        ((b"speculation-rules", b'"https://unknown.test/x"'), True),
        ((b"reporting-endpoints", b'default="https://unknown.test/x"'), True),
        ((b"content-security-policy", b"report-uri https://unknown.test/x"), True),
    ],
)
def test_undeclared_hosts_wait_as_in_tags(
    make_guard: GuardMaker, header: Header, waits: bool
) -> None:
    for place, mode, gone in (
        (Here("DE"), "block-active", waits),
        (Here("DE"), "block", True),
        (Here("DE"), "allow", False),
        (Here("US", "US-TX"), "block-active", False),
    ):
        guard = make_guard(f'[enforcement]\nundeclared_hosts = "{mode}"\n', place)
        sent = guard.exchange(a_request()).reply(200, [JSON, CACHED, header]).headers
        assert (header not in sent) is gone
        # What may be another's answer is not kept by a cache that others ask.
        alike = mode == "allow" or (mode == "block-active" and not waits)
        assert (CACHED in sent) is alike


@pytest.mark.parametrize(
    "header",
    [
        (b"link", b"</x.js>; rel=preload; as=script, <https://site.test/y>; rel=prefetch"),
        (b"content-security-policy", b"default-src 'self'; report-uri /csp"),
        (b"reporting-endpoints", b'default="/reports"'),
        (b"permissions-policy", b"camera=()"),
        (b"accept-ch", b"dpr, width"),
        (b"refresh", b"5"),
    ],
)
def test_the_site_itself_is_nobody_else(make_guard: GuardMaker, header: Header) -> None:
    headers = [JSON, CACHED, header]
    assert list(make_guard().exchange(a_request()).reply(200, headers).headers) == headers
