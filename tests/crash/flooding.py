# ruff: noqa: T201 - a program of the lab
"""Sends many mails through Debian's Postfix over a line that breaks, and counts what arrived: each once.

One mail in a hundred is cut off within its data, one in a hundred after the server took it and before it said so; what
is in doubt is looked for in the journal.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections import Counter

from reportgen.config.delivery import DeliveryFile
from reportgen.delivery.dispatch import dispatch
from reportgen.delivery.outbox.outbox import Outbox
from reportgen.delivery.outbox.row import Letter, Subject
from reportgen.delivery.outbox.states import MailState
from reportgen.delivery.probe import journal
from reportgen.delivery.transport import Transport
from reportgen.runs.database import Database
from tests import mail_server
from tests.crash import sweeping
from tests.crash.sending import server
from tests.cutting_proxy import cutting
from tests.mail_server import DOMAIN, USER

_CUT = 0.01
_BODY = "报告见附件。\r\n" * 60


def letter(number: int) -> tuple[Subject, Letter]:
    name = f"<flood-{number}@{DOMAIN}>"
    head = (f"From: {USER}\r\nTo: zhao@{DOMAIN}\r\nDate: Tue, 24 Nov 2026 08:30:00 +0800\r\nMessage-ID: {name}\r\n"
            f"Subject: {number}\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: 8bit\r\n\r\n")
    subject = Subject("flood", "2026-10", f"branch:B{number}", "r01", f"{number:064x}", "zhao", f"zhao@{DOMAIN}")
    return subject, Letter(name, (head + _BODY).encode(), "")


def flood(many: int, seed: int) -> tuple[list[str], dict[str, int]]:
    """What is wrong with what arrived, and counts."""
    chance, counts = random.Random(seed), Counter[str]()
    with server() as post, sweeping.folder() as folder, cutting(post.ports["plain"], after=200) as proxy:
        settings = DeliveryFile.model_validate({
            "server": {"smtp": f"127.0.0.1:{proxy.port}", "security": "none"}, "from": USER, "domains": [DOMAIN],
            "rate": {"per_minute": 100_000},
            "doubt": {"settle": 0, "journal": {"imap": f"localhost:{post.ports['imaps']}", "user": "journal",
                                               "password": "env:MAIL_PASSWORD", "ca": str(post.ca)}},
        })
        outbox = Outbox(Database.of(folder), folder)
        for number in range(many):
            outbox.put(*letter(number))

        def pace() -> None:
            """Before each mail: whether this one is cut."""
            dice = chance.random()
            proxy.cut = "data" if dice < _CUT else "answer" if dice < 2 * _CUT else ""

        assert settings.doubt.journal
        probes = (journal(settings.doubt.journal),)
        while any(one.state is not MailState.SENT for one in outbox.mails()):
            with Transport(settings.server) as transport:  # type: ignore[arg-type]
                told = dispatch(outbox, settings, transport, gate=lambda *_: "", probes=probes, pace=pace, name="flood")
            counts.update(str(one.state) for one in told.settled)
            post.settle()
            with outbox.database.writing() as connection:
                connection.exec_driver_sql("UPDATE reportgen_mails SET next_at = queued")
        counts["cuts"] = proxy.cuts
        came = Counter(post.delivered("zhao"))
    wanted = {letter(number)[1].message_id for number in range(many)}
    found = [f"lost: {one}" for one in sorted(wanted - came.keys())]
    found += [f"{count} times: {one}" for one, count in sorted(came.items()) if count > 1]
    return found + [f"nobody sent {one}" for one in sorted(came.keys() - wanted)], counts


def main(arguments: list[str]) -> int:
    """`flooding.py MAILS SEED`. Prints what was found and the counts; exit code 1 where something was."""
    if reason := mail_server.unavailable():
        print(reason)
        return 1
    began = time.monotonic()
    found, counts = flood(int(arguments[0]), int(arguments[1]))
    for line in found[:50]:
        print(line)
    seconds = time.monotonic() - began
    print(f"flooding {' '.join(arguments)}: {int(arguments[0])} mails, {len(found)} findings;",
          ", ".join(f"{name} {count}" for name, count in counts.items()), f"in {seconds:.0f} s", flush=True)
    return bool(found)


if __name__ == "__main__":
    os.environ.setdefault("TZ", "UTC")
    sys.exit(main(sys.argv[1:]))
