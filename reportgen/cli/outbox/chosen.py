"""What the outbox's commands share: opening it, and which mails are meant."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from reportgen.errors import JobError

if TYPE_CHECKING:
    from reportgen.delivery.outbox.outbox import Outbox
    from reportgen.delivery.outbox.row import Mail
    from reportgen.delivery.outbox.states import MailState

F = TypeVar("F", bound=Callable[..., Any])


def mails_argument(function: F) -> F:
    """MAIL…, or --job and --period for all of a run."""
    for option in (
        click.option("--period", metavar="P", default="", help="All of this period's that can."),
        click.option("--job", metavar="J", default="", help="All of this job's that can."),
        click.argument("keys", metavar="[MAIL]...", nargs=-1),
    ):
        function = option(function)
    return function


@contextmanager
def outbox_in(output: str) -> Iterator[Outbox]:
    """The outbox of an output folder."""
    from reportgen.config.operations import ledger_url
    from reportgen.context import project_root
    from reportgen.delivery.outbox.outbox import Outbox
    from reportgen.runs.ledger import Ledger

    folder = Path(output).resolve()
    with Ledger.of(folder, ledger_url(project_root(Path.cwd()))) as ledger:
        if not ledger.database.is_there:
            raise JobError(f"{folder}: there is no outbox here; no run wrote to it.", state="Nothing was changed.",
                           hint="Name the folder of the run: --output DIR.")
        yield Outbox(ledger.database, folder)


def named(outbox: Outbox, key: str) -> Mail:
    """The mail whose key begins so. JobError (exit 2) for none, or several."""
    found = [one for one in outbox.mails() if one.key.startswith(key)] if len(key) >= 4 else []
    if len(found) != 1:
        raise JobError(f"{key}: {'several mails begin so' if found else 'no mail has this key'}.",
                       state="Nothing was changed.", hint="reportgen outbox list shows them; give four signs or more.")
    return found[0]


def asked(
    outbox: Outbox, keys: Sequence[str], job: str, period: str, states: Sequence[MailState]
) -> list[Mail]:
    """The mails by key, or those of a job and period that stand in one of `states`."""
    if keys and (job or period):
        raise click.UsageError("Name mails, or --job and --period, not both.")
    if not keys and not job:
        raise click.UsageError("Name a mail, or all of a run by --job and --period.")
    return [named(outbox, key) for key in keys] if keys else list(outbox.mails(states, job=job, period=period))


def line(mail: Mail) -> str:
    """One mail as a command's result tells it."""
    one = mail.subject
    return f"{mail.key[:12]}  {one.job} {one.period} {one.scope} {one.revision} to {one.recipient}: {mail.state}"
