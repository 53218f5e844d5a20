"""What the owners are told of the mails: some did not go out, the server refuses us, all went after all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from reportgen.delivery.dispatch import Told
from reportgen.delivery.outbox.outbox import Outbox
from reportgen.delivery.outbox.states import MailState
from reportgen.operations.happening import Happening

_WRONG = frozenset({MailState.FAILED, MailState.BLOCKED, MailState.HELD})
_ARRIVED = frozenset({MailState.SENT, MailState.WRITTEN, MailState.DROPPED})


def happenings(outbox: Outbox, told: Told, at: datetime) -> Iterator[Happening]:
    """Of each job and period whose mails moved; as `<job>/mail`, apart from what is told of the run itself."""
    moved = {(one.subject.job, one.subject.period) for one in told.settled}
    for job, period in sorted(moved):
        states = [one.state for one in outbox.mails(job=job, period=period)]
        wrong, went = sum(one in _WRONG for one in states), sum(one is MailState.SENT for one in states)
        if told.refused:
            yield Happening("failure", f"{job}/mail", period, "mail_refused", at, archived=went, failed=wrong)
        elif wrong:
            yield Happening("failure", f"{job}/mail", period, "undelivered", at, archived=went, failed=wrong)
        elif all(one in _ARRIVED for one in states):
            yield Happening("recovery", f"{job}/mail", period, "delivered", at, archived=went)
