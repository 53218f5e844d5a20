"""A mail of the outbox: who gets which edition, and how far it came."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from reportgen.delivery.outbox.states import MailState


@dataclass(frozen=True, slots=True)
class Subject:
    """What a mail is about, and for whom: one edition, one recipient."""

    job: str
    period: str
    scope: str
    revision: str
    manifest: str
    """sha256 of the edition's manifest."""
    recipient: str
    """Id in the table of recipients."""
    address: str

    @property
    def key(self) -> str:
        """One key, one mail, for ever: sha256 over manifest and recipient."""
        return hashlib.sha256(f"{self.manifest}\0{self.recipient}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail that is made and not kept yet."""

    message_id: str
    content: bytes = field(repr=False)
    pdf: str
    """sha256 of the attached copy; empty where the mail has a link."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A row. `content` is the sha256 of the message's bytes; times are UTC."""

    key: str
    subject: Subject
    message_id: str
    content: str
    pdf: str
    """sha256 of the attached copy; empty where the mail has a link."""
    entitlement: str
    """sha256 of the table of recipients by which it was queued."""
    bytes: int
    state: MailState
    epoch: int
    queued: datetime
    next_at: datetime
    """Not tried before."""
    until: datetime | None
    """End of the sender's lease."""
    handed: datetime | None
    """When the last try began."""
    attempts: int
    code: int
    enhanced: str
    said: str
    """The server's last words, or why it is blocked or held."""
    queue_id: str
    sender: str
    """Kernel and lock of the process that sends it, or sent it last."""
    noted: bool
    """Whether the archive's log has the delivery."""

    @property
    def file(self) -> str:
        """Name of the file that holds the bytes."""
        one = self.subject
        place = f"{one.job}_{one.period}_{one.scope.replace(':', '-')}_{one.revision}_{one.recipient}"
        return f"{place}_{self.content[:12]}.eml"
