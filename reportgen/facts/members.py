"""Who counts: the population of each date, with branch, amounts and the segment of every dimension.

A row of `members` is one customer at one date (`at`: `since` or `period`) who meets the job's population.
`everyone` is the same without the population: what a tracking table knows of those who left it. `timeline` is
everyone at the end of each period the sources hold (`at`: the period's label), for trends and for events.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis

from reportgen.config import Job
from reportgen.config.amount import to_minor
from reportgen.config.dimension import Bands, Categories, Combination, Dimension
from reportgen.facts.cut import band_ids
from reportgen.facts.wording import MISSING
from reportgen.frames import Frames
from reportgen.frames.convert import Expression
from reportgen.frames.dates import AsOf
from reportgen.frames.roles import ROLES
from reportgen.protocols import Engine

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

UNASSIGNED = "UNASSIGNED"
"""Branch of customers whose branch is not told, where others' is."""
SEG = "d_"
"""Prefix of a segment column: `d_age_band`."""


@dataclass(frozen=True, slots=True)
class Members:
    """The population, everyone, and which canonical columns the data has."""

    members: ibis.Table
    everyone: ibis.Table
    columns: frozenset[str]
    floor: int | None
    """Floor of the population's tier at the closing date, in minor units."""
    timeline: ibis.Table
    """Columns of `everyone`, one row a customer and period end; `at` is the label of the period."""


def _joined(frames: Frames, wanted: Iterable[dt.date]) -> tuple[ibis.Table, set[str]]:
    """Snapshots of the needed dates with the customers' own columns beside them."""
    snapshots = frames.by_role["snapshots"]
    days = [ibis.literal(day, type="date") for day in wanted]
    table = snapshots.table.filter(snapshots.table.snapshot_date.isin(days))
    table = table.select(*snapshots.kinds)
    columns = set(snapshots.kinds)
    customers = frames.by_role.get("customers")
    if customers is not None:
        more = [name for name in customers.kinds if name not in columns]
        side = customers.table.select("customer_id", *more)
        table = table.left_join(side, "customer_id").drop("customer_id_right")
        columns |= set(more)
    if "age" not in columns and "birth_date" in columns:
        table = table.mutate(age=_age(table.birth_date, table.snapshot_date))
        columns.add("age")
    return table, columns


def _age(born: Expression, day: Expression) -> Expression:
    """Completed years on a day."""
    had_birthday = (day.month() * 100 + day.day()) >= (born.month() * 100 + born.day())
    return day.year() - born.year() - had_birthday.ifelse(0, 1)


def _edges(band: Bands, job: Job, money: bool) -> list[Expression]:
    if money:
        return [ibis.literal(to_minor(edge, band.unit or "main", job.currency), type="int64") for edge in band.edges]
    return [ibis.literal(edge, type="decimal(38, 6)") for edge in band.edges]


def _segment(
    name: str, dimensions: Mapping[str, Dimension], table: ibis.Table, job: Job, money: set[str]
) -> Expression:
    """The segment id of each row; null values stand in a segment of their own."""
    dimension = dimensions[name]
    if isinstance(dimension, Bands):
        value = table[dimension.column]
        edges = _edges(dimension, job, dimension.column in money)
        ids = band_ids(dimension)
        branches = [(value < edge, segment) for edge, segment in zip(edges, ids, strict=False)]
        return ibis.cases((value.isnull(), MISSING), *branches, else_=ids[-1])
    if isinstance(dimension, Categories):
        return table[dimension.column].cast("string").fill_null(MISSING)
    if isinstance(dimension, Combination):
        parts = [_segment(part, dimensions, table, job, money) for part in dimension.combine]
        joined = parts[0]
        for part in parts[1:]:
            joined = joined + "&" + part
        return joined
    raise TypeError(f"{name} has no segment of its own")


def build_members(frames: Frames, job: Job, asof: AsOf, dimensions: Mapping[str, Dimension], engine: Engine) -> Members:
    """Keep `everyone` and `members` in the engine. `dimensions` are those the data can carry, groups left out."""
    history = asof.history(frames.days)
    table, columns = _joined(frames, {*asof.days, *(one.last_day for one in history)})
    kinds = {name: kind for frame in frames.by_role.values() for name, kind in frame.kinds.items()}
    money = {name for name, kind in kinds.items() if kind == "money"}
    branch = table.branch_id if "branch_id" in columns else ibis.literal("")
    region = table.region_id if "region_id" in columns else ibis.literal("")
    closing = ibis.literal(asof.closing_day, type="date")
    counted = ibis.literal(True)
    for column, wanted in job.population.items():
        values = (wanted,) if isinstance(wanted, str) else wanted
        counted = counted & table[column].isin(values).fill_null(False)
    # Columns the job added are cut into segments here and not carried on: their names are the bank's own.
    kept = sorted(columns & (set(ROLES["snapshots"]) - {"branch_id", "region_id"}))
    cut = engine.store(
        "cut",
        table.select(
            *kept,
            branch=branch.fill_null(UNASSIGNED),
            region=region.fill_null(UNASSIGNED),
            amount=table.aum.fill_null(0),
            counted=counted,
            label=ibis.cases(
                *((table.snapshot_date == ibis.literal(one.last_day, type="date"), one.label) for one in history),
                else_=ibis.null("string"),
            ),
            **{
                SEG + name: _segment(name, dimensions, table, job, money)
                for name, one in dimensions.items()
                if not hasattr(one, "of")
            },
        ),
    )
    needed = [ibis.literal(day, type="date") for day in asof.days]
    at = (cut.snapshot_date == closing).ifelse("period", "since")
    everyone = engine.store("everyone", cut.filter(cut.snapshot_date.isin(needed)).mutate(at=at).drop("label"))
    members = engine.store("members", everyone.filter(everyone.counted).drop("counted"))
    timeline = cut.rename(at="label").filter(ibis._["at"].notnull())
    return Members(members, everyone, frozenset(columns), _floor(job, asof.closing_day), timeline)


def _floor(job: Job, day: dt.date) -> int | None:
    """The floor of the one tier the population is, or None."""
    tier = job.population.get("tier")
    return job.floor_of(tier, day) if isinstance(tier, str) else None
