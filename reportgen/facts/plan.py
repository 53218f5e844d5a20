"""The queries, as pure Ibis expressions. Nothing here runs.

Everything is grouped at branch grain; the bank and the regions are sums of it. Sums are cast to 64-bit
integers of minor units before they leave the engine, since a wider integer would arrive as a float.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import ibis

from reportgen.facts.members import SEG, Members
from reportgen.frames.convert import Expression


@dataclass(frozen=True, slots=True)
class Request:
    """What the reports and rules want beyond the standing set."""

    contact_limit_days: int = 30
    parameters: Mapping[str, Mapping[str, Fraction]] = field(default_factory=dict)
    """Rule to its parameters by name, as they apply to the job: limits that must be known while counting.
    Amounts are in minor units (分) like the facts, though YAML gives them in main units."""
    crosses: tuple[tuple[str, str], ...] = ()
    """Pairs of dimensions to tabulate against each other (bank scope and below)."""
    metrics: frozenset[str] | None = None
    """Metrics that the report, its rules or its plans name; None asks for all there are."""
    roles: tuple[str, ...] = ()
    """Roles whose tables are read; none reads all that the job supplies."""

    def margin(self, rule: str) -> Fraction:
        """How near a tier's floor counts as near, as a share of the floor."""
        return self.parameters.get(rule, {}).get("margin", Fraction(1, 20))


def _sum(value: Expression) -> Expression:
    return value.cast("int64").sum().fill_null(0).cast("int64")


def _stock_measures(
    members: Members, asof_days: Mapping[str, dt.date], request: Request, roles: Collection[str]
) -> dict[str, Expression]:
    table, have = members.members, members.columns
    measures = {
        "n": table.count(),
        "aum": _sum(table.amount),
        "negative": _sum(table.amount < 0),
        "zero": _sum((table.amount == 0) & table.aum.notnull()),
        "missing": _sum(table.aum.isnull()),
        "known": _sum(table.aum.notnull()),
    }
    if "rm_id" in have and "staff" not in roles:
        measures["managed"] = _sum(table.rm_id.notnull())
    for column in ("wealth", "deposit_time", "deposit_current"):
        if column in have:
            measures[column] = _sum(table[column].fill_null(0))
    if members.floor is not None:
        floor = members.floor
        measures["below"] = _sum((table.aum < floor).fill_null(False))
        over = 1 + request.margin("r_near_down")
        near = table.amount * over.denominator < floor * over.numerator
        measures["near_down"] = _sum((table.amount >= floor) & near)
        if "qualifying_amount" in have:
            bought = table.qualifying_amount.fill_null(0)
            qualified = (bought > 0) & (table.amount >= floor) & (table.amount - bought < floor)
            measures["qualified"] = _sum(qualified)
            measures["unaided"] = _sum(table.amount - bought >= floor)
            measures["qualified_amount"] = _sum(qualified.ifelse(bought, 0))
    if "last_contact" in have and "contacts" not in roles:
        days = _days_since(table, asof_days)
        measures["overdue"] = _sum((days > request.contact_limit_days).fill_null(True))
        measures["unrecorded"] = _sum(table.last_contact.isnull())
        if "since" in asof_days:
            opening = ibis.literal(asof_days["since"], type="date")
            measures["contacted"] = _sum((table.last_contact > opening).fill_null(False))
    return measures


def _days_since(table: ibis.Table, asof_days: Mapping[str, dt.date]) -> Expression:
    """Days from the last contact to the row's own date."""
    day = ibis.literal(asof_days["period"], type="date")
    if "since" in asof_days:
        day = (table.at == "since").ifelse(ibis.literal(asof_days["since"], type="date"), day)
    return day.delta(table.last_contact, unit="day")


