"""``flask consent …``: the package's commands, with the policy of the app.

The command line is imported when somebody types it: a server has no use for it.
"""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext

from consentguard.adapters.flask.gate import Gate
from consentguard.errors import ConfigError


class _Commands(click.Group):
    """What ``consentguard`` has, under the same names."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of ``consentguard --help``."""
        from consentguard.cli import configured  # noqa: PLC0415 - see above

        return list(configured.commands())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        from consentguard.cli import configured  # noqa: PLC0415 - see above

        about = configured.commands().get(cmd_name)
        if about is None:
            return None

        @click.pass_context
        def run(ctx: click.Context, arguments: tuple[str, ...]) -> None:
            gate: Gate = current_app.extensions["consentguard"]
            said = [cmd_name, *arguments]
            try:
                code = configured.run(said, gate.settings.policy, "flask consent")
            except ConfigError as exc:
                raise click.ClickException(str(exc)) from None
            ctx.exit(code)

        return click.Command(
            cmd_name,
            callback=with_appcontext(run),
            params=[click.Argument(["arguments"], nargs=-1, type=click.UNPROCESSED)],
            help=about,
            add_help_option=False,  # the command has its own
            context_settings={"ignore_unknown_options": True},
        )


consent = _Commands("consent", help="Cookie and tracker consent: the policy of this app.")
