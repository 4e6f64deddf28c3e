"""Where the thing in a frame can be seen by itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.pages.originals import original

PAGE = "https://www.site.test/a/b"
WATCH = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("https://www.youtube.com/embed/dQw4w9WgXcQ", WATCH),
        ("//www.youtube-nocookie.com/embed/dQw4w9WgXcQ?rel=0&start=30", WATCH + "&t=30"),
        ("https://youtube.com/embed/dQw4w9WgXcQ?start=x%26y", WATCH),
        (
            "https://www.youtube.com/embed/videoseries?list=PL1%262",
            "https://www.youtube.com/playlist?list=PL1%262",
        ),
        ("https://player.vimeo.com/video/76979871?title=0", "https://vimeo.com/76979871"),
        ("https://player.vimeo.com/video/7?h=ab1", "https://vimeo.com/7/ab1"),
        ("https://player.vimeo.com/video/7?h=/../x", "https://vimeo.com/7"),
        (
            "https://www.google.com/maps/embed?pb=!1m18!1m3!1d2428!2d13.37!3d-52.51!2m3",
            "https://www.google.com/maps/@-52.51,13.37,14z",
        ),
        (
            "https://www.google.com/maps/embed/v1/place?key=K&q=Space+Needle",
            "https://www.google.com/maps/search/?api=1&query=Space%20Needle",
        ),
        (
            "https://maps.google.com/maps?q=Berlin&output=embed",
            "https://www.google.com/maps/search/?api=1&query=Berlin",
        ),
        ("https://www.google.com/maps/embed?pb=x", "https://www.google.com/maps/embed?pb=x"),
        (
            "https://open.spotify.com/embed/track/4cOd?utm_source=x",
            "https://open.spotify.com/track/4cOd",
        ),
        (
            "https://w.soundcloud.com/player/?url=https%3A//soundcloud.com/a/b&color=f",
            "https://soundcloud.com/a/b",
        ),
        (
            "https://w.soundcloud.com/player/?url=https://evil.test/soundcloud.com/",
            "https://w.soundcloud.com/player/?url=https://evil.test/soundcloud.com/",
        ),
        (
            "https://w.soundcloud.com/player/?url=javascript:alert(1)//soundcloud.com/",
            "https://w.soundcloud.com/player/?url=javascript:alert(1)//soundcloud.com/",
        ),
        (
            "https://www.dailymotion.com/embed/video/x7?autoplay=1",
            "https://www.dailymotion.com/video/x7",
        ),
        (
            "https://www.facebook.com/plugins/post.php?href=https%3A%2F%2Fwww.facebook.com%2Fa%2Fb",
            "https://www.facebook.com/a/b",
        ),
        ("https://www.instagram.com/p/C_x-1/embed/", "https://www.instagram.com/p/C_x-1/"),
        ("https://www.tiktok.com/embed/v2/71", "https://www.tiktok.com/@/video/71"),
        ("https://player.example/v/1?x=1#t", "https://player.example/v/1?x=1#t"),
        ("HTTP:\\\\player.example\\v", "http://player.example/v"),
        ("v", "https://www.site.test/a/v"),
    ],
)
def test_the_page_of_the_thing_itself_or_else_the_frame(url: str, page: str) -> None:
    assert original(url, PAGE) == page


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "\tJAVA\nscript:alert(1)",
        "data:text/html,x",
        "about:blank",
        "blob:https://www.youtube.com/1",
        "ftp://player.example/",
        "https://www.youtube.com@evil.test/embed/x",
        "https://[::1",
        "https://player.example/" + "x" * 2000,
    ],
)
def test_nothing_else_is_a_link(url: str) -> None:
    assert original(url, PAGE) == ""


def test_the_first_base_counts() -> None:
    assert original("v", PAGE, ("//cdn.test/x/", "//other.test/")) == "https://cdn.test/x/v"
    assert original("v", PAGE, ("javascript:x/",)) == ""
    assert original("v", PAGE, ("https://[",)) == ""


@given(st.text(max_size=80), st.text(max_size=20))
def test_whatever_it_is_it_is_http(url: str, base: str) -> None:
    found = original(url, PAGE, (base,))
    assert found == "" or found.startswith(("http://", "https://"))
