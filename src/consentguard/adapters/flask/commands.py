"""``flask consent …``: the package's commands, with the policy of the app.

The command line is imported when somebody types it: a server has no use for it.
"""

from __future__ import annotations

import os
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from consentguard.adapters.flask.gate import Gate
from consentguard.adapters.flask.settings import POLICY
from consentguard.model import Policy

#: These have a use only before there is an app.
_BEFORE = frozenset({"demo", "init"})
#: These need no policy.
_BARE = frozenset({"catalogue", "diff", "schema"})


class _Commands(click.Group):
    """What ``consentguard`` has, under the same names."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of ``consentguard --help``."""
        return list(_known())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        about = _known().get(cmd_name)
        if about is None:
            return None

        @click.pass_context
        def run(ctx: click.Context, arguments: tuple[str, ...]) -> None:
            ctx.exit(_run(cmd_name, arguments))

        return click.Command(
            cmd_name,
            callback=with_appcontext(run),
            params=[click.Argument(["arguments"], nargs=-1, type=click.UNPROCESSED)],
            help=about,
            add_help_option=False,  # the command has its own
            context_settings={"ignore_unknown_options": True},
        )


def _known() -> dict[str, str]:
    """Name → what it does."""
    from consentguard.cli import COMMANDS  # noqa: PLC0415 - see above

    modules: Any = COMMANDS
    named = {module.__name__.rpartition(".")[2]: module.__doc__ or "" for module in modules}
    return {
        name: about.partition("\n")[0].partition(": ")[2]
        for name, about in named.items()
        if name not in _BEFORE
    }


def _run(name: str, arguments: tuple[str, ...]) -> int:
    """Run a command; its exit code."""
    from consentguard.cli import main  # noqa: PLC0415 - see above

    if name in _BARE:
        return main([name, *arguments])
    gate: Gate = current_app.extensions["consentguard"]
    policy = gate.fresh().settings.policy
    if isinstance(policy, Policy):
        raise click.ClickException(
            f"{POLICY} of this app is no file: use `consentguard {name}` with one."
        )
    # `classify` reads no policy unless it is told to.
    told = ("--policy", str(policy)) if name == "classify" else ()
    before = os.environ.get(POLICY)
    os.environ[POLICY] = str(policy)
    try:
        return main([name, *told, *arguments])
    finally:
        if before is None:
            del os.environ[POLICY]
        else:
            os.environ[POLICY] = before


consent = _Commands("consent", help="Cookie and tracker consent: the policy of this app.")
