"""Changes that customers must be told of: who heard in time before they took effect."""

from __future__ import annotations

import ibis

from reportgen.facts.bench import Bench


def notices(bench: Bench) -> None:
    """notice_coverage and notice_late of changes taking effect in the period, for customers of the tiers with a floor.

    A row is one customer to be told; one without a day of sending was not told.
    """
    if not bench.has("notices", "customer_id", "effective_at", "sent_at"):
        return
    days = bench.limit("r_notice_late", "days", 3)
    rows = bench.events("notices", "effective_at")
    side = bench.present.select("at", "customer_id", high=bench.high(bench.present))
    rows = rows.inner_join(side.filter(side.high), ["at", "customer_id"])
    in_time = (rows.sent_at <= rows.effective_at - ibis.interval(days=days)).fill_null(False)
    rows = bench.engine.store("notices", rows.mutate(told=in_time.cast("int64")))
    tallies = bench.tallies("notices", rows, {"due": rows.told.count(), "told": rows.told.sum()}, population=True)
    late = {
        name: {key: {**cell, "late": cell["due"] - cell["told"]} for key, cell in tally.items()}
        for name, tally in tallies.items()
    }
    bench.publish("notice_coverage", late, "told", "due", query="notices")
    bench.publish("notice_late", late, "late", n="due", query="notices")
