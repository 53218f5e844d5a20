"""Contacts with customers: how many, how long ago, by what way and for what, and how well they are recorded.

A contact is effective when the customer was reached: an outcome is recorded and it is not `not_reached`. Where the
table has no outcome, every contact is. Where a job has no table of contacts, the date of the last one beside each
snapshot (`snapshots.last_contact`) tells a part of this; see `facts.plan`.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import ibis

from reportgen.facts.bench import Bench, Tallies
from reportgen.facts.measures.opening import at_openings, opening_day
from reportgen.facts.members import SEG
from reportgen.frames.convert import Expression

_SHORT_NOTE = 10
"""A note of fewer characters says nothing."""


def contacts(bench: Bench) -> None:
    """Contact facts by scope and segment at each period; rates since the opening, where the job has one."""
    if not bench.has("contacts", "customer_id", "contact_date"):
        return
    _kinds(bench)
    each = bench.engine.store("contacts each", _each(bench))
    sums = {name: each[name].sum() for name in each.columns if name.startswith("c_")}
    tallies = bench.tallies("contacts", each, {"n": each.in_close.sum(), **sums})
    for metric, num, den in (
        ("contacts_count", "c_all", None),
        ("contact_freq", "c_assigned", "c_customers"),
        ("contact_overdue", "c_overdue", None),
        ("contact_overdue_share", "c_overdue", "n"),
        ("contact_unrecorded", "c_unrecorded", None),
        ("visit_rate", "c_visited", "c_to_visit"),
        ("policy_contact_share", "c_policy", "c_all"),
        ("personal_contact_share", "c_personal", "c_all"),
        ("policy_to_personal", "c_policy", "c_personal"),
        ("empty_contact_share", "c_empty", "c_all"),
    ):
        if num in sums:
            base = "n" if metric in ("contact_overdue", "contact_unrecorded") else None
            bench.publish(metric, tallies, num, den, n=base, query="contacts")
    if "c_reached" in sums:
        bench.publish("contact_rate", at_openings(bench, tallies), "c_reached", "n", query="contacts")
    _mix(bench, tallies)
    known = each.filter(each.in_close & each.days.notnull())
    wanted = {"days_since_contact": Fraction(1, 2), "days_since_contact_p90": Fraction(9, 10)}
    spatial = {name for name, view in bench.views.items() if view.spatial}
    dimensions = [name for name in bench.cut if name not in spatial]
    bench.quantiles("contact days", known, known.days, wanted, dimensions=dimensions, history=True)
    bench.by_unit(*wanted)


def _kinds(bench: Bench) -> None:
    """Contacts by purpose and by the way they were made."""
    rows = bench.events("contacts", "contact_date")
    names = {"contact_purpose": "purpose", "contact_via": "channel"}
    by = {name: rows[column] for name, column in names.items() if bench.has("contacts", column)}
    if by:
        tallies = bench.tallies("contacts", rows, {"n": ibis._.count()}, by=by, dimensions=False)
        bench.publish("contacts_count", {name: tallies[name] for name in by}, "n", query="contacts")


def _counts(bench: Bench) -> dict[str, Expression]:
    """Aggregates of one customer's contacts within a period."""
    row = ibis._
    counts: dict[str, Expression] = {"c_all": row.count()}
    if bench.has("contacts", "purpose"):
        for purpose in ("policy", "personal"):
            counts[f"c_{purpose}"] = (row.purpose == purpose).fill_null(False).sum()
    if bench.has("contacts", "channel"):
        counts["visits"] = ((row.channel == "visit").fill_null(False) & _effective(bench)).sum()
    if bench.has("contacts", "note_chars", "outcome", "next_date"):
        empty = (row.note_chars.fill_null(0) < _SHORT_NOTE) & row.outcome.isnull() & row.next_date.isnull()
        counts["c_empty"] = empty.sum()
    return counts


def _effective(bench: Bench) -> Expression:
    if not bench.has("contacts", "outcome"):
        return ibis.literal(True)
    return (ibis._.outcome != "not_reached").fill_null(False)


