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
