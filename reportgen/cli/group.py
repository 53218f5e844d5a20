"""The list of commands, each loaded only when it is called, so that `--help` stays quick."""

from __future__ import annotations

from importlib import import_module
from typing import ClassVar

import click

from reportgen import __version__
from reportgen.errors import nearest

COMMANDS = {
    "run": "Make the reports of one period and print their paths.",
    "plan": "Say what a run would make, and what moved far since the last edition.",
    "approve": "Release a period's editions as the second person.",
    "runs": "List runs; show how one went and how to go on with it.",
    "outbox": "List, show, send and release the mails.",
    "check": "Validate a job with everything it refers to.",
    "facts": "Print the fact table of a period.",
    "findings": "Print the issues found in a period.",
    "explain": "Say where one number comes from.",
    "catalogue": "List metrics, rules, suggestions, charts and blocks, and which report uses them.",
    "schema": "Print the JSON Schema of a job.",
    "tick": "Make the reports that are due; to be called by a scheduler.",
    "schedule": "List what is due when, and hand the clock over to a scheduler.",
    "archive": "List, show, verify, reproduce and compare what was issued.",
    "demo": "Write the demonstration bank's tables.",
    "doctor": "Check this machine and say what to do.",
}
"""Command to its line in `--help`. The command is the function `command` of `reportgen.cli.<name>`."""


class LazyGroup(click.Group):
    """A group that knows its commands' names and imports one only to run it.

    A command is the function of its name (`-` is `_`) in the module of its name below `package`.
    """

    known: ClassVar[dict[str, str]] = COMMANDS
    package: ClassVar[str] = "reportgen.cli"

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(self.known)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in self.known:
            return None
        name = cmd_name.replace("-", "_")
        command = getattr(import_module(f"{self.package}.{name}"), name)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in self.known:
            known = f"Commands: {', '.join(self.known)}."
            raise click.UsageError(f"There is no command '{args[0]}'.{nearest(args[0], list(self.known))} {known}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(self.known.items()))


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done, 2 the job or the command line is wrong, 3 a dependency is missing, 4 a source failed, "
    "5 data refused, 6 template, 7 rendering, 8 archive, 9 already issued, 10 some failed, 11 another run is at it, "
    "12 verification failed, 13 mails in doubt, 130 interrupted, 143 terminated, 1 anything unexpected.",
)
@click.version_option(__version__, "--version", message="%(prog)s %(version)s")
@click.option("--verbose", is_flag=True, expose_value=False,
              help="Show where in the program an unexpected error arose.")
def program() -> None:
    """Periodic PDF reports on a bank's customers, where every printed number is a traceable fact.

    \b
    reportgen check config/jobs/taihu.yaml
    reportgen run config/jobs/taihu.yaml --period 2011-05
    """