def _each(bench: Bench) -> ibis.Table:
    """One row a customer and period: `c_…` what adds up, `days` since the last effective contact by its end."""
    people = bench.customers("contacts", "contact_date", _counts(bench))
    needed = ("at", "customer_id", "branch", "in_close", "amount", "tier", "rm_id", "visits")
    people = people.select(*(name for name in people.columns if name in needed or name.startswith((SEG, "c_"))))
    table = people.left_join(_last(bench), ["at", "customer_id"]).drop("at_right", "customer_id_right")
    days = bench.windows.last_day(table["at"]).delta(table.seen, unit="day")
    assigned = table.rm_id.notnull() if "rm_id" in table.columns else ibis.literal(True)
    closing = table.in_close
    more: dict[str, Expression] = {
        "days": days,
        "c_customers": closing & assigned,
        "c_assigned": assigned.ifelse(table.c_all, 0),
        "c_overdue": closing & (days > _limit(bench, table)).fill_null(True),
        "c_unrecorded": closing & table.seen.isnull(),
        "c_assets": closing.ifelse(table.amount, 0),
    }
    if "visits" in table.columns:
        to_visit = closing & assigned & bench.high(table)
        more |= {"c_to_visit": to_visit, "c_visited": to_visit & (table.visits > 0)}
    opened = opening_day(bench, table["at"])
    if opened is not None:
        more["c_reached"] = closing & (table.seen > opened).fill_null(False)
    return table.mutate(**{name: value.cast("int64") for name, value in more.items()}).drop("seen")


def _last(bench: Bench) -> ibis.Table:
    """`seen`: the day of the last effective contact by each period's end, one row a customer and period."""
    people = bench.present.select("at", "customer_id")
    people = people.mutate(end_day=bench.windows.last_day(people["at"]))
    rows = bench.table("contacts").filter(_effective(bench))
    reached = rows.select(who=rows.customer_id, seen=rows.contact_date).filter(ibis._.seen.notnull()).distinct()
    # Narrow rows only: what the engine must sort here, the join back need not.
    found = people.asof_join(reached, people.end_day >= reached.seen, predicates=people.customer_id == reached.who)
    return found.filter(found.seen.notnull()).select("at", "customer_id", "seen")


def _limit(bench: Bench, table: ibis.Table) -> Expression:
    """Days without contact a customer's tier allows: the highest tier, the second, all others."""
    rule = "r_contact_gap"
    first = bench.limit(rule, "days", bench.request.contact_limit_days)
    tiers = list(bench.floors)
    if not tiers or "tier" not in table.columns:
        return ibis.literal(first)
    cases = [(table.tier == tiers[0], first)]
    if len(tiers) > 1:
        cases.append((table.tier == tiers[1], bench.limit(rule, "days_second", 60)))
    return ibis.cases(*cases, else_=bench.limit(rule, "days_other", 180))


def _mix(bench: Bench, tallies: Tallies) -> None:
    """Each segment's share of the contacts, and of the assets less that, where a tier may get more than it brings."""
    whole = tallies[""]
    for dimension, tally in tallies.items():
        view = bench.views.get(dimension)
        if not dimension or view is None:
            continue
        known = {one.id for one in view.segments}
        for (scope, at, segment, _), cell in tally.items():
            total: Mapping[str, int] = whole[scope, at, "", ""]
            if segment not in known or not bench.comparable(view, scope) or not total["c_all"]:
                continue
            place = {"at": at, "dimension": dimension, "segment": segment, "query": "contacts"}
            mine = Fraction(cell["c_all"], total["c_all"])
            bench.builder.add(
                "cost_to_serve_mix", scope, cell["c_all"], total["c_all"], at=at, dimension=dimension, segment=segment,
                query="contacts",
            )
            if view.column == "tier" and view.kind == "category" and total["c_assets"] > 0:
                gap = Fraction(cell["c_assets"], total["c_assets"]) - mine
                bench.publish_value("aum_share_gap", scope, gap, total["c_all"], **place)
