"""The quality gates: each counts one kind of doubt over a typed frame and says what the job wants done.

A null passes every comparison unseen, so missing values are counted by gates of their own.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace

import ibis

from reportgen.config import Job
from reportgen.config.gates import Verdict as Setting
from reportgen.errors import DataRefused, Problem
from reportgen.frames.convert import Expression
from reportgen.frames.dates import AsOf
from reportgen.frames.quality import QualityResult, Verdict
from reportgen.frames.roles import KEYS, PERSONAL, REQUIRED
from reportgen.frames.typed import BAD, SOURCE, TRIMMED, UNKNOWN, TypedFrame
from reportgen.protocols import Engine
from reportgen.sources.table import LINE, SourceTable

_LISTED = 20
_FIGURE = re.compile(
    r"[-0-9.,+/:%()eE ¥￥$元万亿年月日]+|[-+]?(nan|inf(inity)?|null|none|n/?a|nil|yuan|cny|rmb|usd|eur)", re.IGNORECASE
)
_MOST_DIGITS = 10
"""Fewer than a telephone's; a larger amount is shown by its shape."""
_OLDEST = 120
_WORDS = {
    "unparsable": "cannot be read",
    "missing_key": "have no customer number",
    "duplicate_key": "repeat a customer on one date",
    "wrong_date": "are of another date than the source is for",
    "missing_date": "have no date",
    "other_date": "are of dates this period does not use",
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
    if "customer_id" in REQUIRED.get(frame.role, ()):  # a lead need not be a customer yet
        yield "missing_key", "customer_id", gates.missing_key, table.customer_id.isnull()
    if "age" in frame.kinds:
        yield "out_of_range", "age", gates.out_of_range, (table.age < 0) | (table.age > _OLDEST)
    key = KEYS.get(frame.role, ())
    if key and frame.role != "snapshots" and set(key) <= set(frame.kinds):
        yield "duplicate_key", key[0], gates.duplicate_key, _repeated(table, *key)
    if frame.role == "snapshots":
        yield from _dated_checks(frame, job, asof)


def _repeated(table: ibis.Table, *key: str) -> Expression:
    return (table.count().over(ibis.window(group_by=list(key))) > 1) & table[key[0]].notnull()


def _blank(table: ibis.Table, column: str) -> Expression:
    """An empty cell; one that could not be read is counted as such."""
    return table[column].isnull() & ~table[BAD + column]


def _dated_checks(frame: TypedFrame, job: Job, asof: AsOf) -> Iterator[Check]:
    """What only a table of dated rows can be asked."""
    table, gates = frame.table, job.gates
    for name in job.frames["snapshots"].from_:
        expected = asof.expected(job, name)
        if expected is not None:
            other = (table.snapshot_date != ibis.literal(expected, type="date")) | table.snapshot_date.isnull()
            yield "wrong_date", "snapshot_date", gates.wrong_date, (table[SOURCE] == name) & other
    yield "missing_date", "snapshot_date", gates.missing_date, _blank(table, "snapshot_date")
    needed = table.snapshot_date.isin([ibis.literal(day, type="date") for day in asof.read_days])
    yield "other_date", "snapshot_date", gates.other_date, ~needed & table.snapshot_date.notnull()
    repeated = _repeated(table, "customer_id", "snapshot_date")
    yield "duplicate_key", "customer_id", gates.duplicate_key, needed & repeated
    for column in ("last_contact", "open_date"):
        if column in frame.kinds:
            yield "future_date", column, gates.future_date, needed & (table[column] > table.snapshot_date)
    if "aum" in frame.kinds:
        yield "negative_aum", "aum", gates.negative_aum, needed & (table.aum < 0)
        yield "missing_amount", "aum", gates.missing_amount, needed & _blank(table, "aum")
    for column in sorted(set(frame.kinds) - {"aum", "customer_id", "snapshot_date"}):
        yield "missing_value", column, gates.missing_value, needed & _blank(table, column)


def examine(frame: TypedFrame, job: Job, asof: AsOf, engine: Engine) -> tuple[QualityResult, ...]:
    """Every gate of a frame by source, in one scan; rows are listed only for the gates that counted any."""
    checks = list(_checks(frame, job, asof))
    marked = frame.table.select(
        SOURCE,
        LINE,
        **{f"check_{place}": concerned.fill_null(False) for place, (_, _, _, concerned) in enumerate(checks)},
    )
    marked = engine.store(f"gates_{frame.role}", marked)
    counts = engine.fetch(
        f"gates {frame.role}",
        marked.group_by(SOURCE).aggregate(
            total=marked.count(),
            **{f"check_{place}": marked[f"check_{place}"].sum() for place in range(len(checks))},
        ),
    )
    results = []
    for record in counts.sort_values(SOURCE).to_dict("records"):
        source, total = str(record[SOURCE]), int(record["total"])
        for place, (gate, column, setting, _) in enumerate(checks):
            count = int(record[f"check_{place}"])
            verdict = _judge(setting, count)
            if gate == "unparsable":
                verdict = "block" if count > job.gates.unparsable.block_above * total else "warn" if count else "pass"
            rows = _lines(engine, marked, source, place) if count else ()
            results.append(QualityResult(gate, source, column, count, total, verdict, rows))
    return tuple(results)


def _lines(engine: Engine, marked: ibis.Table, source: str, place: int) -> tuple[int, ...]:
    """The first lines a check concerns."""
    concerned = marked.filter((marked[SOURCE] == source) & marked[f"check_{place}"])
    lines = engine.fetch(f"gate rows {place}", concerned.select(LINE).order_by(LINE).limit(_LISTED))
    return tuple(int(line) for line in lines[LINE])


def with_cells(
    results: tuple[QualityResult, ...], sources: dict[str, SourceTable], job: Job, engine: Engine
) -> tuple[QualityResult, ...]:
    """The cells concerned as they stand in the file, where the column is not personal."""
    return tuple(replace(one, samples=_cells(one, sources, job, engine)) if one.count else one for one in results)


def _cells(result: QualityResult, sources: dict[str, SourceTable], job: Job, engine: Engine) -> tuple[str, ...]:
    if result.column in PERSONAL | job.columns_of("C2"):
        return ()
    frames = (one for one in job.frames.values() if result.source in one.from_ and result.column in one.columns)
    frame = next(frames, None)
    column = frame.columns[result.column].column if frame else None
    if column is None:
        return ()
    table = sources[result.source].table
    cells = engine.fetch(
        "gate cells", table.filter(table[LINE].isin(result.rows)).order_by(LINE).select(cell=table[column])
    )
    return tuple(dict.fromkeys(_shown(str(cell)) for cell in cells["cell"].dropna()))[:5]


def _shown(cell: str) -> str:
    """A cell as a message may show it: an amount or a date as it is, anything else by its shape alone.

    What stands in the wrong column may be a person's name or number.
    """
    text = cell[:40]
    if _FIGURE.fullmatch(text) and sum(sign.isdigit() for sign in text) <= _MOST_DIGITS:
        return text
    return "".join("9" if sign.isdigit() else "x" if sign.isascii() and sign.isalpha() else
                   "文" if sign.isalpha() else sign for sign in text)


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
        "dates", table.filter(table.snapshot_date.notnull()).group_by([SOURCE, "snapshot_date"]).aggregate()
    )
    held: dict[str, set[dt.date]] = {}
    for source, day in zip(days[SOURCE], days["snapshot_date"], strict=True):
        held.setdefault(str(source), set()).add(day.date() if isinstance(day, dt.datetime) else day)
    return held
