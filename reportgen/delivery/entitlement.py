"""Who gets an edition, and by which right: decided when a mail is queued, and again when it is sent."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from reportgen.config.recipients import Recipient, Recipients, Right


@dataclass(frozen=True, slots=True)
class Entitlement:
    """A recipient's right to the report of one unit."""

    recipient: Recipient
    right: Right
    place: str
    """File and number of the right: `config/recipients.yaml: zhao, right 1`."""

    @property
    def said(self) -> str:
        """`may read branch:B01 of tiering from 2026-01-01 until 2026-12-31 (config/recipients.yaml: zhao, right 1)`."""
        until = f" until {self.right.until - dt.timedelta(days=1)}" if self.right.until else ""
        scopes = "every unit" if "*" in self.right.scopes else ", ".join(self.right.scopes)
        jobs = "every job" if "*" in self.right.jobs else ", ".join(self.right.jobs)
        return (f"may read {scopes} of {jobs} from {self.right.since}"
                f"{until} ({self.place})")


def entitled(recipients: Recipients, job: str, scope: str, day: dt.date) -> tuple[Entitlement, ...]:
    """Everybody who may read this report on this day, each once, in the file's order."""
    found = (right_of(recipients, one, job, scope, day) for one in recipients.people)
    return tuple(one for one in found if one is not None)


def right_of(recipients: Recipients, one: Recipient, job: str, scope: str, day: dt.date) -> Entitlement | None:
    """The first right of theirs to this report that holds on this day; None where there is none."""
    for number, right in enumerate(one.may, 1):
        if right.covers(job, scope) and right.holds_on(day):
            return Entitlement(one, right, f"{recipients.place}: {one.id}, right {number}")
    return None


def refusal(recipients: Recipients, recipient: str, address: str, job: str, scope: str, day: dt.date) -> str:
    """Why this recipient at this address may not read the report on this day; empty where they may."""
    one = recipients.of(recipient)
    if one is None:
        return f"{recipient} is no recipient any more"
    if one.mail != address:
        return f"the address of {recipient} is another now"
    if right_of(recipients, one, job, scope, day) is not None:
        return ""
    ended = [right.until for right in one.may if right.covers(job, scope) and right.until and right.until <= day]
    if ended:
        return f"the right of {recipient} to {scope} of {job} ended on {max(ended)}"
    return f"{recipient} has no right to {scope} of {job} today"
