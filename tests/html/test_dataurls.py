from __future__ import annotations

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.html.dataurls import MAX_BODY, Content, content


def body(url: str) -> bytes | None:
    found = content(url)
    return None if found is None else found.body


@pytest.mark.parametrize(
    "url",
    [
        "data:text/javascript,fbq('init')",
        "data:,fbq('init')",
        " DATA:text/javascript,fbq('init')",
        "\n" * 200 + "data:text/javascript,fbq('init')",
        "da\nta:text/java\tscript,fbq('init')",
        "data:text/javascript;charset=utf-8,fbq%28%27init%27%29",
        "data:text/javascript;base64,ZmJxKCdpbml0Jyk=",
        "data:text/javascript;base64,ZmJxKCdpbml0Jyk",
        "data:text/javascript;base64,ZmJxKCdpbml0Jyk#xyz",
        "data:text/javascript; BASE64 ,ZmJx KCdp\nbml0Jyk%3D",
        "javascript:fbq('init')",
        "\x01java\tscript:fbq(%27init%27)",
    ],
)
def test_every_way_to_write_it(url: str) -> None:
    assert body(url) == b"fbq('init')"


@pytest.mark.parametrize(
    "url", ["", "/a,b", "https://a.test/,", "blob:x,y", "data:text/javascript", "javascript", "d"]
)
def test_other_urls_hold_nothing(url: str) -> None:
    assert content(url) is None


@pytest.mark.parametrize(
    ("url", "kind", "parameters"),
    [
        ("data:,x", "text/plain", ""),
        ("data:x;charset=utf-8,x", "text/plain", ""),
        ("data:Text/HTML,x", "text/html", ""),
        ("data:text/html;charset=UTF-8;base64,eA", "text/html", ";charset=utf-8"),
        ("data:text/html;https://a.test/b;base64,eA==", "text/html", ";https://a.test/b"),
    ],
)
def test_the_type_and_what_stands_behind_it(url: str, kind: str, parameters: str) -> None:
    assert content(url) == Content("data", kind, parameters, b"x", whole=True)


def test_it_is_cut_where_an_inline_script_would_be() -> None:
    for head in ("data:,", "javascript:"):
        found = content(head + "x" * (2 * MAX_BODY))
        assert found is not None
        assert len(found.body) == MAX_BODY
        assert not found.whole


@given(st.binary(max_size=200))
def test_base64_comes_back(data: bytes) -> None:
    assert body("data:;base64," + b64encode(data).decode()) == data


@given(st.text(max_size=200))
def test_nothing_raises(text: str) -> None:
    for head in ("", "data:", "data:;base64,", "javascript:"):
        content(head + text)
