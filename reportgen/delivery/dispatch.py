"""Sends what is due in the outbox, and clears doubts. Safe to call at any time, twice at once, after any crash.

    told = dispatch(outbox, settings, transport, gate=…, probes=…)

Each mail is taken by one process, looked at by the gate, handed over once, and its verdict recorded. Where the server's
word was not heard the mail is in doubt: it is looked for after a while, and sent again only where it is certainly
not there.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from typing import Protocol

from reportgen.config.delivery import DeliveryFile, Quiet
from reportgen.delivery.backoff import next_try
from reportgen.delivery.outbox.outbox import Outbox
from reportgen.delivery.outbox.row import Letter, Mail
from reportgen.delivery.outbox.states import MailState
from reportgen.delivery.probe import Probe, Trace
from reportgen.delivery.verdict import Answer, Stage, Verdict
from reportgen.errors import ArchiveError

Gate = Callable[[Mail, bytes], str]
"""Why the bytes may not go to this recipient now; empty where they may."""


_LOST = 3
"""So many mails in a row find no server: the others wait for the next time."""


class Sender(Protocol):
    """`transport.Transport`."""

    def send(self, content: bytes, sender: str, recipient: str, key: str) -> Verdict: ...


@dataclass
class Told:
    """What one call did: rows as they stand then."""

    settled: list[Mail] = field(default_factory=list)
    stopped: str = ""
    """Why the server got nothing more; empty where nothing stopped."""

    refused: bool = False
    """Whether the server refused us, not a mail; somebody has to look."""
    login_refused: bool = False
    """Whether it refused name and password: to try again may lock the account."""
    tell: Callable[[Mail], None] = lambda _: None

    def take(self, mail: Mail) -> None:
        self.settled.append(mail)
        self.tell(mail)

    def many(self, state: MailState) -> int:
        return sum(one.state is state for one in self.settled)


def _now() -> datetime:
    return datetime.now(UTC)


def dispatch(
    outbox: Outbox, settings: DeliveryFile, transport: Sender | None, *, gate: Gate, probes: Sequence[Probe] = (),
    clock: Callable[[], datetime] = _now, pace: Callable[[], None] = lambda: None, name: str = "",
    tell: Callable[[Mail], None] = lambda _: None, smaller: Callable[[Mail], Letter | None] = lambda _: None,
) -> Told:
    """Send what is due; without a transport the mails stay as files.

    `pace` waits before each mail, `tell` hears of each that moved, `name` is the lock under which this process alone
    sends, `smaller` makes a mail that was too big again, with a link. Raises ArchiveError and LedgerFailed (exit 8).
    """
    told = Told(tell=tell)
    outbox.abandoned(name)
    for mail in outbox.mails([MailState.IN_DOUBT]):
        _cleared(outbox, settings, mail, probes, clock(), told)
    if transport and settings.quiet and is_quiet(settings.quiet, clock()):
        told.stopped = f"quiet hours until {settings.quiet.end:%H:%M} {settings.quiet.zone}"
        return told
    _Round(outbox, settings, transport, gate, clock, pace, name, smaller, told).through(deque(outbox.due()))
    return told


@dataclass
class _Round:
    """The mails that are due, one after the other, as far as the server takes them."""

    outbox: Outbox
    settings: DeliveryFile
    transport: Sender | None
    gate: Gate
    clock: Callable[[], datetime]
    pace: Callable[[], None]
    name: str
    smaller: Callable[[Mail], Letter | None]
    told: Told
    lost: int = 0
    """Mails in a row that found no server."""

    def through(self, waiting: deque[Mail]) -> None:
        while waiting and not self.told.stopped:
            mail = waiting.popleft()
            content = self._let_through(mail)
            if content is None:
                continue
            if self.transport is None:
                self.told.take(self.outbox.step(mail, MailState.WRITTEN))
                continue
            self.pace()
            taken = self.outbox.take(mail, self.name)
            if taken is not None:
                sender, row = parseaddr(self.settings.sender)[1], mail.subject
                verdict = self.transport.send(content, sender, row.address, mail.key)
                waiting.extend(self._settled(taken, verdict))

    def _let_through(self, mail: Mail) -> bytes | None:
        """The bytes that may go; None where something speaks against it, which is recorded."""
        try:
            content = self.outbox.content(mail)
            why = (refused(self.settings, mail.subject.address) if self.transport else "") or self.gate(mail, content)
        except ArchiveError as error:
            why = str(error.problems[0])
        if why:
            self.told.take(self.outbox.step(mail, MailState.BLOCKED, said=why))
            return None
        return content

    def _settled(self, mail: Mail, verdict: Verdict) -> tuple[Mail, ...]:
        """Record a verdict; the mail with a link where this one was too big."""
        if verdict.answer is Answer.TOO_BIG and mail.pdf and (letter := self.smaller(mail)):
            said = "too big; sent with a link"
            return (self.outbox.rewrite(mail, mail.subject, letter, mail.entitlement, said),)
        self.told.take(_recorded(self.outbox, self.settings, mail, verdict, self.clock()))
        self.lost = self.lost + 1 if (verdict.answer, verdict.stage) == (Answer.RETRY, Stage.CONNECT) else 0
        if self.lost == _LOST:
            self.told.stopped = f"the server cannot be reached: {verdict.text}"
        if verdict.answer is Answer.STOP:
            self.told.login_refused = verdict.stage is Stage.LOGIN and verdict.code >= 500
            self.told.stopped, self.told.refused = f"{verdict.code or ''} {verdict.text}".strip(), True
        return ()


def refused(settings: DeliveryFile, address: str) -> str:
    """Why this address gets nothing: its domain is not one of those allowed today."""
    domain = address.rpartition("@")[2].lower()
    return "" if domain in {one.lower() for one in settings.domains} else f"the domain {domain} is not in `domains:`"


def is_quiet(quiet: Quiet, now: datetime) -> bool:
    """Whether nothing is sent now; hours may go over midnight."""
    at = now.astimezone(quiet.tz).time()
    if quiet.start <= quiet.end:
        return quiet.start <= at < quiet.end
    return at >= quiet.start or at < quiet.end


def _recorded(outbox: Outbox, settings: DeliveryFile, mail: Mail, verdict: Verdict, now: datetime) -> Mail:
    match verdict.answer:
        case Answer.ACCEPTED:
            return outbox.step(mail, MailState.SENT, verdict=verdict)
        case Answer.IN_DOUBT:
            return outbox.step(mail, MailState.IN_DOUBT, verdict=verdict)
        case Answer.REFUSED | Answer.TOO_BIG:
            return outbox.step(mail, MailState.FAILED, verdict=verdict)
        case Answer.STOP:  # not the mail's fault: it stays first in the queue
            return outbox.step(mail, MailState.QUEUED, verdict=verdict)
    at = next_try(mail.key, mail.attempts, now, mail.queued + timedelta(hours=settings.deadline_hours))
    if at is None:
        return outbox.step(mail, MailState.FAILED, verdict=verdict)
    return outbox.step(mail, MailState.QUEUED, verdict=verdict, next_at=at)


def _cleared(
    outbox: Outbox, settings: DeliveryFile, mail: Mail, probes: Sequence[Probe], now: datetime, told: Told
) -> None:
    """Found: sent. Certainly absent: queued again, the same bytes. Neither: as the settings say."""
    handed = mail.handed or mail.queued
    if now < handed + timedelta(seconds=settings.doubt.settle):
        return
    traces = [probe(mail.message_id, handed) for probe in probes]
    if Trace.FOUND in traces:
        told.take(outbox.step(mail, MailState.SENT, said="found where it was looked for"))
    elif Trace.ABSENT in traces and Trace.UNKNOWN not in traces:
        told.take(outbox.step(mail, MailState.QUEUED, said="not taken, as its trace is nowhere"))
    elif settings.doubt.otherwise == "resend":
        told.take(outbox.step(mail, MailState.QUEUED, said="in doubt, and sent again as `otherwise:` says"))
    else:
        told.take(outbox.step(mail, MailState.HELD, said="in doubt: nobody knows whether it arrived"))
