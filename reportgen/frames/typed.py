"""From sources to typed frames: one table a role, canonical columns, every unreadable cell counted."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis

from reportgen.config import Job
from reportgen.config.frame import ColumnMap, Frame
from reportgen.errors import Problem, SourceError, nearest
from reportgen.frames.convert import Expression, cleaned, convert
from reportgen.frames.dates import AsOf
from reportgen.frames.roles import ROLES, ColumnKind
from reportgen.protocols import Engine
from reportgen.sources.table import LINE, SourceTable

if TYPE_CHECKING:
    from collections.abc import Mapping

SOURCE = "source__"
BAD = "bad__"
UNKNOWN = "unknown__"
TRIMMED = "trimmed__"


@dataclass(frozen=True, slots=True)
class TypedFrame:
    """`table` holds `SOURCE`, `LINE`, the canonical columns, and for each a boolean `bad__<column>`:
    a cell stood there that could not be read; `trimmed__<column>`: it had blanks around its value;
    `unknown__<column>`: a value the job's map does not name."""

    role: str
    table: ibis.Table
    kinds: Mapping[str, ColumnKind]


def kind_of(role: str, column: str, entry: ColumnMap) -> ColumnKind:
    """How a column is read: the role's own kind, or the one the job declares for a column it adds."""
    return ROLES[role].get(column) or entry.kind or "category"


def _cell(table: ibis.Table, entry: ColumnMap) -> Expression:
    if entry.row_number:
        return table[LINE].cast("string")
    if entry.constant is not None:
        return ibis.literal(entry.constant)
    return table[entry.column]


def _needs_columns(role: str, frame: Frame, source: SourceTable) -> None:
    """Raise SourceError where a mapped column is not in the source, with the closest name it has."""
    wanted = [(name, entry.column) for name, entry in frame.columns.items() if entry.column is not None]
    wanted += [(name, one.column) for wide in frame.dates.values() for name, one in wide.items() if one.column]
    wanted += [(name, one.column) for name, codes in frame.unpivot.items() for one in codes.values()]
    have = source.origin.columns
    problems = [
        Problem(
            f"source '{source.origin.name}' ({source.origin.location})",
            f"has no column '{column}' for {role}.{name}.{nearest(column, have)} It has: {', '.join(have)}.",
        )
        for name, column in wanted
        if column not in have
    ]
    if problems:
        raise SourceError(problems, state="No report was made.", hint=f"Mend frames.{role}.columns in the job.")


def _typed_columns(
    role: str, frame: Frame, entries: Mapping[str, ColumnMap], table: ibis.Table, currency: str, day: dt.date | None
) -> dict[str, Expression]:
    """Typed columns of a table and what was wrong with each; `day` dates rows without a date of their own."""
    columns: dict[str, Expression] = {}
    for name, entry in entries.items():
        kind = kind_of(role, name, entry)
        typed, bad = convert(
            _cell(table, entry), kind, values=entry.values, unit=entry.unit or frame.unit, form=entry.format,
            currency=currency,
        )
        columns[name] = typed
        columns[BAD + name] = bad
        if entry.column is None or not (table[entry.column].type().is_string() or entry.values):
            continue
        cell = table[entry.column].cast("string")
        text = cleaned(cell)
        columns[TRIMMED + name] = text.notnull() & (text != cell)
        if entry.values:
            columns[UNKNOWN + name] = text.notnull() & text.notin([*entry.values, *entry.values.values()])
    if role == "snapshots" and "snapshot_date" not in entries:
        columns["snapshot_date"] = ibis.literal(day, type="date")
        columns[BAD + "snapshot_date"] = ibis.literal(False)
    return columns


def type_frame(
    role: str, frame: Frame, sources: Mapping[str, SourceTable], job: Job, asof: AsOf, engine: Engine
) -> TypedFrame:
    """Read one frame's sources into a typed table, kept in the engine as `typed_<role>`."""
    kinds: dict[str, ColumnKind] = {name: kind_of(role, name, entry) for name, entry in frame.every.items()}
    if role == "snapshots":
        kinds.setdefault("snapshot_date", "date")
    parts = []
    for name in frame.from_:
        source = sources[name]
        _needs_columns(role, frame, source)
        table = source.table
        origin = {SOURCE: ibis.literal(name), LINE: table[LINE]}
        for day, wide in frame.dates.items():
            own = _typed_columns(role, frame, {**frame.columns, **wide}, table, job.currency, day)
            parts.append(table.select(**origin, **own))
        if frame.dates:
            continue
        columns = _typed_columns(role, frame, frame.columns, table, job.currency, asof.expected(job, name))
        if not frame.unpivot:
            parts.append(table.select(**origin, **columns))
            continue
        for target, codes in frame.unpivot.items():
            kinds[target] = ROLES[role].get(target, "category")
            for code, entry in codes.items():
                long = {target: ibis.literal(code), BAD + target: ibis.literal(False)}
                chosen = cleaned(table[entry.column].cast("string")) == entry.equals
                rows = table.select(**origin, **columns, **long, chosen=chosen)
                parts.append(rows.filter(ibis._.chosen).drop("chosen"))
    stacked = ibis.union(parts[0], *parts[1:]) if len(parts) > 1 else parts[0]
    return TypedFrame(role, engine.store(f"typed_{role}", stacked), kinds)
