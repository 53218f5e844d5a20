"""Other countries, and their parts (DE-BY), by the library holidays.

The library computes any year, also one whose days nobody has decreed yet. Two of its guesses can be told and are
refused: days that follow the moon and are marked as estimated, and a year without make-up days in a country that
decrees them year by year.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from importlib.metadata import version
from typing import TYPE_CHECKING

from reportgen.schedule.calendar import CalendarYear

if TYPE_CHECKING:
    from holidays import HolidayBase

_NEIGHBOURS = 1
_DECREED = 4
"""Fields of a day exchanged for another in the library's tables; a plain holiday has three."""


@lru_cache(maxsize=256)
def read_year(code: str, year: int) -> CalendarYear | str:
    """A year of a country, or why there is none."""
    import holidays

    country, _, part = code.partition("-")
    try:
        around = range(year - _NEIGHBOURS, year + _NEIGHBOURS + 1)
        held = holidays.country_holidays(country, subdiv=part or None, years=around)
    except NotImplementedError:
        return "no library knows that calendar, and no file names it"
    if not held.start_year <= year <= held.end_year:
        return f"the library holidays covers {held.start_year} to {held.end_year}"
    days = {day: name for day, name in held.items() if day.year == year}
    estimated = sorted(day for day, name in days.items() if _is_estimated(held, name))
    if estimated:
        return f"{estimated[0]} ('{days[estimated[0]]}') is an estimate, not a decreed day"
    last = _last_decree(held)
    if last is not None and year > last:
        return f"that country exchanges working days by yearly decree, and the library holidays ends with {last}"
    return CalendarYear(
        off=frozenset(days),
        worked=frozenset(day for day in held.weekend_workdays if day.year == year),
        source=f"holidays {version('holidays')}",
        weekend=frozenset(_weekend(held, year)),
    )


def _weekend(held: HolidayBase, year: int) -> set[int]:
    """The weekdays off in a year; some countries moved their weekend."""
    week = [dt.date(year, 12, 20) + dt.timedelta(days=number) for number in range(7)]
    return {day.weekday() for day in week if held.is_weekend(day)}


def _is_estimated(held: HolidayBase, name: str) -> bool:
    label = getattr(held, "estimated_label", None)
    if not label:
        return False
    mark = str(held.tr(label)).replace("%s", "").strip()
    return mark in name or "(estimated)" in name


def _last_decree(held: HolidayBase) -> int | None:
    """The last year with exchanged days in the library; None where the country exchanges none."""
    years = []
    for year, entries in getattr(held, "special_public_holidays", {}).items():
        several = entries if entries and isinstance(entries[0], tuple) else (entries,)
        if any(len(entry) >= _DECREED for entry in several):
            years.append(year)
    return max(years, default=None)
