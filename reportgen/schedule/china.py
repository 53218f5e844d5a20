"""The People's Republic: chinesecalendar, held against holidays.

Both libraries transcribe the State Council's yearly notice independently. chinesecalendar decides which years are
known, since it knows no year before its notice; holidays computes any year and then has no make-up day at all.
Where they disagree on a single day, neither is taken: the bank has to say.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from importlib.metadata import version

from reportgen.schedule.calendar import SATURDAY, CalendarYear

CODE = "CN"
_LISTED = 5


@lru_cache(maxsize=64)
def read_year(year: int) -> CalendarYear | str:
    """A year on which both libraries agree, or why there is none."""
    import chinese_calendar  # type: ignore[import-untyped]
    import holidays

    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    days = [first + dt.timedelta(days=number) for number in range((last - first).days + 1)]
    try:
        working = {day: bool(chinese_calendar.is_workday(day)) for day in days}
    except NotImplementedError:
        return "the State Council's notice for that year is in none of the libraries installed"
    # Make-up days of a year may stand in its neighbour's notice (2006-12-30 is of 2007's).
    other = holidays.country_holidays(CODE, years=range(year - 1, year + 2))
    if not any(day.year == year for day in other.weekend_workdays):
        return "the library holidays has no make-up day for that year, so it cannot confirm the other"
    differ = [day for day in days if other.is_working_day(day) != working[day]]
    if differ:
        shown = ", ".join(day.isoformat() for day in differ[:_LISTED])
        return f"chinesecalendar and holidays disagree on {len(differ)} day(s), first {shown}"
    return CalendarYear(
        off=frozenset(day for day in days if day.weekday() < SATURDAY and not working[day]),
        worked=frozenset(day for day in days if day.weekday() >= SATURDAY and working[day]),
        source=f"chinesecalendar {version('chinesecalendar')}, confirmed by holidays {version('holidays')}",
    )
