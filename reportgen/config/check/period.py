"""The period rule: a time zone that exists, and an opening wherever a source is bound to it."""

from __future__ import annotations

from collections.abc import Iterator

from reportgen.config.job import Job
from reportgen.config.positions import Positions
from reportgen.errors import Problem, nearest


def period_problems(job: Job, places: Positions) -> Iterator[Problem]:
    """All problems of `period` and of the sources' `as_of`."""
    if not _zone_exists(job.period.zone):
        from zoneinfo import available_timezones

        near = nearest(job.period.zone, sorted(available_timezones()))
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


def _zone_exists(zone: str) -> bool:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a folder's name, `..` and the like are no zones either
        return False
    return True
