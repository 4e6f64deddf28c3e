from __future__ import annotations

from pathlib import Path

from consentguard.policy import examine

HERE = Path(__file__).parent


def test_twenty_mistakes_of_one_file_are_told_in_one_run() -> None:
    policy, problems = examine(HERE / "mistakes.toml")
    assert policy is None
    assert len(problems) == 20
    assert all(problem.is_error for problem in problems)
    said = [problem.text("mistakes.toml") for problem in problems]
    assert "\n".join(said) + "\n" == (HERE / "mistakes.txt").read_text("utf-8")


def test_each_place_is_that_of_the_key_which_is_named() -> None:
    lines = (HERE / "mistakes.toml").read_text("utf-8").splitlines()
    for problem in examine(HERE / "mistakes.toml")[1]:
        last = problem.key.rpartition(".")[2]
        assert lines[problem.line - 1][problem.col - 1 :].startswith(last), problem


def test_each_kind_of_mistake_is_another_line_and_they_are_in_order() -> None:
    lines = [problem.line for problem in examine(HERE / "mistakes.toml")[1]]
    assert lines == sorted(set(lines))
