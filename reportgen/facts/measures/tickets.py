"""Support tickets: how soon the second line answers the branches, how much it closes, what stays open."""

from __future__ import annotations

from fractions import Fraction

import ibis

from reportgen.facts.bench import Bench
from reportgen.facts.members import SEG
from reportgen.facts.tally import filled
from reportgen.frames.convert import Expression

_QUANTILES = {"ticket_response": Fraction(1, 2), "ticket_response_p90": Fraction(9, 10)}
_MINUTES = 60


def tickets(bench: Bench) -> None:
    """Tickets by the unit that raised them; one whose unit is no branch counts in the bank alone.

    What happened after the period's end is not known at it: a ticket answered later is unanswered, one closed
    later is open.
    """
    if not bench.has("tickets", "raised_at"):
        return
    answered, closed = bench.has("tickets", "first_response_at"), bench.has("tickets", "closed_at")
    table = bench.engine.store("ticket cases", _cases(bench, answered=answered, closed=closed))
    own = {f"ticket_{name}": table[name] for name in ("dept", "type") if bench.has("tickets", name)}
    in_scope = table.raised_in
    sums: dict[str, Expression] = {"raised": in_scope.sum()}
    if closed:
        sums |= {"due": table.due.sum(), "closed": table.closed_in.sum(), "open": (table.due & ~table.closed_in).sum()}
    if answered:
        sums |= {"timed": table.timed.sum(), "slow": table.slow.sum()}
    if rated := bench.has("tickets", "rating"):
        counts = (table.closed_in if closed else in_scope) & table.rating.notnull()
        sums |= {"rated": counts.sum(), "rating": counts.ifelse(table.rating, 0).sum()}
    # A branch that raised nothing raised zero tickets; the same for every department and kind that occurs.
    found = bench.tallies("tickets", table, sums, by=own, dimensions=False)
    whole, parts = {"": found.pop("")}, found
    everywhere = bench.scopes.all()
    tallies = bench.by_place(filled(whole, everywhere, bench.windows.labels, sums)[""])
    tallies |= filled(parts, everywhere, bench.windows.compared, sums)
    bench.publish("tickets_count", tallies, "raised", query="tickets")
    if closed:
        bench.publish("ticket_close_rate", tallies, "closed", "due", query="tickets")
        bench.publish("ticket_backlog", tallies, "open", query="tickets")
    if answered:
        bench.publish("ticket_response_over", tallies, "slow", "timed", query="tickets")
        rows = table.filter(table.answered_in).mutate(**{SEG + name: value for name, value in own.items()})
        bench.quantiles(
            "ticket response", rows, rows.minutes, _QUANTILES, dimensions=own, history=True, divisor=_MINUTES
        )
        bench.by_unit(*_QUANTILES)
    if rated:
        bench.publish("ticket_rating", tallies, "rating", "rated", query="tickets")
    if "ticket_dept" in own and bench.has("tickets", "raised_by_unit"):
        _across(bench, table.filter(table.raised_in & (table.branch != "") & table.dept.notnull()))


def _cases(bench: Bench, *, answered: bool, closed: bool) -> ibis.Table:
    """One row a period and ticket it has to do with: raised, answered or closed in it, or waiting at its end."""
    spans, rows = bench.windows.spans(), bench.table("tickets")
    unit = rows.raised_by_unit.fill_null("") if bench.has("tickets", "raised_by_unit") else ibis.literal("")
    never = ibis.null("timestamp")
    rows = rows.mutate(
        branch=unit,
        first_at=rows.first_response_at if answered else never,
        done_at=rows.closed_at if closed else never,
    )
    start, end = spans.start.cast("timestamp"), spans.end.cast("timestamp")
    waits = (rows.first_at.isnull() | (rows.first_at >= start)) if answered else ibis.literal(False)
    lasts = (rows.done_at.isnull() | (rows.done_at >= start)) if closed else ibis.literal(False)
    pairs = spans.join(rows, (rows.raised_at < end) & ((rows.raised_at >= start) | waits | lasts))
    start, end = pairs.start.cast("timestamp"), pairs.end.cast("timestamp")
    pairs = pairs.mutate(
        raised_in=pairs.raised_at >= start,
        due=pairs.done_at.isnull() | (pairs.done_at >= start),
        closed_in=((pairs.done_at >= start) & (pairs.done_at < end)).fill_null(False),
        answered_in=((pairs.first_at >= start) & (pairs.first_at < end)).fill_null(False),
        waiting=pairs.first_at.isnull() | (pairs.first_at >= end),
        minutes=(ibis.least(ibis.coalesce(pairs.first_at, end), end).epoch_seconds() - pairs.raised_at.epoch_seconds())
        // _MINUTES,
    )
    late = pairs.minutes > bench.limit("r_ticket_slow", "hours", 24) * _MINUTES
    slow = late & (pairs.answered_in | pairs.waiting)
    # A ticket closed without an answer is answered by being closed, as far as waiting goes.
    slow = slow & ~(pairs.waiting & (pairs.done_at < start).fill_null(False))
    return pairs.mutate(slow=slow, timed=pairs.answered_in | slow).drop("start", "end", "waiting")


def _across(bench: Bench, table: ibis.Table) -> None:
    """Units whose tickets of the period went to two departments or more."""
    units = table.group_by(["at", "branch"]).aggregate(depts=table.dept.nunique())
    sums = {"units": units.count(), "across": (units.depts >= 2).sum()}
    tallies = bench.tallies("tickets across", units, sums, dimensions=False)
    # One unit alone has no share of units.
    above = {name: {key: cell for key, cell in tally.items() if not key[0].startswith("branch:")}
             for name, tally in tallies.items()}
    bench.publish("tickets_cross_unit", above, "across", "units", query="tickets across")
