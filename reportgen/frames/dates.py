"""Which dates a run needs, and whether the sources hold them. Files are bound to dates, never to hope."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from reportgen.config import Job
from reportgen.errors import DataRefused, Problem, SourceError
from reportgen.period import Period
from reportgen.sources import place_of


@dataclass(frozen=True, slots=True)
class AsOf:
    """The closing date of the period and, where the job compares, the opening one."""

    period: Period
    opening: Period | None
    earlier: tuple[Period, ...] = ()
    """Periods of the same length before this one that a trend would want, oldest first."""

    @classmethod
    def of(cls, job: Job, period: Period) -> AsOf:
        opening = period.opening(job.period.since) if job.period.since else None
        earlier: list[Period] = []
        for _ in range(job.period.history if period.kind != "day" else 0):
            earlier.append((earlier[-1] if earlier else period).previous())
        return cls(period, opening, tuple(reversed(earlier)))

    @property
    def closing_day(self) -> dt.date:
        return self.period.last_day

    @property
    def opening_day(self) -> dt.date | None:
        return self.opening.last_day if self.opening else None

    @property
    def days(self) -> tuple[dt.date, ...]:
        """The dates needed, opening first."""
        return tuple(day for day in (self.opening_day, self.closing_day) if day is not None)

    @property
    def read_days(self) -> tuple[dt.date, ...]:
        """The dates a run reads where they are held: those needed, and the ends of earlier periods."""
        return tuple(sorted({*self.days, *(one.last_day for one in self.earlier)}))

    def history(self, held: Iterable[dt.date]) -> tuple[Period, ...]:
        """The periods whose last day is held, oldest first, this one last."""
        days = set(held)
        return tuple(one for one in (*self.earlier, self.period) if one.last_day in days)

    def expected(self, job: Job, source: str) -> dt.date | None:
        """The one date a source is for by the job's word, or None where its rows say."""
        rule = job.sources[source].as_of
        if rule == "period_end":
            return self.closing_day
        if rule == "since":
            return self.opening_day
        return rule


def refuse_missing_dates(job: Job, asof: AsOf, held: dict[str, set[dt.date]]) -> None:
    """Raise where a needed date stands in no source, or in one that is bound to another date.

    `held` maps each source of the snapshots to the dates its rows carry. Raises SourceError (exit 4) for a
    period nobody holds, DataRefused (exit 5) for snapshots in each other's place.
    """
    swapped = [
        Problem(
            f"source '{name}' ({place_of(job.sources[name])})",
            f"holds {_days(days)}, but the job says it describes {expected}.",
        )
        for name, days in held.items()
        if (expected := asof.expected(job, name))
        and days
        and expected not in days
        and any(day in asof.days for day in days)
    ]
    if swapped and job.gates.wrong_date == "block":
        raise DataRefused(
            swapped,
            state="No report was made; opening and closing would have changed places.",
            hint="Two snapshots seem to be swapped: mend sources.*.path or as_of in the job.",
        )
    everywhere = set().union(*held.values()) if held else set()
    missing = [day for day in asof.days if day not in everywhere]
    if missing:
        names = job.frames["snapshots"].from_
        holds = "; ".join(f"'{name}' holds {_days(held.get(name, set()))}" for name in names)
        raise SourceError(
            Problem(job.path, f"no source holds {_days(set(missing))}, which the period {asof.period} needs: {holds}."),
            state="No report was made; the newest data is never taken for another period's.",
            hint="Supply that snapshot, or run a period the sources hold.",
        )


def _days(days: set[dt.date]) -> str:
    ordered = [day.isoformat() for day in sorted(days)]
    if not ordered:
        return "no date"
    return ", ".join(ordered if len(ordered) <= 4 else [*ordered[:2], "…", ordered[-1]])
