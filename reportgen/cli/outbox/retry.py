"""`reportgen outbox retry`"""

from __future__ import annotations

import click

from reportgen.cli.options import output_option
from reportgen.cli.outbox.chosen import asked, line, mails_argument, outbox_in


@click.command()
@mails_argument
@output_option
def retry(keys: tuple[str, ...], job: str, period: str, output: str) -> None:
    """Queue failed, blocked and written mails again, the same bytes; `reportgen outbox send` sends them.

    The gate looks at each once more. Where the recipient's address, password or the settings were at fault, mend them
    and give the run's command again instead: it makes failed and blocked mails anew.

    \b
    reportgen outbox retry 3f0c2d5e
    reportgen outbox retry --job tiering --period 2025-12
    """
    from reportgen.delivery.outbox.states import MailState

    states = (MailState.FAILED, MailState.BLOCKED, MailState.WRITTEN)
    with outbox_in(output) as outbox:
        for one in asked(outbox, keys, job, period, states):
            click.echo(line(outbox.step(one, MailState.QUEUED, said="an operator tries again", again=True)))
