"""Digital use: who opened the app in the month, and what part of transactions needs no counter."""

from __future__ import annotations

import ibis

from reportgen.facts.bench import Bench
from reportgen.frames.convert import Expression


def digital(bench: Bench) -> None:
    """Monthly rows of customers: logins of the period's last month, transactions of all its months."""
    logins = bench.has("digital", "customer_id", "month", "app_logins")
    served = bench.has("digital", "customer_id", "month", "self_service_txns", "counter_txns")
    if not (logins or served):
        return
    rows = bench.events("digital", "month")
    kept = [name for name in ("app_logins", "self_service_txns", "counter_txns") if name in rows.columns]
    segments = [name for name in rows.columns if name.startswith("d_")]
    table = bench.engine.store("digital use", rows.select("at", "branch", "in_close", "month", *kept, *segments))
    sums: dict[str, Expression] = {}
    if logins:
        active = (table.app_logins >= 1).fill_null(False) & table.in_close & (table.month >= _last_month(bench, table))
        sums["active"] = active.sum()
    if served:
        own, counter = table.self_service_txns.fill_null(0), table.counter_txns.fill_null(0)
        sums |= {"own": own.sum(), "all": (own + counter).sum()}
    tallies = bench.tallies("digital", table, sums, population=True)
    if logins:
        bench.publish("mau", tallies, "active", query="digital")
        bench.publish("mau_share", tallies, "active", "n", query="digital")
    if served:
        bench.publish("digital_rate", tallies, "own", "all", query="digital")


def _last_month(bench: Bench, table: ibis.Table) -> Expression:
    """First day of the last month of the row's period."""
    firsts = {one.label: one.last_day.replace(day=1) for one in bench.windows.periods}
    return ibis.cases(
        *((table["at"] == label, ibis.literal(day, type="date")) for label, day in firsts.items()),
        else_=ibis.null("date"),
    )
