"""Balances: averages against the point of the day, contribution, the mix of assets, debt and income, volatility."""

from __future__ import annotations

import math
import statistics
from collections.abc import Collection
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from reportgen.facts.bench import Bench, Tallies
from reportgen.facts.fact import fact_id
from reportgen.frames.convert import Expression

_QUERY = "balances"
_MONTHS = 12
_FEWEST = 3
"""Monthly changes below which a deviation says nothing."""


def balances(bench: Bench) -> None:
    """aum_avg, deposit_deviation, contribution_*, wealth_share, time_deposit_share, debt_*, savings_ratio, idle_share.

    One query a cut brings the sums of all of them; volatility is reckoned from the assets of earlier months.
    """
    measures = _measures(bench)
    if measures:
        table = bench.closing
        tallies = bench.tallies(_QUERY, table, {"n": table.count(), "aum": table.amount.sum(), **measures})
        _averages(bench, tallies, measures.keys())
        _mix(bench, tallies, measures.keys())
        # What no page follows from month to month by segments is kept of the whole, and where periods are compared.
        labels = bench.windows.compared
        tallies = {
            dimension: {key: cell for key, cell in tally.items() if not dimension or key[1] in labels}
            for dimension, tally in tallies.items()
        }
        _contribution(bench, tallies, measures.keys())
        _income(bench, tallies, measures.keys())
    _volatility(bench)


def _measures(bench: Bench) -> dict[str, Expression]:
    """The sums this bank's columns allow, as integers."""
    table, have = bench.closing, bench.members.columns
    found: dict[str, Expression] = {}

    def total(name: str, value: Expression) -> None:
        found[name] = value.cast("int64").sum()

    if "month_avg_aum" in have:
        both = table.month_avg_aum.notnull() & table.aum.notnull()
        total("average", table.month_avg_aum.fill_null(0))
        total("averaged", table.month_avg_aum.notnull())
        total("both_average", both.ifelse(table.month_avg_aum, 0))
        total("both_point", both.ifelse(table.amount, 0))
        total("both", both)
    if "contribution" in have:
        total("contribution", table.contribution.fill_null(0))
        total("contributing", table.contribution.notnull())
    if "wealth" in have:
        total("wealth", table.wealth.fill_null(0))
    if {"deposit_time", "deposit_current"} <= have:
        total("time", table.deposit_time.fill_null(0))
        total("current", table.deposit_current.fill_null(0))
    if "annual_income" in have:
        earning = (table.annual_income > 0).fill_null(False)
        if "loan" in have:
            owing = earning & table.loan.notnull()
            total("owing", owing)
            total("owed", owing.ifelse(table.loan, 0))
            total("owing_income", owing.ifelse(table.annual_income, 0))
            total("stressed", owing & (table.loan * 2 > table.annual_income))
        saving = earning & table.aum.notnull()
        total("saving", saving)
        total("saved", saving.ifelse(table.amount, 0))
        total("saving_income", saving.ifelse(table.annual_income, 0))
    if {"deposit_current", "loan"} <= have:
        base = (table.aum > 0) & table.deposit_current.notnull() & table.loan.notnull()
        total("idle_base", base.fill_null(False))
        total("idle", (base & (table.loan == 0) & (table.deposit_current * 2 > table.aum)).fill_null(False))
    return found


def _where(tallies: Tallies, name: str) -> Tallies:
    """The cells in which a sum is above zero, so that it can be divided by."""
    return {
        dimension: {key: cell for key, cell in tally.items() if cell[name] > 0} for dimension, tally in tallies.items()
    }


def _averages(bench: Bench, tallies: Tallies, have: Collection[str]) -> None:
    if "average" not in have:
        return
    bench.publish("aum_avg", _where(tallies, "averaged"), "average", n="averaged", query=_QUERY)
    positive = _where(tallies, "both_average")
    gaps: Tallies = {
        dimension: {key: cell | {"gap": cell["both_point"] - cell["both_average"]} for key, cell in tally.items()}
        for dimension, tally in positive.items()
    }
    bench.publish("deposit_deviation", gaps, "gap", "both_average", n="both", query=_QUERY)


def _contribution(bench: Bench, tallies: Tallies, have: Collection[str]) -> None:
    if "contribution" not in have:
        return
    bench.publish("contribution_per_customer", tallies, "contribution", "contributing", query=_QUERY)
    whole = tallies[""]
    shares: Tallies = {
        dimension: {
            (scope, at, segment, against): cell | {"whole": whole[scope, at, "", ""]["contribution"]}
            for (scope, at, segment, against), cell in tally.items()
        }
        for dimension, tally in tallies.items()
        if dimension
    }
    bench.publish("contribution_share", _where(shares, "whole"), "contribution", "whole", n="n", query=_QUERY)


def _mix(bench: Bench, tallies: Tallies, have: Collection[str]) -> None:
    if "wealth" in have:
        bench.publish("wealth_share", _where(tallies, "aum"), "wealth", "aum", n="n", query=_QUERY)
    if "time" in have:
        deposits: Tallies = {
            dimension: {key: cell | {"deposits": cell["time"] + cell["current"]} for key, cell in tally.items()}
            for dimension, tally in tallies.items()
        }
        bench.publish("time_deposit_share", _where(deposits, "deposits"), "time", "deposits", n="n", query=_QUERY)


def _income(bench: Bench, tallies: Tallies, have: Collection[str]) -> None:
    if "owing" in have:
        bench.publish("debt_ratio", tallies, "owed", "owing_income", n="owing", query=_QUERY)
        bench.publish("debt_stressed", tallies, "stressed", "owing", query=_QUERY)
    if "saving" in have:
        bench.publish("savings_ratio", tallies, "saved", "saving_income", n="saving", query=_QUERY)
    if "idle" in have:
        bench.publish("idle_share", tallies, "idle", "idle_base", query=_QUERY)


def _volatility(bench: Bench) -> None:
    """Standard deviation of the monthly log changes of assets in up to twelve months, of a scope and its tiers."""
    windows = bench.windows
    if windows.current.kind != "month":
        return
    tiers = [name for name, view in bench.views.items() if view.column == "tier"]
    cells = [("", ""), *((name, one.id) for name in tiers for one in bench.views[name].segments)]
    for label in windows.compared:
        period = next(one for one in windows.periods if one.label == label)
        months = [period.shift(-back).label for back in range(_MONTHS, -1, -1)]
        for scope in bench.scopes.all():
            for dimension, segment in cells:
                changes = _changes(bench, scope, months, dimension, segment)
                if len(changes) < _FEWEST:
                    continue
                spread = Fraction(Decimal(statistics.stdev(changes)).quantize(Decimal(1).scaleb(-12)))
                bench.publish_value("volatility", scope, spread, len(changes), at=label, query="trend",
                                    dimension=dimension, segment=segment)  # fmt: skip
    bench.by_unit("volatility")


def _changes(bench: Bench, scope: str, months: list[str], dimension: str, segment: str) -> list[float]:
    """Log changes between neighbouring months of which both amounts are there and above zero."""
    facts = bench.builder.facts
    held = [facts.get(fact_id(scope, "aum_point", label, dimension, segment)) for label in months]
    amounts = [fact.num if fact is not None and fact.num > 0 else None for fact in held]
    return [
        math.log(after) - math.log(before)
        for before, after in pairwise(amounts)
        if before is not None and after is not None
    ]
