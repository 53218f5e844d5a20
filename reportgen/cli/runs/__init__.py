"""`reportgen runs`: one command, one file."""

from __future__ import annotations

from typing import ClassVar

import click

from reportgen.cli.group import LazyGroup

COMMANDS = {
    "list": "List runs, the latest first.",
    "show": "Show how a run went, and how to go on with it.",
}
"""Command to its line in `--help`."""


class RunsGroup(LazyGroup):
    """The commands of the run ledger."""

    known: ClassVar[dict[str, str]] = COMMANDS
    package: ClassVar[str] = "reportgen.cli.runs"


@click.group(cls=RunsGroup)
def runs() -> None:
    """What was run: by whom, how far it came, what failed.

    RUN is a run's id or the beginning of one, as `reportgen runs list` prints it.

    \b
    reportgen runs list --state failed
    reportgen runs show 3f0c2d5e
    """
