"""What left after a relationship manager did, beside the customers of the managers who stayed.

A leaver's customers are those beside whose snapshot the manager's number stood on the last date held before, or on,
the day of leaving. They are lost when they no longer belong to the population six months after that day, or at the
period's end where that comes first. Managers who left within twelve months count.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping

import ibis

from reportgen.facts.bench import Bench
from reportgen.facts.window import months_before

_LOOK_BACK = 12
"""Months before the period's end in which a manager's leaving counts."""
_FOLLOWED = 6
"""Months for which the customers are followed."""

Span = tuple[str, str]
"""Labels of the date from which and to which customers are followed."""
Counts = dict[tuple[str, Span, str], list[int]]
"""(scope, span, manager or empty for all who stayed) to customers and those of them lost."""


def leavers(bench: Bench) -> None:
    """rm_leaver_loss and rm_others_loss for each period compared, in total and by the manager who left."""
    if not bench.has("staff", "rm_id", "leave_date") or "rm_id" not in bench.members.columns:
        return
    rows = bench.table("staff")
    gone = bench.rows("leavers", rows.filter(rows.leave_date.notnull()).select("rm_id", "leave_date").distinct())
    days = {str(row.rm_id): dt.date.fromisoformat(str(row.leave_date)[:10]) for row in gone.itertuples(index=False)}
    followed = {label: _spans(bench, label, days) for label in bench.windows.compared}
    counted = _counted(bench, followed)
    for label, spans in followed.items():
        _publish(bench, label, spans, counted)


def _spans(bench: Bench, label: str, days: Mapping[str, dt.date]) -> dict[str, Span]:
    """Each manager who left in time before the period's end, with the dates its customers are followed between."""
    periods = bench.windows.periods
    end = next(one.end for one in periods if one.label == label)
    spans = {}
    for manager, day in sorted(days.items()):
        last = min(months_before(day, -_FOLLOWED), end)
        before = [one.label for one in periods if one.last_day <= day]
        until = [one.label for one in periods if day < one.last_day <= last]
        if months_before(end, _LOOK_BACK) <= day < end and before and until:
            spans[manager] = (before[-1], until[-1])
    return spans


def _counted(bench: Bench, followed: Mapping[str, Mapping[str, Span]]) -> Counts:
    """Customers of each leaver and of all who stayed, over each span."""
    counts: Counts = defaultdict(lambda: [0, 0])
    left = {manager for spans in followed.values() for manager in spans}
    closing = bench.closing
    for span in sorted({span for spans in followed.values() for span in spans.values()}):
        still = closing.filter(closing["at"] == span[1]).select(still="customer_id")
        people = closing.filter((closing["at"] == span[0]) & closing.rm_id.notnull())
        people = people.mutate(manager=people.rm_id.isin(sorted(left)).ifelse(people.rm_id, ""))
        both = people.left_join(still, people.customer_id == still.still)
        query = both.group_by(branch=both.branch, manager=both.manager).aggregate(
            n=ibis._.count(), lost=both.still.isnull().sum().cast("int64")
        )
        for row in bench.rows(_name(span), query).to_dict("records"):
            for scope in bench.scopes.of(str(row["branch"])):
                cell = counts[scope, span, str(row["manager"])]
                cell[0] += int(row["n"])
                cell[1] += int(row["lost"])
    return dict(counts)


def _name(span: Span) -> str:
    return f"after leavers {span[0]} {span[1]}"


def _publish(bench: Bench, label: str, spans: Mapping[str, Span], counts: Counts) -> None:
    for scope in bench.scopes.all():
        mine = {manager: span for manager, span in spans.items() if (scope, span, manager) in counts}
        stayed = {span: counts.get((scope, span, ""), [0, 0]) for span in mine.values()}
        left = [counts[scope, span, manager] for manager, span in mine.items()]
        for manager, span in mine.items():
            for metric, (n, lost) in (
                ("rm_leaver_loss", counts[scope, span, manager]),
                ("rm_others_loss", stayed[span]),
            ):
                bench.builder.add(
                    metric, scope, lost, n, at=label, dimension="rm", segment=manager, query=_name(span)
                )
        for metric, cells in (("rm_leaver_loss", left), ("rm_others_loss", list(stayed.values()))):
            n, lost = sum(one[0] for one in cells), sum(one[1] for one in cells)
            bench.builder.add(metric, scope, lost, n, at=label, query=_name(next(iter(mine.values()), ("", ""))))
