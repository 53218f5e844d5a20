"""Whether a mail in doubt was taken: a journal mailbox, or the log of a Postfix on this machine, says so.

An absent trace counts only where the place that is looked at would have it: a log that begins before the mail was
handed over, a journal that can be searched, and both after the time to settle. All else is unknown.
"""

from __future__ import annotations

import imaplib
import re
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from reportgen.config.delivery import Journal
from reportgen.config.secrets import resolve
from reportgen.delivery.connection import trusted
from reportgen.errors import JobError

_HOST = re.compile(r"(\[[^\]]+\]|[^:]+)(?::(\d+))?")
_SECONDS = 30


class Trace(StrEnum):
    """What was found."""

    FOUND = "found"
    ABSENT = "absent"
    UNKNOWN = "unknown"


Probe = Callable[[str, datetime], Trace]
"""Message-ID with its angle brackets, and when the mail was handed over."""


def journal(settings: Journal) -> Probe:
    """Search the journal by the Message-ID."""
    def look(message_id: str, _: datetime) -> Trace:
        match = _HOST.fullmatch(settings.imap)
        assert match is not None
        try:
            with imaplib.IMAP4_SSL(match[1].strip("[]"), int(match[2] or 993), ssl_context=trusted(settings.ca),
                                   timeout=_SECONDS) as box:
                box.login(settings.user, resolve(settings.password))
                if box.select(f'"{settings.folder}"', readonly=True)[0] != "OK":
                    return Trace.UNKNOWN
                told, found = box.search(None, "HEADER", "Message-ID", f'"{message_id}"')
        except (imaplib.IMAP4.error, OSError, JobError):
            return Trace.UNKNOWN
        if told != "OK":
            return Trace.UNKNOWN
        return Trace.FOUND if found and found[0] else Trace.ABSENT
    return look


def postfix_log(path: Path) -> Probe:
    """Look for `qmgr … (queue active)` with the queue id under which `cleanup` noted the Message-ID.

    `cleanup` notes it for a mail that broke off as well; only the queue manager's line says that the mail was taken.
    """
    def look(message_id: str, since: datetime) -> Trace:
        try:
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return Trace.UNKNOWN
        noted = {match[1] for line in lines if f"message-id={message_id}" in line
                 if (match := re.search(r"cleanup\[\d+\]: ([0-9A-Za-z]+): ", line))}
        active = re.compile(r"qmgr\[\d+\]: ([0-9A-Za-z]+): .*\(queue active\)")
        if any((match := active.search(line)) and match[1] in noted for line in lines):
            return Trace.FOUND
        return Trace.ABSENT if lines and _begins_before(lines[0], since) else Trace.UNKNOWN
    return look


def _begins_before(line: str, since: datetime) -> bool:
    """Whether a log's first line is older. RFC 3339 stamps, or syslog's `Nov 24 08:00:00` in the machine's time."""
    words = line.split(None, 3)
    try:
        return datetime.fromisoformat(words[0]) <= since
    except (ValueError, TypeError):
        pass
    try:
        local = since.astimezone()
        stamp = datetime.strptime(f"{local.year} {' '.join(words[:3])}", "%Y %b %d %H:%M:%S")  # noqa: DTZ007 - made local in the next line
        found = stamp.replace(tzinfo=local.tzinfo)
        if (found - local).days > 180:  # written in December, read in January
            found = found.replace(year=local.year - 1)
        return found <= local
    except (ValueError, IndexError):
        return False
