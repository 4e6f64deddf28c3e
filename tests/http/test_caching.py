"""The private mode: which validators go in, and which cache headers go out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.http.caching import (
    page_headers,
    personal_headers,
    request_headers,
    shared_headers,
)
from consentguard.http.message import Header

TODAY, STALE = "0123456789abcdef", "fedcba9876543210"
PAGE: Header = (b"accept", b"text/html,application/xhtml+xml,*/*;q=0.8")
ANY: Header = (b"accept", b"*/*")


def asked(kind: Header, *values: bytes) -> tuple[list[bytes], bool]:
    headers, named = request_headers([kind, *((b"if-none-match", v) for v in values)], [TODAY])
    fits = named == TODAY
    return [v for k, v in headers if k == b"if-none-match"], fits


def bound(etag: bytes, digest: str = TODAY) -> bytes:
    return dict(page_headers([(b"ETag", etag)], digest))[b"ETag"]


@pytest.mark.parametrize("etag", [b'"abc"', b'W/"abc"', b'"a,b c"', b'""', b'"x.cg-y"', b' "pad" '])
def test_a_tag_comes_back_to_the_app_as_it_sent_it(etag: bytes) -> None:
    """To the letter: WhiteNoise compares the whole header with its tag."""
    ours = bound(etag)
    assert ours.startswith(b'W/"')
    assert b".cg-%b" % TODAY.encode() in ours
    assert asked(PAGE, ours) == ([etag.strip()], True)
    assert asked(ANY, ours) == ([etag.strip()], True)


def test_a_strong_tag_and_a_weak_one_stay_two() -> None:
    both = b", ".join([bound(b'"a"'), bound(b'W/"a"')])
    assert asked(PAGE, both) == ([b'"a", W/"a"'], True)
    # A digest that only begins as today's does is another's.
    assert asked(PAGE, bound(b'"a"', TODAY + "-wx")) == ([], False)
    assert asked(PAGE, bound(b'W/"a"', TODAY + "0")) == ([], False)


@pytest.mark.parametrize("kind", [PAGE, ANY])
@pytest.mark.parametrize("etag", [b'"abc"', b'W/"abc"', b'"x.cg-y"'])
def test_the_tag_of_another_decision_is_dropped(kind: Header, etag: bytes) -> None:
    assert asked(kind, bound(etag, STALE)) == ([], False)


def test_of_a_list_only_what_fits_today_reaches_the_app() -> None:
    sent = b", ".join([bound(b'"old"', STALE), bound(b'"a,b"'), b'"foreign"'])
    assert asked(PAGE, sent) == ([b'"a,b"'], True)
    assert asked(ANY, sent) == ([b'"a,b", "foreign"'], True)
    assert asked(PAGE, bound(b'"old"', STALE), bound(b'"new"')) == ([b'"new"'], True)


@pytest.mark.parametrize("value", [b"*", b'"foreign"', b'W/"x", "y"', b"unquoted", b""])
def test_a_page_is_never_revalidated_with_a_tag_that_is_not_ours(value: bytes) -> None:
    assert asked(PAGE, value) == ([], False)


@pytest.mark.parametrize(
    "value", [b"*", b'"foreign"', b'W/"x",  "y"', b"unquoted", b"", b'"' * 9000]
)
def test_an_asset_or_api_keeps_its_own_validators(value: bytes) -> None:
    headers = [
        ANY,
        (b"if-none-match", value),
        (b"if-modified-since", b"x"),
        (b"range", b"bytes=0-"),
    ]
    assert request_headers(headers, [TODAY]) == (headers, "")
    assert request_headers(headers[1:], [TODAY]) == (headers[1:], "")


def test_a_page_has_no_ranges_and_no_dates() -> None:
    others: list[Header] = [(b"host", b"h"), PAGE, (b"cookie", b"a=b")]
    validators: list[Header] = [
        (b"if-modified-since", b"Sun, 06 Nov 1994 08:49:37 GMT"),
        (b"if-range", b'"a"'),
        (b"range", b"bytes=0-99"),
        (b"if-none-match", b'"a"'),
    ]
    assert request_headers([*others, *validators], [TODAY]) == (others, "")


def test_any_of_several_accept_headers_makes_it_a_page() -> None:
    headers = [(b"accept", b"image/*"), (b"accept", b"Text/HTML"), (b"range", b"bytes=0-")]
    assert request_headers(headers, [TODAY])[0] == headers[:2]


TARGETED: list[Header] = [
    (b"CDN-Cache-Control", b"max-age=60"),
    (b"cloudflare-cdn-cache-control", b"max-age=60"),
    (b"Netlify-CDN-Cache-Control", b"max-age=60"),
    (b"Surrogate-Control", b"max-age=60"),
    (b"X-Accel-Expires", b"60"),
    (b"Edge-Control", b"max-age=60"),
]


def test_a_page_is_private_and_no_cache_has_a_lifetime_for_it() -> None:
    app: list[Header] = [
        (b"Content-Type", b"text/html"),
        (b"Cache-Control", b"public, max-age=600"),
        (b"cache-control", b"s-maxage=9"),
        (b"Expires", b"Fri, 01 Jan 2099 00:00:00 GMT"),
        (b"Last-Modified", b"Fri, 01 Jan 2021 00:00:00 GMT"),
        (b"Accept-Ranges", b"bytes"),
        (b"Vary", b"Accept-Encoding"),
        *TARGETED,
    ]
    assert page_headers(app, TODAY) == [
        (b"Content-Type", b"text/html"),
        (b"Vary", b"Accept-Encoding"),
        (b"cache-control", b"private, no-cache"),
        (b"vary", b"Cookie, Sec-GPC"),
    ]


@pytest.mark.parametrize("control", [b"no-store", b"max-age=0, No-Store", b"public,no-store"])
def test_no_store_is_kept(control: bytes) -> None:
    headers = page_headers([(b"cache-control", control)], TODAY)
    assert headers[0] == (b"cache-control", b"private, no-cache, no-store")


@pytest.mark.parametrize("etag", [b"unquoted", b"", b'"broken', b"*"])
def test_an_unreadable_tag_is_replaced_by_one_that_only_names_the_decision(etag: bytes) -> None:
    assert bound(etag) == b'W/".cg-%b"' % TODAY.encode()


def test_what_depended_on_the_visitor_is_private_and_says_so() -> None:
    app: list[Header] = [
        (b"Content-Type", b"application/json"),
        (b"Cache-Control", b"Public, max-age=60, S-MaxAge=9,stale-while-revalidate=5, immutable"),
        (b"ETag", b'"x"'),
        (b"Expires", b"x"),
        *TARGETED,
    ]
    assert personal_headers(app) == [
        (b"Content-Type", b"application/json"),
        (b"ETag", b'"x"'),
        (b"Expires", b"x"),
        (b"cache-control", b"private, max-age=60"),
        (b"vary", b"Cookie, Sec-GPC"),
    ]


def test_what_was_made_of_an_answer_is_asked_for_again() -> None:
    headers = personal_headers([(b"cache-control", b"public, max-age=60")], asked=True)
    assert dict(headers)[b"cache-control"] == b"private, no-cache, max-age=60"


@pytest.mark.parametrize(
    ("control", "expected"),
    [
        (b"", b"private"),
        (b"no-store", b"private, no-store"),
        (b"private, no-cache", b"private, no-cache"),
        (b"must-revalidate,, max-age=1", b"private, must-revalidate, max-age=1"),
        (b'private="set-cookie", max-age=1', b"private, max-age=1"),
    ],
)
def test_directives_that_do_not_share_are_kept(control: bytes, expected: bytes) -> None:
    headers = dict(personal_headers([(b"cache-control", control)]))
    assert headers[b"cache-control"] == expected


@pytest.mark.parametrize(
    ("vary", "added"),
    [
        ([], b"Cookie, Sec-GPC"),
        ([b"Accept-Encoding"], b"Cookie, Sec-GPC"),
        ([b"X-Cookie-Consent"], b"Cookie, Sec-GPC"),
        ([b"accept, COOKIE"], b"Sec-GPC"),
        ([b"accept", b"cookie", b"sec-gpc"], b""),
        ([b"Sec-GPC"], b"Cookie"),
        ([b" * "], b""),
    ],
)
def test_vary_is_merged(vary: list[bytes], added: bytes) -> None:
    headers = personal_headers([(b"Vary", v) for v in vary])
    got = [v for k, v in headers if k.lower() == b"vary"]
    assert got == [*vary, *([added] if added else [])]


@given(st.lists(st.binary(max_size=60), max_size=4), st.booleans())
def test_no_other_decision_is_ever_confirmed(values: list[bytes], page: bool) -> None:
    kind = PAGE if page else ANY
    tags, fits = asked(kind, bound(b'"x"', STALE), *values)
    assert not fits or any(TODAY.encode() in v for v in values)
    assert not any(STALE.encode() in tag for tag in tags)


@pytest.mark.parametrize("piece", [b" ", b'"', b'W/"', b'" ', b',"', b"\t", b'".cg-"'])
def test_a_megabyte_of_anything_is_read_once(piece: bytes) -> None:
    value = piece * (1_000_000 // len(piece))
    for kind in (PAGE, ANY):
        request_headers([kind, (b"if-none-match", b'"a' + value), (b"x", b".cg-")], TODAY)
        request_headers([kind, (b"if-none-match", b'".cg-"' + value + b"x")], TODAY)
    page_headers([(b"etag", value), (b"cache-control", value)], TODAY)
    personal_headers([(b"cache-control", value), (b"vary", value)])


def test_the_tag_of_a_shared_page_with_a_date_only_changes_with_the_date() -> None:
    """Else a cache in between finds that a browser's old page has today's tag, and says 304."""
    days = (b"Fri, 01 Jan 2021 00:00:00 GMT", b"Sat, 02 Jan 2021 00:00:00 GMT")
    tags = [dict(shared_headers([(b"last-modified", day)], TODAY))[b"etag"] for day in days]
    assert tags[0] != tags[1]
    for tag, day in zip(tags, days, strict=True):
        headers, named = request_headers(
            [PAGE, (b"if-none-match", tag), (b"if-modified-since", day)], (TODAY,)
        )
        assert (headers, named) == ([PAGE, (b"if-modified-since", day)], TODAY)
