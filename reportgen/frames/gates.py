"""The quality gates: each counts one kind of doubt over a typed frame and says what the job wants done.

A null passes every comparison unseen, so missing values are counted by gates of their own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

import ibis

from reportgen.config import Job
from reportgen.config.gates import Verdict as Setting
from reportgen.errors import DataRefused, Problem
from reportgen.frames.convert import Expression
from reportgen.frames.dates import AsOf
from reportgen.frames.quality import QualityResult, Verdict
from reportgen.frames.roles import PERSONAL
from reportgen.frames.typed import BAD, TRIMMED, UNKNOWN, TypedFrame
from reportgen.protocols import Engine

if TYPE_CHECKING:
    from reportgen.sources.table import SourceTable

_LISTED = 20
_OLDEST = 120
_WORDS = {
    "unparsable": "cannot be read",
    "missing_key": "have no customer number",
    "duplicate_key": "repeat a customer on one date",
    "wrong_date": "are of another date than the source is for",
    "future_date": "lie after the snapshot's date",
    "negative_aum": "are negative",
    "missing_amount": "have no amount",
    "out_of_range": "are under 0 or over 120",
    "trimmed": "have blanks around their value, which were taken off",
    "unknown_value": "have a value the job's map does not name",
    "missing_value": "are empty",
}


def _judge(setting: Setting, count: int) -> Verdict:
    if count == 0 or setting == "allow":
        return "pass"
    return "warn" if setting == "warn" else "block"


Check = tuple[str, str, Setting, Expression]
"""Gate, column, the job's setting, and the rows concerned."""


def _checks(frame: TypedFrame, job: Job, asof: AsOf) -> Iterator[Check]:
    """Every check this frame allows."""
    table, gates = frame.table, job.gates
    for column in frame.kinds:
        yield "unparsable", column, "block", table[BAD + column]
        if TRIMMED + column in table.columns:
            yield "trimmed", column, gates.trimmed, table[TRIMMED + column]
        if UNKNOWN + column in table.columns:
            yield "unknown_value", column, gates.unknown_value, table[UNKNOWN + column]
    if "customer_id" in frame.kinds:
        yield "missing_key", "customer_id", gates.missing_key, table.customer_id.isnull()
    if "age" in frame.kinds:
        yield "out_of_range", "age", gates.out_of_range, (table.age < 0) | (table.age > _OLDEST)
    if frame.role == "customers":
        yield "duplicate_key", "customer_id", gates.duplicate_key, _repeated(table, "customer_id")
    if frame.role == "snapshots":
        yield from _dated_checks(frame, job, asof)


def _repeated(table: ibis.Table, *key: str) -> Expression:
    return (table.count().over(ibis.window(group_by=list(key))) > 1) & table.customer_id.notnull()


def _dated_checks(frame: TypedFrame, job: Job, asof: AsOf) -> Iterator[Check]:
    """What only a table of dated rows can be asked."""
    table, gates = frame.table, job.gates
    for name in job.frames["snapshots"].from_:
        expected = asof.expected(job, name)
        if expected is not None:
            other = (table.snapshot_date != ibis.literal(expected, type="date")) | table.snapshot_date.isnull()
            yield "wrong_date", "snapshot_date", gates.wrong_date, (table.source == name) & other
    needed = table.snapshot_date.isin([ibis.literal(day, type="date") for day in asof.days])
    repeated = _repeated(table, "customer_id", "snapshot_date")
    yield "duplicate_key", "customer_id", gates.duplicate_key, needed & repeated
    for column in ("last_contact", "open_date"):
        if column in frame.kinds:
            yield "future_date", column, gates.future_date, needed & (table[column] > table.snapshot_date)
    if "aum" in frame.kinds:
        yield "negative_aum", "aum", gates.negative_aum, needed & (table.aum < 0)
        yield "missing_amount", "aum", gates.missing_amount, needed & table.aum.isnull() & ~table[BAD + "aum"]
    for column in sorted(set(frame.kinds) - {"aum", "customer_id", "snapshot_date"}):
        empty = needed & table[column].isnull() & ~table[BAD + column]
        yield "missing_value", column, gates.missing_value, empty


