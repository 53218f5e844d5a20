"""`reportgen explain --recipient`: why a person gets a page, or does not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reportgen.cli.failure import printable
from reportgen.errors import JobError, nearest

if TYPE_CHECKING:
    from reportgen.config.recipients import Recipient, Recipients
    from reportgen.delivery.outbox.row import Mail


def explain_reader(recipient: str, job: str, period: str, output: str, *, as_json: bool) -> None:
    """Print a recipient's rights as they stand today, and what became of each mail to them.

    `job` and `period` choose among them; empty for all. Raises JobError (exit 2) for nobody's id.
    """
    from reportgen.config.recipients import load_recipients
    from reportgen.context import project_root

    root = project_root(Path.cwd())
    known = load_recipients(root)
    one = known.of(recipient)
    mails = _mails(recipient, job, period, output, root)
    if one is None and not mails:
        raise JobError(f"{known.place} has no recipient {recipient}."
                       f"{nearest(recipient, [person.id for person in known.people])}", state="Nothing was explained.")
    told = {"recipient": recipient, **_rights(one, known, job), "mails": [_told(mail) for mail in mails]}
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    click.echo(printable(f"recipient:  {recipient} <{told['address']}>, {told['locale']}" if one else
                         f"recipient:  {recipient}, no recipient any more"))
    for right in told["rights"]:
        click.echo(f"{right['stands'] + ':':<12}{right['right']}")
    if one and not told["rights"]:
        click.echo(f"no right:   to {job or 'any job'}")
    for mail in told["mails"]:
        click.echo(printable(f"mail:       {mail['job']} {mail['period']} {mail['scope']} {mail['revision']}: "
                             f"{mail['state']} {mail['at']} ({mail['mail'][:12]}) {mail['why']}".rstrip()))


def _rights(one: Recipient | None, known: Recipients, job: str) -> dict[str, Any]:
    from datetime import UTC, datetime

    from reportgen.delivery.entitlement import Entitlement

    if one is None:
        return {"address": "", "locale": "", "rights": []}
    day = datetime.now(UTC).date()
    found = []
    for number, right in enumerate(one.may, 1):
        if job and not {job, "*"} & set(right.jobs):
            continue
        stands = "today" if right.holds_on(day) else "not yet" if day < right.since else "ended"
        said = Entitlement(one, right, f"{known.place}: {one.id}, right {number}").said
        found.append({"stands": stands, "right": said, "scopes": list(right.scopes)})
    return {"address": one.mail, "locale": one.locale, "rights": found}


def _mails(recipient: str, job: str, period: str, output: str, root: Path) -> list[Mail]:
    from reportgen.config.operations import ledger_url
    from reportgen.delivery.outbox.outbox import Outbox
    from reportgen.runs.ledger import Ledger

    folder = Path(output).resolve()
    with Ledger.of(folder, ledger_url(root)) as ledger:
        if not ledger.database.is_there:
            return []
        found = Outbox(ledger.database, folder).mails(job=job, period=period)
    return [one for one in found if one.subject.recipient == recipient]


def _told(mail: Mail) -> dict[str, Any]:
    one, at = mail.subject, mail.handed or mail.queued
    return {"mail": mail.key, "job": one.job, "period": one.period, "scope": one.scope, "revision": one.revision,
            "state": str(mail.state), "at": at.isoformat(timespec="seconds"), "why": mail.said}
