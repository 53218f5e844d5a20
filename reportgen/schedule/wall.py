"""From a day and a time on the wall to an instant, through the gaps and folds of a zone."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAY = 24 * 60
"""Minutes of a day: 24:00 is the midnight that ends it."""


@lru_cache(maxsize=32)
def zone_of(name: str) -> ZoneInfo:
    """An IANA zone; raises ValueError for a name that is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"'{name}' is no IANA time zone") from None


def instant(day: dt.date, minutes: int, zone: ZoneInfo) -> dt.datetime:
    """The UTC instant of a wall time, in minutes after midnight (up to 24:00).

    A time that the clocks jump over is moved to the first one that exists; of a time that comes twice the first is
    meant. So each wall time is one instant, and later wall times are never earlier instants.
    """
    wall = dt.datetime.combine(day, dt.time()) + dt.timedelta(minutes=minutes)
    while True:
        utc = wall.replace(tzinfo=zone, fold=0).astimezone(dt.UTC)
        if utc.astimezone(zone).replace(tzinfo=None) == wall:
            return utc
        wall += dt.timedelta(minutes=1)
