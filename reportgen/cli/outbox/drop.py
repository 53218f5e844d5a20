"""`reportgen outbox drop`"""

from __future__ import annotations

import click

from reportgen.cli.options import output_option
from reportgen.cli.outbox.chosen import asked, line, mails_argument, outbox_in


@click.command()
@mails_argument
@click.option("--reason", metavar="WHY", required=True, help="Stands in the outbox.")
@output_option
def drop(keys: tuple[str, ...], job: str, period: str, reason: str, output: str) -> None:
    """Give up mails that are not sent yet. They stay in the list, and their files in the outbox.

    \b
    reportgen outbox drop 3f0c2d5e --reason "left the bank"
    """
    from reportgen.delivery.outbox.states import MailState

    states = (MailState.QUEUED, MailState.HELD, MailState.BLOCKED, MailState.FAILED, MailState.WRITTEN)
    told = " ".join(reason.split())
    if not told or not told.isprintable():
        raise click.UsageError("--reason needs words.")
    with outbox_in(output) as outbox:
        for one in asked(outbox, keys, job, period, states):
            click.echo(line(outbox.step(one, MailState.DROPPED, said=told)))
