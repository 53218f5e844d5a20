"""What is due: periods of a job whose date has come since the last one the ledger knows.

A period is due at its first occurrence; later occurrences of the same period mean nothing new. A job whose ledger
knows no date yet begins with the newest period that is due, not with all of history. From then on each period that
was missed is made up (`catch_up: all`), only the newest (`latest`), or none whose time has passed (`none`). Each
reports the period it was for, however late.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from reportgen.config.job import Job
from reportgen.config.schedule import ScheduleRule
from reportgen.context import installation
from reportgen.period import Period
from reportgen.schedule.calendar import Calendars, CalendarUnknown
from reportgen.schedule.when import When, following, next_occurrence

GRACE = dt.timedelta(days=1)
"""With `catch_up: none` and no `until`: how late a period may still begin."""
_LOOK_BACK = dt.timedelta(days=366 * 8 + 31)
"""The rarest schedule (29 February) comes within this time."""


class Dated(Protocol):
    """A date of a schedule that the ledger knows."""

    @property
    def due(self) -> dt.datetime: ...


class LedgerView(Protocol):
    """What `due` asks the ledger."""

    def issued_periods(self, job: str) -> Collection[str]:
        """Labels of periods that were made; they are never due."""
        ...

    def last_scheduled(self, job: str) -> Dated | None:
        """The date up to which, itself included, nothing is due any more; None where no date is known yet."""
        ...


@dataclass(frozen=True, slots=True)
class Due:
    """A period that a job has to report."""

    job: str
    period: Period
    at: dt.datetime
    """When it was due, UTC."""
    late: dt.timedelta
    """Since then; zero for a date to come."""
    deadline: dt.datetime | None
    """When waiting for its needs ends, UTC; None waits for ever."""
    passed_over: tuple[str, ...] = ()
    """Earlier periods that `catch_up: latest` leaves out for this one."""


def calendars_of(job: Job) -> Calendars:
    """The calendars of the project a job lies in."""
    start = Path(job.path) if job.path else None
    return Calendars(installation(start).shared("config", "calendars"))


def due(
    job: Job, ledger: LedgerView, now: dt.datetime, calendars: Calendars | None = None
) -> tuple[Due, ...]:
    """What the job has to report now, the oldest first; empty for a job without a schedule.

    Raises CalendarUnknown where nothing can be told before a calendar's year is dropped in: periods due before that
    year are returned first.
    """
    if job.schedule is None:
        return ()
    plan = _Plan(job, job.schedule, calendars or calendars_of(job), now)
    issued = frozenset(ledger.issued_periods(job.job))
    mark = ledger.last_scheduled(job.job)
    if mark is None:
        newest = plan.newest()
        return tuple(plan.in_time([newest] if newest and newest.period.label not in issued else []))
    if job.schedule.catch_up == "all":
        return tuple(plan.open(mark.due, issued))
    since = list(plan.since(mark.due))
    if job.schedule.catch_up == "none":
        return tuple(plan.in_time(one for one in since if one.period.label not in issued))
    if not since or since[-1].period.label in issued:
        return ()
    return (replace(since[-1], passed_over=tuple(
        one.period.label for one in since[:-1] if one.period.label not in issued
    )),)


def upcoming(job: Job, now: dt.datetime, calendars: Calendars | None = None) -> Due | None:
    """The job's next date after now, with the period it will report; None without a schedule or a date to come.

    Raises CalendarUnknown where that date lies in a year no source knows.
    """
    if job.schedule is None:
        return None
    return _Plan(job, job.schedule, calendars or calendars_of(job), now).next()


@dataclass(frozen=True, slots=True)
class _Plan:
    """A job's schedule at one moment."""

    job: Job
    rule: ScheduleRule
    calendars: Calendars
    now: dt.datetime

    @property
    def when(self) -> When:
        return self.rule.due(self.job.period.zone)

    def newest(self) -> Due | None:
        """The newest period that is due."""
        when = self.when
        period = when.period_of(self.now, self.job.period.every)
        while when.opens(period) > self.now - _LOOK_BACK:
            at = when.due_at(period, self.calendars)
            if at is not None and at <= self.now:
                return self._due(period, at)
            period = period.previous()
        return None

    def since(self, mark: dt.datetime) -> Iterator[Due]:
        """Every period due after the mark, up to now, the oldest first."""
        when = self.when
        period = when.period_of(mark, self.job.period.every)
        while when.opens(period) <= self.now:
            at = when.due_at(period, self.calendars)
            if at is not None and mark < at <= self.now:
                yield self._due(period, at)
            period = following(period)

    def open(self, mark: dt.datetime, issued: Collection[str]) -> Iterator[Due]:
        """Those that were not issued, as far as the calendars reach."""
        found = False
        try:
            for one in self.since(mark):
                if one.period.label not in issued:
                    found = True
                    yield one
        except CalendarUnknown:
            if not found:
                raise

    def in_time(self, dues: Iterable[Due]) -> Iterator[Due]:
        """Without those that `catch_up: none` leaves out: their time has passed."""
        for one in dues:
            if self.rule.catch_up != "none" or self.now < (one.deadline or one.at + GRACE):
                yield one

    def next(self) -> Due | None:
        when = self.when
        period = when.period_of(self.now, self.job.period.every)
        while when.opens(period) < self.now + _LOOK_BACK:
            at = when.due_at(period, self.calendars)
            if at is not None and at > self.now:
                return self._due(period, at)
            period = following(period)
        return None

    def _due(self, period: Period, at: dt.datetime) -> Due:
        late = max(self.now - at, dt.timedelta())
        return Due(self.job.job, period, at, late, self._deadline(at))

    def _deadline(self, at: dt.datetime) -> dt.datetime | None:
        until = self.rule.deadline(self.job.period.zone)
        return None if until is None else next_occurrence(until, at, self.calendars)
