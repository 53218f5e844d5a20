"""`schedule.when`: one line that says when a report is due.

    3rd working day, 08:30 Asia/Shanghai, calendar CN      2nd last working day, 18:00, calendar CN
    every working day, 07:00, calendar DE-BY               month end · quarter end, 20:00 · year end
    day 5, 09:00 Europe/Berlin                             cron 30 8 * * 1 Asia/Shanghai

A day, a time and zone, a calendar, with commas between. Without a zone the job's own holds. `month end`,
`quarter end` and `year end` without a time mean 24:00, the moment the period is over; every other day needs a time.
`day 31` is the last day of shorter months. Occurrences are pure: the same interval gives the same instants, in
whatever pieces it is asked.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

from reportgen.errors import JobError, nearest
from reportgen.period import Kind, Period
from reportgen.schedule.calendar import Calendars
from reportgen.schedule.ordinal import CRON_FIELDS, Cron, EveryWorkingDay, NthWorkingDay, PeriodEnd, Rule, parse_rule
from reportgen.schedule.wall import DAY, instant, zone_of

EXAMPLES = (
    "3rd working day, 08:30 Asia/Shanghai, calendar CN",
    "last working day, 18:00 Asia/Shanghai, calendar CN",
    "month end, 20:00",
    "day 5, 09:00 Asia/Shanghai",
    "cron 30 8 * * 1 Asia/Shanghai",
)
_ZONE = "Asia/Shanghai"
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?: (.+))?")
_CALENDAR = re.compile(r"calendar (\S+)")
_CODE = re.compile(r"[A-Z][A-Z0-9-]{1,15}")
_WIDE = re.compile("[，：、　０-９]")


class WhenError(JobError):
    """A schedule's line that cannot be read; `problems` holds the sentence with what was found and examples."""


@dataclass(frozen=True, slots=True)
class When:
    """A line of a schedule, read."""

    text: str
    rule: Rule
    minutes: int
    """After midnight; 1440 is 24:00. Unused by cron."""
    zone: str
    calendar: str
    """Code of the calendar; empty where the rule asks none."""

    def occurrences(self, after: dt.datetime, before: dt.datetime, calendars: Calendars) -> Iterator[dt.datetime]:
        """The instants in [after, before), aware in UTC, rising, each once.

        Raises CalendarUnknown on reaching a month whose year no source knows.
        """
        latest: dt.datetime | None = None
        for moment in self._moments(after, before, calendars):
            if moment >= before:
                return
            if moment >= after and moment != latest:
                yield moment
                latest = moment

    def _moments(self, after: dt.datetime, before: dt.datetime, calendars: Calendars) -> Iterator[dt.datetime]:
        zone = zone_of(self.zone)
        # A day earlier: 24:00, and a time that a change of the clocks moved, fall on the day after their own.
        first = after.astimezone(zone).date() - dt.timedelta(days=1)
        last = before.astimezone(zone).date()
        rule = self.rule
        if isinstance(rule, Cron):
            yield from rule.instants(first, zone)
            return
        if isinstance(rule, NthWorkingDay | EveryWorkingDay):
            days = rule.days(first, last, calendars.of(self.calendar))
        else:
            days = rule.days(first, last)
        for day in days:
            yield instant(day, self.minutes, zone)

    def period_of(self, occurrence: dt.datetime, every: Kind) -> Period:
        """The period an occurrence reports: the last one that ended before its day.

        At a `month end` (`quarter end`, `year end`) it is the period that ends with that very day, where one does.
        """
        day = occurrence.astimezone(zone_of(self.zone)).date()
        if isinstance(self.rule, PeriodEnd) and self.minutes < DAY:
            day += dt.timedelta(days=1)
        return containing(day, every).previous()

    def opens(self, period: Period) -> dt.datetime:
        """The first instant whose occurrence would report this period; the next period's `opens` ends it."""
        early = isinstance(self.rule, PeriodEnd) and self.minutes < DAY
        return instant(period.last_day if early else period.end, 0, zone_of(self.zone))

    def due_at(self, period: Period, calendars: Calendars) -> dt.datetime | None:
        """When a period is due: its first occurrence. None where the schedule skips it."""
        return next(self.occurrences(self.opens(period), self.opens(following(period)), calendars), None)


