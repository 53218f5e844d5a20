"""Tiers: who rose and fell between two dates, who stands near an edge, who has been under their floor too long."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import ibis

from reportgen.facts.bench import Bench, Tallies
from reportgen.facts.measures.history_flows import by_tier
from reportgen.facts.members import SEG
from reportgen.facts.moves import QUERY, moves
from reportgen.facts.tally import add_up
from reportgen.frames.convert import Expression

_ABSENT = ("", "missing")
_WATCHED = 3
"""Month-ends in a row with an average under the floor before a customer is watched."""
_TREND_MONTHS = 3


def tiers(bench: Bench) -> None:
    """Upgrades and downgrades; near_threshold_*, near_down_falling, below_tier_watch, purchases that qualify."""
    if "tier" not in bench.members.columns or not bench.floors:
        return
    if bench.builder.since:
        _changes(bench)
    _near_up(bench)
    _standing(bench)


def _changes(bench: Bench) -> None:
    """By opening branch and tier. A customer who came up into the population counts; a rate is of those in it."""
    ranks = {tier: place for place, tier in enumerate(reversed(bench.floors), 1)}
    rows = moves(bench)
    rows = rows[rows["tier_0"] != ""]
    known = ~rows["tier_0"].isin(_ABSENT) & ~rows["tier_1"].isin(_ABSENT)
    before, after = (rows[name].map(ranks).fillna(0).astype("int64") for name in ("tier_0", "tier_1"))
    rose, fell, inside = known & (after > before), known & (after < before), rows["in_0"].to_numpy(dtype=bool)
    table = rows[["at", "n"]].assign(
        branch=rows["branch_0"], segment=rows["tier_0"], n=rows["n"] * inside,
        rose=rows["n"] * rose, fell=rows["n"] * fell, rose_in=rows["n"] * (rose & inside),
        fell_in=rows["n"] * (fell & inside),
    )
    tallies = bench.by_place(add_up(table.drop(columns="segment"), bench.scopes)) | by_tier(bench, table)
    bench.publish("tier_upgraded", tallies, "rose", n="n", query=QUERY)
    bench.publish("tier_downgraded", tallies, "fell", n="n", query=QUERY)
    bench.publish("upgrade_rate", tallies, "rose_in", "n", query=QUERY)
    bench.publish("downgrade_rate", tallies, "fell_in", "n", query=QUERY)


def _floor_at(bench: Bench, tier: str, at: Expression) -> Expression:
    """A tier's floor at the end of the period a label names, null where it had none."""
    days = {one.label: bench.job.floor_of(tier, one.last_day) for one in bench.windows.periods}
    floors = sorted({floor for floor in days.values() if floor is not None})
    groups = [(floor, [label for label, value in days.items() if value == floor]) for floor in floors]
    cases = ((at.isin(labels), ibis.literal(floor, type="int64")) for floor, labels in groups)
    return ibis.cases(*cases, else_=ibis.null("int64"))


def _floor(bench: Bench, table: ibis.Table) -> Expression:
    """The floor of each row's tier on the row's date, null for tiers without one."""
    cases = ((table.tier == tier, _floor_at(bench, tier, table["at"])) for tier in bench.floors)
    return ibis.cases(*cases, else_=ibis.null("int64"))


