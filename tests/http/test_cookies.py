"""Cookies in and out, against the ways in which the parsers of frameworks have been fooled."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.http.cookies import MOST, SetCookie, hide, pairs, set_cookie

OURS = b"__Host-consent"
GOOD = OURS + b"=good"
NOW = 1_800_000_000.0

#: Cookies that some parser takes for ours, and what a browser meant by them.
FOOLING = {
    "en quad": "\u2000".encode() + OURS + b"=evil",
    "no-break space": "\u00a0".encode() + OURS + b"=evil",
    "ideographic space": "\u3000".encode() + OURS + b"=evil",
    "next line": "\u0085".encode() + OURS + b"=evil",
    "raw A0": b"\xa0" + OURS + b"=evil",
    "raw 85": b"\x85" + OURS + b"=evil",
    "raw 1F": b"\x1f" + OURS + b"=evil",
    "nameless": b"=" + OURS + b"=evil",
    "other case": b"__HoSt-consent=evil",
    "version with comma": b"$Version=1," + OURS + b"=evil",
    "quoted name": b'"' + OURS + b'"=evil',
    "percent-encoded": b"__Host%2Dconsent=evil",
}


def ours(*values: bytes) -> list[bytes]:
    return [v for n, v in pairs([(b"cookie", value) for value in values]) if n == OURS]


@pytest.mark.parametrize("evil", FOOLING.values(), ids=FOOLING)
def test_nothing_else_is_taken_for_our_cookie(evil: bytes) -> None:
    assert ours(GOOD + b"; " + evil) == [b"good"]
    assert ours(evil + b"; " + GOOD) == [b"good"]
    assert ours(evil) == []


@pytest.mark.parametrize(
    "header",
    [
        GOOD + b"; " + OURS + b"=evil",
        OURS + b"=evil; " + GOOD,
        GOOD + b"; $Version=1; " + OURS + b"=evil",
        GOOD + b'; a="x; ' + OURS + b'=evil; b=y"',
        b'a="x; ' + OURS + b'=evil; b=y"; ' + GOOD,
        GOOD + b";\t" + OURS + b" \t= evil",
    ],
)
def test_a_second_cookie_of_our_name_is_seen_so_that_neither_counts(header: bytes) -> None:
    assert sorted(ours(header)) == [b"evil", b"good"]


def test_several_cookie_headers_count_as_one() -> None:
    # RFC 9113, section 8.2.3: HTTP/2 may split the header.
    assert ours(GOOD, b"a=b", OURS + b"=evil") == [b"good", b"evil"]


def test_values_are_not_unquoted() -> None:
    header = rb'a="q\"uoted"; b = x=y ;c=; json={"k":[1,2]}; novalue; =nameless'
    assert pairs([(b"cookie", header), (b"accept", b"d=e")]) == [
        (b"a", rb'"q\"uoted"'),
        (b"b", b"x=y"),
        (b"c", b""),
        (b"json", b'{"k":[1,2]}'),
        (b"", b"nameless"),
    ]


def test_a_megabyte_of_backslashes_is_nothing_special() -> None:
    # CVE-2024-7592: the standard library takes seconds for 40 KB of these.
    hostile = b'a="' + b'\\"' * 500_000
    assert pairs([(b"cookie", hostile)]) == [(b"a", hostile[2:])]
    many = b"_ga=1;" * 200_000
    kept, hidden = hide([(b"cookie", many)], lambda n: n == b"_ga")
    assert kept == []
    assert len(hidden) == 200_000


def ga(name: bytes) -> bool:
    return name.startswith((b"_ga", b"_fbp"))


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (b"a=1; _ga=2; b=3", b"a=1; b=3"),
        (b"_ga=2; b=3", b"b=3"),
        (b"a=1; _ga=2", b"a=1"),
        (b"a=1;_ga=2;b=3", b"a=1;b=3"),
        (b" a=1 ;_ga=2;;b = 3 ;", b" a=1 ;;b = 3 ;"),
        (b'a="x; _ga=2; b=y"; c=\xff\xa0', b'a="x; b=y"; c=\xff\xa0'),
        (b"$Version=1; _ga=2; $Path=/", b"$Version=1; $Path=/"),
        (b"_ga=1; session=s; _ga=2; _fbp=3; _ga", b"session=s"),
        (b"_ga=1; _fbp=2;", None),
        (b"\xa0_ga=1; =_ga=2; _GA=3", b"\xa0_ga=1; =_ga=2; _GA=3"),
    ],
)
def test_hiding_leaves_other_bytes_as_they_were(sent: bytes, kept: bytes | None) -> None:
    others = [(b"host", b"h"), (b"x", b"_ga=1")]
    headers, hidden = hide([others[0], (b"cookie", sent), others[1]], ga)
    expected = [others[0], *([] if kept is None else [(b"cookie", kept)]), others[1]]
    assert headers == expected
    assert all(map(ga, hidden))


def test_hiding_looks_at_every_cookie_header() -> None:
    headers, hidden = hide([(b"cookie", b"_ga=1"), (b"cookie", b"a=1"), (b"cookie", b"_fbp=1")], ga)
    assert headers == [(b"cookie", b"a=1")]
    assert hidden == [b"_ga", b"_fbp"]


COOKIE_BYTES = st.one_of(
    st.binary(max_size=80),
    st.lists(st.sampled_from([b"_ga", b"=", b";", b" ", b"\t", b'"', b"a", b"\xa0", b"\x00", b","]))
    .map(b"".join),
)  # fmt: skip


@given(st.lists(COOKIE_BYTES, max_size=4))
def test_what_is_hidden_is_gone_and_the_rest_is_there(values: list[bytes]) -> None:
    sent = [(b"cookie", value) for value in values]
    kept, hidden = hide(sent, ga)
    before, after = pairs(sent), pairs(kept)
    assert after == [pair for pair in before if not ga(pair[0])]
    assert {n for n, _ in before if ga(n)} <= set(hidden)
    if not hidden:
        assert kept == sent


@given(st.binary(max_size=300))
def test_set_cookie_is_read_without_an_exception(header: bytes) -> None:
    cookie = SetCookie.parse(header)
    cookie.deletes(NOW)


@pytest.mark.parametrize(
    ("header", "name", "value", "domain"),
    [
        (b"a=b", b"a", b"b", b""),
        (b" a = b=c ; Path=/", b"a", b"b=c", b""),
        (b"just", b"", b"just", b""),
        (b"=x", b"", b"x", b""),
        (b"", b"", b"", b""),
        (b'a="x y"; DOMAIN = .Example.ORG', b"a", b'"x y"', b"example.org"),
        (b"a=b; Domain=a.org; Domain=b.org", b"a", b"b", b"b.org"),
        (b"a=b, c=d; Domain=a.org", b"a", b"b, c=d", b"a.org"),
        (b"\xa0_ga=1", b"\xa0_ga", b"1", b""),
    ],
)
def test_set_cookie_as_a_browser_reads_it(
    header: bytes, name: bytes, value: bytes, domain: bytes
) -> None:
    cookie = SetCookie.parse(header)
    assert (cookie.name, cookie.value, cookie.domain) == (name, value, domain)


@pytest.mark.parametrize(
    "attributes",
    [
        b"Max-Age=0",
        b"max-age = -1",
        b"MAX-AGE=-0",
        b"Max-Age=" + b"0" * 30,
        b"Max-Age=-" + b"9" * 1000,
        b"Max-Age=5; Max-Age=0",
        b"Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        b"expires=Thu, 01-Jan-70 00:00:01 GMT",
        b"Expires=Wed, 21 Oct 2015 07:28:00 +0200",
        b"Expires=Fri, 01 Jan 2099 00:00:00 GMT; Max-Age=0",
        b"Expires=Fri, 01 Jan 2099 00:00:00 GMT; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        b"Max-Age=x; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
    ],
)
def test_deletions(attributes: bytes) -> None:
    assert SetCookie.parse(b"_ga=; Path=/; " + attributes).deletes(NOW)


@pytest.mark.parametrize(
    "attributes",
    [
        b"",
        b"Max-Age",
        b"Max-Age=",
        b"Max-Age=-",
        b"Max-Age=--1",
        b"Max-Age=+0",
        b'Max-Age="0"',
        b"Max-Age=0x0",
        b"Max-Age=1",
        b"Max-Age=00000000000000000000000000001",
        b"Max-Age=" + b"0" * 1025,
        b"Max-Age=" + b"9" * 1000,
        b"Max-Age=0; Max-Age=5",
        b"Max-Age=5; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        b"Expires=0",
        b"Expires=-1",
        b"Expires=Fri, 01 Jan 2099 00:00:00 GMT",
        b"Expires=Thu, 01 Jan 69 00:00:00 GMT",
        b"Expires=Thu, 31 Feb 1970 00:00:00 GMT",
        b"X=1; Expires=Thu, 01 Jan 1970 24:00:00 GMT",
        b"Expires=" + b"Thu, 01 Jan 1970 00:00:00 GMT".ljust(1025, b"x"),
    ],
)
def test_what_a_browser_keeps_is_no_deletion(attributes: bytes) -> None:
    assert not SetCookie.parse(b"_ga=GA1.2.3; " + attributes).deletes(NOW)


def test_our_own_cookie_has_every_attribute_asked_for() -> None:
    name, value = set_cookie("__Secure-c", "v.-_", max_age=5, domain="a.org", secure=True)
    assert name == b"set-cookie"
    assert value == b"__Secure-c=v.-_; Max-Age=5; Path=/; Domain=a.org; SameSite=Lax; Secure"
    _, value = set_cookie(
        "c", "", max_age=0, path="/x", secure=True, http_only=True, partitioned=True
    )
    assert value == b"c=; Max-Age=0; Path=/x; SameSite=Lax; Secure; HttpOnly; Partitioned"


@pytest.mark.parametrize(
    "bad", ["\r", "\n", "\0", ";", "\x1f", "\x7f", "\t", "é", "\u2000", "\ud800"]
)
@pytest.mark.parametrize("where", ["name", "value", "path", "domain"])
def test_no_byte_can_end_or_split_our_header(bad: str, where: str) -> None:
    parts = {"name": "n", "value": "v", "path": "/", "domain": "a.org", where: f"x{bad}y"}
    with pytest.raises(ValueError, match=r"."):
        set_cookie(
            parts["name"],
            parts["value"],
            max_age=1,
            path=parts["path"],
            domain=parts["domain"],
        )


@given(st.text(max_size=30), st.text(max_size=30))
def test_our_cookie_reads_back_or_is_refused(name: str, value: str) -> None:
    try:
        _, header = set_cookie(f"n{name}", value, max_age=1)
    except ValueError:
        return
    assert all(32 <= byte < 127 for byte in header)
    whole = f"n{name}={value}".encode()
    cookie = SetCookie.parse(header)
    assert cookie.name == whole.partition(b"=")[0].strip()
    assert cookie.max_age == 1


@pytest.mark.parametrize(
    ("attributes", "appended"),
    [
        (b"; Max-Age=864001; Path=/", b"; Max-Age=864000"),
        (b"; Expires=Fri, 01 Jan 2099 00:00:00 GMT", b"; Max-Age=864000"),
        (b"; Max-Age=5; Max-Age=99999999", b"; Max-Age=864000"),
        (b"; Max-Age=864000", b""),
        (b"; Max-Age=60; Expires=Fri, 01 Jan 2099 00:00:00 GMT", b""),
        (b"; Path=/", b""),
        (b"; Expires=never", b""),
    ],
)
def test_a_cookie_that_lives_too_long_is_shortened(attributes: bytes, appended: bytes) -> None:
    header = b"_ga=GA1.2.3" + attributes
    shorter = SetCookie.parse(header).shortened(header, 864000, NOW)
    assert shorter == header + appended


@given(st.binary(max_size=60), st.integers(1, 10**9))
def test_no_cookie_outlives_its_limit(attributes: bytes, seconds: int) -> None:
    header = b"a=b; Max-Age=1000; " + attributes
    before = SetCookie.parse(header)
    after = SetCookie.parse(before.shortened(header, seconds, NOW))
    assert (after.name, after.value, after.domain) == (before.name, before.value, before.domain)
    assert after.max_age is not None
    assert after.max_age <= max(seconds, 0)


def test_a_flood_of_names_is_not_looked_up() -> None:
    asked: list[bytes] = []

    def denied(name: bytes) -> bool:
        asked.append(name)
        return True

    flood = b"; ".join(b"n%d=1" % n for n in range(3 * MOST))
    kept, hidden = hide([(b"cookie", flood)], denied)
    assert len(asked) == len(hidden) == MOST
    assert kept[0][1].count(b"=") == 2 * MOST
