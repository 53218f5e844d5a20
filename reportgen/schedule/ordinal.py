"""The days a schedule can name: the 3rd working day, the last, a month's end, day 5, or a cron expression."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from reportgen.errors import JobError
from reportgen.schedule.calendar import WorkingDays

MOST_WORKING_DAYS = 15
"""Every month of every calendar known has at least 16; a count beyond would skip months."""
CRON_FIELDS = 5
_NTH = re.compile(r"(?:(\d{1,4})(?:st|nd|rd|th) )?(last )?working days?")
_DAY = re.compile(r"day (\d{1,4})")
_ENDS = {"month end": 1, "quarter end": 3, "year end": 12}


@dataclass(frozen=True, slots=True)
class NthWorkingDay:
    """The n-th working day of each month; -1 is the last, -2 the one before it."""

    number: int
    def days(self, first: dt.date, last: dt.date, working: WorkingDays) -> Iterator[dt.date]:
        for start in _months(first, last):
            # No calendar is asked for a month whose n-th day comes too late in any case.
            if self.number > 0 and start + dt.timedelta(days=self.number - 1) > last:
                return
            found = list(working.month(start.year, start.month))
            index = self.number - 1 if self.number > 0 else self.number
            if abs(self.number) > len(found):
                raise JobError(
                    f"{start:%Y-%m} has only {len(found)} working days in the calendar {working.code}.",
                    state="Nothing was run.",
                    hint="Name an earlier working day in schedule.when, or mend the calendar's file.",
                )
            yield found[index]


@dataclass(frozen=True, slots=True)
class EveryWorkingDay:
    """Each working day."""

    def days(self, first: dt.date, last: dt.date, working: WorkingDays) -> Iterator[dt.date]:
        day = first
        while day <= last:
            if working.is_working(day):
                yield day
            day += dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PeriodEnd:
    """The last day of every month (1), quarter (3) or year (12)."""

    months: int
    def days(self, first: dt.date, last: dt.date) -> Iterator[dt.date]:
        for start in _months(first, last):
            if start.month % self.months == 0:
                yield _last_day(start)


@dataclass(frozen=True, slots=True)
class DayOfMonth:
    """Day n of each month; the month's last day where it has fewer, so that no month is skipped."""

    number: int
    def days(self, first: dt.date, last: dt.date) -> Iterator[dt.date]:
        for start in _months(first, last):
            yield min(_last_day(start), start + dt.timedelta(days=self.number - 1))


@dataclass(frozen=True, slots=True)
class Cron:
    """Minute, hour, day, month, weekday, as Debian's cron reads them."""

    expression: str
    @classmethod
    def checked(cls, expression: str) -> Cron:
        """Raises ValueError for an expression that is none, or that never comes."""
        from cronsim import CronSim, CronSimError

        try:
            CronSim(expression, dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
        except CronSimError as error:
            raise ValueError(str(error).lower()) from None
        return cls(expression)

    def instants(self, first: dt.date, zone: ZoneInfo) -> Iterator[dt.datetime]:
        """UTC instants from the midnight of `first` on, rising; a time that comes twice may stand twice."""
        from cronsim import CronSim

        start = dt.datetime.combine(first, dt.time(), tzinfo=zone) - dt.timedelta(seconds=1)
        for moment in CronSim(self.expression, start):
            yield moment.astimezone(dt.UTC)


Rule = NthWorkingDay | EveryWorkingDay | PeriodEnd | DayOfMonth | Cron


def parse_rule(text: str) -> NthWorkingDay | EveryWorkingDay | PeriodEnd | DayOfMonth:
    """The day a text names; raises ValueError saying what does not fit."""
    words = text.lower()
    if words == "every working day":
        return EveryWorkingDay()
    if words in _ENDS:
        return PeriodEnd(_ENDS[words])
    if match := _DAY.fullmatch(words):
        number = int(match.group(1))
        if not 1 <= number <= 31:
            raise ValueError(f"a month has no day {number}")
        return DayOfMonth(number)
    if (match := _NTH.fullmatch(words)) and (match.group(1) or match.group(2)):
        number = int(match.group(1) or 1)
        if not 1 <= number <= MOST_WORKING_DAYS:
            raise ValueError(
                f"not every month has a working day {number}; name one from 1st to {MOST_WORKING_DAYS}th, "
                "or count from the end: '2nd last working day'"
            )
        return NthWorkingDay(-number if match.group(2) else number)
    raise ValueError(f"'{text}' names no day")


def _months(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """The first days of all months that touch [first, last]."""
    start = first.replace(day=1)
    while start <= last:
        yield start
        start = _next_month(start)


def _next_month(start: dt.date) -> dt.date:
    return dt.date(start.year + start.month // 12, start.month % 12 + 1, 1)


def _last_day(start: dt.date) -> dt.date:
    return _next_month(start) - dt.timedelta(days=1)