def stock(
    members: Members,
    dimensions: Sequence[str],
    asof_days: Mapping[str, dt.date],
    request: Request,
    roles: Collection[str] = (),
) -> dict[str, ibis.Table]:
    """Query name to counts and sums by date, branch and one dimension (`stock` alone: none).

    What a table of its own (`roles`) tells better, contacts and staff, is left to its measure.
    """
    table = members.members
    measures = _stock_measures(members, asof_days, request, roles)
    queries = {"stock": table.group_by(["at", "branch"]).aggregate(**measures)}
    for name in dimensions:
        queries[f"stock {name}"] = table.group_by(
            at=table.at, branch=table.branch, segment=table[SEG + name]
        ).aggregate(**measures)
    if "rm_id" in members.columns:
        managed = table.filter(table.rm_id.notnull())
        queries["stock rm"] = managed.group_by(at=managed.at, branch=managed.branch, segment=managed.rm_id).aggregate(
            n=managed.count(), aum=_sum(managed.amount)
        )
    return queries


def under_floor(members: Members, request: Request) -> ibis.Table | None:
    """Customers just under the floor, who are no members yet."""
    if members.floor is None:
        return None
    table = members.everyone
    under = 1 - request.margin("r_near_up")
    near = (table.amount < members.floor) & (table.amount * under.denominator >= members.floor * under.numerator)
    near = near & ~table.counted
    return table.group_by(["at", "branch"]).aggregate(near_up=_sum(near))


def cross(members: Members, first: str, second: str) -> ibis.Table:
    """Customers by date, branch and two dimensions."""
    table = members.members
    return table.group_by(
        at=table.at, branch=table.branch, segment=table[SEG + first], against=table[SEG + second]
    ).aggregate(n=table.count())


def panel(members: Members, dimensions: Sequence[str]) -> ibis.Table:
    """Opening beside closing: presence flags, branch, amount and segments of both dates, one row a customer.

    A present customer without an amount is present: flags decide, never the amount.
    """
    table = members.members.mutate(known=members.members.aum.notnull())
    kept = ["customer_id", "branch", "region", "amount", "known", *(SEG + name for name in dimensions)]
    sides = []
    for at, mark in (("since", "0"), ("period", "1")):
        side = table.filter(table.at == at).select(*kept)
        sides.append(side.rename({f"{name}_{mark}": name for name in kept}).mutate(**{f"present_{mark}": True}))
    opening, closing = sides
    both = opening.outer_join(closing, opening.customer_id_0 == closing.customer_id_1)
    tracked = members.everyone.filter(members.everyone["at"] == "period")
    floor = members.floor
    under = tracked.aum < floor if floor is not None else tracked.aum.notnull()
    tracked = tracked.select(
        tracked_id=tracked.customer_id,
        emptied=(tracked.aum == 0).fill_null(False),
        under=((tracked.aum > 0) & under).fill_null(False),
    )
    both = both.left_join(tracked, both.customer_id_0 == tracked.tracked_id)
    in_0, in_1 = both.present_0.fill_null(False), both.present_1.fill_null(False)
    return both.mutate(
        in_0=in_0,
        in_1=in_1,
        amount_0=both.amount_0.fill_null(0),
        amount_1=both.amount_1.fill_null(0),
        known_0=both.known_0.fill_null(False),
        known_1=both.known_1.fill_null(False),
        gone=in_0 & ~in_1 & (both.tracked_id.isnull() | both.emptied.fill_null(False)),
        fell=in_0 & ~in_1 & both.under.fill_null(False),
    )


def flow(pane: ibis.Table, dimensions: Sequence[str]) -> dict[str, ibis.Table]:
    """What left by opening branch and segment, what came by closing branch and segment, who moved branch."""
    retained, lost, new = pane.in_0 & pane.in_1, pane.in_0 & ~pane.in_1, pane.in_1 & ~pane.in_0
    both_known = pane.known_0 & pane.known_1
    out = {
        "n_open": _sum(pane.in_0),
        "retained": _sum(retained),
        "retained_open": _sum(retained.ifelse(pane.amount_0, 0)),
        "lost": _sum(lost),
        "lost_open": _sum(lost.ifelse(pane.amount_0, 0)),
        "gone": _sum(pane.gone),
        "fell": _sum(pane.fell),
        "retained_known": _sum(retained & pane.known_0),
        "lost_known": _sum(lost & pane.known_0),
    }
    came = {
        "n_close": _sum(pane.in_1),
        "new": _sum(new),
        "new_close": _sum(new.ifelse(pane.amount_1, 0)),
        "retained_close": _sum(retained.ifelse(pane.amount_1, 0)),
        "new_known": _sum(new & pane.known_1),
        "change": _sum((retained & both_known).ifelse(pane.amount_1 - pane.amount_0, 0)),
        "unknown": _sum((retained & ~both_known).ifelse(pane.amount_1 - pane.amount_0, 0)),
        "unknown_n": _sum(retained & ~both_known),
    }
    queries = {}
    for side, measures, present in (("0", out, pane.in_0), ("1", came, pane.in_1)):
        rows = pane.filter(present)
        word = "out" if side == "0" else "in"
        queries[f"flow {word}"] = rows.group_by(branch=rows[f"branch_{side}"]).aggregate(**measures)
        for name in dimensions:
            queries[f"flow {word} {name}"] = rows.group_by(
                branch=rows[f"branch_{side}"], segment=rows[f"{SEG}{name}_{side}"]
            ).aggregate(**measures)
    moved = pane.filter(retained & (pane.branch_0 != pane.branch_1))
    queries["flow moved"] = moved.group_by(origin=moved.branch_0, branch=moved.branch_1).aggregate(
        n=moved.count(), aum=_sum(moved.amount_0)
    )
    return queries


