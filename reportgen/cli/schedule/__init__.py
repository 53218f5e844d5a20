"""`reportgen schedule`: one command, one file."""

from __future__ import annotations

from typing import ClassVar

import click

from reportgen.cli.group import LazyGroup

COMMANDS = {
    "list": "List the scheduled jobs: when next, for which period, what became of the last.",
    "install": "Write the files that make systemd, cron, Kubernetes or Airflow call tick.",
}
"""Command to its line in `--help`."""


class ScheduleGroup(LazyGroup):
    """The commands of the schedule."""

    known: ClassVar[dict[str, str]] = COMMANDS
    package: ClassVar[str] = "reportgen.cli.schedule"


@click.group(cls=ScheduleGroup)
def schedule() -> None:
    """What is due when, and who looks. A job says it under `schedule:`; `reportgen tick` does what is due.

    \b
    reportgen schedule list
    reportgen schedule install systemd --every 15m
    """
