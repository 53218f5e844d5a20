"""`reportgen outbox`: one command, one file."""

from __future__ import annotations

from typing import ClassVar

import click

from reportgen.cli.group import LazyGroup

COMMANDS = {
    "list": "List the mails and where each stands.",
    "show": "Show one mail: to whom, what became of it, where its bytes lie.",
    "send": "Send what is due now.",
    "retry": "Try failed and blocked mails again.",
    "release": "Let held mails go, or say that one in doubt has arrived.",
    "drop": "Give mails up.",
}
"""Command to its line in `--help`."""


class OutboxGroup(LazyGroup):
    """The commands of the outbox."""

    known: ClassVar[dict[str, str]] = COMMANDS
    package: ClassVar[str] = "reportgen.cli.outbox"


@click.group(cls=OutboxGroup)
def outbox() -> None:
    """The mails: one for each edition and recipient, kept before it is sent, sent once.

    MAIL is a mail's key or the beginning of it, as `reportgen outbox list` prints it.

    \b
    reportgen outbox list --state in_doubt
    reportgen outbox release --job tiering --period 2025-12
    """
