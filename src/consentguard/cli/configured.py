"""The commands as an app's own command line has them: with the policy that the app is run with."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from consentguard.cli import COMMANDS, main
from consentguard.errors import ConfigError

#: These have a use only before there is an app.
_BEFORE = frozenset({"demo", "init"})
#: These read no policy, or those that they are given.
_BARE = frozenset({"catalogue", "diff", "schema"})

_POLICY = "CONSENTGUARD_POLICY"


def commands() -> dict[str, str]:
    """Name → what it does, in the order of ``consentguard --help``."""
    named = {m.__name__.rpartition(".")[2]: m.__doc__ or "" for m in COMMANDS}
    return {
        name: about.partition("\n")[0].partition(": ")[2]
        for name, about in named.items()
        if name not in _BEFORE
    }


def run(arguments: Sequence[str], policy: object, called: str = "consentguard") -> int:
    """Run a command; its exit code.

    ``policy`` is the path of the app's policy file; ``called`` what the user has typed before the
    command. Raises :class:`ConfigError` where it is none
    and the command needs one.
    """
    name, *more = [*arguments] or ["--help"]
    if name in _BARE or name.startswith("-"):
        return main([name, *more], called)
    if not isinstance(policy, str | os.PathLike):
        raise ConfigError(f"The policy of this app is no file: use `consentguard {name}` with one.")
    file = os.fspath(policy)
    # `classify` reads no policy unless it is told to.
    told = ["--policy", file] if name == "classify" else []
    with _environment(file):
        return main([name, *told, *more], called)


@contextmanager
def _environment(file: str) -> Iterator[None]:
    before = os.environ.get(_POLICY)
    os.environ[_POLICY] = file
    try:
        yield
    finally:
        if before is None:
            del os.environ[_POLICY]
        else:
            os.environ[_POLICY] = before
