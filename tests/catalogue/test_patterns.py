from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.catalogue.patterns import CookiePattern, HostPattern, Reach


@pytest.mark.parametrize(
    ("pattern", "path", "claimed"),
    [
        ("www.facebook.com/tr", "/tr", True),
        ("www.facebook.com/tr", "/tr/", True),
        ("www.facebook.com/tr", "/tr/x", True),
        ("www.facebook.com/tr", "/track", False),
        ("www.facebook.com/tr", "/x/tr", False),
        ("accounts.google.com/gsi/", "/gsi/client", True),
        ("accounts.google.com/gsi/", "/gsi", False),
        ("connect.facebook.net/*/fbevents.js", "/en_US/fbevents.js", True),
        ("connect.facebook.net/*/fbevents.js", "/fbevents.js", False),
        ("connect.facebook.net/*/fbevents.js", "/en_US/fbevents.js.map", False),
        ("connect.facebook.net/*/fbevents.js", "/a/fbevents.json/fbevents.js", True),
        ("*/gtag/*", "/gtag/js", True),
        ("*/pagead/conversion*", "/pagead/conversion_async.js", True),
        ("example.com", "/anything", True),
        ("example.com/", "/anything", True),
    ],
)
def test_a_path_is_a_prefix_at_a_segment_border(pattern: str, path: str, claimed: bool) -> None:
    assert HostPattern(pattern).claims_path(path) is claimed


def test_a_query_condition_is_a_prefix_of_a_value() -> None:
    pattern = HostPattern("*/gtag/js?id=G-")
    assert pattern.claims_query([("l", "x"), ("id", "G-1")])
    assert not pattern.claims_query([("id", "AW-1")])
    assert not pattern.claims_query([("ID", "G-1")])
    assert not pattern.claims_query([])


@pytest.mark.parametrize(
    ("text", "attributes", "rest"),
    [
        ("t.test/w.js[data-login]", {"data-login"}, "/w.js"),
        ("t.test/w.js?v=1[data-a][data-b]", {"data-a", "data-b"}, "/w.js"),
        ("t.test[data-a]", {"data-a"}, "/any"),
        ("t.test/a[1]", set(), "/a[1]"),
    ],
)
def test_attributes_stand_at_the_end(text: str, attributes: set[str], rest: str) -> None:
    pattern = HostPattern(text)
    assert (pattern.host, pattern.text) == ("t.test", text)
    assert pattern.attributes == frozenset(attributes)
    assert pattern.claims_path(rest)
    assert pattern.has_path is bool(attributes or rest != "/any")


def test_an_attribute_ranks_between_path_and_query() -> None:
    texts = ("t.test/w", "t.test/w?a=1", "t.test/w[b]", "t.test/w?a=1[b]", "t.test/wide")
    ranked = sorted(texts, key=lambda text: HostPattern(text).rank)
    assert ranked == list(texts)


def test_every_query_condition_must_hold() -> None:
    pattern = HostPattern("e.com/x?a=1&b=")
    assert pattern.claims_query([("b", ""), ("a", "12")])
    assert not pattern.claims_query([("a", "12")])


@pytest.mark.parametrize(
    ("text", "reach", "host"),
    [
        ("Example.COM.", Reach.EXACT, "example.com"),
        ("*.example.com", Reach.BELOW, "example.com"),
        ("self/metrics/*", Reach.SELF, ""),
        ("*/matomo.js", Reach.ANY, ""),
        ("bücher.example", Reach.EXACT, "xn--bcher-kva.example"),
        ("*.ｅｘａｍｐｌｅ.com", Reach.BELOW, "example.com"),
        ("127.0.0.1", Reach.EXACT, "127.0.0.1"),
        ("[::1]/x", Reach.EXACT, "[::1]"),
        ("localhost", Reach.EXACT, "localhost"),
    ],
)
def test_hosts_are_read_as_a_browser_reads_them(text: str, reach: Reach, host: str) -> None:
    pattern = HostPattern(text)
    assert (pattern.reach, pattern.host, pattern.text) == (reach, host, text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "without scheme"),
        (" example.com", "spaces"),
        ("https://example.com/x", "without scheme"),
        ("//example.com", "without scheme"),
        ("example.com#x", "fragment"),
        ("*", "needs a path"),
        ("self", "needs a path"),
        ("self?x=1", "needs a path"),
        ("*.com", "top-level domain"),
        ("a.*.com", "is not a host"),
        ("example.com:8080", "no port"),
        ("exa mple.com", "is not a host"),
        ("a..com", "is not a host"),
        ("/path", "is not a host"),
        ("example.com/x?id", "key=prefix"),
        ("example.com/x?=1", "key=prefix"),
        ("example.com/x?", "key=prefix"),
    ],
)
def test_a_bad_host_pattern_says_what_is_wrong(text: str, says: str) -> None:
    with pytest.raises(ValueError, match="host pattern") as caught:
        HostPattern(text)
    assert says in str(caught.value)


def test_ranks_put_long_paths_and_queries_first() -> None:
    texts = ["e.com", "e.com/a/b", "e.com/a", "e.com/a?x=1"]
    ranked = sorted(map(HostPattern, texts), key=lambda p: p.rank, reverse=True)
    assert [p.text for p in ranked] == ["e.com/a/b", "e.com/a?x=1", "e.com/a", "e.com"]


@pytest.mark.parametrize(
    ("pattern", "name", "claimed"),
    [
        ("_ga", "_ga", True),
        ("_ga", "_gat", False),
        ("_ga_*", "_ga_ABC", True),
        ("_ga_*", "_ga_", True),
        ("_ga_*", "_ga", False),
        ("mp_*_mixpanel", "mp_abc_mixpanel", True),
        ("mp_*_mixpanel", "mp_mixpanel", False),
        ("*_suffix", "any_suffix", True),
        ("a*b*a", "aba", True),
        ("a*b*a", "aa", False),
        ("_GA", "_ga", False),
    ],
)
def test_cookie_patterns(pattern: str, name: str, claimed: bool) -> None:
    assert CookiePattern(pattern).claims(name) is claimed


@pytest.mark.parametrize("text", ["", "*", "**", "a b", "a;b", "a=b", "a,b", "a\n"])
def test_a_bad_cookie_pattern_says_what_is_wrong(text: str) -> None:
    with pytest.raises(ValueError, match="cookie pattern"):
        CookiePattern(text)


@given(st.text(max_size=60))
def test_reading_raises_nothing_but_value_error(text: str) -> None:
    for kind in (HostPattern, CookiePattern):
        try:
            pattern = kind(text)
        except ValueError:
            continue
        assert pattern.text == text


@given(st.text("ab*", min_size=1, max_size=8), st.text("ab", max_size=12))
def test_cookie_globs_agree_with_regular_expressions(text: str, name: str) -> None:
    import re

    if not text.strip("*"):
        return
    expected = re.fullmatch(".*".join(map(re.escape, text.split("*"))), name) is not None
    assert CookiePattern(text).claims(name) is expected


@given(st.text("ab/*", max_size=8), st.text("ab/", max_size=12))
def test_path_globs_agree_with_regular_expressions(text: str, path: str) -> None:
    import re

    pattern = HostPattern(f"e.com/{text}")
    glob = ".*".join(map(re.escape, f"/{text}".split("*")))
    border = "" if text[-1:] in {"", "/", "*"} else "(?:/|$)"
    expected = re.match(glob + border, f"/{path}") is not None
    assert pattern.claims_path(f"/{path}") is expected
