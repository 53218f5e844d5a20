"""Which periods the sources hold, read off cheaply: for the message where `--period` is missing, and for `check`."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from pathlib import Path

from reportgen.config.check.sources import decode_head
from reportgen.config.job import Job
from reportgen.config.source import CsvSource
from reportgen.context import RunContext
from reportgen.period import Period

_MOST_BYTES = 4 * 1024 * 1024
_DAY = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?(?:[ T].*)?")


def periods_held(job: Job, context: RunContext) -> list[str]:
    """Labels of the periods whose last day the snapshots hold; empty where that cannot be told cheaply.

    Only small delimited files are read; a source with a fixed `as_of` says it itself. Days that are a period's
    opening alone are left out where the job compares and says so by `as_of: since`.
    """
    frame = job.frames.get("snapshots")
    days: set[dt.date] = set()
    for name in frame.from_ if frame else ():
        source = job.sources.get(name)
        if source is None or source.as_of == "since":
            continue
        if isinstance(source.as_of, dt.date):
            days.add(source.as_of)
            continue
        entry = frame.columns.get("snapshot_date") if frame else None
        if entry is None or entry.column is None or not isinstance(source, CsvSource):
            return []
        found = _dates(context.root / source.path, source, entry.column, entry.format)
        if found is None:
            return []
        days |= found
    labels = {_label(day, job.period.every) for day in days}
    return sorted(label for label in labels if label)


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
    text = {
        "day": day.isoformat(),
        "month": f"{day:%Y-%m}",
        "quarter": f"{day:%Y}-Q{(day.month + 2) // 3}",
        "year": f"{day:%Y}",
    }[every]
    return text if Period.parse(text).last_day == day else ""
