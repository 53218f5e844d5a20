"""Customers and assets at the end of every period held."""

from __future__ import annotations

from reportgen.facts.bench import Bench
from reportgen.facts.members import SEG


def trend(bench: Bench) -> None:
    """customers_total, aum_point and aum_per_customer at each earlier period's end, by scope, tier and branch."""
    table = bench.closing
    table = table.filter(~table["at"].isin([bench.builder.period, bench.builder.since]))
    tallies = bench.tallies(
        "trend",
        table,
        {"n": table.count(), "aum": table.amount.sum(), "known": table.aum.notnull().sum()},
        dimensions=False,
        by={name: table[SEG + name] for name in bench.lasting if name in bench.cut},
    )
    bench.publish("customers_total", tallies, "n", query="trend")
    bench.publish("aum_point", tallies, "aum", n="n", query="trend")
    bench.publish("aum_per_customer", tallies, "aum", "known", query="trend")