def containing(day: dt.date, every: Kind) -> Period:
    """The period of a kind that a day lies in."""
    labels = {
        "day": day.isoformat(),
        "month": f"{day:%Y-%m}",
        "quarter": f"{day:%Y}-Q{(day.month + 2) // 3}",
        "year": f"{day:%Y}",
    }
    return Period.parse(labels[every])


def following(period: Period) -> Period:
    """The period after."""
    return containing(period.end, period.kind)


def parse_when(text: str, zone: str = _ZONE, calendar: str = "") -> When:
    """Read a line; `zone` and `calendar` hold where it names none. Raises WhenError (exit 2)."""
    line = " ".join(text.split())
    try:
        if wide := _WIDE.search(text):
            raise ValueError(f"'{wide.group()}' is full-width; write it half-width")
        if line.lower() == "cron" or line.lower().startswith("cron "):
            return _cron(line, zone, calendar)
        day, *rest = (part.strip() for part in line.split(","))
        rule = parse_rule(day)
        minutes, zone, calendar = _rest(rest, zone, calendar)
        if minutes is None:
            if not isinstance(rule, PeriodEnd):
                raise ValueError(f"the time is missing after '{day}'")
            minutes = DAY
        if isinstance(rule, NthWorkingDay | EveryWorkingDay) and not calendar:
            raise ValueError(f"'{day}' needs a calendar, such as: calendar CN")
    except ValueError as error:
        cause = str(error).rstrip(".")
        stop = "" if cause.endswith("?") else "."
        listed = "; ".join(EXAMPLES)
        raise WhenError(f"'{line}' is no time of a schedule: {cause}{stop} Examples: {listed}.") from None
    return When(line, rule, minutes, zone, calendar)


def _cron(line: str, zone: str, calendar: str) -> When:
    fields = line.split()[1:]
    count = next((number for number, field in enumerate(fields[:CRON_FIELDS]) if _is_zone(field)), len(fields))
    if count < CRON_FIELDS:
        raise ValueError(f"a cron expression has {CRON_FIELDS} fields (minute hour day month weekday), found {count}")
    expression = " ".join(fields[:CRON_FIELDS]).removesuffix(",")
    rest = " ".join(fields[CRON_FIELDS:])
    minutes, zone, calendar = _rest([part.strip() for part in rest.split(",")] if rest else [], zone, calendar)
    if minutes is not None:
        raise ValueError("a cron expression already says the time")
    return When(line, Cron.checked(expression), 0, zone, calendar)


def _is_zone(field: str) -> bool:
    return field[:1].isalpha() and "/" in field


def _rest(parts: list[str], zone: str, calendar: str) -> tuple[int | None, str, str]:
    """Time, zone and calendar from what stands after the day."""
    minutes: int | None = None
    said: set[str] = set()
    for part in parts:
        if match := _TIME.fullmatch(part):
            what, minutes = "time", _minutes(match.group(1), match.group(2), part)
            zone = _zone(match.group(3)) if match.group(3) else zone
        elif match := _CALENDAR.fullmatch(part):
            what, calendar = "calendar", match.group(1)
            if not _CODE.fullmatch(calendar):
                raise ValueError(f"'{calendar}' is no code of a calendar; codes are like CN, DE or DE-BY")
        elif part and part.split()[0].lower() != "calendar" and not part[0].isdigit():
            what, zone = "zone", _zone(part)
        else:
            raise ValueError(f"'{part}' is no time such as 08:30, no zone and no calendar such as: calendar CN")
        if what in said:
            raise ValueError(f"the {what} stands twice")
        said.add(what)
    zone_of(zone)
    return minutes, zone, calendar


def _minutes(hours: str, minutes: str, part: str) -> int:
    total = int(hours) * 60 + int(minutes)
    if int(minutes) >= 60 or total > DAY:
        raise ValueError(f"'{part}' is no time of a day, which runs from 00:00 to 24:00")
    return total


def _zone(name: str) -> str:
    from zoneinfo import available_timezones

    try:
        zone_of(name)
    except ValueError:
        near = nearest(name, sorted(available_timezones()))
        raise ValueError(f"'{name}' is no IANA time zone.{near}") from None
    return name


def next_occurrence(when: When, after: dt.datetime, calendars: Calendars, days: int = 3_000) -> dt.datetime | None:
    """The first occurrence after an instant, itself excluded; None where none comes within `days`."""
    start = after + dt.timedelta(microseconds=1)
    return next(when.occurrences(start, start + dt.timedelta(days=days), calendars), None)
