"""Dormancy: customers with little money and no transaction of their own for long."""

from __future__ import annotations

import datetime as dt

import ibis

from reportgen.facts.bench import Bench
from reportgen.facts.members import SEG
from reportgen.facts.tally import lately
from reportgen.frames.convert import Expression

_DAYS = 180


def dormancy(bench: Bench) -> None:
    """dormant_customers, dormant_rate at each period's end that the transactions reach back far enough for."""
    if not bench.has("transactions", "customer_id", "txn_date", "customer_initiated"):
        return
    days = bench.limit("r_dormant", "days", _DAYS)
    rows, spans = bench.table("transactions"), bench.windows.spans()
    first = bench.rows("first transaction", rows.aggregate(day=rows.txn_date.min().cast("string")))["day"].iloc[0]
    if not isinstance(first, str):
        return
    reach = dt.date.fromisoformat(first) + dt.timedelta(days=days)
    known = [one.label for one in bench.windows.periods if reach <= one.end]
    if not known:
        return
    own = rows.filter(rows.customer_initiated.fill_null(False)).select("customer_id", "txn_date").distinct()
    spans = spans.filter(spans["at"].isin(known))
    awake = spans.join(
        own, [own.txn_date < spans.end, own.txn_date >= spans.end - ibis.interval(days=days)]
    ).select("at", "customer_id").distinct()
    people = bench.closing
    people = people.filter(people["at"].isin(known))
    still = _poor(bench, people)
    if "open_date" in people.columns:
        age = bench.windows.last_day(people["at"]).delta(people.open_date, unit="day")
        still = still & (age >= days).fill_null(True)
    segments = [name for name in people.columns if name.startswith(SEG)]
    table = people.select("at", "customer_id", "branch", *segments, still=still)
    table = table.left_join(awake.mutate(awake=True), ["at", "customer_id"])
    asleep = table.still & table.awake.isnull()
    table = bench.engine.store("dormancy", table.select("at", "branch", *segments, asleep=asleep))
    tallies = bench.tallies("dormant", table, {"n": table.count(), "asleep": table.asleep.sum()})
    tallies = lately(tallies, bench.windows.beside)
    bench.publish("dormant_customers", tallies, "asleep", n="n", query="dormant")
    bench.publish("dormant_rate", tallies, "asleep", "n", query="dormant")


def _poor(bench: Bench, people: ibis.Table) -> Expression:
    """Whether a customer's assets are under the lowest floor of the row's date; always where no tier has one."""
    lowest: dict[str, int] = {}
    for one in bench.windows.periods:
        floors = [bench.job.floor_of(tier, one.last_day) for tier in bench.floors]
        known = [floor for floor in floors if floor is not None]
        if known:
            lowest[one.label] = min(known)
    cases = (
        (people["at"].isin([label for label, value in lowest.items() if value == floor]), people.amount < floor)
        for floor in sorted(set(lowest.values()))
    )
    return ibis.cases(*cases, else_=ibis.literal(True)) if lowest else ibis.literal(True)