def _near_up(bench: Bench) -> None:
    """Customers of lower tiers just under each floor; the whole is their sum."""
    wanted = set(bench.job.population)
    if "tier" in wanted and len(wanted) > 1:
        return
    # Who stands under the floor of the population's own tier is no member of it yet.
    table = bench.members.timeline if wanted else bench.closing
    under = 1 - bench.request.margin("r_near_up")
    counts: dict[str, Expression] = {}
    names = _counted_tiers(bench)
    for place, tier in enumerate(bench.floors):
        if tier not in names:
            continue
        floor = _floor_at(bench, tier, table["at"])
        higher = list(bench.floors)[: place + 1]
        lower = table.tier.notin(higher).fill_null(True)
        near = (table.amount < floor) & (table.amount * under.denominator >= floor * under.numerator)
        counts[tier] = (near & lower).fill_null(False).cast("int64").sum()
    query = "near up"
    measures = {f"near_{place}": value for place, value in enumerate(counts.values())}
    rows = bench.tallies(query, table, measures, dimensions=False)[""]
    whole = {key: {"near": sum(cell.values())} for key, cell in rows.items()}
    tallies = bench.by_place(whole)
    for name in _of_tiers(bench):
        tallies[name] = {
            (scope, at, tier, ""): {"near": cell[f"near_{place}"]}
            for (scope, at, _, _), cell in rows.items()
            for place, tier in enumerate(counts)
        }
    bench.publish("near_threshold_up", tallies, "near", query=query)


def _counted_tiers(bench: Bench) -> list[str]:
    """Tiers with a floor that the population may hold."""
    wanted = bench.job.population.get("tier")
    held = (wanted,) if isinstance(wanted, str) else wanted
    return [tier for tier in bench.floors if held is None or tier in held]


def _standing(bench: Bench) -> None:
    """Customers of tiers with a floor, by where their assets stand to it."""
    table = bench.closing
    table = table.mutate(floor=_floor(bench, table))
    table = table.filter(table.floor.notnull())
    over = 1 + bench.request.margin("r_near_down")
    near = (table.amount >= table.floor) & (table.amount * over.denominator < table.floor * over.numerator)
    flags = {"near": near, "below": (table.aum < table.floor).fill_null(False)}
    average = "month_avg_aum" in bench.members.columns
    if average:
        flags["under"] = (table.month_avg_aum < table.floor).fill_null(False)
    bought = "qualifying_amount" in bench.members.columns
    if bought:
        sum_ = table.qualifying_amount.fill_null(0)
        qualified = (sum_ > 0) & (table.amount >= table.floor) & (table.amount - sum_ < table.floor)
        flags |= {"qualified": qualified, "unaided": table.amount - sum_ >= table.floor}
    amounts = {"bought": qualified.ifelse(sum_, 0)} if bought else {}
    kept = ["at", "customer_id", "branch", "amount", *(SEG + name for name in _of_tiers(bench))]
    higher = (table.amount < table.month_avg_aum).fill_null(False) if average else ibis.literal(False)
    rows = bench.engine.store("standing of customers", table.select(*kept, **flags, **amounts, over=higher))
    rows, falling, watched = _with_past(bench, rows, average)
    measures = {"n": rows.count(), "aum": rows.amount.sum()}
    names = [*flags, *amounts, *(["falling"] if falling else []), *(["watched"] if watched else [])]
    measures |= {name: rows[name].cast("int64").sum() for name in names}
    by = {name: rows[SEG + name] for name in _of_tiers(bench)}
    tallies = bench.tallies("standing", rows, measures, dimensions=False, by=by)
    _publish(bench, bench.by_place(tallies[""]) | tallies, falling, watched)


def _of_tiers(bench: Bench) -> list[str]:
    """Dimensions that are the tier itself. Others would cut these few customers too fine."""
    return [name for name in bench.cut if bench.views[name].column == "tier" and bench.views[name].kind == "category"]


