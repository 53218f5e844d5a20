"""Working days of a country or a bank, known year by year. A year no source knows is an error, never a guess.

A file the bank drops into `config/calendars/` wins over the libraries: it is the bank's own word, with its source.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from reportgen.errors import JobError, Problem

SATURDAY, SUNDAY = 5, 6


class CalendarUnknown(JobError):  # noqa: N818 - named for what happened, like its base
    """No source knows a year of a calendar (exit 2)."""


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """One year of a calendar as a source states it."""

    off: frozenset[dt.date]
    """Days off beside the weekend."""
    worked: frozenset[dt.date]
    """Days of the weekend that are worked (调休)."""
    source: str
    """Who says so: a library with its version, or a file with its sha256 and the source it names."""
    weekend: frozenset[int] = frozenset({SATURDAY, SUNDAY})
    """Weekdays off, Monday 0."""

    def is_working(self, day: dt.date) -> bool:
        if day.weekday() in self.weekend:
            return day in self.worked
        return day not in self.off


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """The working days of one calendar; each year is read once."""

    code: str
    folder: Path
    _years: dict[int, CalendarYear] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, code: str, folder: Path) -> WorkingDays:
        """The calendar `code` (CN, DE, DE-BY, or a name of the bank's own) with the files of `folder`."""
        return cls(code, folder)

    def is_working(self, day: dt.date) -> bool:
        """Raises CalendarUnknown for a year that no source knows, JobError for a file that cannot be right."""
        return self.year(day.year).is_working(day)

    def month(self, year: int, month: int) -> Iterator[dt.date]:
        """The working days of a month, rising."""
        day = dt.date(year, month, 1)
        while day.month == month:
            if self.is_working(day):
                yield day
            day += dt.timedelta(days=1)

    def year(self, year: int) -> CalendarYear:
        """A year and who says so. Raises CalendarUnknown, naming the file to drop in."""
        if year not in self._years:
            self._years[year] = self._read(year)
        return self._years[year]

    def _read(self, year: int) -> CalendarYear:
        from reportgen.schedule import china, country, dropped

        found = dropped.read_year(self.folder, self.code, year)
        if found is not None:
            return found
        known = china.read_year(year) if self.code == china.CODE else country.read_year(self.code, year)
        if isinstance(known, CalendarYear):
            return known
        path = f"config/calendars/{dropped.file_name(self.code, year)}"
        raise CalendarUnknown(
            Problem(path, f"the working days of {self.code} in {year} are not known: {known}."),
            state="Nothing was run for want of the calendar; a working day is never guessed.",
            hint=f"Put the days as decreed into {path}; docs/schedule.md shows such a file."
            + dropped.misnamed(self.folder, self.code, year),
        )


@dataclass(frozen=True, slots=True)
class Calendars:
    """All calendars, with the folder that the bank drops files into."""

    folder: Path
    _known: dict[str, WorkingDays] = field(default_factory=dict, compare=False, repr=False)

    def of(self, code: str) -> WorkingDays:
        return self._known.setdefault(code, WorkingDays.of(code, self.folder))
