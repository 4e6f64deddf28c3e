"""Which document rules are bounded to URLs that can be judged."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.html.judging import BadHosts

from consentguard.html import rewrite
from consentguard.html.speculation import linked_hosts

OWN = {"href_matches": "/*"}
ANY = {"selector_matches": "a"}


def rules(where: object, key: str = "prefetch") -> str:
    return json.dumps({key: [{"where": where, "eagerness": "eager"}]})


# WordPress 6.8 puts a set like this into every page.
BLOG = {
    "and": [
        OWN,
        {"not": {"href_matches": ["/wp-*.php", "/wp-admin/*", "/*\\?(.+)"]}},
        {"not": {"selector_matches": 'a[rel~="nofollow"]'}},
    ]
}


@pytest.mark.parametrize(
    "where",
    [
        OWN,
        BLOG,
        {"href_matches": ["/a", "?b", "#c", "./d", "../e/:id", "https://a.test/*", "//b.test:80/"]},
        {"href_matches": {"pathname": "/x/*", "search": "*", "hash": "*"}},
        {"or": [OWN, {"and": [ANY, OWN]}]},
        {"or": []},
        {"href_matches": []},
    ],
    ids=str,
)
def test_rules_that_say_whose_links(where: object) -> None:
    assert linked_hosts(rules(where)) == []


@pytest.mark.parametrize(
    "where",
    [
        None,
        {},
        ANY,
        {"and": []},
        {"and": [ANY, {"not": OWN}]},
        {"or": [OWN, ANY]},
        {"not": {"href_matches": "https://a.test/*"}},
        {"href_matches": "*"},
        {"href_matches": "https://*/*"},
        {"href_matches": "https://*.a.test/*"},
        {"href_matches": "http{s}?://a.test/*"},
        {"href_matches": "https://(a|b).test/*"},
        {"href_matches": "https://:who.test/*"},
        {"href_matches": "/\\\\a.test"},
        {"href_matches": ["/*", "*://a.test/"]},
        {"href_matches": {"pathname": "/x", "protocol": "https"}},
        {"href_matches": {"hostname": "*"}},
        {"href_matches": {"hostname": 1}},
        {"href_matches": {"hostname": "a.test", "baseURL": "https://a.test"}},
        {"href_matches": 1},
    ],
    ids=str,
)
def test_rules_of_any_link(where: object) -> None:
    for key in ("prefetch", "prerender", "prerender_until_script"):
        assert linked_hosts(rules(where, key)) is None


def test_a_document_rule_without_a_predicate_is_of_any_link() -> None:
    assert linked_hosts('{"prefetch": [{"source": "document"}]}') is None


def test_hosts_in_an_object_are_named() -> None:
    patterns = [{"hostname": "a.test", "pathname": "/*"}, {"protocol": "http", "hostname": "b"}]
    assert linked_hosts(rules({"href_matches": patterns})) == ["https://a.test/", "https://b/"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "1",
        '{"prefetch": {}}',
        '{"prefetch": [1]}',
        '{"imports": {"where": "/a"}}',
        '{"prefetch": [{"urls": ["/a"]}, {"source": "list", "urls": ["//b"]}]}',
    ],
)
def test_no_document_rules(text: str) -> None:
    assert linked_hosts(text) == []


def test_depth_and_numbers_are_no_way_around() -> None:
    assert linked_hosts('{"a": ' + "[" * 100_000) is None
    assert linked_hosts('{"a": ' + "1" * 5000 + "," + rules(ANY)[1:]) is None
    for depth in (300, 400, 450, 480, 520):
        deep = '{"and":[' * depth + "{}" + "]}" * depth
        assert linked_hosts('{"prefetch":[{"where":' + deep + "}]}") is None


@pytest.mark.parametrize("odd", ["\\v", "\0"])
def test_json_that_only_a_browser_reads_is_of_any_link(odd: str) -> None:
    assert linked_hosts('{"x":"' + odd + '",' + rules(ANY)[1:]) is None


def test_a_page_with_such_rules() -> None:
    page = b"<script type=speculationrules>%s</script>"
    where: object
    for where in (OWN, BLOG, {"href_matches": "https://good.test/*"}):
        assert rewrite(page % rules(where).encode(), BadHosts())[1] == []
    for where in (ANY, {"href_matches": {"hostname": "bad.test"}}, {"href_matches": "//bad/*"}):
        out, (gated,) = rewrite(page % rules(where).encode(), BadHosts())
        assert b'type="text/plain" data-cg-type=speculationrules>' in out
        assert gated.service == ("" if where is ANY else "bad-service")


@given(
    st.recursive(
        st.sampled_from(["/*", "//b/", "*", None, 1]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["and", "or", "not", "where", "href_matches", "hostname", "prefetch"]
                ),
                inner,
                max_size=3,
            )
        ),
    )
)
def test_no_rules_raise(value: object) -> None:
    linked_hosts(rules(value))
    linked_hosts(json.dumps(value))
