"""What a mail server's answer means for a mail: taken, to be tried again, refused, or nobody knows.

The classes follow RFC 5321 4.2 and RFC 3463; the moment of the answer counts as much as its number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from reportgen.delivery.connection import plain

_ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_QUEUE_ID = re.compile(r"queued as ([0-9A-Za-z]{6,})")


class Answer(StrEnum):
    """What to do with the mail."""

    ACCEPTED = "accepted"
    RETRY = "retry"
    """Not taken, and nothing speaks against another try."""
    REFUSED = "refused"
    """Not taken for good: this address or this content."""
    TOO_BIG = "too_big"
    STOP = "stop"
    """The server refuses us, not the mail: nothing more is sent until somebody has looked."""
    IN_DOUBT = "in_doubt"
    """The whole mail was handed over and no answer came."""


class Stage(StrEnum):
    """Where in the dialogue an answer came."""

    CONNECT = "connect"
    LOGIN = "login"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    END = "end"
    """After the final dot."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """An answer, and the server's words for it."""

    answer: Answer
    stage: Stage
    code: int = 0
    enhanced: str = ""
    text: str = ""
    queue_id: str = ""
    """The server's name for the mail, where it said one (Postfix does)."""


def judged(stage: Stage, code: int, said: bytes | str) -> Verdict:
    """The verdict on a reply. A number that is none (-1) after the final dot leaves the mail in doubt."""
    text = plain(said)
    found = _ENHANCED.search(text)
    queued = _QUEUE_ID.search(text)
    return Verdict(_answer(stage, code, found[1] if found else ""), stage, code, found[1] if found else "", text,
                   queued[1] if queued and stage is Stage.END else "")


def _answer(stage: Stage, code: int, enhanced: str) -> Answer:
    if 200 <= code < 400:
        return Answer.ACCEPTED
    if not 400 <= code < 600:
        return Answer.IN_DOUBT if stage is Stage.END else Answer.RETRY
    if (code in (523, 552) and not enhanced.endswith(".2.2")) or enhanced == "5.3.4":
        return Answer.TOO_BIG
    if stage is Stage.LOGIN or code in (530, 534, 535, 538):
        return Answer.RETRY if code < 500 else Answer.STOP
    if code < 500:
        return Answer.RETRY
    return Answer.STOP if stage is Stage.CONNECT or stage is Stage.MAIL else Answer.REFUSED