def examine(frame: TypedFrame, job: Job, asof: AsOf, engine: Engine) -> tuple[QualityResult, ...]:
    """Every gate of a frame by source, in one scan; rows are listed only for the gates that counted any."""
    checks = list(_checks(frame, job, asof))
    marked = frame.table.select(
        "source",
        "row_no",
        *(column for column in frame.kinds if column not in ("source", "row_no")),
        **{f"check_{place}": concerned.fill_null(False) for place, (_, _, _, concerned) in enumerate(checks)},
    )
    marked = engine.store(f"gates_{frame.role}", marked)
    counts = engine.fetch(
        f"gates {frame.role}",
        marked.group_by("source").aggregate(
            total=marked.count(),
            **{f"check_{place}": marked[f"check_{place}"].sum() for place in range(len(checks))},
        ),
    )
    results = []
    for record in counts.sort_values("source").to_dict("records"):
        source, total = str(record["source"]), int(record["total"])
        for place, (gate, column, setting, _) in enumerate(checks):
            count = int(record[f"check_{place}"])
            verdict = _judge(setting, count)
            if gate == "unparsable":
                verdict = "block" if count > job.gates.unparsable.block_above * total else "warn" if count else "pass"
            rows, samples = _list(engine, marked, source, place, column) if count else ((), ())
            results.append(QualityResult(gate, source, column, count, total, verdict, rows, samples))
    return tuple(results)


def _list(
    engine: Engine, marked: ibis.Table, source: str, place: int, column: str
) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """The first rows a check concerns, and the values there unless they are personal."""
    concerned = marked.filter((marked.source == source) & marked[f"check_{place}"]).order_by("row_no").limit(_LISTED)
    shown = ["row_no"] if column in PERSONAL else ["row_no", column]
    frame = engine.fetch(f"gate rows {place}", concerned.select(*shown))
    values = () if column in PERSONAL else tuple(dict.fromkeys(str(one) for one in frame[column].dropna()))
    return tuple(int(row) for row in frame["row_no"]), values[:5]


def raw_samples(
    results: tuple[QualityResult, ...], sources: dict[str, SourceTable], job: Job, engine: Engine
) -> tuple[QualityResult, ...]:
    """Unreadable cells as they stand in the source: the typed frame has lost them."""
    from dataclasses import replace

    found = []
    for result in results:
        if result.gate not in ("unparsable", "unknown_value") or not result.count or result.column in PERSONAL:
            found.append(result)
            continue
        frame = next(one for one in job.frames.values() if result.source in one.from_ and result.column in one.columns)
        column = frame.columns[result.column].column
        table = sources[result.source].table
        if column is None:
            found.append(result)
            continue
        cells = engine.fetch(
            "gate cells",
            table.filter(table.row_no.isin(result.rows)).order_by("row_no").select(cell=table[column]),
        )
        samples = tuple(dict.fromkeys(str(cell)[:40] for cell in cells["cell"]))
        found.append(replace(result, samples=samples[:5]))
    return tuple(found)


def describe(result: QualityResult) -> str:
    """A gate's count as one line: `3 of 150 cells of aum cannot be read: rows 4, 9, 17 ('2.00E+05')`."""
    more = ", …" if result.count > len(result.rows) else ""
    rows = f"rows {', '.join(map(str, result.rows))}{more}" if result.rows else "rows not listed"
    values = f" ({', '.join(repr(value) for value in result.samples)})" if result.samples else ""
    what = _WORDS.get(result.gate, result.gate)
    return f"{result.count:,} of {result.total:,} rows, column {result.column}: {what}: {rows}{values}."


def refuse_blocked(results: tuple[QualityResult, ...]) -> None:
    """Raise DataRefused (exit 5) naming every gate that blocks."""
    blocked = [result for result in results if result.verdict == "block"]
    if blocked:
        raise DataRefused(
            [Problem(f"source '{one.source}'", f"{one.gate}: {describe(one)}") for one in blocked],
            state="No report was made.",
            hint="Mend the data, or state in the job's `gates` what should be allowed.",
        )


def held_dates(frame: TypedFrame, engine: Engine) -> dict[str, set[dt.date]]:
    """The dates each source of the snapshots holds."""
    table = frame.table
    days = engine.fetch(
        "dates", table.filter(table.snapshot_date.notnull()).group_by(["source", "snapshot_date"]).aggregate()
    )
    held: dict[str, set[dt.date]] = {}
    for source, day in zip(days["source"], days["snapshot_date"], strict=True):
        held.setdefault(str(source), set()).add(day.date() if isinstance(day, dt.datetime) else day)
    return held
