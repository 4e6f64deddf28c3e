"""Report targets: which are taken out, what is forgotten, and what stays byte for byte."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.http.waiting import dropped, gated, waits

from consentguard.http.contacts import gate

OWN = b'{"group":"own", "max_age": 9, "endpoints":[{"url":"/r"}]}'
BAD = b'{"group":"bad","max_age":9,"endpoints":[{"url":"https://tracker.test/r"}]}'
BOTH = b'{"group":"both","max_age":9,"endpoints":[{"url":"https://tracker.test"},{"url":"/r"}]}'


@pytest.mark.parametrize(
    ("value", "left"),
    [
        (b'default="https://tracker.test/r"', None),
        (b'a="/r", b="https://tracker.test/r";p=1, c="/q"', b'a="/r", c="/q"'),
        (b'a="https:\\/\\/tracker.test"', None),
        (b'a="https://tracker.test/r', None),
        (b"a=https://tracker.test/r", None),
        (b'a=("https://tracker.test/r")', None),
        (b'a="/r,s",b="/t"', b'a="/r,s",b="/t"'),
        (b"", b""),
    ],
)
def test_endpoints(value: bytes, left: bytes | None) -> None:
    assert gated(b"Reporting-Endpoints", value) == left
    assert gated(b"Reporting-Endpoints", value, given=waits(free=True)) == value


def test_endpoints_of_several_headers_are_one_dictionary() -> None:
    # A string that is cut in two is one string again.
    assert gated(b"reporting-endpoints", b'a="/r"', b'b="https://tracker', b'.test"') == b'a="/r"'
    assert gated(b"reporting-endpoints", b'a="/r"', b'b="/s"') == b'a="/r" | b="/s"'


def test_report_to_forgets_denied_groups_and_keeps_the_others() -> None:
    assert gated(b"report-to", OWN) == OWN
    assert gated(b"report-to", OWN + b" ,\t" + BOTH.replace(b"tracker", b"x")) is not None
    assert gated(b"report-to", BAD) == b'{"group":"bad","max_age":0,"endpoints":[]}'
    assert gated(b"report-to", OWN, BAD) == OWN + b', {"group":"bad","max_age":0,"endpoints":[]}'
    left = gated(b"report-to", BOTH)
    assert left is not None
    assert json.loads(left) == {"group": "both", "max_age": 9, "endpoints": [{"url": "/r"}]}


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"nonsense",
        b"[" * 60_000,
        b'{"a":' * 10_000,
        b"9" * 9_000,
        OWN + b",",
        OWN + OWN,
        b'{"endpoints":[{"url":"https://tracker.test"}],"endpoints":[]}',
        b'{/**/"group":"bad","max_age":9,"endpoints":[{"url":"https://tracker.test/r"}]}',
        b'{"group":"\xff"}',
    ],
)
def test_what_is_not_json_may_be_anything(value: bytes) -> None:
    for name in (b"report-to", b"nel"):
        assert gated(name, value) is None
        assert gated(name, value, given=waits(free=True)) == value


@pytest.mark.parametrize(
    "value",
    [b"1", b"null", b"[[]]", b'{"endpoints":1}', b'{"endpoints":[1,{"url":2},{}]}', b'"x"'],
)
def test_what_a_browser_ignores_stays(value: bytes) -> None:
    assert gated(b"report-to", value) == value
    assert gated(b"nel", value) == value


@pytest.mark.parametrize(
    ("group", "reports", "left"),
    [
        ("own", OWN, True),
        ("both", BOTH, True),
        ("bad", BAD, False),
        ("bad", BAD + b"," + OWN, False),
        ("default", OWN.replace(b'"group":"own", ', b""), True),
        ("elsewhere", OWN, False),
        ("elsewhere", b"", False),
        ("own", OWN + b"nonsense", False),
    ],
)
def test_nel_goes_with_its_group(group: str, reports: bytes, left: bool) -> None:
    value = json.dumps({"report_to": group, "max_age": 9}).encode()
    headers = [(b"NEL", value), (b"Report-To", reports)] if reports else [(b"NEL", value)]
    kept, _ = gate(headers, waits())
    assert kept[0] == (b"NEL", value if left else b'{"max_age":0}')
    assert gate(headers, waits(free=True)) == (headers, [])


def test_nel_that_ends_itself_stays() -> None:
    assert gated(b"nel", b'{"max_age": 0}') == b'{"max_age": 0}'


@pytest.mark.parametrize(
    ("value", "left"),
    [
        (b"default-src 'self'; report-uri https://tracker.test/r", b"default-src 'self';"),
        (b"a b; report-uri https://tracker.test/r; c  d ", b"a b; c  d "),
        (b"a b; Report-URI /own  //tracker.test\t/x;c", b"a b; Report-URI /own  /x;c"),
        (b"report-uri https://tracker.test", None),
        (b"report-uri https://tracker.test , ;", None),
        (b"a, report-uri https://tracker.test, b", b"a,, b"),
        (b"a;\r\n report-uri\r\n https://tracker.test", b"a;"),
        (b"a; report-uri /own; report-uri //tracker.test", b"a; report-uri /own;"),
        (b"a; report-uri; report-to x", b"a; report-uri; report-to x"),
        (b"connect-src https://tracker.test", b"connect-src https://tracker.test"),
        (b"a; report-uri /own ;; ,", b"a; report-uri /own ;; ,"),
        (b"\xff report-uri //tracker.test; report-uri //\xff", b"\xff report-uri //tracker.test"),
    ],
)
def test_report_uri(value: bytes, left: bytes | None) -> None:
    for name in (b"content-security-policy", b"content-security-policy-report-only"):
        if left is not None and left.endswith(b"//tracker.test"):
            left = value  # not a directive of that name, and not a denied one
        assert gated(name, value) == left
        assert gated(name, value, given=waits(free=True)) == value


def test_two_policies_stay_two() -> None:
    name = b"content-security-policy"
    assert gated(name, b"a; report-uri //tracker.test", b"b") == b"a;, b"
    assert gated(name, b"a", b"b") == b"a | b"


def test_dead_headers_go_whole() -> None:
    value = b'max-age=1, report-uri="https://tracker.test/r"'
    assert gated(b"expect-ct", value) is None
    assert gated(b"public-key-pins-report-only", value.replace(b",", b";")) is None
    assert gated(b"expect-ct", value.replace(b"tracker", b"own")) is not None


def test_what_was_dropped_is_told() -> None:
    assert dropped((b"report-to", BAD), (b"nel", b'{"report_to":"bad","max_age":1}')) == [
        "https://tracker.test/r",
        "bad",
    ]


POLICIES = [b"report-uri", b" ", b";", b",", b"//tracker.test", b"/own", b"a", b"\t"]


def directives(value: bytes) -> list[list[bytes]]:
    """The directives that have a value, in words."""
    words = (directive.split() for directive in value.replace(b",", b";").split(b";"))
    return [directive for directive in words if directive[1:]]


def left_of(directive: list[bytes]) -> list[bytes]:
    """The words of a directive that need not wait."""
    if directive[0] != b"report-uri":
        return directive
    return [word for word in directive if b"tracker" not in word]


@given(st.lists(st.sampled_from(POLICIES), max_size=20).map(b"".join))
def test_a_policy_loses_nothing_but_targets(value: bytes) -> None:
    left = gated(b"content-security-policy", value) or b""
    expected = [left_of(directive) for directive in directives(value)]
    assert directives(left) == [directive for directive in expected if directive[1:]]
    assert (gated(b"content-security-policy", left) or b"") == left
