"""Outages of the digital channels: how long, how many, whom they hit. They are the bank's, not a branch's."""

from __future__ import annotations

from fractions import Fraction

import ibis

from reportgen.facts.bench import Bench
from reportgen.facts.builder import Place
from reportgen.facts.tally import filled

_SECONDS = 60


def incidents(bench: Bench) -> None:
    """Minutes within the period, an outage that lasts over its end cut there; counted where it began."""
    if not bench.has("incidents", "start_at", "end_at"):
        return
    spans, rows = bench.windows.spans(), bench.table("incidents")
    start, end = spans.start.cast("timestamp"), spans.end.cast("timestamp")
    pairs = spans.join(rows, (rows.start_at < end) & (rows.end_at.isnull() | (rows.end_at > start)))
    start, end = pairs.start.cast("timestamp"), pairs.end.cast("timestamp")
    until = ibis.least(ibis.coalesce(pairs.end_at, end), end)
    began = pairs.start_at >= start
    table = pairs.mutate(
        branch=ibis.literal(""),
        began=began,
        seconds=until.epoch_seconds() - ibis.greatest(pairs.start_at, start).epoch_seconds(),
    )
    sums = {"pieces": table.count(), "began": table.began.sum(), "seconds": table.seconds.sum()}
    hit = bench.has("incidents", "affected_customers")
    if hit:
        sums["hit"] = table.began.ifelse(table.affected_customers.fill_null(0), 0).sum()
    own = {"incident_channel": table.channel} if bench.has("incidents", "channel") else {}
    tallies = bench.tallies("incidents", table, sums, by=own, dimensions=False, followed=own)
    # A period without an outage has zero minutes; channels are those that ever had one.
    found = filled(tallies, ("bank",), bench.windows.labels, sums)
    for dimension, tally in found.items():
        for (scope, at, segment, _), cell in tally.items():
            place: Place = {"at": at, "query": "incidents"}
            if dimension:
                place |= {"dimension": dimension, "segment": segment}
            minutes = Fraction(cell["seconds"], _SECONDS)
            bench.publish_value("incident_minutes", scope, minutes, cell["pieces"], **place)
    bench.publish("incidents_count", found, "began", query="incidents")
    if hit:
        bench.publish("incident_customers", found, "hit", n="began", query="incidents")
