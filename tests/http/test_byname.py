"""Answers that are kept, and those that are not."""

from __future__ import annotations

from consentguard.http.byname import ByName


def test_what_was_asked_is_worked_out_once() -> None:
    asked: list[str] = []

    def upper(key: str) -> str:
        asked.append(key)
        return key.upper()

    answers = ByName(upper)
    assert [answers["a"], answers["a"], answers["b"]] == ["A", "A", "B"]
    assert asked == ["a", "b"]


def test_what_clients_write_does_not_pile_up() -> None:
    answers = ByName(str.upper)
    for number in range(5000):
        assert answers[f"x-{number}"] == f"X-{number}"
    assert answers["y" * 1000] == "Y" * 1000
    assert len(answers) < 2000
    assert max(map(len, answers)) < 100
