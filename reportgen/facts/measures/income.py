"""Income: how steady the salaries are that customers are paid through the bank."""

from __future__ import annotations

import ibis

from reportgen.facts.bench import Bench

_MONTHS = 12
_PAID = 6
"""Months with a credit below which a customer's income is not judged."""
_SCALE = 1_000_000
_MINOR, _MOST = 100, 500_000_000


def income(bench: Bench) -> None:
    """income_stability at the periods compared: 1 - standard deviation / mean of monthly credits, mean over customers.

    Each customer's value is kept to six decimals, so that sums stay whole numbers.
    """
    if not bench.has("transactions", "customer_id", "txn_date", "direction", "counterparty", "amount"):
        return
    windows, rows = bench.windows, bench.table("transactions")
    rows = rows.filter(((rows.direction == "in") & (rows.counterparty == "salary")).fill_null(False))
    rows = rows.filter(rows.amount > 0).select(
        "customer_id", "txn_date", "amount", month=rows.txn_date.year() * 12 + rows.txn_date.month()
    )
    spans = windows.spans()
    spans = spans.filter(spans["at"].isin(list(windows.compared)))
    low = windows.first_day(spans["at"], _MONTHS)
    paid = spans.join(rows, [rows.txn_date < spans.end, rows.txn_date >= low])
    last = paid.end - ibis.interval(days=1)
    by_month = paid.mutate(last=last.year() * 12 + last.month())
    by_month = by_month.group_by(["at", "customer_id", "month", "last"]).aggregate(credit=by_month.amount.sum())
    # Whole units of the currency: the sums of squares stay exact integers.
    credit = (by_month.credit // _MINOR).clip(upper=_MOST)
    each = by_month.group_by(["at", "customer_id"]).aggregate(
        paid=by_month.count(),
        months=(by_month["last"] - by_month.month).max() + 1,
        total=credit.sum().cast("int64"),
        squares=(credit * credit).sum().cast("int64"),
    )
    each = each.filter((each.paid >= _PAID) & (each.total > 0))
    # n·Σx² − (Σx)² over (Σx)² is the squared ratio of deviation to mean, months without a credit as zero.
    total = each.total.cast("float64")
    spread = (each.months * each.squares.cast("float64") / (total * total) - 1).clip(lower=0).sqrt()
    steady = ((1 - spread.clip(upper=1)) * _SCALE).round().cast("int64")
    table = bench.placed("transactions", each.select("at", "customer_id", steady=steady))
    table = bench.engine.store("steadiness", table.filter(table.in_close))
    sums = {"n": table.count(), "steady": table.steady.sum(), "scale": table.count() * _SCALE}
    tallies = bench.tallies("income stability", table, sums, history=False)
    bench.publish("income_stability", tallies, "steady", "scale", n="n", query="income stability")