def _with_past(bench: Bench, rows: ibis.Table, average: bool) -> tuple[ibis.Table, list[str], list[str]]:
    """`falling` and `watched` beside each row, with the labels at which each can be told."""
    windows, now = bench.windows, bench.windows.current
    after = windows.after
    monthly = now.kind == "month"
    further = {one.label: one.shift(_TREND_MONTHS).label for one in windows.periods} if monthly else after
    further = {old: new for old, new in further.items() if new in windows.labels}
    falling = [label for label in further.values() if label in after.values()]
    watched = [new for old, new in _twice(after).items()] if monthly and average else []

    base = rows

    def past(table: ibis.Table, steps: Mapping[str, str], **columns: Expression) -> ibis.Table:
        """Earlier rows under the label of the later date they are looked at from."""
        table = table.filter(table["at"].isin(list(steps)))
        label = ibis.cases(*((table["at"] == old, new) for old, new in steps.items()), else_=ibis.null("string"))
        return table.select(at=label, customer_id=table.customer_id, **columns)

    def beside(table: ibis.Table, other: ibis.Table) -> ibis.Table:
        table = table.left_join(other, ["at", "customer_id"])
        return table.drop(*(name for name in table.columns if name.endswith("_right")))

    if falling:
        people = bench.members.timeline
        near = rows.filter(rows.near)
        near = beside(near, past(people, after, last=people.amount))
        near = beside(near, past(people, further, past=people.amount))
        fell = ((near.amount < near["last"]).fill_null(False) | near.over) & (near.amount < near["past"])
        near = near.filter(fell.fill_null(False)).select("at", "customer_id", fell=ibis.literal(True))
        rows = beside(rows, near)
        rows = rows.mutate(falling=rows.fell.fill_null(False))
    if watched:
        under = base.filter(base.under).select("at", "customer_id")
        rows = beside(rows, past(under, after, once=ibis.literal(True)))
        rows = beside(rows, past(under, _twice(after), twice=ibis.literal(True)))
        rows = rows.mutate(watched=rows.under & rows.once.fill_null(False) & rows.twice.fill_null(False))
    if falling or watched:
        rows = bench.engine.store("standing of customers over time", rows)
    return rows, falling, watched


def _twice(after: Mapping[str, str]) -> dict[str, str]:
    """Label to the label two periods on, where all three are held."""
    return {old: after[new] for old, new in after.items() if new in after}


def _publish(bench: Bench, tallies: Tallies, falling: Collection[str], watched: Collection[str]) -> None:
    query = "standing"

    def of(labels: Collection[str]) -> Tallies:
        return {name: {key: cell for key, cell in tally.items() if key[1] in labels} for name, tally in tallies.items()}

    bench.publish("near_threshold_down", tallies, "near", n="n", query=query)
    bench.publish("customers_below_floor", tallies, "below", n="n", query=query)
    if falling:
        bench.publish("near_down_falling", of(falling), "falling", n="near", query=query)
    if watched:
        bench.publish("below_tier_watch", of(watched), "watched", n="n", query=query)
        bench.publish("below_tier_watch_share", of(watched), "watched", "n", query=query)
    if bench.members.floor is None and "qualifying_amount" in bench.members.columns:
        _qualification(bench, tallies, query)


def _qualification(bench: Bench, tallies: Tallies, query: str) -> None:
    """Purchases that lift customers over their own tier's floor; of one tier alone `facts.stocks` makes them."""
    labels = bench.windows.compared
    some = {
        name: {key: cell for key, cell in tally.items() if key[1] in labels}
        for name, tally in tallies.items()
        if not name or bench.views[name].column == "tier"
    }
    by = {name: tally for name, tally in some.items() if name}
    bench.publish("wealth_qualified", some, "qualified", n="n", query=query)
    bench.publish("wealth_qualified_amount", some, "bought", n="qualified", query=query)
    bench.publish("wealth_qualified_average", some, "bought", "qualified", query=query)
    bench.publish("wealth_qualified_share", by, "qualified", "n", query=query)
    bench.publish("customers_not_qualified", by, "unaided", n="n", query=query)
    left = {
        name: {key: cell | {"less": cell["aum"] - cell["bought"]} for key, cell in tally.items()}
        for name, tally in by.items()
    }
    bench.publish("aum_less_purchases", left, "less", n="n", query=query)
    positive = {name: {key: cell for key, cell in tally.items() if cell["aum"] > 0} for name, tally in by.items()}
    bench.publish("wealth_qualified_aum_share", positive, "bought", "aum", n="qualified", query=query)
