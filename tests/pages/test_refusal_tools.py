"""The rules that we hand to tools which refuse for people: each finds what it wants to press."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from importlib.resources import files
from typing import Any

import pytest

from consentguard.locales import available
from consentguard.pages import banner

Read = Callable[[str], Any]
Make = Callable[..., Any]


def rule(name: str) -> Any:
    return json.loads(files("consentguard.static").joinpath(name).read_text("ascii"))


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from strings(one)


def selectors(value: Any) -> set[str]:
    return {text for text in strings(value) if text.startswith("#")}


@pytest.mark.parametrize("lang", available())
@pytest.mark.parametrize("name", ["autoconsent.json", "consent-o-matic.json"])
def test_every_selector_finds_one_element(view: Make, read: Read, name: str, lang: str) -> None:
    found = selectors(rule(name))
    assert "#cg-banner" in found
    page = read(banner.render(view(lang)))
    for selector in found - {"#cg-banner"}:
        control = re.fullmatch(r"#cg-banner \[data-cg=([a-z]+)\]", selector)
        assert control is not None, selector
        button = page.one("button", data_cg=control[1])
        assert button.within("div", id="cg-banner")
        assert button.attrs["value"] == control[1]


def test_each_rule_presses_what_it_says() -> None:
    duck = rule("autoconsent.json")
    assert duck["name"] == "consentguard"
    assert selectors(duck["optOut"]) == {"#cg-banner [data-cg=reject]"}
    assert selectors(duck["optIn"]) == {"#cg-banner [data-cg=accept]"}
    matic = rule("consent-o-matic.json")["consentguard"]
    assert selectors(matic["methods"]) == {"#cg-banner [data-cg=reject]"}
    assert [method["name"] for method in matic["methods"]] == ["SAVE_CONSENT"]
