"""Complaints: how many came in, how long they took, which were closed in time, which are overdue."""

from __future__ import annotations

from fractions import Fraction

import ibis

from reportgen.facts.bench import Bench
from reportgen.facts.tally import Tally
from reportgen.frames.convert import Expression

_RULE = "r_complaint_overdue"


def complaints(bench: Bench) -> None:
    """Complaints of the period's customers: received in it, closed in it, or open at its start.

    A complaint closed after the period's end is open at it. Limits in days follow its complexity; one whose
    complexity is not told is plain.
    """
    if not bench.has("complaints", "customer_id", "received_at"):
        return
    closing = bench.has("complaints", "closed_at")
    table = bench.engine.store("complaints", bench.placed("complaints", _cases(bench, closing=closing)))
    _received(bench, table)
    if closing:
        _closed(bench, table)


def _cases(bench: Bench, *, closing: bool) -> ibis.Table:
    """One row a period and complaint it has to do with, with what the period's end knows of it."""
    spans, rows = bench.windows.spans(), bench.table("complaints")
    rows = rows.mutate(closed_at=rows.closed_at if closing else ibis.null("date"))
    due = (rows.received_at < spans.end) & (rows.closed_at.isnull() | (rows.closed_at >= spans.start))
    # Without a day of closing nothing tells what is still open: only the period's own complaints stand.
    pairs = spans.join(rows, due if closing else due & (rows.received_at >= spans.start))
    pairs = pairs.mutate(closed_at=(pairs.closed_at < pairs.end).ifelse(pairs.closed_at, ibis.null("date")))
    last = pairs.end - ibis.interval(days=1)
    pairs = pairs.mutate(
        received=pairs.received_at >= pairs.start,
        closed=pairs.closed_at.notnull(),
        days=ibis.coalesce(pairs.closed_at, last).delta(pairs.received_at, unit="day"),
        allowed=_limit(bench, pairs),
    )
    in_time = pairs.days <= pairs.allowed
    return pairs.mutate(on_time=pairs.closed & in_time, overdue=~pairs.closed & ~in_time).drop("start", "end")


def _limit(bench: Bench, table: ibis.Table) -> Expression:
    """Days a complaint may take."""
    plain, complex_, special = (
        bench.limit(_RULE, f"{name}_days", days) for name, days in (("plain", 15), ("complex", 30), ("special", 60))
    )
    if not bench.has("complaints", "complexity"):
        return ibis.literal(plain)
    return ibis.cases((table.complexity == "complex", complex_), (table.complexity == "special", special), else_=plain)


def _received(bench: Bench, table: ibis.Table) -> None:
    """What came in during the period."""
    rows = table.filter(table.received)
    repeats = bench.has("complaints", "repeat_of")
    own = {name: rows[name.removeprefix("complaint_")] for name in ("complaint_category", "complaint_channel")
           if bench.has("complaints", name.removeprefix("complaint_"))}
    sums = {"complaints": rows.count(), **({"repeats": rows.repeat_of.count()} if repeats else {})}
    tallies = bench.tallies(
        "complaints received", rows, sums, by=own, followed=("complaint_category",), population=True
    )
    query = "complaints received"
    bench.publish("complaints_count", tallies, "complaints", query=query)
    if "complaint_category" in tallies:
        _where(bench, tallies["complaint_category"])
    of_customers = {name: tally for name, tally in tallies.items() if name not in own}
    bench.publish("complaint_rate", of_customers, "complaints", "n", scale=10_000, query=query)
    if repeats:
        bench.publish("complaint_repeat", of_customers, "repeats", "complaints", query=query)


def _where(bench: Bench, tally: Tally) -> None:
    """Branches and regions against categories, over the periods compared: where a cluster is, and of what."""
    cells = {
        (scope, at, "", f"complaint_category={code}"): cell
        for (scope, at, code, _), cell in tally.items()
        if at in bench.windows.compared
    }
    placed = {name: part for name, part in bench.by_place(cells).items() if name}
    bench.publish("complaints_count", placed, "complaints", query="complaints received complaint_category")


def _closed(bench: Bench, table: ibis.Table) -> None:
    """What was closed in the period, in time or not, and what its end leaves open."""
    closed, satisfaction = table.closed, bench.has("complaints", "satisfied")
    sums = {
        "due": table.count(),
        "closed": closed.sum(),
        "on_time": table.on_time.sum(),
        "overdue": table.overdue.sum(),
        "judged": (closed | table.overdue).sum(),
        "days": closed.ifelse(table.days, 0).sum(),
    }
    if satisfaction:
        sums["asked"] = (closed & table.satisfied.notnull()).sum()
        sums["satisfied"] = (closed & table.satisfied.fill_null(False)).sum()
    query = "complaints due"
    tallies = bench.tallies(query, table, sums, dimensions=bench.lasting, population=True)
    bench.publish("complaint_close_rate", tallies, "closed", "due", query=query)
    bench.publish("complaint_on_time", tallies, "on_time", "judged", query=query)
    bench.publish("complaints_overdue", tallies, "overdue", query=query)
    bench.publish("complaint_days", tallies, "days", "closed", query=query)
    if satisfaction:
        bench.publish("complaints_satisfied", tallies, "satisfied", "asked", query=query)
    bench.quantiles(
        "complaint days",
        table.filter(table.closed),
        table.days,
        {"complaint_days_median": Fraction(1, 2), "complaint_days_p90": Fraction(9, 10)},
        history=True,
    )
    bench.by_unit("complaint_days_median", "complaint_days_p90")
