"""Words by key, with blanks to fill and plural forms."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.locales import Texts, load

ENGLISH = load("en").language


def test_placeholders() -> None:
    texts = Texts(ENGLISH, {"a": "{x} and {y}"})
    assert texts.get("a", x=1, y="{x}") == "1 and {x}"
    assert texts.get("a", x="only") == "only and {y}"
    assert texts.get("a") == "{x} and {y}"
    assert texts.get("none") == "none"


@given(st.text(), st.text())
def test_a_value_is_never_read_as_a_template(template: str, value: str) -> None:
    assert isinstance(Texts(ENGLISH, {"a": template}).get("a", x=value), str)
    assert Texts(ENGLISH, {"a": "{x}"}).get("a", x=value) == value


def test_the_digest_is_of_the_words() -> None:
    one = Texts(ENGLISH, {"a": "b", "c": "d"})
    assert one.digest == Texts(ENGLISH, {"c": "d", "a": "b"}).digest
    assert one.digest != Texts(ENGLISH, {"a": "b", "c": "D"}).digest
    assert one.digest != Texts(replace(ENGLISH, tag="de"), {"a": "b", "c": "d"}).digest
    assert re.fullmatch(r"[0-9a-f]{64}", load("en").digest)


def test_things_are_counted_as_the_language_does() -> None:
    arabic = load("ar")
    said = {number: arabic.count("service.count", number) for number in (0, 1, 2, 3, 11, 100)}
    assert len({re.sub(r"[0-9]+", "N", text) for text in said.values()}) == 5
    assert "2" not in said[2]
    assert "11" in said[11]
    assert load("en").count("banner.partners", 1) == "1 partner is involved."
    assert load("en").count("banner.partners", 7) == "7 partners are involved."
    assert load("en").count("service.on", 3, on=1) == "3 services, on: 1"


def test_a_form_that_is_not_there_is_the_usual_one() -> None:
    texts = Texts(ENGLISH, {"a.other": "{count} of them"})
    assert texts.count("a", 1) == "1 of them"


def test_words_of_the_sites_own_go_before() -> None:
    texts = load("de").with_words({"button.accept": "Ja"})
    assert texts["button.accept"] == "Ja"
    assert texts["button.reject"] == load("de")["button.reject"]
    assert texts.digest != load("de").digest
    assert (texts.lang, texts.confidence) == ("de", load("de").confidence)
    assert load("de").with_words({}) is load("de")


def test_it_is_a_mapping_to_look_at() -> None:
    texts = load("en")
    assert len(texts) == len(list(texts)) == len(texts.keys())
    assert "button.accept" in texts
    with pytest.raises(KeyError):
        texts["no.such.key"]
