"""Events in customers' lives and whether the bank answered them in time.

An event is judged in the period in which its days of grace run out, so that each is judged once and none before its
time. What was reported or answered only after a period's end is not known there.
"""

from __future__ import annotations

import ibis

from reportgen.facts.bench import Bench
from reportgen.frames.convert import Expression


def life_events(bench: Bench) -> None:
    """events_count and event_ack_rate by scope, segment and kind of event."""
    if not bench.has("life_events", "customer_id", "event_date"):
        return
    answered = bench.has("life_events", "acknowledged_at")
    rows = bench.engine.store("life events", bench.placed("life_events", _rows(bench)))
    sums: dict[str, Expression] = {"happened": (~rows.due).sum(), "due": rows.due.sum()}
    if answered:
        sums["met"] = (rows.due & (rows.acknowledged_at <= rows.day).fill_null(False)).sum()
    by = {"event_type": rows.event_type} if "event_type" in rows.columns else {}
    tallies = bench.tallies("life events", rows, sums, by=by, population=True)
    bench.publish("events_count", tallies, "happened", query="life events")
    if answered:
        bench.publish("event_ack_rate", tallies, "met", "due", query="life events")


def _rows(bench: Bench) -> ibis.Table:
    """Every event twice: in the period it happened in, and (`due`) in the one its grace ran out in."""
    rows = bench.table("life_events")
    grace = bench.limit("r_event_missed", "days", 3)
    rows = rows.mutate(due=ibis.array([False, True]).unnest())
    happened = rows.event_date.cast("date")
    rows = rows.mutate(day=rows.due.ifelse(happened + ibis.interval(days=grace), happened).cast("date"))
    rows = rows.mutate(at=bench.windows.label(rows.day))
    rows = rows.filter(rows["at"].notnull())
    if "reported_at" in rows.columns:
        # Known by the period's end: the later of the two days lies in the same period.
        later = (rows.reported_at > rows.day).fill_null(False).ifelse(rows.reported_at, rows.day)
        rows = rows.filter(bench.windows.label(later) == rows["at"])
    return rows
