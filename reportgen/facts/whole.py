"""Measures that do not add up: concentration and medians, computed for each scope from its own values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from reportgen.facts import concentration, plan
from reportgen.facts.builder import FactBuilder
from reportgen.facts.concentration import Concentration
from reportgen.facts.members import Members
from reportgen.facts.segment import DimensionView
from reportgen.facts.tally import Scopes
from reportgen.protocols import Engine

if TYPE_CHECKING:
    import pandas as pd


def slices(frame: pd.DataFrame, scopes: Scopes) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """The rows of each date and scope; a customer's row is read once for each scope it stands in."""
    import pandas as pd

    for at, dated in frame.groupby("at", sort=True):
        parts: dict[str, list[pd.DataFrame]] = {}
        for branch, rows in dated.groupby("branch", sort=True):
            for scope in scopes.of(str(branch)):
                parts.setdefault(scope, []).append(rows)
        for scope, found in parts.items():
            yield str(at), scope, found[0] if len(found) == 1 else pd.concat(found)


def concentrations(
    engine: Engine, members: Members, scopes: Scopes, *, exact: bool
) -> Iterator[tuple[str, str, Concentration]]:
    """Date, scope and concentration of assets, negative balances left out."""
    if exact:
        frame = engine.fetch("amounts", plan.amounts(members))
        for at, scope, rows in slices(frame, scopes):
            result = concentration.exact(rows["amount"].to_numpy(dtype=np.int64))
            if result:
                yield at, scope, result
        return
    frame = engine.fetch("amounts", plan.log_bins(members))
    for at, scope, rows in slices(frame, scopes):
        # The bin of zeros carries no logarithm; it comes first.
        merged = rows.fillna({"bin": -(1 << 40)}).groupby("bin", sort=True)[["n", "aum"]].sum()
        result = concentration.from_bins(merged["n"].to_numpy(dtype=np.int64), merged["aum"].to_numpy(dtype=np.int64))
        if result:
            yield at, scope, result


def quantile(values: pd.Series[int], share: Fraction) -> Fraction:
    """The value below which a share lies, between two neighbours by linear interpolation (Hyndman and Fan's type 7)."""
    ordered = np.sort(values.to_numpy(dtype=np.int64))
    place = (len(ordered) - 1) * share
    low = place.numerator // place.denominator
    high = min(low + 1, len(ordered) - 1)
    below, above = Fraction(int(ordered[low])), Fraction(int(ordered[high]))
    return below + (above - below) * (place - low)


def _median(values: pd.Series[int]) -> Fraction:
    return quantile(values, Fraction(1, 2))


def medians(
    engine: Engine,
    builder: FactBuilder,
    members: Members,
    scopes: Scopes,
    wanted: Sequence[str],
    views: Mapping[str, DimensionView],
    days: Mapping[str, dt.date],
) -> None:
    """Median amounts where the job asks for them, and the median days since the last contact (no `days`: without)."""
    for name in wanted:
        dimension = None if name == "total" else name
        if dimension is not None and (dimension not in views or views[dimension].kind == "group"):
            continue
        query = f"median {name}"
        table = members.members
        frame = engine.fetch(query, plan.values(members, table.aum, dimension))
        for at, scope, rows in slices(frame, scopes):
            for segment, part in rows.groupby("segment", sort=True):
                builder.add_fraction(
                    "aum_median",
                    scope,
                    _median(part["value"]),
                    at=at,
                    n=len(part),
                    query=query,
                    dimension=dimension or "",
                    segment=str(segment),
                )
    if days and "last_contact" in members.columns:
        frame = engine.fetch("days since contact", plan.days_since_contact(members, days))
        for at, scope, rows in slices(frame, scopes):
            builder.add_fraction(
                "days_since_contact", scope, _median(rows["value"]), at=at, n=len(rows), query="days since contact"
            )