def migration(members: Members) -> ibis.Table:
    """Customers by opening and closing tier, whoever counts or not; new and left are states."""
    table = members.everyone
    known = table.tier.fill_null("missing")
    sides = []
    for at, mark in (("since", "0"), ("period", "1")):
        side = table.mutate(known=known).filter(table.at == at)
        sides.append(
            side.select(**{f"id_{mark}": side.customer_id, f"branch_{mark}": side.branch, f"tier_{mark}": side.known})
        )
    opening, closing = sides
    both = opening.outer_join(closing, opening.id_0 == closing.id_1)
    return both.group_by(
        branch=ibis.coalesce(both.branch_0, both.branch_1),
        segment=both.tier_0.fill_null("new"),
        against=both.tier_1.fill_null("left"),
    ).aggregate(n=both.count())


def campaign(members: Members, campaigns: ibis.Table, dimensions: Sequence[str]) -> dict[str, ibis.Table]:
    """Reached and converted customers at the closing date; without `reached`, every row of the table was."""
    table = members.members.filter(members.members["at"] == "period")
    reached = campaigns.reached.fill_null(False) if "reached" in campaigns.columns else ibis.literal(True)
    converted = reached & campaigns.converted.fill_null(False)
    each = campaigns.mutate(was_reached=reached, was_converted=converted)
    each = each.group_by("customer_id").aggregate(reached=each.was_reached.any(), converted=each.was_converted.any())
    rows = table.join(each, "customer_id")
    queries = {}
    for name in ("", *dimensions):
        by = {"segment": rows[SEG + name]} if name else {}
        queries[f"campaign {name}".strip()] = rows.group_by(branch=rows.branch, **by).aggregate(
            reached=_sum(rows.reached), converted=_sum(rows.converted)
        )
    return queries


def amounts(members: Members) -> ibis.Table:
    """Every known amount with its date and branch, for what only sorting can tell; negatives are left out."""
    table = members.members
    return table.filter(table.aum.notnull() & (table.aum >= 0)).select("at", "branch", amount=table.aum)


def log_bins(members: Members) -> ibis.Table:
    """Amounts in logarithmic bins, a hundred an e-fold: adds up over branches where sorting is too much."""
    table = members.members.filter(members.members.aum.notnull() & (members.members.aum >= 0))
    step = (table.amount.cast("float64").ln() * 100).floor().cast("int64")
    binned = table.mutate(bin=(table.amount > 0).ifelse(step, ibis.null("int64")))
    return binned.group_by(["at", "branch", "bin"]).aggregate(n=binned.count(), aum=_sum(binned.amount))


def values(members: Members, column: Expression, dimension: str | None) -> ibis.Table:
    """One integer a customer with date, branch and segment, for medians."""
    table = members.members
    segment = table[SEG + dimension] if dimension else ibis.literal("")
    return table.select(at=table.at, branch=table.branch, segment=segment, value=column).filter(ibis._.value.notnull())


def days_since_contact(members: Members, asof_days: Mapping[str, dt.date]) -> ibis.Table:
    return values(members, _days_since(members.members, asof_days), None)
