"""`reportgen outbox release`"""

from __future__ import annotations

import click

from reportgen.cli.options import output_option
from reportgen.cli.outbox.chosen import asked, line, mails_argument, outbox_in


@click.command()
@mails_argument
@click.option("--arrived", is_flag=True, help="The recipient has it: it is sent, and is not sent again.")
@output_option
def release(keys: tuple[str, ...], job: str, period: str, arrived: bool, output: str) -> None:
    """Let held mails go: those of a run that reaches many more people than the last, and those in doubt.

    Of a mail in doubt nobody knows whether it arrived: ask the recipient. Released it goes once more, the same bytes
    under the same Message-ID; with --arrived it does not.

    \b
    reportgen outbox release --job tiering --period 2025-12
    reportgen outbox release 3f0c2d5e --arrived
    """
    from reportgen.delivery.outbox.states import MailState

    to = MailState.SENT if arrived else MailState.QUEUED
    said = "arrived, as an operator says" if arrived else "let go by an operator"
    with outbox_in(output) as outbox:
        found = asked(outbox, keys, job, period, (MailState.HELD,))
        if arrived and not keys:
            raise click.UsageError("--arrived is said of one mail after the other, by their keys.")
        for one in found:
            click.echo(line(outbox.step(one, to, said=said, again=not arrived)))
