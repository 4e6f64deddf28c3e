"""What holds where: any change of a preset shows in a file that people review."""

from __future__ import annotations

from tests.policy.golden import FILE, WHOLE, countries, lines, whole


def test_the_rules_of_every_place_are_those_that_were_reviewed() -> None:
    """After a change that is meant: ``python -m tests.policy.golden``, and read the difference."""
    assert lines() == FILE.read_text("utf-8").splitlines()


def test_all_that_a_rule_set_says_was_reviewed() -> None:
    assert whole() == WHOLE.read_text("utf-8")


def test_every_country_of_the_world_is_in_it() -> None:
    found = {line.partition("\t")[0] for line in FILE.read_text("utf-8").splitlines()[1:]}
    assert len(countries()) == 249
    assert set(countries()) <= found
    assert len([code for code in found if code.startswith("US-")]) == 51
    assert len([code for code in found if code.startswith("CA-")]) == 13
