"""Sending what is due, told on standard error as it goes: after a run, at a tick, and by `reportgen outbox send`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from reportgen.cli.failure import near, printable
from reportgen.errors import ExitCode

if TYPE_CHECKING:
    from reportgen.delivery.dispatch import Told
    from reportgen.delivery.outbox.row import Mail

_AGAIN = {
    "in_doubt": "looked for at the next `reportgen outbox send` or tick",
    "held": "reportgen outbox release says that it is to go, drop that it is not",
    "blocked": "reportgen outbox retry looks again once the cause is mended",
    "failed": "reportgen outbox retry tries again, drop gives up",
}


def sent(output: Path, root: Path, *, quietly: bool = False, asked: bool = False) -> int:
    """Send the mails that are due; 13 where the fate of one is unknown, 10 where one failed or was stopped, else 0.

    `quietly` says nothing where nothing was due; a login that was refused is tried again where it is `asked` for.
    Raises ReportgenError.
    """
    from reportgen.archive.archive import Archive
    from reportgen.config.operations import ledger_url
    from reportgen.delivery.post import Post
    from reportgen.operations.afterwards import afterwards
    from reportgen.operations.mailed import happenings
    from reportgen.runs.ledger import Ledger

    with Ledger.of(output, ledger_url(root)) as ledger:
        if not ledger.database.is_there:
            return ExitCode.DONE
        post = Post.of(output, root, ledger.database, Archive.of(output))
        told = post.send(_say, asked=asked)
        for line in afterwards(output, root, ledger, others=happenings(post.outbox, told, post.clock())):
            click.echo(printable(line), err=True)
        if told.settled or told.stopped or not quietly:
            for line in _summed(told, written=post.settings.server is None, output=output):
                click.echo(line, err=True)
    return code_of(told)


def code_of(told: Told) -> int:
    from reportgen.delivery.outbox.states import MailState

    if told.many(MailState.IN_DOUBT) or told.many(MailState.HELD):
        return ExitCode.IN_DOUBT
    wrong = told.many(MailState.FAILED) or told.many(MailState.BLOCKED)
    return ExitCode.PARTLY_FAILED if wrong or told.refused else ExitCode.DONE


def _say(mail: Mail) -> None:
    """What did not simply go out, a line each; what to do with it."""
    one, state = mail.subject, str(mail.state)
    if state in ("sent", "written"):
        return
    why = f"{mail.code} {mail.said}" if mail.code else mail.said
    more = f"{_AGAIN[state]}: {mail.key[:12]}" if state in _AGAIN else f"again at {mail.next_at:%Y-%m-%d %H:%M} UTC"
    name = f"{one.job} {one.period} {one.scope} {one.revision} to {one.recipient}"
    click.echo(printable(f"{name}: {state.replace('_', ' ')}: {why} ({more})"), err=True)


def _summed(told: Told, *, written: bool, output: Path) -> list[str]:
    from reportgen.delivery.outbox.states import MailState

    counts = [f"{many:,} {state.replace('_', ' ')}" for state in MailState if (many := told.many(state))]
    lines = [f"mail: {', '.join(counts) or 'nothing was due'}"]
    if written and told.many(MailState.WRITTEN):
        lines.append(f"  no mail server is set in config/delivery.yaml: they lie in {near(str(output / 'outbox'))}/")
    if told.stopped:
        lines.append(f"  nothing more was sent: {told.stopped}")
    return lines
