"""`reportgen outbox show`"""

from __future__ import annotations

import json

import click

from reportgen.cli.failure import near, printable
from reportgen.cli.options import output_option
from reportgen.cli.outbox.chosen import named, outbox_in
from reportgen.cli.outbox.list import record

_NEXT = {
    "queued": "reportgen outbox send, or the next tick, sends it",
    "sending": "a process is sending it, or died; the next send finds out",
    "sent": "nothing: the server took it",
    "in_doubt": "the next send looks for it; reportgen outbox release --arrived says that it is there",
    "blocked": "mend what it says, then reportgen outbox retry",
    "failed": "reportgen outbox retry tries again, reportgen outbox drop gives up",
    "held": "reportgen outbox release lets it go, reportgen outbox drop gives it up",
    "written": "nothing: no mail server is set; once one is, reportgen outbox retry sends it",
    "dropped": "nothing: it was given up",
}


@click.command()
@click.argument("key", metavar="MAIL")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@output_option
def show(key: str, as_json: bool, output: str) -> None:
    """Show one mail: to whom it goes, what became of it, what to do next, and the file of its bytes.

    \b
    reportgen outbox show 3f0c2d5e
    """
    with outbox_in(output) as outbox:
        mail = named(outbox, key)
        told = record(mail, str(outbox.path(mail)))
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    shown = {
        "mail": told["key"], "edition": f"{told['job']} {told['period']} {told['scope']} {told['revision']}",
        "recipient": f"{told['recipient']} <{told['address']}>", "state": told["state"],
        "why": f"{told['code'] or ''} {told['enhanced']} {told['said']}".strip(), "tries": told["attempts"],
        "queued": told["queued"], "handed over": told["handed"], "queue id": told["queue_id"],
        "Message-ID": told["message_id"], "bytes": f"{told['bytes']:,}", "sha256": told["sha256"],
        "file": near(str(told["file"])), "next": _NEXT[str(told["state"])],
    }
    for label, value in shown.items():
        if value not in ("", 0):
            click.echo(printable(f"{label:<12}  {value}"))
