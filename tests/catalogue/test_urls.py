from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.catalogue.urls import Target, cut, resolve

PAGE = "https://www.site.example/shop/item?x=1#y"


@pytest.mark.parametrize(
    "url",
    [
        "https://www.google-analytics.com/g/collect",
        "HTTPS://WWW.GOOGLE-ANALYTICS.COM/g/collect",
        "//www.google-analytics.com/g/collect",
        r"\\www.google-analytics.com\g\collect",
        r"https:\/www.google-analytics.com/g/collect",
        "https:www.google-analytics.com/g/collect".replace("https:", "http:"),
        " \t\nhttps://www.google-analytics.com/g/collect ",
        "ht\ttps://www.goo\ngle-analytics.com/g/col\rlect",
        "https://user:secret@www.google-analytics.com:8443/g/collect",
        "https://www.google-analytics.com./g/collect",
        "https://www.g%6Fogle-analytics.com/g/collect",
        "https://ｗｗｗ．google-analytics．com/g/collect",
        "https://www。google-analytics。com/g/collect",
        "https:////www.google-analytics.com/g/collect",
        "wss://www.google-analytics.com/g/collect",
        "https://www.google-analytics.com/x/../g/collect",
        "https://www.google-analytics.com/%67/collect",
        "https://www.google-analytics.com/g/collect#https://site.example/",
    ],
)
def test_disguises_are_seen_through(url: str) -> None:
    target = resolve(url, PAGE)
    assert target is not None
    assert (target.host, target.path) == ("www.google-analytics.com", "/g/collect")


@pytest.mark.parametrize(
    "url",
    [
        "data:text/html,<img src=//t.example>",
        " DATA:,x",
        "blob:https://t.example/1",
        "javascript:fetch('//t.example')",
        "about:blank",
        "mailto:a@t.example",
        "tel:1",
        "ftp://t.example/",
        "android-app://t.example/",
        "https://",
        "https://[::1",
        "https://t.example:99999/",
    ],
)
def test_what_contacts_nobody_is_nothing(url: str) -> None:
    assert resolve(url, PAGE) is None


@pytest.mark.parametrize("space", [" ", "%20", "\u00a0", "\u3000"])
def test_a_host_with_a_space_is_one_to_chromium(space: str) -> None:
    target = resolve(f"https://a{space}b.t.example/x", PAGE)
    assert target is not None
    assert target.host == "a-b.t.example"


@pytest.mark.parametrize(
    ("url", "host", "path"),
    [
        ("", "www.site.example", "/shop/item"),
        ("?q", "www.site.example", "/shop/item"),
        ("next.js", "www.site.example", "/shop/next.js"),
        ("/a//b", "www.site.example", "/a//b"),
        ("https:next.js", "www.site.example", "/shop/next.js"),
        ("https://0x7f.1/", "127.0.0.1", "/"),
        ("https://[2001:DB8::1]/", "[2001:db8::1]", "/"),
        ("//t.example", "t.example", "/"),
        ("https://t.example?@site.example/", "t.example", "/"),
    ],
)
def test_references_resolve_as_the_standard_says(url: str, host: str, path: str) -> None:
    target = resolve(url, PAGE)
    assert target is not None
    assert (target.host, target.path) == (host, path)


@pytest.mark.parametrize("base", ["", "nonsense", "http://[bad/", "mailto:x"])
def test_without_a_usable_base_only_absolute_references_reach_a_host(base: str) -> None:
    assert resolve("/x.js", base) is None
    target = resolve("https://t.example/x.js", base)
    assert target is not None
    assert target.host == "t.example"


def test_a_lone_surrogate_does_not_hide_a_request() -> None:
    target = resolve("https://t.example/a?x=\udcff&id=G-1", PAGE)
    assert target is not None
    assert target.items == [("x", "\ufffd"), ("id", "G-1")]


def test_query_parameters_are_decoded_and_duplicates_kept() -> None:
    target = resolve("/x?id=%47-1&id=AW-2&&empty&%69d=c+d", PAGE)
    assert target is not None
    assert target.items == [("id", "G-1"), ("id", "AW-2"), ("empty", ""), ("id", "c d")]


@given(st.text(st.characters(), max_size=80), st.text(st.characters(), max_size=40))
def test_nothing_raises(url: str, base: str) -> None:
    for page in (base, PAGE):
        target = resolve(url, page)
        assert target is None or target.path.startswith("/")


PARTS = (
    *(
        "http:",
        "https:",
        "HTTPS:",
        "ws:",
        "//",
        "/",
        "\\",
        "a",
        "b.example",
        "www.",
        "xn--",
        "xn--a",
    ),
    *(
        "1",
        "0x1",
        ".",
        "..",
        "-",
        "_",
        ":80",
        "@",
        "%2e",
        "%61",
        "?",
        "#",
        "&",
        "=",
        "q=1",
        "'",
        '"',
    ),
    *(
        " ",
        "\t",
        "\n",
        "<",
        "|",
        "^",
        "é",
        "\udcff",
        "\x7f",
        "\xa0",
        "．",
        "+",
        "js",
        "~",
        "[",
        "]",
    ),
)


@given(st.lists(st.sampled_from(PARTS), max_size=10).map("".join))
def test_what_is_cut_is_what_the_parser_says(text: str) -> None:
    for url in (text, f"//{text}", f"/{text}", f"https://a.example/{text}"):
        host, path, query = cut(url)
        assert bool(path) or (host, query) == ("", None)
        if path:
            target = resolve(url, PAGE)
            assert target is not None
            assert (target.host, target.path) == (host or "www.site.example", path)
            if query is not None:
                assert target.items == Target(host, path, query).items


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("https://a.example/b/.c/d.js?e#f", ("a.example", "/b/.c/d.js", "e")),
        ("//a.example?e", ("a.example", "/", "e")),
        ("http://localhost", ("localhost", "/", "")),
        ("/b?c d", ("", "/b", None)),
        *(
            (url, ("", "", None))
            for url in ("b", "?c", "", "//", "/b/../c", "/b/.", "//A.example/")
        ),
        *(
            (url, ("", "", None))
            for url in ("//1.2", "//a.0x1", "//xn--a.example", "//a.example:1/")
        ),
        *((url, ("", "", None)) for url in ("//a.example./", "/%62", "/b\\c", "//" + "a" * 254)),
    ],
)
def test_cut(url: str, parts: tuple[str, str, str | None]) -> None:
    assert cut(url) == parts
