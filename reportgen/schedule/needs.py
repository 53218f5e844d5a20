"""What a due report waits for: files that have arrived whole, rows, partitions, control totals.

Files are looked at first; sources are read only when every file is there, through the same rooms as a run's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportgen.config.amount import MINOR_UNITS, to_minor
from reportgen.config.job import Job
from reportgen.config.schedule import FileNeed, Partition, SourceNeed, Total
from reportgen.context import RunContext
from reportgen.errors import JobError, Problem, SourceError, nearest
from reportgen.schedule.placeholder import filled

if TYPE_CHECKING:
    from reportgen.protocols import Engine
    from reportgen.sources.table import SourceTable

SETTLED = dt.timedelta(seconds=60)
"""A file that changed less than this ago may still be being written."""
_LONGEST_TOTAL = 200


def unmet(job: Job, context: RunContext, now: dt.datetime | None = None) -> tuple[Problem, ...]:
    """What the job's schedule still waits for, empty where everything holds; `now` is the context's clock by default.

    A source that cannot be read is a need not met yet. Raises JobError for a path that leaves the project.
    """
    needs = job.schedule.needs if job.schedule else ()
    now = now or context.clock()
    problems = [
        problem
        for index, need in enumerate(needs)
        for file in _files(need)
        for problem in _file_problems(_place(job, index), filled(file, context.period), context, now)
    ]
    wanted = [(index, need) for index, need in enumerate(needs) if isinstance(need, SourceNeed)]
    if not problems and wanted:
        problems += _sources(wanted, context)
    return tuple(problems)


def _place(job: Job, index: int) -> str:
    return f"{job.path}: schedule.needs[{index}]"


def _files(need: FileNeed | SourceNeed) -> Iterator[str]:
    if isinstance(need, FileNeed):
        yield need.file
    elif need.total is not None and need.total.file is not None:
        yield need.total.file


def _file_problems(place: str, name: str, context: RunContext, now: dt.datetime) -> Iterator[Problem]:
    path = _inside(name, context.root, place)
    try:
        found = path.stat()
    except FileNotFoundError:
        yield Problem(place, f"{name} is not there.")
        return
    except OSError as error:
        yield Problem(place, f"{name} cannot be looked at: {error.strerror}.")
        return
    changed = dt.datetime.fromtimestamp(found.st_mtime, dt.UTC)
    if not path.is_file():
        yield Problem(place, f"{name} is not a file.")
    elif found.st_size == 0:
        yield Problem(place, f"{name} is empty.")
    elif changed > now:
        yield Problem(place, f"{name} was changed at {changed:%Y-%m-%d %H:%M:%S} UTC, which is yet to come.")
    elif now - changed < SETTLED:
        ago = int((now - changed).total_seconds())
        yield Problem(place, f"{name} was changed {ago} s ago; it must rest for {SETTLED.seconds} s.")


def _inside(name: str, root: Path, place: str) -> Path:
    path = (root / name).resolve()
    if not path.is_relative_to(root.resolve()):
        raise JobError(Problem(place, f"{name} leads out of the project's folder."), state="Nothing was run.")
    return path


def _sources(wanted: list[tuple[int, SourceNeed]], context: RunContext) -> list[Problem]:
    """The needs of sources; each source is opened once, in a work folder of its own that is removed again."""
    from reportgen.facts.execute import DuckEngine
    from reportgen.sources import open_source

    own = replace(context, run_id=f"{context.run_id}-needs")
    problems: list[Problem] = []
    opened: dict[str, SourceTable | SourceError] = {}
    try:
        engine = DuckEngine(own.work)
        try:
            for index, need in wanted:
                if need.source not in opened:
                    try:
                        opened[need.source] = open_source(need.source, own.job.sources[need.source], own, engine)
                    except SourceError as error:
                        opened[need.source] = error
                        problems += error.problems
                source = opened[need.source]
                if not isinstance(source, SourceError):
                    place = f"{_place(own.job, index)}: source '{need.source}'"
                    problems += _Rows(place, source, own, engine).problems(need)
        finally:
            engine.close()
    finally:
        own.clean()
    return problems


class _Rows:
    """The rows of one source, or of one partition of it."""

    def __init__(self, place: str, source: SourceTable, context: RunContext, engine: Engine) -> None:
        self._place, self._source, self._context, self._engine = place, source, context, engine
        self._table: Any = source.table
        self._which = ""

    def problems(self, need: SourceNeed) -> Iterator[Problem]:
        asked = [part.column for part in (need.partition, need.total) if part is not None]
        missing = [column for column in dict.fromkeys(asked) if column not in self._source.origin.columns]
        if missing:
            for column in missing:
                near = nearest(column, self._source.origin.columns)
                yield Problem(self._place, f"there is no column '{column}'.{near}")
            return
        if need.partition is not None:
            self._narrow(need.partition)
        count = self._count()
        if need.partition is not None and count == 0:
            yield Problem(self._place, f"no row{self._which}.")
            return
        if need.rows is not None and count < need.rows:
            yield Problem(self._place, f"{count:,} rows{self._which}, {need.rows:,} are needed.")
        if need.total is not None:
            yield from self._total(need.total)

    def _narrow(self, partition: Partition) -> None:
        period, column = self._context.period, partition.column
        wanted: object = {"period": period.label, "period_end": period.last_day}.get(partition.value, partition.value)
        kind = "date" if partition.value == "period_end" else "category"
        cell, _ = self._read(column, kind)
        self._table = self._table.filter(cell == wanted)
        self._which = f" with {column} {wanted}"

    def _read(self, column: str, kind: Any, unit: str | None = None) -> tuple[Any, Any]:
        from reportgen.frames.convert import convert

        return convert(self._table[column], kind, values={}, unit=unit, form=None, currency=self._context.job.currency)

    def _fetch(self, what: str, **columns: Any) -> dict[str, Any]:
        frame = self._engine.fetch(f"need: {what}", self._table.aggregate(**columns))
        return {name: frame[name].iloc[0] for name in columns}

    def _count(self) -> int:
        return int(self._fetch("rows", rows=self._table.count())["rows"])

    def _total(self, total: Total) -> Iterator[Problem]:
        """The sum in minor units against the control total; cells that cannot be read make it unknown."""
        currency = self._context.job.currency
        amount, bad = self._read(total.column, "money", total.unit)
        # Summed as 128-bit integers and fetched as a decimal: exact for any number of rows.
        summed = self._fetch(
            "total", bad=bad.sum().fill_null(0), total=amount.cast("decimal(38, 0)").sum().cast("string")
        )
        if int(summed["bad"]):
            unread = f"{int(summed['bad']):,} cells of '{total.column}'{self._which}"
            yield Problem(self._place, f"{unread} are no amounts, so no total can be told.")
            return
        found = int(Decimal(str(summed["total"]))) if isinstance(summed["total"], str) else 0
        try:
            wanted = to_minor(self._stated(total), total.unit, currency)
        except ValueError as error:
            yield Problem(self._place, f"{error}.")
            return
        difference = found - wanted
        if abs(difference) > to_minor(total.within, total.unit, currency):
            digits = MINOR_UNITS[currency]
            yield Problem(
                self._place,
                f"the total of '{total.column}'{self._which} is {_main(found, digits)} {currency}, the control total "
                f"{_main(wanted, digits)}: a difference of {_main(difference, digits)}.",
            )

    def _stated(self, total: Total) -> Decimal:
        """The control total in its unit; raises ValueError where its file holds none."""
        if total.equals is not None:
            return total.equals
        name = filled(str(total.file), self._context.period)
        path = _inside(name, self._context.root, self._place)
        try:
            with path.open(encoding="utf-8-sig") as file:
                text = file.read(_LONGEST_TOTAL).strip()
        except (OSError, UnicodeDecodeError):
            raise ValueError(f"{name} cannot be read as a control total") from None
        try:
            amount = Decimal(text.replace(",", ""))
        except InvalidOperation:
            amount = Decimal("NaN")
        if not amount.is_finite():
            raise ValueError(f"{name} holds no control total: a file with one amount, such as 123456.78, is needed")
        return amount


def _main(minor: int, digits: int) -> str:
    """Minor units as an exact amount of main units."""
    return f"{Decimal(minor).scaleb(-digits):,.{digits}f}"
