from __future__ import annotations

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.catalogue.dataurls import MAX_SCRIPT, payload


@pytest.mark.parametrize(
    "url",
    [
        "data:text/javascript,fbq('init')",
        "data:,fbq('init')",
        " DATA:text/javascript,fbq('init')",
        "da\nta:text/java\tscript,fbq('init')",
        "data:text/javascript;charset=utf-8,fbq%28%27init%27%29",
        "data:text/javascript;base64,ZmJxKCdpbml0Jyk=",
        "data:text/javascript;base64,ZmJxKCdpbml0Jyk",
        "data:text/javascript; BASE64 ,ZmJx KCdp\nbml0Jyk%3D",
    ],
)
def test_every_way_to_write_it(url: str) -> None:
    assert payload(url) == b"fbq('init')"


@pytest.mark.parametrize(
    "url", ["", "/a,b", "https://a.test/,", "blob:x,y", "data:text/javascript"]
)
def test_other_urls_hold_nothing(url: str) -> None:
    assert payload(url) is None


def test_it_is_cut_where_an_inline_script_would_be() -> None:
    assert len(payload("data:," + "x" * (2 * MAX_SCRIPT)) or b"") == MAX_SCRIPT


@given(st.binary(max_size=200))
def test_base64_comes_back(data: bytes) -> None:
    assert payload("data:;base64," + b64encode(data).decode()) == data


@given(st.text(max_size=200))
def test_nothing_raises(text: str) -> None:
    payload(text)
    payload("data:" + text)
    payload("data:;base64," + text)
