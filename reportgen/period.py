"""Reporting periods: a month, quarter, year or single day as half-open bounds of dates.

`Period.parse` reads `2011-05`, `2011-Q2`, `2011` and `2011-05-31`. A snapshot "of a period" is the one
dated its last day; the opening of a period counted from the year's start is dated the last day of the
year before (较年初).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from reportgen.errors import JobError

Kind = Literal["year", "quarter", "month", "day"]
Since = Literal["year_open", "previous", "year_ago"]
_MONTHS = {"year": 12, "quarter": 3, "month": 1}
_SHAPES: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("day", re.compile(r"(\d{4})-(\d{2})-(\d{2})")),
    ("quarter", re.compile(r"(\d{4})-Q([1-4])")),
    ("month", re.compile(r"(\d{4})-(\d{2})")),
    ("year", re.compile(r"(\d{4})")),
)


def _month_start(year: int, month: int) -> date:
    """First day of a month given as any integer month of `year` (0 and 13 roll over)."""
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `start` to before `end`."""

    kind: Kind
    start: date
    end: date

    @classmethod
    def parse(cls, text: str) -> Period:
        for kind, shape in _SHAPES:
            match = shape.fullmatch(text.strip())
            if not match:
                continue
            numbers = [int(group) for group in match.groups()]
            try:
                if kind == "day":
                    day = date(*numbers)
                    return cls(kind, day, day + timedelta(days=1))
                first = 1 if kind == "year" else numbers[1] * 3 - 2 if kind == "quarter" else numbers[1]
                if not 1 <= first <= 12:
                    break
                return cls(kind, _month_start(numbers[0], first), _month_start(numbers[0], first + _MONTHS[kind]))
            except (ValueError, OverflowError):
                break
        raise JobError(
            f"'{text}' is not a period.",
            hint="Write a month 2011-05, a quarter 2011-Q2, a year 2011 or a day 2011-05-31.",
        )

    @property
    def label(self) -> str:
        """The spelling that `parse` reads: the id of the period in facts, paths and commands."""
        if self.kind == "day":
            return self.start.isoformat()
        if self.kind == "month":
            return f"{self.start:%Y-%m}"
        if self.kind == "quarter":
            return f"{self.start:%Y}-Q{(self.start.month + 2) // 3}"
        return f"{self.start:%Y}"

    @property
    def last_day(self) -> date:
        """The day whose snapshot describes the end of the period."""
        return self.end - timedelta(days=1)

    def shift(self, months: int) -> Period:
        """The period of the same length, `months` later."""
        if self.kind == "day":
            raise ValueError("a day has no neighbouring months")
        first = _month_start(self.start.year, self.start.month + months)
        return Period(self.kind, first, _month_start(first.year, first.month + _MONTHS[self.kind]))

    def previous(self) -> Period:
        """The period before (环比)."""
        if self.kind == "day":
            return Period("day", self.start - timedelta(days=1), self.start)
        return self.shift(-_MONTHS[self.kind])

    def year_ago(self) -> Period:
        """The same period a year before (同比); 29 February goes to the 28th."""
        if self.kind != "day":
            return self.shift(-12)
        try:
            day = self.start.replace(year=self.start.year - 1)
        except ValueError:
            day = self.start.replace(year=self.start.year - 1, day=28)
        return Period("day", day, day + timedelta(days=1))

    def opening(self, since: Since) -> Period:
        """The month (or day) at whose end the comparison opens."""
        if since == "year_open":
            if self.kind == "day":
                day = date(self.start.year - 1, 12, 31)
                return Period("day", day, day + timedelta(days=1))
            return Period("month", date(self.start.year - 1, 12, 1), date(self.start.year, 1, 1))
        return self.previous() if since == "previous" else self.year_ago()

    def months_since(self, opening: Period) -> int:
        """Whole months from the end of `opening` to the end of this period (5 from 2010-12 to 2011-05)."""
        return (self.last_day.year - opening.last_day.year) * 12 + self.last_day.month - opening.last_day.month

    def __str__(self) -> str:
        return self.label
