"""`reportgen outbox list`"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from reportgen.cli.failure import printable
from reportgen.cli.options import output_option
from reportgen.cli.outbox.chosen import outbox_in

if TYPE_CHECKING:
    from reportgen.delivery.outbox.row import Mail

STATES = ("queued", "sending", "sent", "in_doubt", "blocked", "failed", "held", "written", "dropped")
_HEADS = ("mail", "job", "period", "scope", "edition", "recipient", "state", "tries", "why")


@click.command("list")
@click.option("--job", metavar="J", default="", help="Only this job's.")
@click.option("--period", metavar="P", default="", help="Only this period's.")
@click.option("--state", type=click.Choice(STATES), default=None, help="Only those in this state.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, with the address and times.")
@output_option
def list_(job: str, period: str, state: str | None, as_json: bool, output: str) -> None:
    """List the mails in the order they were queued in. Times are UTC.

    \b
    reportgen outbox list
    reportgen outbox list --job tiering --period 2025-12 --state failed
    """
    from reportgen.delivery.outbox.states import MailState

    with outbox_in(output) as outbox:
        found = outbox.mails([MailState(state)] if state else [], job=job, period=period)
        rows = [record(one, str(outbox.path(one))) for one in found]
    if as_json:
        for row in rows:
            click.echo(json.dumps(row, ensure_ascii=False))
        return
    if not rows:
        click.echo("No mail fits.", err=True)
        return
    table = [_HEADS, *((str(row["key"])[:12], *(str(row[name]) for name in
                        ("job", "period", "scope", "revision", "recipient", "state", "attempts", "said")))
                       for row in rows)]
    widths = [max(len(one[at]) for one in table) for at in range(len(_HEADS))]
    for one in table:
        click.echo(printable("  ".join(f"{cell:<{width}}" for cell, width in zip(one, widths, strict=True)).rstrip()))


def record(mail: Mail, file: str) -> dict[str, object]:
    """A mail for a program."""
    one = mail.subject
    return {
        "key": mail.key, "job": one.job, "period": one.period, "scope": one.scope, "revision": one.revision,
        "recipient": one.recipient, "address": one.address, "state": str(mail.state), "attempts": mail.attempts,
        "code": mail.code, "enhanced": mail.enhanced, "said": mail.said, "queue_id": mail.queue_id,
        "message_id": mail.message_id, "sha256": mail.content, "bytes": mail.bytes, "pdf": mail.pdf,
        "manifest": one.manifest, "entitlement": mail.entitlement,
        "queued": mail.queued.isoformat(timespec="seconds"), "next": mail.next_at.isoformat(timespec="seconds"),
        "handed": mail.handed.isoformat(timespec="seconds") if mail.handed else "", "file": file,
    }


list = list_  # noqa: A001 - the command's name
