from __future__ import annotations

import pytest

from consentguard.http.csp import FENCE, fenced, nonce
from consentguard.http.message import Header


@pytest.mark.parametrize(
    ("policies", "expected"),
    [
        ([], ""),
        ([b"script-src 'self'"], ""),
        ([b"script-src 'nonce-Abc12+/_-='"], "Abc12+/_-="),
        ([b"img-src *", b"script-src 'self' 'nonce-b' 'nonce-c'"], "b"),
        ([b"script-src 'nonce-\"><script>'"], ""),
        ([b"script-src 'nonce-" + b"x" * 201 + b"'"], ""),
    ],
)
def test_the_first_nonce_of_all_policies(policies: list[bytes], expected: str) -> None:
    headers: list[Header] = [(b"Content-Security-Policy", value) for value in policies]
    assert nonce([(b"x-other", b"'nonce-no'"), *headers]) == expected


def test_a_fenced_response_sets_and_contacts_nothing() -> None:
    names = (b"Set-Cookie", b"Link", b"refresh", b"ETag", b"Cache-Control")
    headers: list[Header] = [(name, b"x") for name in names]
    kept: Header = (b"Content-Type", b"text/html")
    assert fenced([*headers, kept]) == [kept, FENCE, (b"cache-control", b"private, no-store")]


def test_what_could_not_be_gated_calls_nobody() -> None:
    headers = [
        (b"Link", b"<https://a.test/>; rel=preload"),
        (b"NEL", b"{}"),
        (b"report-to", b"{}"),
        (b"x-own", b"1"),
        (b"Content-Security-Policy", b"img-src 'self'; report-uri https://a.test/ /b; script-src"),
        (b"permissions-policy", b"camera=()"),
    ]
    assert fenced(headers) == [
        (b"x-own", b"1"),
        (b"Content-Security-Policy", b"img-src 'self'; ; script-src"),
        (b"permissions-policy", b"camera=()"),
        FENCE,
        (b"cache-control", b"private, no-store"),
    ]
