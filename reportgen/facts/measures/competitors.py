"""Rates beside the competitors': how far ours lies behind the best offer, product by product."""

from __future__ import annotations

from fractions import Fraction

import ibis

from reportgen.facts.bench import Bench

_LOANS = frozenset({"loan", "mortgage"})
"""Products of which the best offer is the lowest rate."""


def competitors(bench: Bench) -> None:
    """rate_gap in fractions of one; rates stand in the table in percent (1.30 is 1.30 %).

    Negative means behind: ours less the highest of deposits and investments, the lowest less ours of loans. Each
    competitor counts with its latest rate known at the period's end. The whole is the widest gap. Bank only.
    """
    if not bench.has("competitors", "as_of", "product_type", "rate", "our_rate"):
        return
    rows = bench.table("competitors")
    names = rows.competitor if bench.has("competitors", "competitor") else ibis.literal("")
    rows = rows.select("as_of", "product_type", "rate", "our_rate", competitor=names.fill_null(""))
    rows = rows.filter(rows.rate.notnull() & rows.our_rate.notnull() & rows.product_type.notnull())
    spans = bench.windows.spans()
    pairs = spans.join(rows, rows.as_of < spans.end)
    one = ["at", "product_type", "competitor"]
    latest = pairs.group_by(one).mutate(newest=pairs.as_of.max()).filter(ibis._.as_of == ibis._.newest)
    kept = latest.select(*one, "as_of", rate=latest.rate.cast("string"), ours=latest.our_rate.cast("string"))
    found = bench.rows("competitors", kept)
    for at, dated in found.groupby("at", sort=True):
        gaps = {}
        for product, offers in dated.groupby("product_type", sort=True):
            # Ours as of the newest row; where one day has two, the smaller, so that the order of rows plays no part.
            newest = offers[offers["as_of"] == offers["as_of"].max()]
            ours = min(Fraction(text) for text in newest["ours"])
            rates = [Fraction(text) for text in offers["rate"]]
            gap = min(rates) - ours if product in _LOANS else ours - max(rates)
            gaps[str(product)] = gap / 100
            bench.publish_value(
                "rate_gap", "bank", gap / 100, len(offers), at=str(at), query="competitors",
                dimension="competitor_product", segment=str(product),
            )  # fmt: skip
        bench.publish_value("rate_gap", "bank", min(gaps.values()), len(dated), at=str(at), query="competitors")
