"""Every pair of dates a flow spans, as one small table: who moved from which branch and tier to which.

One row an `at` (label of the later date), branch and tier at both ends, and whether the customer counted there. A
side on which nobody stood has no branch and no tier. `n` customers; `open`, `close` their assets in minor units.
Everything between two dates adds up from it, so the history of flows costs one query.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

if TYPE_CHECKING:
    import pandas as pd

    from reportgen.facts.bench import Bench

QUERY = "moves"


def moves(bench: Bench) -> pd.DataFrame:
    """The rows of this period's flow and of every earlier one whose opening is held; empty without two dates.

    Columns: at, branch_0, tier_0, in_0, branch_1, tier_1, in_1 (the ends: 0 opening, 1 close), n, open, close.
    """
    return bench.rows_once(QUERY, lambda: _expression(bench))


def _expression(bench: Bench) -> ibis.Table:
    builder, members = bench.builder, bench.members
    table, now = members.timeline, builder.period
    tier = "tier" in members.columns

    def side(rows: ibis.Table, mark: str) -> ibis.Table:
        # A tracked row outside the population with nothing in it is a customer who left, not one of a lower tier.
        rows = rows.filter(rows.counted | (rows.aum != 0).fill_null(True))
        code = rows.tier.fill_null("missing") if tier else ibis.literal("")
        return rows.select(
            **{f"at_{mark}": rows["at"], f"id_{mark}": rows.customer_id, f"branch_{mark}": rows.branch,
               f"tier_{mark}": code, f"in_{mark}": rows.counted, f"amount_{mark}": rows.amount}
        )

    # The opening of this period may be the end of no period of its length (a quarter's, counted from the year's).
    everyone = members.everyone
    first = everyone.filter(everyone["at"] == "since").mutate(at=ibis.literal(now))
    opening = side(first, "0")
    later: dict[str, list[str]] = {}
    for label, since in builder.openings.items():
        later.setdefault(since, []).append(label)
    if later:
        cases = ((table["at"] == since, ibis.array(labels)) for since, labels in later.items())
        rows = table.filter(table["at"].isin(list(later)))
        rows = rows.mutate(at=ibis.cases(*cases, else_=ibis.null("array<string>")).unnest())
        opening = opening.union(side(rows, "0"))
    closing = side(table.filter(table["at"].isin([now, *builder.openings])), "1")
    both = opening.outer_join(closing, [opening.at_0 == closing.at_1, opening.id_0 == closing.id_1])
    in_0, in_1 = both.in_0.fill_null(False), both.in_1.fill_null(False)
    both = both.filter(in_0 | in_1)
    return both.group_by(
        at=ibis.coalesce(both.at_0, both.at_1),
        branch_0=both.branch_0.fill_null(""),
        tier_0=both.tier_0.fill_null(""),
        in_0=both.in_0.fill_null(False),
        branch_1=both.branch_1.fill_null(""),
        tier_1=both.tier_1.fill_null(""),
        in_1=both.in_1.fill_null(False),
    ).aggregate(
        n=both.count(),
        open=both.amount_0.cast("int64").sum().fill_null(0).cast("int64"),
        close=both.amount_1.cast("int64").sum().fill_null(0).cast("int64"),
    )
