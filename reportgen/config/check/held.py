"""Which periods the sources hold, read off cheaply: for the message where `--period` is missing, and for `check`."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from pathlib import Path

from reportgen.config.check.period import label_of
from reportgen.config.check.sources import decode_head
from reportgen.config.job import Job
from reportgen.config.source import CsvSource, DemoSource
from reportgen.context import RunContext
from reportgen.errors import Problem
from reportgen.frames.dates import AsOf
from reportgen.period import Period
from reportgen.sources.demo.schema import snapshot_days

_MOST_DAYS = 6
_MOST_BYTES = 4 * 1024 * 1024
_DAY = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?(?:[ T].*)?")


def periods_held(job: Job, context: RunContext) -> list[str]:
    """Labels of the periods whose last day the snapshots hold; empty where that cannot be told cheaply.

    Days that are a period's opening alone are left out where the job compares and says so by `as_of: since`.
    """
    held = days_held(job, context)
    closing = [days for name, days in held.items() if job.sources[name].as_of != "since"]
    if any(days is None for days in closing):
        return []
    labels = {_label(day, job.period.every) for days in closing for day in days or ()}
    return sorted(label for label in labels if label)


def days_held(job: Job, context: RunContext) -> dict[str, tuple[dt.date, ...] | None]:
    """The snapshots' sources with the days each holds, in order; None for what cannot be told cheaply.

    Only small delimited files are read; a source with a fixed `as_of` says it itself.
    """
    frame = job.frames.get("snapshots")
    held: dict[str, tuple[dt.date, ...] | None] = {}
    entry = frame.columns.get("snapshot_date") if frame else None
    for name in frame.from_ if frame else ():
        source = job.sources.get(name)
        if source is None:
            continue
        if frame and frame.dates:
            held[name] = tuple(sorted(frame.dates))
        elif isinstance(source.as_of, dt.date):
            held[name] = (source.as_of,)
        elif isinstance(source, DemoSource):
            held[name] = snapshot_days()
        elif entry is None or entry.column is None or not isinstance(source, CsvSource):
            held[name] = None
        else:
            found = _dates(context.root / source.path, source, entry.column, entry.format)
            held[name] = None if found is None else tuple(sorted(found))
    return held


def days_words(job: Job, context: RunContext) -> str:
    """`closing holds 2011-05-31; opening holds 2010-12-31`: what each source holds, as far as that can be told."""
    return "; ".join(
        f"{name} holds {_listed(days) if days else 'no date that can be read'}"
        for name, days in days_held(job, context).items() if days is not None
    )


def _listed(days: tuple[dt.date, ...]) -> str:
    words = [day.isoformat() for day in days]
    if len(words) > _MOST_DAYS:
        return f"{len(words)} days from {words[0]} to {words[-1]}, the last ones {', '.join(words[-3:])}"
    return ", ".join(words)


def period_problem(job: Job, context: RunContext, place: str) -> Problem | None:
    """Why the sources cannot carry the run's period: a date it needs stands in none. None where that cannot be told."""
    held = days_held(job, context)
    if not held or any(days is None for days in held.values()):
        return None
    everywhere = {day for days in held.values() for day in days or ()}
    missing = [day.isoformat() for day in AsOf.of(job, context.period).days if day not in everywhere]
    if not missing:
        return None
    return Problem(place, f"no source holds {' and '.join(missing)}, which the period {context.period} needs: "
                          f"{days_words(job, context)}.")


def _dates(path: Path, source: CsvSource, column: str, form: str | None) -> set[dt.date] | None:
    """Distinct dates of a column; None where the file is large, or not what the job says."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            return None
        text = decode_head(path.read_bytes(), source.encoding)
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=source.delimiter)
        index = [name.strip() for name in next(rows, [])].index(column)
        return {day for row in rows if len(row) > index and (day := _day(row[index].strip(), form))}
    except (OSError, ValueError, csv.Error):
        return None


def _day(text: str, form: str | None) -> dt.date | None:
    try:
        if form:
            return dt.datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
        match = _DAY.fullmatch(text)
        return dt.date(*(int(part) for part in match.groups())) if match else None
    except ValueError:
        return None


def _label(day: dt.date, every: str) -> str:
    """The period of that kind whose last day it is, or empty."""
    text = label_of(every, day)
    return text if Period.parse(text).last_day == day else ""
