"""Cohorts: how many of those who came in a month are still there later, and how long customers stay at all."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import ibis
import numpy as np

from reportgen.facts.bench import Bench
from reportgen.facts.survival import kaplan_meier
from reportgen.facts.tally import Tally, add_up
from reportgen.frames.convert import Expression

AGES = (1, 3, 6, 12)
"""Months after entry at which a cohort is looked at."""
_YOUNG = 6
"""Age at which new cohorts are set beside older ones, and length of the span that counts as new."""
MONTHS = (3, 6, 12, 24, 36, 48, 60, 84, 120)
"""Months since the account was opened at which survival is told."""
_BEGINNING = 12 * 1900


def cohorts(bench: Bench) -> None:
    """retention_cohort by `cohort` and `age_months`, retention_6m_new and _old, survival by `survival_month`."""
    if bench.windows.current.kind == "month" and len(bench.windows.periods) > 1:
        _retained(bench)
    if "open_date" in bench.members.columns and len(bench.windows.periods) > 1:
        _survival(bench)


def _month(day: Expression) -> Expression:
    """Months since the start of 1900: the distance of two is an age in calendar months."""
    return (day.year() * 12 + day.month() - 1 - _BEGINNING).cast("int64")


def _seen(bench: Bench) -> ibis.Table:
    """The population at each period's end, with `month`, the end as a number."""
    table = bench.closing
    return table.mutate(month=_month(bench.windows.last_day(table["at"])))


def _retained(bench: Bench) -> None:
    """A cohort is who counts for the first time at a month's end and was on no earlier list of the history.

    The first list of all is no cohort, nor is one whose month before is not held: who came then cannot be told.
    """
    windows = bench.windows
    seen = _seen(bench)
    first = seen.group_by("customer_id").aggregate(first=seen.month.min())
    side = seen.select("customer_id", "branch", "month", "at")
    both = side.join(first, "customer_id")
    age = both.month - both["first"]
    each = both.group_by("customer_id").aggregate(
        cohort=both["at"].max(where=age == 0),
        branch=both.branch.max(where=age == 0),
        **{f"kept_{months}": (age == months).any() for months in AGES},
    )
    each = each.filter(each.cohort.isin(list(windows.after.values())))
    names = [f"kept_{months}" for months in AGES]
    sums = {name: each[name].fill_null(False).cast("int64").sum().cast("int64") for name in names}
    query = "cohorts"
    rows = bench.rows(query, each.group_by(segment=each.cohort, branch=each.branch).aggregate(n=each.count(), **sums))
    tally = add_up(rows, bench.scopes)
    held = {one.label: one for one in windows.periods}
    totals: dict[tuple[str, str], tuple[int, int]] = {}
    for (scope, _, cohort, _), cell in tally.items():
        for months in AGES:
            if held[cohort].shift(months).label not in held:
                continue
            kept, n = cell[f"kept_{months}"], cell["n"]
            bench.builder.add("retention_cohort", scope, kept, n, dimension="cohort", segment=cohort,
                              against=f"age_months={months}", query=query)  # fmt: skip
            if months == _YOUNG:
                ago = windows.current.months_since(held[cohort])
                metric = "retention_6m_new" if ago <= 2 * _YOUNG else "retention_6m_old"
                num, den = totals.get((metric, scope), (0, 0))
                totals[metric, scope] = (num + kept, den + n)
    for metric in ("retention_6m_new", "retention_6m_old"):
        whole: Tally = {
            (scope, "period", "", ""): {"kept": num, "n": den}
            for (name, scope), (num, den) in totals.items() if name == metric
        }  # fmt: skip
        bench.publish(metric, bench.by_place(whole), "kept", "n", query=query)


def _survival(bench: Bench) -> None:
    """Each customer from the account's age at the first list to its age at the last, or at the one that misses them."""
    windows = bench.windows
    seen = _seen(bench)
    opened = _month(seen.open_date)
    each = seen.mutate(opened=opened).filter(seen.open_date.notnull()).group_by("customer_id").aggregate(
        opened=ibis._.opened.min(),
        first=ibis._.month.min(),
        last=ibis._.month.max(),
        branch=ibis._.branch.argmax(ibis._.month),
    )
    # Who is missing from the next list left before it was drawn up.
    months = [one.last_day.year * 12 + one.last_day.month - 1 - _BEGINNING for one in windows.periods]
    final = months[-1]
    steps = ((each["last"] == now, then) for now, then in pairwise(months))
    until = ibis.cases(*steps, else_=final)
    each = each.mutate(entry=each["first"] - each.opened, exit=until - each.opened, lost=each["last"] < final)
    each = each.filter(each.entry >= 0)
    query = "survival"
    rows = bench.rows(query, each.group_by(["branch", "entry", "exit", "lost"]).aggregate(n=each.count()))
    for scope in bench.scopes.all():
        mine = rows[[scope in bench.scopes.of(str(branch)) for branch in rows["branch"]]]
        if mine.empty:
            continue
        curve = kaplan_meier(
            mine["entry"].to_numpy(dtype=np.int64), mine["exit"].to_numpy(dtype=np.int64),
            mine["lost"].to_numpy(dtype=bool), mine["n"].to_numpy(dtype=np.int64),
        )  # fmt: skip
        for time in MONTHS:
            found = curve.after(time)
            if found is None or found[1] == 0:
                continue
            share = Fraction(Decimal(found[0]).quantize(Decimal(1).scaleb(-12)))
            bench.publish_value("survival", scope, share, found[1], dimension="survival_month", segment=str(time),
                                query=query)  # fmt: skip
