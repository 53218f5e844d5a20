"""When a mail that was not taken is tried again: 1 and 5 minutes, 15 minutes, 1 and 4 hours, then every 4 hours."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

_WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
_JITTER = 0.2


def next_try(key: str, attempts: int, now: datetime, deadline: datetime) -> datetime | None:
    """The time after so many tries, spread by a fifth either way; None where the deadline comes first.

    The spread follows from the mail's key: mails that failed together do not come back together, and a test can say
    when.
    """
    wait = _WAITS[min(max(attempts, 1), len(_WAITS)) - 1]
    digest = hashlib.sha256(f"{key} {attempts}".encode()).digest()
    share = int.from_bytes(digest[:4], "big") / (1 << 32)
    at = now + wait * (1 - _JITTER + 2 * _JITTER * share)
    return at if at <= deadline else None
