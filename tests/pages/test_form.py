"""Bodies of a choice."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.errors import BadRequest
from consentguard.pages.form import KINDS, MAX_BODY, MAX_FIELDS, Sent, is_json, next_in, read

FORM = "application/x-www-form-urlencoded; charset=utf-8"
JSON = "application/json"


def test_a_form() -> None:
    body = b"choice=save&purpose=a&purpose=b+c&service=%C3%A9&region=eea-gdpr&next=%2Fx%3Fy&other=1"
    assert read(FORM, body) == Sent(
        "save", {"a": True, "b c": True}, {"é": True}, "eea-gdpr", "/x?y", json=False
    )


def test_a_json_object() -> None:
    data = {"choice": "save", "purposes": {"a": True, "b": False}, "services": {"s": True}}
    assert read(JSON, json.dumps({**data, "next": "/x", "other": [1]}).encode()) == Sent(
        "save", {"a": True, "b": False}, {"s": True}, "", "/x", json=True
    )


@pytest.mark.parametrize(
    "body", [b"choice=reject&choice=reject", b"choice=reject&&", b"choice=reject;"]
)
def test_harmless_forms(body: bytes) -> None:
    if body.endswith(b";"):
        with pytest.raises(BadRequest):
            read(FORM, body)  # ";" separates nothing: the value is "reject;"
    else:
        assert read(FORM, body).kind == "reject"


def test_a_choice_that_says_two_things_is_none() -> None:
    with pytest.raises(BadRequest, match="two things"):
        read(FORM, b"choice=reject&choice=accept")


def test_limits() -> None:
    exact = b"choice=reject&x=".ljust(MAX_BODY, b"y")
    assert read(FORM, exact).kind == "reject"
    for kind in (FORM, JSON, "text/plain"):
        with pytest.raises(BadRequest, match=str(MAX_BODY)):
            read(kind, exact + b"y")
    with pytest.raises(BadRequest):
        read(FORM, b"choice=reject" + b"&a=" * MAX_FIELDS)
    many = {"choice": "save", "purposes": {str(i): True for i in range(MAX_FIELDS + 1)}}
    with pytest.raises(BadRequest):
        read(JSON, json.dumps(many).encode())


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("application/json", True),
        (" Application/JSON ; charset=utf-8", True),
        ("application/json5", False),
        ("text/json", False),
        ("", False),
    ],
)
def test_what_json_is(kind: str, expected: bool) -> None:
    assert is_json(kind) is expected


def test_next_of_a_body_that_may_be_anything() -> None:
    assert next_in(FORM, b"next=%2Fx") == "/x"
    assert next_in("", b"next=/x&next=/y") == "/y"
    assert next_in(JSON, b'{"next":"/x"}') == ""
    assert next_in(FORM, b"\xff") == ""
    assert next_in(FORM, b"a=&" * 4000) == ""


@given(st.sampled_from([FORM, JSON, "", "x"]), st.binary(max_size=400))
def test_any_body_is_read_or_refused(kind: str, body: bytes) -> None:
    next_in(kind, body)
    try:
        assert read(kind, body).kind in KINDS
    except BadRequest as exc:
        status = exc.status
    else:
        status = 400
    assert status == 400


JSONS = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "choice": st.sampled_from(KINDS) | JSONS,
            "purposes": st.dictionaries(st.text(max_size=9), st.booleans()) | JSONS,
            "services": JSONS,
            "region": JSONS,
            "next": JSONS,
        },
    )
)
def test_any_json_is_read_or_refused(data: dict[str, object]) -> None:
    try:
        sent = read(JSON, json.dumps(data).encode())
    except BadRequest:
        return
    assert sent.kind in KINDS
    assert all(isinstance(on, bool) for on in (*sent.purposes.values(), *sent.services.values()))


def test_boxes_of_services_as_they_came() -> None:
    body = b"choice=save&shown-on=a&shown-off=b&before=media&service=b&before=login"
    sent = read(FORM, body)
    assert sent.shown == {"a": True, "b": False}
    assert sent.before == {"media", "login"}
    assert sent.services == {"b": True}
    plain = read(FORM, b"choice=save&service=b")
    assert (plain.shown, plain.before) == ({}, frozenset())
