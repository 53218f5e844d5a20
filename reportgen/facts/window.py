"""The periods of which a run makes facts: half-open days, the label facts carry, and which are compared."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from functools import cached_property

import ibis

from reportgen.config import Job
from reportgen.frames.convert import Expression
from reportgen.frames.dates import AsOf
from reportgen.period import Period


@dataclass(frozen=True)
class Windows:
    """`periods`: those whose end is held, oldest first, the run's own last.

    No slots: labels are asked for with every fact, so they are worked out once.
    """

    periods: tuple[Period, ...]
    since: str
    """Label of the opening the job compares with, empty for none."""

    @classmethod
    def of(cls, asof: AsOf, held: frozenset[dt.date]) -> Windows:
        return cls(asof.history(held), asof.opening.label if asof.opening else "")

    @property
    def current(self) -> Period:
        return self.periods[-1]

    @cached_property
    def labels(self) -> tuple[str, ...]:
        return tuple(one.label for one in self.periods)

    @cached_property
    def previous(self) -> str:
        """Label of the period before, empty where its end is not held."""
        label = self.current.previous().label
        return label if label in self.labels else ""

    @cached_property
    def year_ago(self) -> str:
        label = self.current.year_ago().label
        return label if label in self.labels else ""

    @cached_property
    def compared(self) -> tuple[str, ...]:
        """Labels that a report prints side by side by segments: this period's and those it is compared with."""
        wanted = (self.current.label, self.since, self.previous, self.year_ago)
        return tuple(one for one in dict.fromkeys(wanted) if one in self.labels)

    @cached_property
    def beside(self) -> tuple[str, ...]:
        """This period, its opening and the period before: what is told of every segment."""
        wanted = (self.current.label, self.since, self.previous)
        return tuple(one for one in dict.fromkeys(wanted) if one in self.labels)

    @cached_property
    def after(self) -> dict[str, str]:
        """Label to the label of the period right after it, where both are held."""
        labels = set(self.labels)
        return {one.previous().label: one.label for one in self.periods if one.previous().label in labels}

    def spans(self) -> ibis.Table:
        """One row a period held: `at` (label), `start`, `end` (the first day after it): for what lasts over periods."""
        rows = [
            {"at": one.label, "start": ibis.literal(one.start, type="date"), "end": ibis.literal(one.end, type="date")}
            for one in self.periods
        ]
        table = ibis.array([ibis.struct(row) for row in rows]).unnest().name("one").as_table()
        return table.select(at=table.one["at"], start=table.one["start"], end=table.one["end"])

    def last_day(self, at: Expression) -> Expression:
        """The last day of the period a label names."""
        cases = ((at == one.label, ibis.literal(one.last_day, type="date")) for one in self.periods)
        return ibis.cases(*cases, else_=ibis.null("date"))

    def first_day(self, at: Expression, months: int) -> Expression:
        """The first day of the `months` that close with the period a label names."""
        cases = (
            (at == one.label, ibis.literal(months_before(one.end, months), type="date")) for one in self.periods
        )
        return ibis.cases(*cases, else_=ibis.null("date"))

    def label(self, day: Expression) -> Expression:
        """The label of the period a day falls in, null outside all of them. `day` is a date or a timestamp."""
        day = day.cast("date")
        cases = [
            ((day >= ibis.literal(one.start, type="date")) & (day < ibis.literal(one.end, type="date")), one.label)
            for one in self.periods
        ]
        return ibis.cases(*cases, else_=ibis.null("string"))


def months_before(day: dt.date, months: int) -> dt.date:
    """The same day `months` earlier; a day that month lacks becomes its last."""
    place = day.year * 12 + day.month - 1 - months
    year, month = divmod(place, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def openings_of(job: Job, windows: Windows) -> dict[str, str]:
    """Earlier period to the opening its own flows count from by the job's comparison, where both ends are held."""
    if job.period.since is None:
        return {}
    held = set(windows.labels)
    pairs = ((one.label, one.opening(job.period.since).label) for one in windows.periods[:-1])
    return {label: opening for label, opening in pairs if opening in held}
