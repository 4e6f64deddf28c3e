"""Values become text, never markup."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.locales import load
from consentguard.model import Model, Region, Service, Site
from consentguard.pages import banner, notices, preferences
from consentguard.pages.markup import (
    Html,
    View,
    checkbox,
    escape,
    fill,
    join,
    link,
    paragraph,
)

Read = Callable[[str], Any]
Make = Callable[..., Any]

HOSTILE = st.sampled_from(
    [
        '"><script>alert(1)</script>',
        "' onmouseover='x",
        "{controller}{0}{next.__class__}",
        "</title></style></textarea>",
        "&lt;b&gt;",
        "<!--",
        "\x00\ud800\x1b",
        "javascript:alert(1)",
    ]
) | st.text(max_size=40)


class Tags(HTMLParser):
    """Tag and attribute names only: the skeleton that no value may change."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, ...]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, *(name for name, _ in attrs)))

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)


def skeleton(markup: str) -> list[tuple[str, ...]]:
    tags = Tags()
    tags.feed(markup)
    tags.close()
    return tags.seen


@given(HOSTILE)
def test_what_is_escaped_reads_back_as_it_was(text: str) -> None:
    found: list[str] = []

    class Data(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.extend(str(value) for _, value in attrs)

        def handle_data(self, data: str) -> None:
            found.append(data)

    reader = Data()
    reader.feed(fill('<p title="{text}">x</p>', text=text))
    shown = escape(text)
    assert found[-1] == "x"
    assert found[0] == text or "\ufffd" in shown
    shown.encode("utf-8")


def test_what_is_markup_already_stays() -> None:
    once = escape("a & b")
    assert once == "a &amp; b"
    assert escape(once) is once
    assert fill("<b>{x}</b>", x=once) == "<b>a &amp; b</b>"
    assert join((Html("<i>"), Html("</i>")), ", ") == "<i>, </i>"


def test_braces_in_a_value_are_text() -> None:
    assert fill("{a}{b}", a="{b}", b="{a}") == "{b}{a}"


def test_an_empty_paragraph_is_nothing() -> None:
    assert paragraph("") == ""
    assert paragraph("a<b", "cg-note") == '<p class="cg-note">a&lt;b</p>'


@pytest.mark.parametrize(
    "url", ["https://a.example/?x=1&y", "HTTP://a.example", "/privacy", "mailto:a@b.example"]
)
def test_links(url: str) -> None:
    assert link(url, "t").startswith('<a href="')


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", " javascript:x", "data:text/html,x", "//evil", "/\\evil", "", "x"],
)
def test_what_is_no_web_address_is_no_link(url: str) -> None:
    assert link(url, "<t>") == "&lt;t&gt;"


@given(text=HOSTILE, url=HOSTILE)
def test_no_value_changes_the_skeleton(view: Make, row: Make, text: str, url: str) -> None:
    harmless = _hostile(view, row, "plain", _kind(url))
    assert _render(_hostile(view, row, text, url)) == _render(harmless)


def _kind(url: str) -> str:
    """A harmless address that is a link where ``url`` is one."""
    return "/plain" if link(url, "t").startswith("<a") else "plain"


def _render(view: View) -> list[tuple[str, ...]]:
    text = view.site.name
    return (
        skeleton(banner.render(view))
        + skeleton(preferences.page(view, text))
        + skeleton(notices.page(view.texts, view, 403, text, text))
    )


def _hostile(view: Make, row: Make, text: str, url: str) -> View:
    # What leaves parts out, or brings some along, is not what this test is about.
    name = f"x{text}" if not text or load("en").service_description(text) else text
    service = Service(
        name, name, (name,), cookies=(name,), vendor="v", country=f"x{name}", policy_url=url or "x"
    )
    made = row("en", name, name=name, description=name, services=(service,))
    result: View = view(
        site=Site(name, controller=name, contact="c", policy_url=url or "x", cookie_domain=name),
        region=Region(name, "p", name, (), {}, transfer_notice=True, sources=(url or "x",)),
        purposes=(made,),
        nonce=name,
        policy_version=name,
        effective=name,
        css_url=name,
        js_url=name,
        next="/" + name.replace("/", "").replace("\\", ""),
        prefix="/x" + name.replace("/", "").replace("\\", ""),
    )
    return result


def test_the_box_shows_how_things_stand(view: Make, row: Make, read: Read) -> None:
    def box(**changes: object) -> dict[str, str | None]:
        shown = checkbox(view(), row("en", "media", **changes), "page")
        attrs: dict[str, str | None] = read(shown).one("input").attrs
        return attrs

    assert "checked" not in box()
    assert "checked" in box(allowed=True)
    assert {"checked", "disabled"} <= set(box(required=True, model=Model.NONE))
    assert "disabled" in box(model=Model.DENY)
    assert "checked" not in box(model=Model.DENY)


def test_the_box_has_name_and_description(view: Make, row: Make, read: Read) -> None:
    found = read(checkbox(view(), row("en", "analytics"), "page"))
    box = found.one("input")
    assert found.one("label").attrs["for"] == box.attrs["id"]
    assert "Counts visits" in found.one(id=box.attrs["aria-describedby"]).text


def test_a_purpose_outside_accept_says_so(view: Make, row: Make) -> None:
    assert "Accept all" in checkbox(view(), row("en", "email_marketing", explicit=True), "page")


def test_who_answers_for_the_site(view: Make) -> None:
    made = view()
    assert made.controller == "Example Music GmbH"
    assert dataclasses.replace(made, site=Site("Only")).controller == "Only"
