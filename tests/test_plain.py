"""What a shell sees at a glance of a request."""

from __future__ import annotations

from typing import Any

import pytest

from consentguard.http.environ import key_of
from consentguard.plain import TELLING, plain_environ, plain_headers

HOST = (b"host", b"site.test")


@pytest.mark.parametrize("name", sorted(TELLING))
def test_a_header_that_tells_is_looked_at(name: bytes) -> None:
    for _ in range(2):
        assert plain_environ({"HTTP_HOST": "site.test"})
        assert not plain_environ({"HTTP_HOST": "site.test", key_of(name): "1"})
        assert plain_headers([HOST, (b"accept", b"1")])
        assert not plain_headers([HOST, (name, b"1")])
        assert not plain_headers([HOST, (name.title(), b"1")])


@pytest.mark.parametrize(
    "given",
    [
        None,
        (HOST,),
        iter([HOST]),
        [("cookie", "a=1")],
        [(bytearray(b"cookie"), b"a=1")],
        [(memoryview(b"cookie"), b"a=1")],
        [(5, b"a=1")],
        [(b"host", b"site.test", b"more")],
        [None],
    ],
)
def test_what_servers_do_not_give_is_not_plain(given: Any) -> None:
    assert not plain_headers(given)


def test_headers_that_are_not_plain_can_still_be_read() -> None:
    given = iter([HOST])
    assert not plain_headers(given)
    assert list(given) == [HOST]
