"""Openings of flows that a measure counts by itself: the day each period's comparison begins after."""

from __future__ import annotations

import ibis

from reportgen.facts.bench import Bench, Tallies
from reportgen.frames.convert import Expression
from reportgen.period import Period


def openings(bench: Bench) -> dict[str, str]:
    """Label of each period that has an opening to the opening's label; empty where the job compares nothing."""
    builder = bench.builder
    own = {builder.period: builder.since} if builder.since else {}
    return {**builder.openings, **own}


def opening_day(bench: Bench, at: Expression) -> Expression | None:
    """The last day of the opening of the period a label names, null where it has none; None where no period has."""
    days = {label: Period.parse(opening).last_day for label, opening in openings(bench).items()}
    if not days:
        return None
    cases = ((at == label, ibis.literal(day, type="date")) for label, day in days.items())
    return ibis.cases(*cases, else_=ibis.null("date"))


def at_openings(bench: Bench, tallies: Tallies) -> Tallies:
    """The tallies of periods that have an opening: only there is a flow."""
    labels = openings(bench)
    return {name: {key: cell for key, cell in tally.items() if key[1] in labels} for name, tally in tallies.items()}
