from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import SITE, a_policy
from tools import policy as page

from consentguard.model import Policy
from consentguard.policy import parse, shape
from consentguard.policy.keys import ANY, Key, keys
from consentguard.policy.reader import ITEMS

WORDS = tomllib.loads(files("consentguard.policy").joinpath("keys.toml").read_text("utf-8"))
EVERY = {key.name: key for key in keys()}


def of_shape(table: shape.Shape, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, rule in table.items():
        yield (*above, name)
        inner = ITEMS.get((*above, name)) if callable(rule) else rule
        if inner is not None:
            yield from of_shape(inner, (*above, name))


def test_every_key_that_the_loader_knows_is_described_and_no_other() -> None:
    assert [key.path for key in keys()] == list(of_shape(shape.POLICY))
    assert WORDS["means"].keys() == EVERY.keys()
    assert WORDS["defaults"].keys() <= EVERY.keys()


@pytest.mark.parametrize("name", sorted(EVERY))
def test_a_meaning_is_one_sentence_or_two_on_one_line(name: str) -> None:
    means = EVERY[name].means
    assert means.endswith(".")
    assert "\n" not in means
    assert "—" not in means


def test_what_is_not_enforced_yet_says_so() -> None:
    assert EVERY["ledger.ip"].refused == ("truncated", "hmac")
    assert EVERY["ledger.ip"].choices == ("none",)
    assert EVERY["ledger.retain_days"].later
    assert not EVERY["ledger.store"].later
    patterns = {".".join(path) for path in shape.LATER} | {".".join(p) for p in shape.NOT_YET}
    assert patterns <= {".".join(key.path) for key in keys()}


def written(policy: Policy, key: Key) -> Any:
    """What a loaded policy has for a key that its file does not have."""
    section, name = key.path[0], key.path[-1]
    if section == "policy":
        return getattr(policy, name)
    if section == "signals":
        return policy.gpc if name == "gpc" else policy.regions["us-ca"].google_consent_mode
    holder = {"purposes": policy.purposes["own"], "services": policy.services["own"]}.get(section)
    value = getattr(holder or getattr(policy, section), name)
    return list(value) if isinstance(value, tuple | frozenset) else value


@pytest.mark.parametrize("name", sorted(n for n, key in EVERY.items() if key.default is not None))
def test_a_default_is_what_the_loader_gives(name: str) -> None:
    policy = a_policy("[purposes.own]\n[services.own]\npurposes = ['own']\n")
    assert written(policy, EVERY[name]) == EVERY[name].default


@pytest.mark.parametrize("name", sorted(n for n, key in EVERY.items() if key.required))
def test_what_is_required_is_missed(name: str) -> None:
    key = EVERY[name]
    head, *_ = key.path
    if ANY in key.path:
        said = f"[{head}.x]\nname = 'x'" if head == "services" else "[regions.x]\ncodes = ['JP']"
        text = f"{SITE}{said}\n"
    elif name == "site":
        text = "schema = 1\n"
    else:
        text = "".join(
            f"{line}\n" for line in SITE.split("\n") if not line.startswith(key.path[-1])
        )
    policy, problems = parse(text)
    assert policy is None
    assert {p.code for p in problems if p.is_error} <= {"E100", "E201", "E400"}


def test_the_page_of_the_docs_is_of_this_source() -> None:
    assert Path(__file__).parents[2] / "docs/policy.md" == page.TARGET
    assert page.TARGET.read_text("utf-8") == page.page()


def test_the_page_has_one_line_for_each_key() -> None:
    lines = page.page().splitlines()
    keyed = [line for line in lines if line.startswith(("| `", "| **`"))]
    rows = [line for line in keyed if not line.startswith("| `consentguard ")]
    cells = [row.split(" | ")[0].strip("| *`[]") for row in rows]
    assert cells == list(EVERY)
    assert all(row.replace("\\|", "").count("|") == 6 for row in rows)
