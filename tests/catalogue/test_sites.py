from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.catalogue.sites import registrable_domain, same_site


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("example.com", "example.com"),
        ("a.b.example.com", "example.com"),
        ("www.example.co.uk", "example.co.uk"),
        ("static.shop.example.com.br", "example.com.br"),
        ("a.example.de", "example.de"),
        ("user.github.io", "user.github.io"),
        ("a.user.github.io", "user.github.io"),
        ("bucket.s3.amazonaws.com", "bucket.s3.amazonaws.com"),
        ("192.168.10.1", "192.168.10.1"),
        ("[2001:db8::1]", "[2001:db8::1]"),
        ("localhost", "localhost"),
        ("", ""),
    ],
)
def test_registrable_domain(host: str, domain: str) -> None:
    assert registrable_domain(host) == domain


@pytest.mark.parametrize(
    ("host", "site", "same"),
    [
        ("example.com", "example.com", True),
        ("static.example.com", "www.example.com", True),
        ("example.com", "www.example.com", True),
        ("evilexample.com", "example.com", False),
        ("example.com.evil.test", "example.com", False),
        ("tracker.co.uk", "example.co.uk", False),
        ("one.github.io", "two.github.io", False),
        ("github.io", "two.github.io", False),
        ("a.net.de", "net.de", True),
        ("10.0.0.1", "10.0.0.2", False),
        ("a.localhost", "localhost", True),
        ("", "", False),
        ("example.com", "", False),
    ],
)
def test_same_site(host: str, site: str, same: bool) -> None:
    assert same_site(host, site) is same


@given(st.text("a.1[]:", max_size=30), st.text("a.1[]:", max_size=30))
def test_nothing_raises(one: str, other: str) -> None:
    registrable_domain(one)
    assert same_site(one, other) in {True, False}
