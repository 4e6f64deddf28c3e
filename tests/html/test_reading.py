"""The quick reading of a tag says what the standard's reading says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.html import reading
from consentguard.html.attributes import attributes
from consentguard.html.foreign import Space
from consentguard.html.reading import Reading
from consentguard.html.spans import Span, What
from consentguard.html.table import PREFIX

ELEMENTS = (b"img", b"script", b"iframe", b"link", b"meta", b"input", b"base", b"use", b"p")
NAMES = (
    *(b"src", b"srcset", b"srcSet", b"SRC", b"href", b"HREF", b"rel", b"as", b"type", b"style"),
    *(
        b"xlink:href",
        b"data-src",
        b"data-cg-src",
        b"Data-CG-x",
        b"data-cg",
        b"srcx",
        b"name",
        b"@x",
    ),
    *(b"content", b"http-equiv", b"language", b"attributionsrc", b"srcdoc", b"=", b"x=", b"", b"'"),
)
VALUES = (
    *(b"", b"=", b"=''", b'=""', b"=a", b"=a/", b"= 'b c'", b'="b\'c"', b"='b\"c'", b'="b > c"'),
    *(
        b"=a'b",
        b'=a"b',
        b"=a=b",
        b"==a",
        b" = a",
        b'="a"b',
        b"='a'/",
        b"=\n\xe9",
        b"=`a`",
        b"=/a/b",
    ),
)
SPACES = (b" ", b"\n", b"\t ", b"/", b" / ", b"", b"\f")
TAGS = st.lists(
    st.tuples(st.sampled_from(SPACES), st.sampled_from(NAMES), st.sampled_from(VALUES)), max_size=6
)


def read(tag: bytes, name: bytes, space: Space = Space.HTML) -> Reading:
    return Reading(tag, Span(What.TAG, name, 0, len(tag), len(tag), space))


@given(TAGS, st.sampled_from(ELEMENTS), st.sampled_from(Space), st.sampled_from((b">", b" />")))
def test_every_tag_is_read_as_the_standard_reads_it(
    parts: list[tuple[bytes, bytes, bytes]], element: bytes, space: Space, end: bytes
) -> None:
    tag = b"<" + element + b"".join(b"".join(part) for part in parts) + end
    found = read(tag, element, space)
    every = list(attributes(tag, 1 + len(element), len(tag)))
    values: dict[bytes, bytes] = {}
    for one in every:
        values.setdefault(one.name, tag[one.value_start : one.value_end])
    for name in found.form.names:
        assert found.values.get(name) == values.get(name)
        assert {a for a in found.attributes() if a.name == name} == {
            a for a in every if a.name == name
        }
    assert found.marked == any(one.name.startswith(PREFIX) for one in every)


@pytest.mark.parametrize(
    ("tag", "values"),
    [
        (b'<img class="a" src="/b" async alt=c />', {b"src": b"/b"}),
        (b"<img src='/b' data-src=\"/c\">", {b"src": b"/b"}),
        (b"<img src=/b/>", {b"src": b"/b/"}),
        (b"<img src=/b src=/c>", {b"src": b"/b"}),
        (b"<img src>", {b"src": b""}),
        (b"<img viewBox='0 0' alt>", {}),
    ],
)
def test_values(tag: bytes, values: dict[bytes, bytes]) -> None:
    assert read(tag, b"img").values == values


def test_only_the_tag_is_read() -> None:
    data = b"<script src=/a>x src='//bad'>"
    found = Reading(data, Span(What.SCRIPT, b"script", 7, 7 + 15, 7 + len(data)))
    assert found.values == {b"src": b"/a"}
    assert [one.value_start for one in found.attributes()] == [12]


def test_elements_with_equal_attributes_share_an_expression() -> None:
    forms = reading._ELEMENTS
    assert forms[b"a"].usual is forms[b"area"].usual
    assert forms[b"img"].usual is not forms[b"video"].usual
