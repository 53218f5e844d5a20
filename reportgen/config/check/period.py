"""The period: one of the job's kind, a time zone that exists, and an opening wherever a source is bound to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from reportgen.config.job import Job
from reportgen.config.positions import Positions
from reportgen.errors import Problem, nearest
from reportgen.period import Period

_CHINA = frozenset({
    "asia/beijing", "beijing", "china", "shanghai", "asia/shenzhen", "asia/guangzhou", "asia/hangzhou", "asia/nanjing",
    "china standard time", "utc+8", "utc+08:00", "gmt+8", "+08:00", "北京", "北京时间", "上海",
})
"""What people write for the one time zone of mainland China."""


def period_problems(job: Job, places: Positions) -> Iterator[Problem]:
    """All problems of `period` and of the sources' `as_of`."""
    if not _zone_exists(job.period.zone):
        from zoneinfo import available_timezones

        near = " Did you mean 'Asia/Shanghai'?" if job.period.zone.strip().lower() in _CHINA else nearest(
            job.period.zone, sorted(available_timezones())
        )
        yield Problem(places.of("period", "zone"),
                      f"period.zone: there is no time zone '{job.period.zone}'.{near} Write an IANA name such as "
                      "Asia/Shanghai or Europe/Zurich.")
    for name, source in job.sources.items():
        if source.as_of == "since" and job.period.since is None:
            yield Problem(
                places.of("sources", name, "as_of"),
                f"sources.{name}.as_of: 'since' is the opening of a comparison, and period.since is not stated. "
                "Write one of year_open, previous, year_ago there.",
            )


def asked_problem(job: Job, period: Period, places: Positions) -> Problem | None:
    """Why a period is none of the job's: another kind than `period.every`. A single day always may be asked."""
    every = job.period.every
    if period.kind in (every, "day"):
        return None
    right = label_of(every, period.last_day)
    return Problem(
        places.of("period", "every"),
        f"the job reports every {every}, and {period} is a {period.kind}; write a {every} such as {right}.",
    )


def label_of(every: str, day: dt.date) -> str:
    """The period of a kind that holds a day, as a command writes it."""
    return {
        "day": day.isoformat(), "month": f"{day:%Y-%m}", "quarter": f"{day:%Y}-Q{(day.month + 2) // 3}",
        "year": f"{day:%Y}",
    }[every]


def _zone_exists(zone: str) -> bool:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a folder's name, `..` and the like are no zones either
        return False
    return True
