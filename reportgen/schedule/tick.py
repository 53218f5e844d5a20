"""One look at the clock: what is due is made, the oldest first, each period once. No daemon, no state but the ledger.

A scheduler calls it as often as it likes, on as many hosts as it likes: the ledger's claim lets one of them make a
period, and its notes say what became of every date. A tick that was killed leaves the note `running`; the next one
goes on from there.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from reportgen.config import Job
from reportgen.errors import LedgerFailed, ReportgenError
from reportgen.period import Kind, Period
from reportgen.runs.record import Occurrence
from reportgen.schedule.attempt import Attempt, Desk, Needs, Notes, Run, lines_of
from reportgen.schedule.due import Due, due
from reportgen.schedule.outcome import MADE, Outcome, settled
from reportgen.schedule.outcome import Kind as Became

Tell = Callable[[Outcome], None]


def tick(
    jobs: Sequence[Job],
    output: Path,
    ledger: Notes,
    clock: Callable[[], datetime],
    run: Run,
    needs: Needs,
    *,
    tell: Tell = lambda _: None,
    dry: bool = False,
    host: str = "",
) -> tuple[Outcome, ...]:
    """Do what is due of these jobs, and `tell` each outcome as it is known.

    A job whose schedule cannot be followed, or whose run fails, is an outcome with a code and stops no other. With
    `dry` nothing is run and nothing is noted. Raises LedgerFailed (exit 8): without its notes nothing may be run.
    """
    desk = Desk(output, ledger, clock, run, needs, dry)
    if not dry:
        ledger.note_tick(host or socket.gethostname(), clock())
    outcomes: list[Outcome] = []

    def said(outcome: Outcome) -> None:
        outcomes.append(outcome)
        tell(outcome)

    pending: list[tuple[Job, Due]] = []
    for job in jobs:
        try:
            found = owed(job, ledger.occurrences(job.job), clock())
        except LedgerFailed:
            raise
        except ReportgenError as error:
            said(Outcome(job.job, Became.FAILED, told=lines_of(error), code=error.code))
            continue
        pending += [(job, one) for one in found]
    for job, one in sorted(pending, key=lambda each: (each[1].at, each[0].job)):
        for skipped in _passed_over(desk, one):
            said(skipped)
        outcome = Attempt(desk, job, one).outcome()
        if outcome is not None:
            said(outcome)
    return tuple(outcomes)


@dataclass(frozen=True, slots=True)
class _Mark:
    """The date up to which, itself included, a schedule needs nothing any more."""

    due: datetime


@dataclass(frozen=True, slots=True)
class _View:
    """The notes of one job as `due` sees them.

    Everything since the oldest open date is asked again. Dates still to come are unknown: a clock that was ahead for
    a while noted them, and they must not hide those that do come.
    """

    notes: tuple[Occurrence, ...]
    every: Kind
    """A job that reports quarters now is not led back by an open month."""
    now: datetime

    def last_scheduled(self, job: str) -> _Mark | None:  # noqa: ARG002 - the view is of one job
        past = [note for note in self.notes if note.due <= self.now]
        if waiting := [note.due for note in past if not settled(note, self.now)
                       and Period.parse(note.period).kind == self.every]:
            return _Mark(min(waiting) - timedelta(microseconds=1))
        return _Mark(max(note.due for note in past)) if past else None

    def issued_periods(self, job: str) -> frozenset[str]:  # noqa: ARG002
        """What the schedule made. What was begun by hand may lack scopes; making it again costs little."""
        return frozenset(note.period for note in self.notes if note.outcome in MADE)


def owed(job: Job, notes: tuple[Occurrence, ...], now: datetime) -> tuple[Due, ...]:
    """The dates of a job that are due and not settled, the oldest first.

    Raises CalendarUnknown (exit 2), and ReportgenError for a clock that stands before all the ledger knows: with
    nothing to begin from, it would make periods that were over before the job began.
    """
    assert job.schedule is not None
    if notes and (first := min(note.due for note in notes)) > now:
        raise ReportgenError(
            f"The clock says {now:%Y-%m-%d %H:%M} UTC, but the run ledger knows no date of '{job.job}' before "
            f"{first:%Y-%m-%d %H:%M} UTC.", state="Nothing was run for this job.",
            hint=f"Set the clock. If it was ahead once: reportgen run {job.path} --period P, for each period owed.",
        )
    closed = {note.period for note in notes if settled(note, now)}
    found = tuple(one for one in due(job, _View(notes, job.period.every, now), now) if one.period.label not in closed)
    if job.schedule.catch_up != "none":
        return found
    # `none` leaves out what is too late to begin; what was begun in time and is still open has reached its deadline.
    asked = {one.period.label for one in found} | closed
    late = (Due(job.job, Period.parse(note.period), note.due, now - note.due, deadline=now)
            for note in notes if note.due <= now and note.period not in asked)
    return (*late, *found)


def _passed_over(desk: Desk, one: Due) -> Iterator[Outcome]:
    """Earlier periods that `catch_up: latest` leaves out, each noted and said once."""
    for label in one.passed_over:
        if not desk.dry:
            desk.ledger.note_occurrence(one.job, label, one.at, Became.SKIPPED.value)
        yield Outcome(one.job, Became.SKIPPED, Period.parse(label), one.at,
                      (f"catch_up: latest makes {one.period.label} instead.",))
