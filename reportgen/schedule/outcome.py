"""What became of a date of the schedule: the words the ledger keeps, and which of them are the last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from reportgen.errors import ExitCode
from reportgen.period import Period
from reportgen.runs.record import Occurrence

_RETRY = timedelta(hours=1)
"""A run that failed is tried again after at most so long, sooner while the failure is young."""


class Kind(StrEnum):
    """The outcome of one date; the ledger keeps its text, and a tick that meets it again goes on from there."""

    RUNNING = "running"
    """Begun; a tick that was killed leaves it so."""
    WAITING = "waiting"
    """What the job needs is not there yet."""
    RETRY = "retry"
    """The run failed and is tried again."""
    CLAIMED = "claimed"
    """Another process makes it at this moment. Told, never noted."""
    DUE = "due"
    """Would be run: the answer of a dry tick. Told, never noted."""
    DONE = "done"
    DONE_WITH_ERRORS = "done_with_errors"
    HELD = "held"
    AWAITING_APPROVAL = "awaiting_approval"
    RELEASED = "released"
    ISSUED_BEFORE = "issued_before"
    """Editions from other data stand; a person decides about a correction."""
    FAILED = "failed"
    """The deadline passed, and the job says `then: fail`; or the run failed until then."""
    SKIPPED = "skipped"
    """The deadline passed, and the job says `then: skip`; or a newer period took its place."""


MADE = frozenset({
    Kind.DONE, Kind.DONE_WITH_ERRORS, Kind.HELD, Kind.AWAITING_APPROVAL, Kind.RELEASED, Kind.ISSUED_BEFORE,
})
"""Editions stand in the archive: never run by a tick again, whatever the clock says."""
GIVEN_UP = frozenset({Kind.FAILED, Kind.SKIPPED})
"""Settled by a clock that said the time was over."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a tick did about one period of one job, or why it did nothing."""

    job: str
    kind: Kind
    period: Period | None = None
    """None where the job's schedule itself could not be read."""
    at: datetime | None = None
    """When it was due, aware."""
    told: tuple[str, ...] = ()
    """Why, a line each: what is awaited, what failed, who holds the claim."""
    code: ExitCode = ExitCode.DONE
    """Of the failure; done where there was none, and for waiting and for a claim held by another."""
    paths: tuple[Path, ...] = ()
    """Reports and workbooks that the run laid out."""


def settled(note: Occurrence, now: datetime) -> bool:
    """Whether nothing more is to be done about a noted date.

    A date given up by a clock that was ahead of this one is open again: a time still to come has not passed.
    """
    return note.outcome in MADE or (note.outcome in GIVEN_UP and note.noted <= now)


def rests(note: Occurrence, now: datetime) -> bool:
    """Whether a failed run should be left alone for now: pauses grow with the failure's age, to one hour."""
    pause = min(note.noted - note.first_noted, _RETRY)
    return note.outcome == Kind.RETRY and timedelta(0) <= now - note.noted < pause
