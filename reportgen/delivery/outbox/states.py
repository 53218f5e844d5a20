"""Where a mail of the outbox stands.

    queued → sending → sent
      ↑         ├──→ queued     not taken; tried again later
      │         ├──→ failed     refused for good, or the deadline passed
      │         └──→ in_doubt   handed over whole and not answered, or the sender died
      └── in_doubt ──→ sent | queued | held
    blocked     the gate refused it        held     an operator decides        dropped   an operator gave it up
    written     no server is set: it lies in output/outbox/ as a file
"""

from __future__ import annotations

from enum import StrEnum


class MailState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    IN_DOUBT = "in_doubt"
    BLOCKED = "blocked"
    FAILED = "failed"
    HELD = "held"
    WRITTEN = "written"
    DROPPED = "dropped"


_S = MailState
STEPS: dict[MailState, frozenset[MailState]] = {
    _S.QUEUED: frozenset({_S.SENDING, _S.BLOCKED, _S.HELD, _S.DROPPED, _S.WRITTEN}),
    _S.SENDING: frozenset({_S.SENT, _S.QUEUED, _S.FAILED, _S.IN_DOUBT}),
    _S.IN_DOUBT: frozenset({_S.SENT, _S.QUEUED, _S.HELD, _S.DROPPED}),
    _S.HELD: frozenset({_S.QUEUED, _S.SENT, _S.DROPPED}),
    _S.BLOCKED: frozenset({_S.QUEUED, _S.DROPPED}),
    _S.FAILED: frozenset({_S.QUEUED, _S.DROPPED}),
    _S.WRITTEN: frozenset({_S.QUEUED, _S.DROPPED}),
    _S.SENT: frozenset(),
    _S.DROPPED: frozenset(),
}
"""What may follow. Nothing follows `sent`: a mail is sent again only as a new one, for another edition."""
OPEN = frozenset({_S.QUEUED, _S.SENDING, _S.IN_DOUBT, _S.HELD, _S.BLOCKED})
"""States in which a recipient does not have the mail and somebody or something still works on it."""
